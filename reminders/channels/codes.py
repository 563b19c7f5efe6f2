"""What a text message gateway's error codes mean, in words for staff: https://www.twilio.com/docs/api/errors"""

from reminders.channels.base import Blame

_WORDS = {
    21211: ("The number does not exist", Blame.ADDRESS),
    21610: ("They replied STOP", Blame.CONSENT),
    21614: ("The number cannot take text messages", Blame.ADDRESS),
    30001: ("The gateway had too many messages waiting", Blame.NOTHING),
    30002: ("The gateway has stopped our account", Blame.NOTHING),
    30003: ("The phone is off or out of reach", Blame.NOTHING),
    30004: ("The phone or its network refuses our messages", Blame.NOTHING),
    30005: ("The number does not exist", Blame.ADDRESS),
    30006: ("The number cannot take text messages", Blame.ADDRESS),
    30007: ("The network took the message for unwanted", Blame.NOTHING),
    30008: ("The network did not deliver it and does not say why", Blame.NOTHING),
}


def words_for(code: int, otherwise: str) -> tuple[str, Blame]:
    """Return what a code means and what it says about the number."""
    return _WORDS.get(code, (otherwise, Blame.NOTHING))
