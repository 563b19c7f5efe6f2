"""The sessions behind the numbers: what a report counts, said once, as filters that stand in the address."""

import datetime as dt
from typing import Any

import django_filters
from django.db.models import (
    Case,
    CharField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, ExtractIsoWeekDay

from clinic.wording import WEEKDAYS
from reminders.models import Kind, Reminder, State
from reminders.models.reminder import TELLS_ITS_TIME
from treatments.history import called_off
from treatments.log.filters import SessionFilter
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.models.session import GIVEN, OCCUPYING

# A visit that was kept or missed. One that was cancelled or moved is neither, and one that is still open not yet.
CAME = Q(status=Status.DONE)
MISSED = Q(status=Status.NO_SHOW)
KEPT_OR_MISSED = CAME | MISSED
# What took time of somebody who works here now.
TOOK_TIME = Q(status__in=(*OCCUPYING, Status.NO_SHOW), injector__active=True)
CONFIRMED = Q(answer=TreatmentSession.Answer.CONFIRMED)
# What the software could not reach anybody with had no part in their answer.
SOON = dt.timedelta(hours=48)
LONGEST_VISIT = dt.timedelta(hours=1)  # `clinic_session_10_to_60_minutes`

REACHED = (("delivered", "Delivered"), ("sent", "Sent, no receipt"), ("none", "None sent"))


class DaysBetween(Func):
    """Days from the second date to the first, in the database."""

    output_field = IntegerField()
    arity = 2
    arg_joiner = " - "
    template = "(%(expressions)s)"

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        """SQLite keeps dates as text and knows the day number of each."""
        first, last = (f"julianday({sql})" for sql in ("%s", "%s"))
        parts = [compiler.compile(one) for one in self.get_source_expressions()]
        sql = f"CAST({first % parts[0][0]} - {last % parts[1][0]} AS INTEGER)"
        return sql, [*parts[0][1], *parts[1][1]]


def reminded(sessions: Any) -> Any:
    """Annotate ``reached``: what became of the reminders before the visit at the time it has now."""
    sent = _sent()
    arrived = Exists(sent.filter(delivered_at__isnull=False))
    reached = Case(
        When(arrived, then=Value("delivered")), When(Exists(sent), then=Value("sent")),
        default=Value("none"), output_field=CharField(),
    )  # fmt: skip
    return sessions.annotate(reached=reached)


def told(sessions: Any) -> Any:
    """Narrow to visits about which a reminder went out, with ``first_sent``."""
    first = _sent().order_by().values("session").annotate(first=Min("closed_at")).values("first")
    return sessions.annotate(first_sent=Subquery(first)).filter(first_sent__isnull=False)


def soon() -> Q:
    """Return the condition that a visit of `told` was confirmed within two days."""
    limit = ExpressionWrapper(F("first_sent") + Value(SOON, DurationField()), output_field=_moment())
    return CONFIRMED & Q(answered_at__gte=F("first_sent"), answered_at__lte=limit)


def apart(sessions: Any) -> Any:
    """Narrow to sessions given after another one of the same course, with ``gap``, the days between them."""
    before = TreatmentSession.objects.filter(
        course=OuterRef("course"), given_on__isnull=False, given_on__lt=OuterRef("given_on")
    )
    newest = before.order_by("-given_on").values("given_on")[:1]
    given = sessions.filter(status__in=GIVEN).annotate(given_before=Subquery(newest))
    return given.filter(given_before__isnull=False).annotate(gap=DaysBetween(F("given_on"), F("given_before")))


def moved() -> Exists:
    """Return the condition that a visit got another time at least once.

    Another injector at the same time is no such move, and neither is one that was undone at once: nobody is told of
    either. What is undone is always the step before.
    """
    following = SessionEvent.objects.steps().filter(session=OuterRef("session"), pk__gt=OuterRef("pk")).order_by("pk")
    moves = SessionEvent.objects.filter(session=OuterRef("pk"), kind=SessionEvent.Kind.MOVED).alias(
        old=KT("before__starts_at"),
        new=KT("after__starts_at"),
        followed_by=Coalesce(Subquery(following.values("kind")[:1]), Value("")),
    )
    return Exists(moves.exclude(old=F("new")).exclude(followed_by=SessionEvent.Kind.UNDONE))


def filled() -> Exists:
    """Return the condition that somebody else came into the time of a cancelled visit."""
    others = TreatmentSession.objects.filter(
        ~Q(course=OuterRef("course")),
        injector=OuterRef("injector"),
        status__in=(*OCCUPYING, Status.NO_SHOW),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
        # No visit is longer: so far back the index has to look, and no further.
        starts_at__gt=ExpressionWrapper(
            OuterRef("starts_at") - Value(LONGEST_VISIT, DurationField()), output_field=_moment()
        ),
    )
    return Exists(others)


def _moment() -> Any:
    return TreatmentSession._meta.get_field("starts_at")


def _sent() -> QuerySet[Reminder]:
    """Return, for a visit, the reminders of its time that went out; the check-ups after it are messages about it too."""
    return Reminder.objects.filter(TELLS_ITS_TIME, session=OuterRef("pk"), rule__kind=Kind.VISIT, state=State.SENT)


class RowsFilter(SessionFilter):
    """The filters of the log and those that only reports ask for."""

    counted = django_filters.BooleanFilter(method="kept_or_missed", label="Kept or missed")
    weekday = django_filters.ChoiceFilter(
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS, 1)], method="on_weekday", label="Weekday"
    )
    confirmed = django_filters.BooleanFilter(method="with_confirmation", label="Confirmed")
    reached = django_filters.ChoiceFilter(choices=REACHED, method="with_reminders", label="Reminders")
    took_time = django_filters.BooleanFilter(
        method="that_took_time", label="Took time of an injector who works here now"
    )
    called_off = django_filters.BooleanFilter(method="that_were_called_off", label="Cancelled, not undone at once")
    moved = django_filters.BooleanFilter(method="that_moved", label="Moved at least once")
    filled = django_filters.BooleanFilter(method="whose_time_was_filled", label="Time filled by somebody else")
    told = django_filters.BooleanFilter(method="that_were_told", label="Reminder sent")
    soon = django_filters.BooleanFilter(method="confirmed_soon", label="Confirmed within 48 hours")
    gap_from = django_filters.NumberFilter(method="gap", label="Days since the last, at least")
    gap_to = django_filters.NumberFilter(method="gap", label="Days since the last, at most")

    def kept_or_missed(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to what a no-show rate is counted from."""
        return found.filter(KEPT_OR_MISSED) if value else found

    def on_weekday(self, found: Any, name: str, value: str) -> Any:
        """Narrow to a day of the week at the clinic."""
        return found.annotate(weekday=ExtractIsoWeekDay("local_date")).filter(weekday=value)

    def with_confirmation(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow by whether the person said that they would come."""
        return found.filter(CONFIRMED) if value else found.exclude(CONFIRMED)

    def with_reminders(self, found: Any, name: str, value: str) -> Any:
        """Narrow by what became of the reminders."""
        return reminded(found).filter(reached=value)

    def that_took_time(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to visits and no-shows, which minutes booked are counted from."""
        return found.filter(TOOK_TIME) if value else found

    def that_were_called_off(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to cancelled visits."""
        return found.filter(called_off()) if value else found

    def that_moved(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to visits that got another time."""
        return found.filter(moved()) if value else found

    def whose_time_was_filled(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow by whether somebody else came into the time."""
        return found.filter(filled() if value else ~filled())

    def that_were_told(self, found: Any, name: str, value: bool) -> Any:
        """Narrow to visits that a reminder went out about."""
        return told(found.exclude(status=Status.CANCELLED)) if value else found

    def confirmed_soon(self, found: Any, name: str, value: bool) -> Any:
        """Narrow to those confirmed within two days."""
        return told(found.exclude(status=Status.CANCELLED)).filter(soon()) if value else found

    def gap(self, found: Any, name: str, value: Any) -> Any:
        """Narrow by the days since the session before."""
        return apart(found).filter(**{"gap__gte" if name == "gap_from" else "gap__lte": value})
