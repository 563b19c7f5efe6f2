"""The day a session was given, which is not always the day of its signature.

Cycle, claim, vials, credentials and the safety questions (clinical rule 21: screen and session on the same day) go by
the day of the injections. Whoever signs on a later day says which day that was.
"""

import datetime as dt

from django.db.models import Min

from treatments.models import SessionEvent, Status, TreatmentSession


def days(session: TreatmentSession, at: dt.datetime) -> list[dt.date]:
    """Return the days at the clinic that a signature at ``at`` can be about, the first first.

    The visit's own day, the day the person was taken into the room, and that of the signature (1 query, none for a
    visit of that day).
    """
    today = _day(session, at)
    if session.local_date >= today:
        return [today]
    entered = _entered(session)
    found = {session.local_date, today} | ({_day(session, entered)} if entered else set())
    return sorted(day for day in found if session.local_date <= day <= today)


def likely(session: TreatmentSession, at: dt.datetime) -> dt.date | None:
    """Return the day to begin with; None where nothing speaks for one of them.

    A person who was taken into the room on a day before was treated on it. For one who was marked only today, the
    visit may be of the day it was booked for, or they came another day than that.
    """
    today = _day(session, at)
    if session.local_date >= today:
        return today
    entered = _entered(session)
    return _day(session, entered) if entered and _day(session, entered) < today else None


def day(session: TreatmentSession, said: dt.date | None, at: dt.datetime) -> dt.date | None:
    """Return the day it was given: as ``said``, or without a word the only one it can be; None where it was not said."""
    possible = days(session, at)
    if said in possible:
        return said
    return possible[0] if said is None and len(possible) == 1 else None


def days_then(session: TreatmentSession) -> list[dt.date]:
    """Return the days that a correction can be about: those that the first signature could (2 queries, 1 as a rule)."""
    return days(session, first_signed_at(session))


def first_signed_at(session: TreatmentSession) -> dt.datetime:
    """Return when a signed session was signed first, whatever was corrected since (1 query)."""
    found: dt.datetime = session.versions.filter(signed_at__isnull=False).aggregate(first=Min("signed_at"))["first"]
    return found


def began(session: TreatmentSession, given_on: dt.date, at: dt.datetime) -> dt.datetime:
    """Return when it began: as the person came into the room, else as the visit was booked, if either was that day."""
    known = [moment for moment in (_entered(session), session.starts_at) if moment]
    return next((moment for moment in known if _day(session, moment) == given_on), at)


def moment(session: TreatmentSession, given_on: dt.date, at: dt.datetime) -> dt.datetime:
    """Return the moment that what was known then is judged by: that of a signature of the same day, else its end."""
    if _day(session, at) == given_on:
        return at
    return min(at, began(session, given_on, at) + (session.ends_at - session.starts_at))


def latest(session: TreatmentSession, given_on: dt.date, at: dt.datetime) -> dt.datetime:
    """Return the last moment that can be of it: a signature of the same day, else that day's midnight.

    A visit may take longer than it was booked for, and nobody writes down when it ended.
    """
    return min(at, dt.datetime.combine(given_on + dt.timedelta(days=1), dt.time.min, session.clinic.zone))


def _entered(session: TreatmentSession) -> dt.datetime | None:
    """Return when the person was last taken into the room."""
    steps = SessionEvent.objects.filter(
        session=session, kind=SessionEvent.Kind.STATUS, after__status=Status.IN_ROOM.value
    )
    return steps.order_by("-pk").values_list("at", flat=True).first()


def _day(session: TreatmentSession, at: dt.datetime) -> dt.date:
    return session.clinic.date_at(at)
