"""What a text message gateway's error codes mean, in words for staff: https://www.twilio.com/docs/api/errors"""

from reminders.channels.base import Blame

_LOG_IN = "The gateway does not let us in"
_OUR_NUMBER = "The gateway does not send from our number"

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
# Of a message that it does not take: what is wrong is our number there or our settings, not the message. It can go out
# once somebody has mended that, or the gateway has caught up.
ABOUT_US = {
    20003: _LOG_IN,
    20005: "The gateway has stopped our account",
    21212: _OUR_NUMBER,
    21603: _OUR_NUMBER,
    21606: _OUR_NUMBER,
    21609: "The gateway does not take the address of this system",
    21611: "The gateway has too many of our messages waiting",
    21659: _OUR_NUMBER,
    21660: _OUR_NUMBER,
}


MOST_DIGITS = 9


def number_in(told: object) -> int:
    """Return the number that a gateway gives or spells; 0 where it is none, or too long to be one of its own."""
    words = str(told)
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= MOST_DIGITS else 0


def words_for(code: int, otherwise: str) -> tuple[str, Blame]:
    """Return what a code means and what it says about the number."""
    return _WORDS.get(code, (otherwise, Blame.NOTHING))
