"""Whom no message has reached about their visit, and why: the list of calls to make (five queries)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from clinic.models import Clinic
from clinic.wording import clock_words
from patients.models import Channel, ContactPoint
from patients.models.contact import spoken_address
from reminders import timing
from reminders.models import Kind, Reminder, ReminderRule, State, VisitCall
from reminders.standing import ASKED_TO_MOVE
from treatments.models import Status, TreatmentSession

# Most phones that are on say within minutes that a text arrived; after this long somebody calls.
TO_ARRIVE = dt.timedelta(hours=2)
# A gateway that confirmed a message sent within this time is one that confirms.
CONFIRMS_WITHIN = dt.timedelta(days=7)
# Whoever was told so lately knows it, of their booking too: the usual rules speak three days and one day before.
NEWS_FOR = dt.timedelta(days=3)
NOT_CONFIRMED = "Sent, and not known to have arrived"
NOT_PLANNED = "No message was planned"
JUST_BOOKED = "Booked after the last message was due"


@dataclass(frozen=True)
class Untold:
    """One visit of the day of which no message has told: why, on which number to call, and who has called."""

    session: TreatmentSession
    why: str
    phone: str
    call: VisitCall | None


def untold(*, clinic: Clinic, day: dt.date, now: dt.datetime) -> list[Untold]:
    """Return the visits of a day that no message has told of, those still to call first, in order of time."""
    sessions = list(_sessions(clinic, day, now))
    about = defaultdict(list)
    now_so = Q(session_version=F("session__version")) | Q(visit_at=F("session__starts_at")) & ~Q(state=State.CANCELLED)
    for reminder in Reminder.objects.filter(_reminds(clinic, day), now_so, session__in=sessions):
        about[reminder.session_id].append(reminder)
    standing = VisitCall.objects.that_stand().filter(session__in=sessions).select_related("by")
    calls = {call.session_id: call for call in standing}
    points = ContactPoint.objects.filter(patient__in=[one.course.patient_id for one in sessions], channel=Channel.SMS)
    phones = {point.patient_id: spoken_address(Channel.SMS, point.address, clinic.country) for point in points}
    rows = []
    for session in sessions:
        newest = [one for one in about[session.pk] if one.session_version == session.version]
        why = why_untold(session, newest or about[session.pk], clinic.zone)
        rows.append(Untold(session, why, phones.get(session.course.patient_id, ""), calls.get(session.pk)))
    return sorted(rows, key=lambda row: row.call is not None)


def _sessions(clinic: Clinic, day: dt.date, now: dt.datetime) -> QuerySet[TreatmentSession]:
    about = Reminder.objects.filter(session=OuterRef("pk"))
    reached = about.filter(_reminds(clinic, day), _reached(clinic, now))
    # That it stands after all is told later, to who was told meanwhile that it is cancelled.
    later = Reminder.objects.filter(
        session=OuterRef("session"),
        session_version=OuterRef("session_version"),
        rule__kind=Kind.MOVED,
        due_at__gt=OuterRef("due_at"),
    ).exclude(state=State.CANCELLED)
    told = reached.filter(~Exists(later), session_version=OuterRef("version"))
    # Told that time already, whoever sees them then: unless something else was told since, and this has to be told anew.
    anew = about.filter(session_version=OuterRef("version"), rule__kind=Kind.MOVED).exclude(state=State.CANCELLED)
    told_before = Exists(reached.filter(visit_at=OuterRef("starts_at"))) & ~Exists(anew)
    called = VisitCall.objects.that_stand().filter(session=OuterRef("pk"))
    booked = TreatmentSession.objects.filter(clinic=clinic, local_date=day, status=Status.BOOKED)
    return (
        booked.filter(~Exists(told) & ~told_before | Exists(called))
        .select_related("course__patient", "injector", "clinic")
        .order_by("starts_at", "pk")
    )


def _reminds(clinic: Clinic, day: dt.date) -> Q:
    """Return which messages remind of a visit of a day: those of the last days, and the clinic's last one before a visit."""
    lately = timing.at_local(day, dt.time(0), clinic.zone) - NEWS_FOR
    later = ReminderRule.objects.filter(
        clinic=clinic, kind=Kind.VISIT, active=True, days_before__lt=OuterRef("rule__days_before")
    )
    of_these_days = Q(rule__kind__in=(Kind.VISIT, Kind.BOOKED, Kind.MOVED), due_at__gte=lately)
    return of_these_days | Q(rule__kind=Kind.VISIT) & ~Q(Exists(later))


def _reached(clinic: Clinic, now: dt.datetime) -> Q:
    """Return which messages told somebody: delivered, or handed to a gateway that never says so, or moments ago."""
    lately = Reminder.objects.filter(clinic=clinic, state=State.SENT, closed_at__gte=now - CONFIRMS_WITHIN)
    delivered = lately.filter(delivered_at__isnull=False)
    confirming = list(delivered.order_by().values_list("channel", flat=True).distinct())
    believed = Q(delivered_at__isnull=False) | ~Q(channel__in=confirming) | Q(closed_at__gt=now - TO_ARRIVE)
    return Q(state=State.HANDLED) | Q(state=State.SENT) & believed


def why_untold(session: TreatmentSession, reminders: list[Reminder], zone: ZoneInfo) -> str:
    """Return in plain words why no message has told of a visit."""
    if session.answer == TreatmentSession.Answer.ASKED_TO_MOVE:
        return ASKED_TO_MOVE
    if not reminders:
        one_day = dt.timedelta(days=1)
        return JUST_BOOKED if session.placed_at > session.starts_at - 2 * one_day else NOT_PLANNED
    last = max(reminders, key=lambda reminder: (reminder.due_at, reminder.pk))
    if last.state in (State.WAITING, State.SENDING):
        waits = f"Waits until {clock_words(last.due_at.astimezone(zone).time())}"
        return f"{waits}: {last.reason}" if last.reason else waits
    if last.state == State.SENT:
        return NOT_CONFIRMED
    return last.reason or last.get_state_display()
