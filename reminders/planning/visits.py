"""Reminders before a visit: by far the most, so the database makes them, in one statement for each rule.

All that depends on the clinic's clock is the same for every visit of one day: it is worked out here, once a day ahead.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
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
from reminders.planning.rules import LOOK_AHEAD, ActiveRules
from reminders.standing import ANNOUNCED
from treatments.models import SessionEvent, TreatmentSession
from treatments.undoing import UNDOABLE

DAY = dt.timedelta(days=1)
# What people are told of soon after.
_PLACING = frozenset({SessionEvent.Kind.BOOKED, SessionEvent.Kind.MOVED})


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
    times, undone = active.times_before_visits(), _undone(now)
    return sum(
        in_turn(
            (f"rule {rule.pk}", partial(_create, rule, times[rule.clinic_id], undone, now))
            for rules in active.by_distance(Kind.VISIT).values()
            for rule in rules.values()
        )
    )


def _undone(now: dt.datetime) -> list[int]:
    """Return the visits that stand as before for all that was done of late, since it was undone: nobody hears of it (one query)."""
    late = SessionEvent.objects.filter(at__gt=now - timing.JUST_TOLD, at__lte=now)
    back = late.filter(kind=SessionEvent.Kind.UNDONE, at=F("session__placed_at")).values("session")
    done: dict[int, list[str]] = defaultdict(list)
    for session, kind in late.filter(session__in=back).order_by("pk").values_list("session", "kind"):
        if kind == SessionEvent.Kind.UNDONE:
            del done[session][-1:]
        elif kind in UNDOABLE:
            done[session].append(kind)
    return [session for session, steps in done.items() if _PLACING.isdisjoint(steps)]


def _create(rule: ReminderRule, times: Mapping[int, dt.time], undone: list[int], now: dt.datetime) -> int:
    days = _days(rule, times, now)
    if not days:
        return 0
    # Asked of the visits alone, it is known before all courses are read.
    missing = narrowed(_sessions_without(rule, days, undone, now))
    return apart(missing, lambda some: _insert(some, rule, days, now)) if missing is not None else 0


def _insert(missing: QuerySet[TreatmentSession], rule: ReminderRule, days: list[Day], now: dt.datetime) -> int:
    # In the order of their keys the indexes of the ledger grow at one end.
    sessions = missing.order_by("pk").annotate(
        due=_on_its_day(days, lambda day: day.due_at),
        until=_until(days),
        preferred=F("course__patient__preferred_channel"),
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


def _days(rule: ReminderRule, times: Mapping[int, dt.time], now: dt.datetime) -> list[Day]:
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
    rule: ReminderRule, days: list[Day], undone: list[int], now: dt.datetime
) -> QuerySet[TreatmentSession]:
    """Announced visits of these days that have no reminder by this rule, on any channel, and that nobody was just told of.

    Of those ``undone`` nobody was told anything new, so the rule speaks of them if its moment is still to come.
    """
    mine = Reminder.objects.filter(session=OuterRef("pk"), session_version=OuterRef("version"))
    return (
        TreatmentSession.objects.filter(
            ~Exists(mine.filter(rule=rule, occasion="")),
            ~Exists(mine.filter(state=State.STOPPED)),
            ANNOUNCED,
            clinic=rule.clinic_id,
            starts_at__gt=now,
            starts_at__gte=days[0].begins,
            starts_at__lte=now + LOOK_AHEAD + rule.days_before * DAY,
        )
        .annotate(
            told_by=_on_its_day(days, lambda day: day.told_by), speaks_at=_on_its_day(days, lambda day: day.due_at)
        )
        .filter(Q(placed_at__lte=F("told_by")) | Q(pk__in=undone, placed_at__lte=F("speaks_at")))
        .order_by()
    )
