"""Whether a visit that was just written fits into the clinic's hours: asked under the lock, in one query."""

import datetime as dt
from typing import NamedTuple

from django.db import connection

from clinic.public_holidays import public_holidays
from treatments.models import TreatmentSession
from treatments.setup.opening import Visit, load

# A visit just written, and whether it lies outside its injector's hours, in a room kept for others, in a pause, or in a
# course that has ended.
WRITTEN = """
SELECT visit.id, visit.person_id, NOT EXISTS (
    SELECT 1 FROM clinic_openinghours hours
    JOIN clinic_injector injector ON injector.id = hours.injector_id AND injector.active
    JOIN clinic_room room ON room.id = visit.room_id AND room.active
    JOIN treatments_course course ON course.id = visit.course_id AND course.closed_on IS NULL
    WHERE hours.injector_id = visit.injector_id
      AND (hours.room_id IS NULL OR hours.room_id = visit.room_id)
      AND hours.weekday = %s AND hours.opens <= %s AND hours.closes >= %s
      AND (hours.valid_from IS NULL OR hours.valid_from <= %s)
      AND (hours.valid_until IS NULL OR hours.valid_until >= %s)
) OR EXISTS (
    SELECT 1 FROM clinic_room_injectors may WHERE may.room_id = visit.room_id
) AND NOT EXISTS (
    SELECT 1 FROM clinic_room_injectors may WHERE may.room_id = visit.room_id AND may.injector_id = visit.injector_id
) OR EXISTS (
    SELECT 1 FROM clinic_absence away
    WHERE away.injector_id = visit.injector_id
      AND away.starts_at < visit.ends_at AND away.ends_at > visit.starts_at
) OR EXISTS (
    SELECT 1 FROM clinic_closure closed
    WHERE closed.clinic_id = visit.clinic_id
      AND (closed.room_id IS NULL OR closed.room_id = visit.room_id)
      AND closed.starts_at < visit.ends_at AND closed.ends_at > visit.starts_at
) OR (%s AND NOT EXISTS (
    SELECT 1 FROM clinic_workedholiday worked WHERE worked.clinic_id = visit.clinic_id AND worked.date = %s
)), (SELECT max(given.given_on) FROM treatments_treatmentsession given WHERE given.course_id = visit.course_id)
FROM treatments_treatmentsession visit WHERE visit.course_id = %s AND visit.uid = %s
"""


class Written(NamedTuple):
    """A visit as it now stands in the database, and whether it lies outside the clinic's hours or its course.

    ``last_given`` is the date of the course's last session as the engine hands it over (`Course.due_after_stored`).
    """

    pk: int
    person_id: int | None
    outside: bool
    last_given: dt.date | str | None


def written(session: TreatmentSession) -> Written | None:
    """Return what became of a visit that was to be written, None when nothing did (one query).

    Asked in the transaction that wrote it, under the lock that every change of hours waits for, so that neither can
    miss the other. Every booking asks this, and the ORM took longer to put it together than the database to answer it.
    """
    clinic, zone, ops = session.clinic, session.clinic.zone, connection.ops
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    date = starts.date()
    closes = ends.time() if ends.date() == date else dt.time.max  # no hours go on past midnight
    day = ops.adapt_datefield_value(date)
    holiday = date in public_holidays(clinic.country, clinic.subdivision, date.year)
    hours = map(ops.adapt_timefield_value, (starts.time(), closes))
    uid = TreatmentSession._meta.get_field("uid").get_db_prep_value(session.uid, connection)
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [date.isoweekday(), *hours, day, day, holiday, day, session.course_id, uid])
        row = cursor.fetchone()
    return Written(*row) if row else None


def shut(session: TreatmentSession) -> str:
    """Return why a visit just changed lies outside the clinic's hours, in words, or nothing when it fits."""
    now = written(session)
    return why_outside(session) if now and now.outside else ""


def why_outside(session: TreatmentSession) -> str:
    """Return why a visit does not fit, in words, or that its course has ended when the hours are right (seven queries).

    Injector and room are asked for anew: they may have left, or be out of use, since the visit was put together.
    """
    clinic, date = session.clinic, session.clinic.date_at(session.starts_at)
    injector = clinic.injectors.get(pk=session.injector_id)
    room = clinic.rooms.get(pk=session.room.pk) if session.room else None
    visit = Visit(date, session.starts_at, session.ends_at, injector, room)
    return load(clinic, date, date).why_outside(visit) or "the course has ended"
