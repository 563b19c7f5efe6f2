"""Visits as calendar files (RFC 5545): for a phone, a desktop calendar or a feed.

Anybody who sees the phone may read them, so they say that there is a visit, when and where, and nothing else.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Count
from icalendar import Calendar, Event, Timezone, vDuration

from clinic.models import Clinic
from treatments.models import SessionEvent, Status, TreatmentSession

TITLE = "Clinic visit"
PRODUCT = "-//Twelve Weeks//Calendar//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"
FEED_REFRESH = dt.timedelta(hours=1)
# The steps that may change what the entry says, or whether there is one.
_STEPS = (SessionEvent.Kind.MOVED, SessionEvent.Kind.STATUS, SessionEvent.Kind.UNDONE)


def visit_file(session: TreatmentSession, *, now: dt.datetime, title: str = TITLE) -> bytes:
    """Return one visit. Opened again after a move it changes the same entry; after a cancellation it takes it away.

    A visit that was booked in place of a cancelled one takes over its entry: else both stood in the phone. ``title`` is
    what the entry is called, in the language of whoever reads it.
    """
    cancelled = session.status == Status.CANCELLED
    calendar = _calendar(session.clinic, [session], "CANCEL" if cancelled else "PUBLISH", now)
    uids, keys = zip(*_in_one_entry(session), strict=True)
    sequence = sum(_steps_of(keys).values()) + len(keys) - 1  # each visit in the place of another is a step, too
    calendar.add_component(_event(session.clinic, session, uids[0], sequence, now, title))
    return _written(calendar)


def _in_one_entry(session: TreatmentSession) -> list[tuple[uuid.UUID, int]]:
    """Return uid and key of the visits that share an entry, in order: this one, and cancelled ones right before and after it."""
    rows = list(
        TreatmentSession.objects.filter(course=session.course_id).order_by("pk").values_list("uid", "pk", "status")
    )
    first = last = next(place for place, row in enumerate(rows) if row[1] == session.pk)
    while first and rows[first - 1][2] == Status.CANCELLED:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1][2] == Status.CANCELLED:
        last += 1
    return [(uid, key) for uid, key, _ in rows[first : last + 1]]


def feed_file(clinic: Clinic, sessions: Iterable[TreatmentSession], *, now: dt.datetime) -> bytes:
    """Return the visits of a feed. A visit that is no longer in it disappears from whoever reads the feed."""
    shown = list(sessions)
    calendar = _calendar(clinic, shown, "PUBLISH", now)
    steps = _steps_of([session.pk for session in shown])
    for session in shown:
        calendar.add_component(_event(clinic, session, session.uid, steps.get(session.pk, 0), now))
    calendar.add("x-wr-calname", "Clinic visits")
    calendar.add("x-wr-timezone", clinic.timezone)
    calendar.add("refresh-interval", vDuration(FEED_REFRESH), parameters={"VALUE": "DURATION"})
    return _written(calendar)


def _written(calendar: Calendar) -> bytes:
    content: bytes = calendar.to_ical()
    return content


def _calendar(clinic: Clinic, sessions: list[TreatmentSession], method: str, now: dt.datetime) -> Calendar:
    """Return a calendar with the zone of these visits, yet without them."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    years = [session.local_date.year for session in sessions] or [now.year]
    # The rules of a year before and after: a reader must know in which half of the year the visit lies.
    first, last = dt.date(min(years) - 1, 1, 1), dt.date(max(years) + 2, 1, 1)
    calendar.add_component(Timezone.from_tzid(clinic.timezone, first_date=first, last_date=last))
    return calendar


def _steps_of(sessions: Sequence[int]) -> dict[int, int]:
    """Return how many steps each visit has taken, by its key (one query). They are never taken out of its history."""
    events = SessionEvent.objects.filter(session__in=sessions, kind__in=_STEPS)
    return dict(events.order_by().values_list("session").annotate(Count("pk")))


def _event(
    clinic: Clinic, session: TreatmentSession, uid: uuid.UUID, sequence: int, now: dt.datetime, title: str = TITLE
) -> Event:
    event = Event()
    event.add("uid", str(uid))
    # Calendars keep the entry with the highest number: it rises with every move, with a cancellation and with its undo.
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", session.starts_at.astimezone(clinic.zone))
    event.add("dtend", session.ends_at.astimezone(clinic.zone))
    event.add("summary", title)
    event.add("location", clinic.address)
    event.add("status", "CANCELLED" if session.status == Status.CANCELLED else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event
