"""What can stand in the way of a step, each with what the page needs to say so."""

import datetime as dt

from django.db.models import Q

from treatments.models import Course, TreatmentSession
from treatments.models.session import OCCUPYING, OPEN
from treatments.slots import Slot


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


def refusal(course: Course, slot: Slot, but: TreatmentSession | None = None) -> Conflict:
    """Say what stood in the way: the patient's own visit, or whoever has the time (one query where they are seen here)."""
    own = Q(course=course, status__in=OPEN)
    then = Q(status__in=OCCUPYING, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    with_them = Q(injector=slot.injector) | Q(room=slot.room)
    found = TreatmentSession.objects.filter(own | then & with_them, clinic_id=course.clinic_id)
    others = [session for session in found.order_by("pk") if session != but]
    mine = next((session for session in others if session.course_id == course.pk and session.status in OPEN), None)
    if mine:
        return AlreadyBooked(mine)
    if others:
        return Taken(next((one for one in others if one.injector_id == slot.injector.pk), others[0]))
    person = slot.injector.user_id
    elsewhere = TreatmentSession.objects.filter(then, person=person).exclude(clinic_id=course.clinic_id)
    if person and elsewhere.exists():
        # Nothing is said of who is seen there: another clinic's patients are nobody's business here.
        return Taken(why=f"{slot.injector.name} is at another clinic then")
    return Taken()
