"""What every channel offers and takes."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

# What a gateway answers that refuses us, not the message: nothing goes out until somebody mends our log-in there, or the
# address at which there is no account of ours.
OUR_ACCOUNT = frozenset({401, 403, 404})
# It did not get all of the call, or got too many.
LATER = frozenset({408, 429})


@dataclass(frozen=True)
class Message:
    """What is handed to a gateway. The same reminder gives the same message every time."""

    key: str  # the reminder's uid: our own name for it at every gateway
    to: str
    subject: str
    body: str
    # Which attempt this is, for the gateway to give back with its news; the words are the same each time.
    attempt: int = field(default=1, compare=False)
    # The secret address that stands in the words, where one does: no other message has it.
    link: str = field(default="", compare=False)


class Blame(Enum):
    """What a permanent refusal says about the address."""

    NOTHING = "nothing"
    ADDRESS = "address"  # it does not exist
    CONSENT = "consent"  # its owner told the gateway to stop


class SendError(Exception):
    """A gateway did not take a message. The text is for staff, in plain words, without the address.

    ``in_doubt`` where it may have taken it all the same: the line broke after the words were out.
    """

    def __init__(self, text: str, *, permanent: bool, blame: Blame = Blame.NOTHING, in_doubt: bool = False) -> None:
        super().__init__(text)
        self.text, self.permanent, self.blame, self.in_doubt = text, permanent, blame, in_doubt


class CannotAnswer(Exception):
    """This channel has no way of saying what it took."""


class Carrier(Protocol):
    """One way to hand a message over."""

    def prepare(self, messages: Iterable[Message]) -> None:
        """Do beforehand what the next ones need before they can be sent: for many at a time it is cheaper."""

    def send(self, message: Message) -> str:
        """Hand it over; return the gateway's name for it. Raises SendError."""

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Return the gateway's names for what it took since that date (UTC) and may be this message; empty for nothing.

        Two messages to one address can hold the same words; which of them it is, the ledger knows. Raises CannotAnswer
        when the channel has no such question, SendError when it could answer but does not.
        """

    def close(self) -> None:
        """Let go of the line, where one was kept open."""
