"""No text messages at all: what a clinic says that writes letters only."""

import datetime as dt
from collections.abc import Iterable

from reminders.channels.base import CannotAnswer, Message, SendError

NO_TEXTS = "No text messages are sent from here"


class SilentCarrier:
    """Takes nothing. No phone number is usable where it serves, so all that gets here is a text that staff try out."""

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Refuse it for good."""
        raise SendError(NO_TEXTS, permanent=True)

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Nobody is there to be asked about what went out while texts were sent."""
        raise CannotAnswer

    def close(self) -> None:
        """Nothing is open."""
