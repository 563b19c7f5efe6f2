"""Every cycle that came to its twelfth week in some days, with its diary: counted by the database in one statement.

The rules are those of a person's own page; what is counted here is handed to the same functions. Weeks 9 to 12 stand for
the end of a cycle whether or not the person came back, so that those who stopped are counted like those who went on. What
comes after a next session, given early, is another dose's: it counts for no cycle before it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from patients.diary import Window
from patients.eligibility.renewal import change_words
from reports.asked import Asked
from treatments.models import TreatmentSession
from treatments.models.course import AddDays
from treatments.models.session import GIVEN
from treatments.response.cycles import WEEKS_5_TO_8_END, WEEKS_9_TO_12_END, fewer_days, more_days, wears_off
from treatments.response.everyone import diary_counts, level_counts, window_of

CHUNK = 1000
LAST = 9  # later cycles share one line
# What stands for the end of a cycle whose next session was given early: the four weeks before that one's day, as a response
# is judged, or what there is of weeks 9 to 12 up to it, as wearing off is.
END, WEEKS_9_TO_12 = "end", "weeks_9_to_12"
_SHOWN = (
    *("given_on", "uid", "injector__name"),
    *(f"course__patient__{name}" for name in ("uid", "given_name", "family_name", "record_number")),
)
_ANY_DAY = dt.date.min  # how many days there were is asked here, and never which


@dataclass(frozen=True)
class Cycle:
    """One cycle: the level before treatment, weeks 5 to 8 and its end, in headache days."""

    row: dict[str, Any]

    @property
    def number(self) -> int:
        """Which cycle of the course it is, those before this system kept them included."""
        number: int = self.row["course__cycles_before"] + self.row["number"]
        return number

    @property
    def name(self) -> str:
        """Whose it is."""
        return f"{self.row['course__patient__given_name']} {self.row['course__patient__family_name']}"

    @property
    def level(self) -> Window | None:
        """The level before treatment."""
        return None if self.row["level"] is None else window_of(_ANY_DAY, self.row["level"])

    @property
    def middle(self) -> Window:
        """Weeks 5 to 8."""
        return window_of(_ANY_DAY, self.row["middle"])

    @property
    def late(self) -> Window:
        """Its end: weeks 9 to 12 unless the next session was given early."""
        return window_of(_ANY_DAY, self.row["late"])

    @property
    def fewer(self) -> Fraction | None:
        """Percent fewer headache days than before treatment; None where one of both is not known."""
        return None if self.row["level"] is None else _fewer(self.row["level"], self.row["late"])

    @property
    def change(self) -> str:
        """The same in words."""
        return "not known" if self.fewer is None else change_words(self.fewer)

    @property
    def worn_off(self) -> bool | None:
        """Whether weeks 9 to 12 were worse than weeks 5 to 8; None where one of both is not known."""
        return _worn_off(self.row["middle"], self.row["late"])


# Thousands of people have the same few counts.
@lru_cache(maxsize=4096)
def _fewer(level: int, late: int) -> Fraction | None:
    return fewer_days(window_of(_ANY_DAY, level), window_of(_ANY_DAY, late))


@lru_cache(maxsize=4096)
def _worn_off(middle: int, late: int) -> bool | None:
    then, now = window_of(_ANY_DAY, middle), window_of(_ANY_DAY, late)
    return None if more_days(then, now) is None else wears_off(then, now)


def cycle_words(number: int) -> str:
    """Return which cycles a line counts, or the page behind it lists."""
    return f"cycle {number}{' or later' if number == LAST else ''}"


def cycles(asked: Asked, late: str) -> Iterator[Cycle]:
    """Yield each cycle whose twelfth week ended in the days asked for, the newest first (1 query, constant memory).

    ``late`` is what counts as its end: END or WEEKS_9_TO_12.
    """
    return _read(asked, late, "level", "middle", *_SHOWN)


def cycles_with(asked: Asked, count: str, late: str) -> Iterator[Cycle]:
    """Yield the same cycles with one other count alone: nothing else is looked up (1 query, constant memory)."""
    return _read(asked, late, count)


def _read(asked: Asked, late: str, *names: str) -> Iterator[Cycle]:
    rows = _rows(asked).values("number", "course__cycles_before", *names, late=F(late))
    return map(Cycle, rows.iterator(chunk_size=CHUNK))


def _rows(asked: Asked) -> QuerySet[Any]:
    whole = dt.timedelta(days=WEEKS_9_TO_12_END)
    last = min(asked.last, asked.today - dt.timedelta(days=1))  # today is not over
    first_day, last_day = asked.first - whole, last - whole
    given = TreatmentSession.objects.filter(
        **asked.of(),
        status__in=GIVEN,
        given_on__range=(first_day, last_day),
    )
    own = TreatmentSession.objects.filter(course=OuterRef("course"), given_on__isnull=False).order_by()
    # Counted as rows, not by their keys: the index holds all that is asked, and no session need be opened.
    before = own.filter(given_on__lte=OuterRef("given_on")).values("course")
    # Of whatever course: the next dose works all the same.
    theirs = TreatmentSession.objects.filter(course__patient=OuterRef("course__patient"))
    following = theirs.filter(given_on__gt=OuterRef("given_on")).order_by("given_on").values("given_on")[:1]
    return given.order_by("-given_on", "-pk").annotate(
        first_given=Subquery(own.order_by("given_on").values("given_on")[:1]),
        number=Subquery(before.annotate(number=Count("*")).values("number")),
        level=level_counts("course__patient", "first_given"),
        middle_end=AddDays(F("given_on"), Value(WEEKS_5_TO_8_END)),
        late_end=AddDays(F("given_on"), Value(WEEKS_9_TO_12_END)),
        own_end=Least("late_end", Coalesce(Subquery(following), "late_end")),
        judged_end=Least("late_end", Coalesce(AddDays(Subquery(following), Value(-1)), "late_end")),
        middle=diary_counts(OuterRef("middle_end"), "course__patient"),
        end=diary_counts(OuterRef("judged_end"), "course__patient"),
        weeks_9_to_12=diary_counts(OuterRef("late_end"), "course__patient", until=OuterRef("own_end")),
    )
