"""What every channel offers and takes."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """What is handed to a gateway. The same reminder gives the same message every time."""

    key: str  # the reminder's uid: our own name for it at every gateway
    to: str
    subject: str
    body: str


class Blame(Enum):
    """What a permanent refusal says about the address."""

    NOTHING = "nothing"
    ADDRESS = "address"  # it does not exist
    CONSENT = "consent"  # its owner told the gateway to stop


class SendError(Exception):
    """A gateway did not take a message. The text is for staff, in plain words, without the address."""

    def __init__(self, text: str, *, permanent: bool, blame: Blame = Blame.NOTHING) -> None:
        super().__init__(text)
        self.text, self.permanent, self.blame = text, permanent, blame


class Carrier(Protocol):
    """One way to hand a message over."""

    def send(self, message: Message) -> str:
        """Hand it over; return the gateway's name for it. Raises SendError."""

    def find(self, message: Message, *, since: dt.date) -> str | None:
        """Return the gateway's name for it if it took this very message since that date (UTC), else None.

        None also when the channel cannot answer. Raises SendError when it could but does not.
        """
