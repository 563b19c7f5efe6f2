"""What can stand in the way of a step, each with what the page needs to say so."""

import datetime as dt

from clinic.constraints.no_overlap import LONGEST
from clinic.joined import Joined
from treatments.models import Course, TreatmentSession
from treatments.models.session import OCCUPYING, OPEN
from treatments.slots import Slot

# A course's open visit, and those of an injector or a room between two times. None is longer than `LONGEST`, so none
# of the years before has to be read.
IN_THE_WAY = Joined(
    """
    SELECT {columns} FROM treatments_treatmentsession visit
    WHERE visit.clinic_id = %s AND (
        (visit.course_id = %s AND visit.status IN (%s, %s, %s))
        OR (visit.starts_at > %s AND visit.starts_at < %s AND visit.ends_at > %s AND visit.status IN (%s, %s, %s, %s)
            AND (visit.injector_id = %s OR visit.room_id = %s))
    )
    ORDER BY visit.id
    """,
    visit=TreatmentSession,
)


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

    session: TreatmentSession

    def __init__(self, session: TreatmentSession) -> None:
        super().__init__(session)


class DayOver(Stale):
    """The day of the visit is over and nobody said what became of it: moved, it would never have been missed."""


class TooEarly(Exception):
    """The day lies before the due date and no prescriber gave a reason."""

    def __init__(self, day: dt.date, due_on: dt.date) -> None:
        super().__init__("too early")
        self.day, self.due_on = day, due_on


class NotPossible(Exception):
    """The step does not follow from where the session stands; the text says so, for the reader."""


def refusal(course: Course, slot: Slot, but: TreatmentSession | None = None) -> Conflict:
    """Say what stood in the way: the patient's own visit, or whoever has the time (one query where they are seen here)."""
    injector, starts, ends = slot.injector, slot.starts_at, slot.ends_at
    during = (starts - LONGEST, ends, starts, *OCCUPYING)
    found = [row for (row,) in IN_THE_WAY.rows(course.clinic_id, course.pk, *OPEN, *during, injector.pk, slot.room.pk)]
    others = [session for session in found if session != but]
    mine = next((session for session in others if session.course_id == course.pk and session.status in OPEN), None)
    if mine:
        return AlreadyBooked(mine)
    if others:
        return Taken(next((one for one in others if one.injector_id == injector.pk), others[0]))
    elsewhere = TreatmentSession.objects.filter(
        person=injector.user_id,
        status__in=OCCUPYING,
        starts_at__gt=starts - LONGEST,
        starts_at__lt=ends,
        ends_at__gt=starts,
    ).exclude(clinic_id=course.clinic_id)
    if injector.user_id and elsewhere.exists():
        # Nothing is said of who is seen there: another clinic's patients are nobody's business here.
        return Taken(why=f"{injector.name} is at another clinic then")
    return Taken()
