"""Reminders before a visit: by far the most, so the database makes them, in one statement for each rule.

All that depends on the clinic's clock is the same for every visit of one day: it is worked out here, once a day ahead.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from reminders import timing
from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.planning.apart import apart, in_turn
from reminders.planning.channel import reached
from reminders.planning.few import narrowed
from reminders.planning.insert import insert_missing, standing
from reminders.planning.known import known_since, knows_its_time, what_they_know
from reminders.planning.rules import LOOK_AHEAD, ActiveRules, Times
from reminders.standing import ANNOUNCED
from treatments.models import SessionEvent, TreatmentSession

DAY = dt.timedelta(days=1)
# What gives a visit its time anew.
_PLACING = (SessionEvent.Kind.MOVED, SessionEvent.Kind.UNDONE)


class Earlier(Func):
    """An instant so many seconds earlier. Django's own subtraction calls back into Python on SQLite, for each row."""

    template = "(%(expressions)s - interval '%(seconds)d seconds')"
    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps instants as text and moves them through a modifier."""
        return self.as_sql(
            compiler, connection, template="datetime(%(expressions)s, '-%(seconds)d seconds')", **context
        )


class Day(NamedTuple):
    """A day at the clinic: its instants, and what a rule says of its visits."""

    begins: dt.datetime
    ends: dt.datetime
    says: timing.VisitDay


def create_visits(active: ActiveRules, *, now: dt.datetime) -> int:
    """Create what rules about visits ask for in the days ahead; return how many rows were made."""
    times, told_before = active.times_before(Kind.VISIT), _told_before(now)
    return sum(
        in_turn(
            (f"rule {rule.pk}", partial(_create, rule, times[rule.clinic_id], told_before, now))
            for rules in active.by_distance(Kind.VISIT).values()
            for rule in rules.values()
        )
    )


def _told_before(now: dt.datetime) -> list[Any]:
    """Return the visits that were placed anew of late, at the time that their people know: nobody hears of it.

    Moved there and back, or to another injector at the same time.
    """
    late = SessionEvent.objects.filter(kind__in=_PLACING, at__gt=now - DAY, at__lte=now)
    placed = TreatmentSession.objects.filter(ANNOUNCED, pk__in=late.values("session"), starts_at__gt=now)
    # Putting together what they know costs more than a short question, and often there is nobody to ask about.
    if not placed.exists():
        return []
    rows: QuerySet[Any] = placed.annotate(**what_they_know()).only("clinic", "starts_at", "version")
    return [visit for visit in rows if knows_its_time(visit)]


def _create(rule: ReminderRule, times: Times, told_before: list[Any], now: dt.datetime) -> int:
    days = _days(rule, times, now)
    if not days:
        return 0
    known = [one.pk for one in told_before if one.clinic_id == rule.clinic_id and _is_long_known(one, days)]
    # Asked of the visits alone, it is known before all courses are read.
    missing = narrowed(_sessions_without(rule, days, known, now))
    return apart(missing, lambda some: _insert(some, rule, days, now)) if missing is not None else 0


def _is_long_known(visit: Any, days: list[Day]) -> bool:
    """Return whether a visit of these days was told early enough for the rule to speak of it."""
    told_by = next((day.says.told_by for day in days if day.begins <= visit.starts_at < day.ends), None)
    since = known_since(visit)
    return told_by is not None and (since is None or since <= told_by)


def _insert(missing: QuerySet[TreatmentSession], rule: ReminderRule, days: list[Day], now: dt.datetime) -> int:
    # In the order of their keys the indexes of the ledger grow at one end.
    sessions = missing.order_by("pk").annotate(
        due=_on_its_day(days, lambda day: day.due_at),
        until=_until(days),
        **reached("course__patient"),
    )
    return insert_missing(
        sessions,
        standing(rule, now)
        | {
            "patient": F("course__patient_id"),
            "course": F("course_id"),
            "session": F("pk"),
            "session_version": F("version"),
            "visit_at": F("starts_at"),
        },
    )


def _days(rule: ReminderRule, times: Times, now: dt.datetime) -> list[Day]:
    """Return the days of the visits that a rule may speak of now."""
    zone = rule.clinic.zone
    date, last = (moment.astimezone(zone).date() for moment in (now, now + LOOK_AHEAD + rule.days_before * DAY))
    days = []
    while date <= last:
        says = timing.visit_day(date, rule.days_before, times, zone)
        begins, ends = (timing.at_local(day, dt.time(0), zone) for day in (date, date + DAY))
        # When a later rule has yet to speak, its message makes up for one that was never planned.
        if says.until is None or says.until > now:
            days.append(Day(begins, ends, says))
        date += DAY
    return days


def _until(days: list[Day]) -> Combinable:
    """Return a column: until when the message is of use. The last rule's is so until shortly before the visit itself."""
    if days[0].says.until is None:
        return Earlier(F("starts_at"), seconds=timing.LAST_USE_BEFORE_VISIT.total_seconds())
    return _on_its_day(days, lambda says: says.until)


def _on_its_day(days: list[Day], fact: Callable[[timing.VisitDay], dt.datetime | None]) -> Case:
    """Return a column: a fact of the day on which the visit is."""
    cases = [When(starts_at__lt=day.ends, then=Value(fact(day.says), DateTimeField())) for day in days]
    return Case(*cases, output_field=DateTimeField())


def _sessions_without(
    rule: ReminderRule, days: list[Day], known: list[int], now: dt.datetime
) -> QuerySet[TreatmentSession]:
    """Announced visits of these days that have no reminder by this rule, on any channel, and that nobody was just told of.

    Those ``known`` were placed anew since, at the time that had been told long before.
    """
    about = Reminder.objects.filter(session=OuterRef("pk"))
    return (
        TreatmentSession.objects.filter(
            ~Exists(about.filter(session_version=OuterRef("version"), rule=rule, occasion="")),
            # By a person, for this visit at this time.
            ~Exists(about.filter(visit_at=OuterRef("starts_at"), state=State.STOPPED)),
            ANNOUNCED,
            clinic=rule.clinic_id,
            starts_at__gt=now,
            starts_at__gte=days[0].begins,
            starts_at__lte=now + LOOK_AHEAD + rule.days_before * DAY,
        )
        .annotate(told_by=_on_its_day(days, lambda day: day.told_by))
        .filter(Q(placed_at__lte=F("told_by")) | Q(pk__in=known))
        .order_by()
    )
