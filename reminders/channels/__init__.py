"""Ways to hand a message over: one method, one exception, one question. A table says which object serves which channel."""

from types import TracebackType

from django.conf import settings

from patients.models import Channel
from reminders.channels.base import CannotAnswer, Carrier, Message, SendError
from reminders.channels.email import EmailCarrier
from reminders.channels.files import FOLDER, LETTERS, FileCarrier
from reminders.channels.silent import SilentCarrier

__all__ = ["CannotAnswer", "Carrier", "Carriers", "Message", "SendError", "carrier_for"]


def carrier_for(channel: str, *, demo: bool = False, keep_open: bool = False) -> Carrier:
    """Return what carries messages on this channel here: a gateway where one is set, else files; no texts where none are wanted.

    Of a ``demo`` clinic no message ever leaves, whatever is set.

    With ``keep_open`` it holds its line for the next message, until it is closed.
    """
    if demo:
        return FileCarrier(LETTERS if channel == Channel.EMAIL else FOLDER)
    if channel == Channel.EMAIL:
        return EmailCarrier(keep_open=keep_open)
    gateway = _gateway(keep_open) if settings.SMS_GATEWAY_URL else None
    if not settings.SEND_TEXTS:
        return SilentCarrier(gateway)
    return gateway or FileCarrier()


def _gateway(keep_open: bool) -> Carrier:
    # Loaded by who sends a text, with all of `requests`: 5 MiB and 40 ms, and web processes send next to none.
    from reminders.channels.sms import SmsCarrier

    return SmsCarrier(keep_open=keep_open)


class Carriers:
    """The carriers of one batch, each with one line for all its messages: half the time of a letter is the greeting."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, bool], Carrier] = {}

    def __enter__(self) -> "Carriers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for carrier in self._open.values():
            carrier.close()

    def on(self, channel: str, *, demo: bool = False) -> Carrier:
        """Return the carrier of a channel, for a made-up clinic or a real one."""
        if (channel, demo) not in self._open:
            self._open[channel, demo] = carrier_for(channel, demo=demo, keep_open=True)
        return self._open[channel, demo]
