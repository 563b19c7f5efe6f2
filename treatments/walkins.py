"""People who come without a visit: put in at the next free time, and arrived at once."""

import datetime as dt
import uuid as uuids

from django.db import transaction

from clinic.models import Clinic, User
from treatments import booking, slots
from treatments.models import Course, Status, TreatmentSession
from treatments.queueing import again_after_deadlock
from treatments.slots import Slot

# The reason of the second of the two steps: undo takes back both.
PUT_IN = "Walk-in"


def next_free(clinic: Clinic, now: dt.datetime) -> Slot | None:
    """Return the first time left today at which an injector and a room are free, or None."""
    today = clinic.date_at(now)
    free = slots.free_times(clinic=clinic, first=today, days=1, now=now)
    return min(free, key=lambda slot: (slot.starts_at, slot.injector.pk), default=None)


@again_after_deadlock
@transaction.atomic
def put_in(
    *, course: Course, slot: Slot, uid: uuids.UUID, by: User, at: dt.datetime, early_reason: str = ""
) -> TreatmentSession:
    """Book a walk-in and mark the person arrived: two steps, two lines of history, all or nothing.

    Raises what `booking.book` raises. Sent twice, it does all once.
    """
    session = booking.book(course=course, slot=slot, uid=uid, by=by, at=at, early_reason=early_reason)
    if session.status != Status.BOOKED:
        return session
    return booking.change_status(session=session, to=Status.ARRIVED, by=by, at=at, reason=PUT_IN)
