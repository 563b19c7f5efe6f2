"""What may follow what: one table of the steps of a visit, with who may take each.

`treatments.booking` lets nothing else happen, and pages offer nothing else. Two steps are not in it, since they do not
take a visit from one status to another: giving it another time, and undoing the last step; both ask for `BOOK`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.access import Capability, may
from clinic.models import Membership
from treatments.models import Status


@dataclass(frozen=True)
class Move:
    """One allowed step: from which status to which, who may take it, and the button that does."""

    seen: Status
    to: Status
    label: str
    key: str = ""
    capability: Capability = Capability.BOOK
    needs_reason: bool = False
    # The next step of a visit that goes well: the button in the row. The others are in the row's menu.
    forward: bool = False


MOVES = (
    Move(Status.BOOKED, Status.ARRIVED, "Arrived", "a", forward=True),
    Move(Status.BOOKED, Status.NO_SHOW, "No-show", "x"),
    Move(Status.BOOKED, Status.CANCELLED, "Cancel", needs_reason=True),
    Move(Status.ARRIVED, Status.IN_ROOM, "In room", "r", forward=True),
    Move(Status.ARRIVED, Status.BOOKED, "Not here yet"),
    Move(Status.ARRIVED, Status.NO_SHOW, "No-show", "x"),
    Move(Status.ARRIVED, Status.CANCELLED, "Cancel", needs_reason=True),
    # Only by signing: `treatments.recording`.
    Move(Status.IN_ROOM, Status.DONE, "Start session", "d", Capability.INJECT, forward=True),
    Move(Status.IN_ROOM, Status.ARRIVED, "Back to waiting"),
    Move(Status.IN_ROOM, Status.CANCELLED, "Cancel", needs_reason=True),
    Move(Status.NO_SHOW, Status.ARRIVED, "Came after all", "a"),
    Move(Status.NO_SHOW, Status.BOOKED, "Back to booked"),
    Move(Status.CANCELLED, Status.BOOKED, "Back to booked"),
)
_BY_STEP = {(move.seen, move.to): move for move in MOVES}


def find(seen: str, to: str) -> Move | None:
    """Return the move between two statuses, or None when there is none."""
    return _BY_STEP.get((Status(seen), Status(to)))


def offered(status: str, membership: Membership | None) -> Iterable[Move]:
    """Return the moves that a member of staff may make of a visit with this status, in the order of the table."""
    return [move for move in MOVES if move.seen == status and may(membership, move.capability)]
