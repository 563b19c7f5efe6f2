"""The response of everybody in treatment, counted by the database in one statement and read row by row.

The rules are those of one person's page: what is counted here is handed to the same functions.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, DateField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from clinic.models import Clinic
from patients.diary import Window
from patients.eligibility.counts import WINDOW_DAYS
from patients.eligibility.renewal import EPISODIC_MONTHS
from patients.models import Baseline, DiaryDay, Patient
from treatments.models import Course, TreatmentSession
from treatments.models.course import AddDays
from treatments.response.cycles import (
    WEEKS_9_TO_12_END,
    Period,
    Response,
    fewer_days,
    month_ends,
    no_longer_chronic,
)
from treatments.response.rule import judged_by, rule_of

CHUNK = 1000
_RECORDED = 100  # days recorded count so many times as much as those with a headache, of which there are never as many
# What is read of a course's person, to show some: a large clinic has fifteen thousand, and objects of all take a quarter
# of the time.
_SHOWN = tuple(f"patient__{name}" for name in ("id", "uid", "given_name", "family_name", "record_number"))
_MONTHS = tuple(f"month{place}" for place in range(EPISODIC_MONTHS))
_COUNTED = ("cycles_before", "first_given", "last_given", "given", "level", "last", "now", "judged_by", *_MONTHS)


class Group(StrEnum):
    """What a response asks of the clinic."""

    TOO_LITTLE = "too_little"
    EPISODIC = "episodic"
    NOT_KNOWN = "not_known"
    EARLY = "early"
    RESPONDS = "responds"


@dataclass(frozen=True)
class Standing:
    """Where somebody's course stands: what is shown of them, the sessions given, and the response."""

    shown: dict[str, Any]
    cycles: int
    response: Response

    @property
    def patient(self) -> Patient:
        """The person, by what is shown of them."""
        return Patient(**{name.removeprefix("patient__"): self.shown[name] for name in _SHOWN})

    @property
    def group(self) -> "Group":
        """Return the list it belongs on."""
        latest = self.response.latest
        if self.response.too_little:
            return Group.TOO_LITTLE
        if self.response.episodic:
            return Group.EPISODIC
        if latest is None:
            return Group.EARLY if self.response.just_begun else Group.NOT_KNOWN
        return Group.RESPONDS if self.response.responds else Group.EARLY


def standings(clinic: Clinic, today: dt.date) -> Iterator[Standing]:
    """Yield where each open course with a session given stands (1 query, constant memory)."""
    for row in _courses(clinic, today).values(*_COUNTED, *_SHOWN).iterator(chunk_size=CHUNK):
        yield _standing(row, today)


def _courses(clinic: Clinic, today: dt.date) -> QuerySet[Any]:
    given = TreatmentSession.objects.filter(course=OuterRef("pk"), given_on__isnull=False).order_by()
    # Counted as rows, not by their keys, here and of the diary: an index holds all that is asked.
    courses: Any = Course.objects.filter(clinic=clinic).open()
    found = courses.annotate(
        first_given=Subquery(given.order_by("given_on").values("given_on")[:1]),
        last_given=Subquery(given.order_by("-given_on").values("given_on")[:1]),
        given=Subquery(given.values("course").annotate(number=Count("*")).values("number")),
        level=level_counts("patient", "first_given"),
        last=_end_of_window(given, today),
        judged_by=judged_by("patient"),
    ).filter(first_given__isnull=False)
    for month, end in zip(_MONTHS, month_ends(today), strict=True):
        found = found.annotate(**{month: diary_counts(Value(end, DateField()))})
    standing: QuerySet[Any] = found.annotate(now=diary_counts(OuterRef("last")))
    return standing


def _end_of_window(given: QuerySet[Any], today: dt.date) -> Case:
    """A cycle that has just begun says nothing yet: then the one before is judged. The days are those of `last_day`."""
    begun = Q(last_given__gt=today - dt.timedelta(days=WINDOW_DAYS + 1))
    before, yesterday = AddDays(F("last_given"), Value(-1)), Value(today - dt.timedelta(days=1), DateField())
    one_before = Coalesce(Subquery(given.order_by("-given_on").values("given_on")[1:2]), F("last_given"))
    weeks = Value(WEEKS_9_TO_12_END)
    return Case(
        When(begun, then=Least(before, AddDays(one_before, weeks))),
        default=Least(yesterday, AddDays(F("last_given"), weeks)),
        output_field=DateField(),
    )


def diary_counts(last: Any, patient: str = "patient", until: Any = None) -> Coalesce:
    """Count the 28 days that end with ``last`` for `window_of`: those recorded, and those of them with a headache.

    Both as one number, so that the days are read once. ``patient`` is the way from the rows annotated to the person;
    days after ``until`` are left out, where that is sooner.
    """
    days = DiaryDay.objects.filter(
        patient=OuterRef(patient), date__lte=until or last, date__gt=AddDays(last, Value(-WINDOW_DAYS))
    )
    headache = Count("pk", filter=Q(headache_hours__isnull=True) | Q(headache_hours__gt=0))
    both = days.order_by().values("patient").annotate(both=Count("*") * _RECORDED + headache)
    return Coalesce(Subquery(both.values("both")), 0)


def level_counts(patient: str, given_on: str) -> Subquery:
    """Return the level before the treatment that began on a day, for `window_of`; None where nobody knows it."""
    level = Baseline.objects.newest().filter(patient=OuterRef(patient), given_on=OuterRef(given_on))
    recorded = Coalesce("days_recorded", WINDOW_DAYS)
    return Subquery(level.annotate(both=recorded * _RECORDED + F("headache_days")).values("both")[:1])


def window_of(last: dt.date, counts: int) -> Window:
    """Return the 28 days that end with a day as they were counted."""
    recorded, headache = divmod(counts, _RECORDED)
    return Window(last, recorded, headache, long_headache_days=0, migraine_days=0)


def _standing(row: dict[str, Any], today: dt.date) -> Standing:
    before, last = row["cycles_before"], row["last"]
    cycles, now = before + row["given"], window_of(last, row["now"])
    level = None if row["level"] is None else window_of(row["first_given"] - dt.timedelta(days=1), row["level"])
    judged = cycles if last >= row["last_given"] else cycles - 1
    periods = [Period(0, level, None)] if level else []
    if judged > before:
        periods.append(Period(judged, now, fewer_days(level, now) if level else None))
    months = [window_of(end, row[month]) for month, end in zip(_MONTHS, month_ends(today), strict=True)]
    rule = rule_of(row["judged_by"])
    episodic = no_longer_chronic(months, row["first_given"], before, rule)
    return Standing(row, cycles, Response(tuple(periods), (), episodic, rule=rule))
