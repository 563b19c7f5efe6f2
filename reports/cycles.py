"""Every cycle that came to its twelfth week in some days, with its diary: counted by the database in one statement.

The rules are those of a person's own page; what is counted here is handed to the same functions. Weeks 9 to 12 stand for
the end of a cycle whether or not the person came back, so that those who stopped are counted like those who went on.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value

from patients.diary import Window
from patients.eligibility.counts import WINDOW_DAYS
from patients.models import Baseline
from reports.asked import Asked
from treatments.models import TreatmentSession
from treatments.models.course import AddDays
from treatments.models.session import GIVEN
from treatments.response.cycles import WEEKS_5_TO_8_END, WEEKS_9_TO_12_END, fewer_days, more_days, wears_off
from treatments.response.everyone import diary_counts

CHUNK = 1000
_SHOWN = (
    *("given_on", "uid", "number", "level_days", "level_recorded", "course__cycles_before", "injector__name"),
    *("mid_recorded", "mid_headache", "late_recorded", "late_headache"),
    *(f"course__patient__{name}" for name in ("uid", "given_name", "family_name", "record_number")),
)


@dataclass(frozen=True)
class Cycle:
    """One cycle: the level before treatment, weeks 5 to 8 and weeks 9 to 12, in headache days."""

    row: dict[str, Any]
    number: int
    level: Window | None
    middle: Window
    late: Window

    @property
    def name(self) -> str:
        """Whose it is."""
        return f"{self.row['course__patient__given_name']} {self.row['course__patient__family_name']}"

    @property
    def fewer(self) -> Fraction | None:
        """Percent fewer headache days than before treatment; None where one of both is not known."""
        return fewer_days(self.level, self.late) if self.level else None

    @property
    def change(self) -> str:
        """The same in words."""
        if self.fewer is None:
            return "not known"
        return f"{float(abs(self.fewer)):.0f}% {'fewer' if self.fewer >= 0 else 'more'}"

    @property
    def more(self) -> Fraction | None:
        """How many more headache days weeks 9 to 12 have than weeks 5 to 8."""
        return more_days(self.middle, self.late)

    @property
    def worn_off(self) -> bool:
        """Whether the effect wore off."""
        return wears_off(self.middle, self.late)


def cycles(asked: Asked) -> Iterator[Cycle]:
    """Yield each cycle whose twelfth week ended in the days asked for, the newest first (1 query, constant memory)."""
    for row in _rows(asked).values(*_SHOWN).iterator(chunk_size=CHUNK):
        yield _cycle(row)


def _rows(asked: Asked) -> QuerySet[Any]:
    whole = dt.timedelta(days=WEEKS_9_TO_12_END)
    last = min(asked.last, asked.today - dt.timedelta(days=1))  # today is not over
    given = TreatmentSession.objects.filter(
        **asked.of(), status__in=GIVEN, local_date__range=(asked.first - whole, last - whole)
    )
    own = TreatmentSession.objects.filter(course=OuterRef("course"), given_on__isnull=False).order_by()
    # Counted as rows, not by their keys: the index holds all that is asked, and no session need be opened.
    before = own.filter(given_on__lte=OuterRef("given_on")).values("course")
    level = Baseline.objects.newest().filter(patient=OuterRef("course__patient"), given_on=OuterRef("first_given"))
    return given.order_by("-local_date", "-pk").annotate(
        first_given=Subquery(own.order_by("given_on").values("given_on")[:1]),
        number=Subquery(before.annotate(number=Count("*")).values("number")),
        level_days=Subquery(level.values("headache_days")[:1]),
        level_recorded=Subquery(level.values("days_recorded")[:1]),
        mid_end=AddDays(F("given_on"), Value(WEEKS_5_TO_8_END)),
        late_end=AddDays(F("given_on"), Value(WEEKS_9_TO_12_END)),
    ).annotate(
        **diary_counts("mid", OuterRef("mid_end"), "course__patient"),
        **diary_counts("late", OuterRef("late_end"), "course__patient"),
    )  # fmt: skip


def _cycle(row: dict[str, Any]) -> Cycle:
    level, on = None, row["given_on"]
    if row["level_days"] is not None:
        recorded = WINDOW_DAYS if row["level_recorded"] is None else row["level_recorded"]
        level = _window(on, recorded, row["level_days"])
    middle = _window(on + dt.timedelta(days=WEEKS_5_TO_8_END), row["mid_recorded"], row["mid_headache"])
    late = _window(on + dt.timedelta(days=WEEKS_9_TO_12_END), row["late_recorded"], row["late_headache"])
    return Cycle(row, row["course__cycles_before"] + row["number"], level, middle, late)


def _window(last: dt.date, recorded: int, headache: int) -> Window:
    return Window(last, recorded, headache, long_headache_days=0, migraine_days=0)
