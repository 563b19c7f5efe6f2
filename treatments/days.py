"""A clinic's day as a list: each session with what the desk needs to know beside it."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.models import Clinic
from clinic.written_out import written_out
from patients.models import Assessment, DiaryDay
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN

DIARY_DAYS = 28
NOTE_LETTERS = 80  # of a note, in a row
_AWAY = (Status.NO_SHOW, Status.CANCELLED)
_COLUMNS = (
    ("booked", "Booked", (Status.BOOKED,)),
    ("arrived", "Arrived", (Status.ARRIVED,)),
    ("in_room", "In room", (Status.IN_ROOM,)),
    ("done", "Done", (Status.DONE,)),
    ("away", "No-show or cancelled", _AWAY),
)
# What a row shows of a visit. A day has hundreds, and half the time of reading one goes into columns nobody looks at.
_SHOWN = (
    *(
        "uid",
        "clinic_id",
        "status",
        "answer",
        "version",
        "starts_at",
        "ends_at",
        "local_date",
        "given_on",
        "arrived_at",
        "note",
    ),
    *("course__uid", "course__clinic_id", "course__cycles_before", "course__closed_on"),
    *(f"course__patient__{name}" for name in ("uid", "given_name", "family_name", "birth_date", "record_number")),
    *("injector_id", "room_id"),
)


@dataclass(frozen=True)
class DayCount:
    """How many sessions of a day have one status."""

    key: str
    label: str
    number: int


@dataclass(frozen=True)
class DayLeft:
    """A day gone by, and how many of its visits stand open."""

    date: dt.date
    number: int


@dataclass(frozen=True)
class DayRow:
    """A session of the day as it stands at a moment: minutes are whole minutes since the patient came, or went in.

    ``over``: its time has passed, and nobody has said that the patient came. ``recalled``: they did not come, and are on
    the recall list.
    """

    session: Any
    last: Any
    waiting: int | None = None
    late: bool = False
    in_room: int | None = None
    flags: tuple[str, ...] = ()
    over: bool = False
    recalled: bool = False

    @property
    def state(self) -> str:
        """What a reader would call the same row: it changes when the visit does, and not with the minutes."""
        visit = self.session
        last = self.last.pk if self.last else 0
        ended = visit.course.closed_on is not None
        beside = f"{'over' if self.over else ''}.{'recalled' if self.recalled else ''}.{'ended' if ended else ''}"
        return f"{visit.status}.{visit.version}.{last}.{visit.next_starts_at or ''}.{beside}.{'.'.join(self.flags)}"


@dataclass(frozen=True)
class Column:
    """One column of the board."""

    key: str
    label: str
    rows: list[DayRow]


def given_before() -> QuerySet[TreatmentSession]:
    """Return, for a session, those of its course that were given on days before its own.

    By the days on which they were given, which an index holds: a course of years has dozens of them.
    """
    return TreatmentSession.objects.filter(
        course=OuterRef("course"), given_on__lt=Coalesce(OuterRef("given_on"), OuterRef("local_date"))
    ).order_by()


def with_cycle(sessions: QuerySet[TreatmentSession]) -> QuerySet[Any]:
    """Annotate ``cycle`` (1 for the first session) and ``last_given_on`` (of the session before, or None)."""
    number = given_before().values("course").annotate(given=Count("given_on")).values("given")
    return sessions.annotate(
        last_given_on=Subquery(given_before().order_by("-given_on").values("given_on")[:1]),
        cycle=Coalesce(Subquery(number), 0) + F("course__cycles_before") + 1,
    )


def shown_on(clinic: Clinic, day: dt.date) -> QuerySet[TreatmentSession]:
    """Return the sessions of a day, for questions about all of them: a list of hundreds of keys takes longer to send."""
    return TreatmentSession.objects.filter(clinic=clinic, local_date=day).exclude(status=Status.GIVEN_BEFORE)


def sessions_of_day(clinic: Clinic, day: dt.date) -> list[Any]:
    """Return the day's sessions in order of time, with patient, names, history and next visit (2 queries).

    Of the injector, the room and who did what only the name: an object of each for hundreds of rows was a fifth of the
    page's time. ``steps`` of each are those of its history, the newest first.
    """
    steps = defaultdict[int, list[SessionEvent]](list)
    history = (
        SessionEvent.objects.steps().filter(session__in=shown_on(clinic, day)).annotate(by_name=F("by__full_name"))
    )
    for step in history.only("session_id", "at", "kind").order_by("-pk"):
        steps[step.session_id].append(step)
    sessions = list(_with_all(clinic, day))
    for session in sessions:
        session.steps = steps[session.pk]
    return sessions


def _with_all(clinic: Clinic, day: dt.date) -> QuerySet[Any]:
    nearest = TreatmentSession.objects.filter(
        course=OuterRef("course"), status__in=OPEN, starts_at__gt=OuterRef("starts_at")
    )
    rows: QuerySet[Any] = (
        with_cycle(shown_on(clinic, day))
        .annotate(
            injector_name=F("injector__name"),
            room_name=F("room__name"),
            next_starts_at=Subquery(nearest.order_by("starts_at").values("starts_at")[:1]),
            diary_days=Coalesce(Subquery(_diary_before(day)), 0),
            assessed=Subquery(_newest_signed().values("outcome")[:1]),
            overridden=Subquery(_newest_signed().values("override_reason")[:1]),
        )
        .select_related("course__patient")
        .only(*_SHOWN)
        .order_by("starts_at", "pk")
    )
    return rows


def _diary_before(day: dt.date) -> QuerySet[Any]:
    """Count the diary days of the four weeks before a visit, for the row's patient."""
    days = DiaryDay.objects.filter(
        patient=OuterRef("course__patient"), date__gte=day - dt.timedelta(days=DIARY_DAYS), date__lt=day
    )
    return days.order_by().values("patient").annotate(number=Count("pk")).values("number")


def _newest_signed() -> QuerySet[Assessment]:
    signed = Assessment.objects.filter(patient=OuterRef("course__patient"), signed_at__isnull=False)
    return signed.order_by("-assessed_on", "-pk")


def recalled(sessions: Iterable[Any], clinic: Clinic, now: dt.datetime) -> set[int]:
    """Return the courses of those who did not come that are on the recall list (1 query, none where everybody came).

    Not all are: they were treated later that day, are left alone for a while, or their course has ended.
    """
    away = {one.course_id for one in sessions if one.status in _AWAY}
    if not away:
        return set()
    listed = Course.objects.filter(pk__in=away).to_recall(clinic.date_at(now))
    return set(listed.values_list("pk", flat=True))


def row_of(session: Any, clinic: Clinic, now: dt.datetime, recalled: Collection[int] = ()) -> DayRow:
    """Return a session of `sessions_of_day` with its minutes and flags at ``now``; ``recalled`` as `recalled` says."""
    last = next(iter(session.steps), None)
    waiting = in_room = None
    # Of a day gone by nobody waits any more: it was not closed.
    is_today = session.local_date == clinic.date_at(now)
    if session.status == Status.ARRIVED and session.arrived_at and is_today:
        waiting = _minutes(now - session.arrived_at)
    entered = next((event for event in session.steps if event.kind == SessionEvent.Kind.STATUS), None)
    if session.status == Status.IN_ROOM and entered and is_today:
        in_room = _minutes(now - entered.at)
    late = waiting is not None and waiting > clinic.late_after_minutes
    over = session.status == Status.BOOKED and session.ends_at <= now
    on_recall = session.status in _AWAY and session.course_id in recalled
    return DayRow(session, last, waiting, late, in_room, tuple(_flags(session)), over, on_recall)


def _flags(session: Any) -> Iterator[str]:
    """Yield what somebody should look at before an open visit."""
    if session.status not in OPEN:
        return
    if session.note:
        yield f"Note: {in_a_row(session.note)}"
    if session.diary_days < DIARY_DAYS:
        yield f"Diary {session.diary_days} of {DIARY_DAYS} days"
    if session.assessed and session.assessed != Assessment.Outcome.ELIGIBLE and not session.overridden:
        yield "Not eligible at the last assessment"


def in_a_row(note: str) -> str:
    """Return as much of a note as a row has room for; another page has it whole."""
    return shorten(note, NOTE_LETTERS, placeholder="…")


def _minutes(length: dt.timedelta) -> int:
    return max(0, int(length.total_seconds() // 60))


def board(rows: list[DayRow]) -> list[Column]:
    """Sort the rows of a day into the columns of the board, in order of time."""
    return [Column(key, label, [row for row in rows if row.session.status in held]) for key, label, held in _COLUMNS]


def still_open(clinic: Clinic, day: dt.date, now: dt.datetime) -> QuerySet[Any]:
    """Return the visits of a day whose time is over and which nobody has closed: people who came, or did not.

    Of a day gone by as many as `left_open` says of it.
    """
    rows: QuerySet[Any] = TreatmentSession.objects.filter(
        clinic=clinic, local_date=day, status__in=OPEN, ends_at__lte=now
    )
    return rows.select_related("clinic", "course__patient", "injector").order_by("starts_at", "pk")


def left_open(clinic: Clinic, today: dt.date) -> list[DayLeft]:
    """Return the days before ``today`` with visits that nobody has closed, the oldest first (1 query).

    While a visit is open its person counts as booked, and is on no recall list: nobody else would miss them.
    """
    visits = TreatmentSession.objects.filter(clinic=clinic, status__in=written_out(OPEN), local_date__lt=today)
    numbers = visits.order_by("local_date").values_list("local_date").annotate(number=Count("pk"))
    return [DayLeft(date, number) for date, number in numbers]


def counts(sessions: list[Any]) -> list[DayCount]:
    """Return how many sessions stand where, in the order of a visit, leaving out what is zero."""
    tally = Counter(session.chip for session in sessions)
    labels = {Status.BOOKED.value: "booked", "confirmed": "confirmed", "asked_to_move": "asked to move"}
    labels |= {
        status.value: status.label.lower() for status in Status if status not in {Status.BOOKED, Status.GIVEN_BEFORE}
    }
    return [DayCount(key, label, tally[key]) for key, label in labels.items() if tally[key]]


def next_day_with_visits(clinic: Clinic, after: dt.date) -> dt.date | None:
    """Return the next date that has a visit in the calendar."""
    return (
        TreatmentSession.objects.filter(clinic=clinic, status__in=written_out(OPEN), local_date__gt=after)
        .order_by("local_date")
        .values_list("local_date", flat=True)
        .first()
    )
