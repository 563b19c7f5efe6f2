"""What can stand in the way of a step, each with what the page needs to say so."""

import datetime as dt

from treatments.models import TreatmentSession


class Conflict(Exception):
    """Somebody else was there first. ``session`` is theirs, where it is known; ``why`` says it where no visit is."""

    def __init__(self, session: TreatmentSession | None = None, why: str = "") -> None:
        super().__init__(type(self).__name__)
        self.session, self.why = session, why


class Taken(Conflict):
    """The injector or the room has another session at that time, or is not there."""


class AlreadyBooked(Conflict):
    """The patient has another visit booked: ``session``."""


class Stale(Conflict):
    """The session changed since the page was opened; ``session`` is how it is now."""


class TooEarly(Exception):
    """The day lies before the due date and no prescriber gave a reason."""

    def __init__(self, day: dt.date, due_on: dt.date) -> None:
        super().__init__("too early")
        self.day, self.due_on = day, due_on


class NotPossible(Exception):
    """The step does not follow from where the session stands; the text says so, for the reader."""
