"""What may follow what: one table of the steps of a visit, with who may take each.

`treatments.booking` lets nothing else happen, and pages offer nothing else. Two steps are not in it, since they do not
take a visit from one status to another: giving it another time, and undoing the last step; both ask for `BOOK`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from clinic.access import Capability, may
from clinic.models import Membership
from treatments.models import Status, TreatmentSession


class Begins(Enum):
    """What a step waits for: nobody comes to a visit before its day, or has missed it before its first minute."""

    DAY = auto()
    START = auto()


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
    not_before: Begins | None = None

    def is_too_soon(self, visit: TreatmentSession, now: dt.datetime) -> bool:
        """Return whether the visit has yet to begin, or its day at the clinic to come."""
        if self.not_before is Begins.START:
            return now < visit.starts_at
        return self.not_before is Begins.DAY and visit.clinic.date_at(now) < visit.local_date


MOVES = (
    Move(Status.BOOKED, Status.ARRIVED, "Arrived", "a", forward=True, not_before=Begins.DAY),
    Move(Status.BOOKED, Status.NO_SHOW, "No-show", "x", not_before=Begins.START),
    Move(Status.BOOKED, Status.CANCELLED, "Cancel", needs_reason=True),
    Move(Status.ARRIVED, Status.IN_ROOM, "In room", "r", forward=True),
    Move(Status.ARRIVED, Status.BOOKED, "Not here yet"),
    Move(Status.ARRIVED, Status.NO_SHOW, "No-show", "x", not_before=Begins.START),
    Move(Status.ARRIVED, Status.CANCELLED, "Cancel", needs_reason=True),
    # Only by signing: `treatments.recording`.
    Move(Status.IN_ROOM, Status.DONE, "Start session", "d", Capability.INJECT, forward=True),
    Move(Status.IN_ROOM, Status.ARRIVED, "Back to waiting"),
    Move(Status.IN_ROOM, Status.CANCELLED, "Cancel", needs_reason=True),
    Move(Status.NO_SHOW, Status.ARRIVED, "Came after all", "a", not_before=Begins.DAY),
    Move(Status.NO_SHOW, Status.BOOKED, "Back to booked"),
    Move(Status.CANCELLED, Status.BOOKED, "Back to booked"),
)
_BY_STEP = {(move.seen, move.to): move for move in MOVES}


def find(seen: str, to: str) -> Move | None:
    """Return the move between two statuses, or None when there is none."""
    return _BY_STEP.get((Status(seen), Status(to)))


def day_is_over(visit: TreatmentSession, now: dt.datetime) -> bool:
    """Return whether the day of a visit at the clinic has gone by: what became of it is said before anything is booked."""
    return visit.clinic.date_at(now) > visit.local_date


def offered(status: str, membership: Membership | None, *, ahead: bool = False) -> Iterable[Move]:
    """Return the moves that a member of staff may make of a visit with this status, in the order of the table.

    ``ahead``: its day is still to come.
    """
    steps = [move for move in MOVES if move.seen == status and may(membership, move.capability)]
    return [move for move in steps if not (ahead and move.not_before)]
