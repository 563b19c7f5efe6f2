"""No text messages at all: what a clinic says that writes letters only."""

import datetime as dt
from collections.abc import Iterable

from reminders.channels.base import CannotAnswer, Carrier, Message, SendError

NO_TEXTS = "No text messages are sent from here"


class SilentCarrier:
    """Takes nothing. No phone number is usable where it serves, so all that gets here is a text that staff try out.

    The ``gateway`` that texts left by is asked about them as long as its settings stand.
    """

    def __init__(self, gateway: Carrier | None = None) -> None:
        self._gateway = gateway

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Refuse it for good."""
        raise SendError(NO_TEXTS, permanent=True)

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Ask about what went out while texts were sent."""
        if self._gateway is None:
            raise CannotAnswer
        return self._gateway.find(message, since=since)

    def close(self) -> None:
        """Let go of the line to the gateway."""
        if self._gateway is not None:
            self._gateway.close()
