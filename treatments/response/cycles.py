"""Response and wear-off, cycle by cycle, as pure functions.

Sources: PREEMPT counted 28-day periods; NICE TA260 and EHF compare with the level before treatment (clinical rule 22), the
last 28 days of a cycle against the 28 before the first session. What comes after week 12, because the next session is
late, is no effect of this one: it proposes no stop (clinical rules 22 and 36). Wear-off is a later part of a cycle that is worse than
the part before: weeks 9 to 12 against weeks 5 to 8; 63 in 100 people have it, mostly 2 to 4 weeks before the next one.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from patients.diary import SYMPTOMS, Day, Window, count
from patients.eligibility import Answer, Count
from patients.eligibility.counts import WINDOW_DAYS
from patients.eligibility.policy import NICE, Policy
from patients.eligibility.renewal import EPISODIC_MONTHS, change_words, percent_fewer, still_chronic

WORSE_DAYS = 2  # so many more headache days in the last four weeks of a cycle count as wearing off
ONE_DAY_A_WEEK = Fraction(1, 7)
WEEKS_5_TO_8_END = 56  # days after the session
WEEKS_9_TO_12_END = 84


class Level(Protocol):
    """The level before treatment, as it was frozen."""

    @property
    def window(self) -> Window:
        """The counts of 28 days."""

    @property
    def came_from(self) -> str:
        """Where the numbers come from, in words."""


@dataclass(frozen=True)
class Period:
    """Twenty-eight days at the end of a cycle (number 0: before the first session), and what the diary says of them."""

    number: int
    window: Window
    fewer: Fraction | None  # percent fewer headache days than before treatment; None where one of them is not known
    came_from: str = ""  # of the level before treatment: where its numbers are from

    @property
    def label(self) -> str:
        """What a chart writes under it."""
        return f"C{self.number}" if self.number else "before"

    @property
    def percent(self) -> int | None:
        """Whole percent fewer, cut off as in words."""
        return None if self.fewer is None else int(self.fewer)

    @property
    def change(self) -> str:
        """The same in words; "" where it is not known."""
        return "" if self.fewer is None else change_words(self.fewer)


@dataclass(frozen=True)
class Response:
    """All periods, the oldest first, the cycles whose effect wore off, and whether the headache is episodic by now."""

    periods: tuple[Period, ...]
    worn_off: tuple[int, ...]
    episodic: bool = False
    worn_off_from: tuple[int, ...] = ()  # the week of each cycle in ``worn_off`` from which it did
    rule: Policy = NICE  # whose stop rule it is held against

    @property
    def symptoms(self) -> list[tuple[str, int | None, int | None]]:
        """Days with each symptom as recorded, before treatment and in the newest judged window; None where not counted."""
        then = self.before.window.symptoms if self.before and self.before.window.enough else {}
        now = self.latest.window.symptoms if self.latest else {}
        rows = [(words, then.get(key), now.get(key)) for key, words in SYMPTOMS.items()]
        return [row for row in rows if row[1:] != (None, None)]

    @property
    def symptoms_rest_on(self) -> str:
        """How many days were recorded, on the sides where not all 28 were: days with a symptom are fewer by that alone."""
        sides = (("before treatment", self.before), ("with it", self.latest))
        missing = [(words, one.window) for words, one in sides if one and one.window.days_missing]
        return ", ".join(f"{words} of {window.days_recorded} recorded days" for words, window in missing)

    @property
    def worn_off_words(self) -> str:
        """Where the effect wore off before the next session, as one sentence; "" where it did not."""
        said = [
            f"cycle {cycle} from week {week}" for cycle, week in zip(self.worn_off, self.worn_off_from, strict=True)
        ]
        return f"It wore off before the next session in {', '.join(said)}." if said else ""

    @property
    def before(self) -> Period | None:
        """The level before treatment, where it is known."""
        first = self.periods[0] if self.periods else None
        return first if first and not first.number else None

    @property
    def latest(self) -> Period | None:
        """The newest period after a session, where it can be judged; an older one says nothing of now."""
        newest = self.periods[-1] if self.periods else None
        return newest if newest and newest.number and newest.fewer is not None else None

    @property
    def responds(self) -> bool | None:
        """Whether the latest period is a response. Exactly the limit is one (NICE TA260: less than 30% is not)."""
        fewer = self.latest.fewer if self.latest else None
        return None if fewer is None else fewer >= self.rule.response_percent

    @property
    def too_little(self) -> bool:
        """True when a stop rule may apply: enough cycles, and less than the response asked for. Never before."""
        return self._too_little_after(self.rule.stop_cycles)

    @property
    def little_so_far(self) -> bool:
        """True when it is to be talked about, and too early to propose a stop (EHF 2018: two or three cycles)."""
        return self._too_little_after(self.rule.warn_cycles) and not self.too_little

    def _too_little_after(self, cycles: int) -> bool:
        return self.latest is not None and self.latest.number >= cycles and self.responds is False

    @property
    def just_begun(self) -> bool:
        """True when the level before treatment can be judged by, and no cycle has run for long enough to be."""
        return self.before is not None and self.before.window.enough and len(self.periods) == 1

    @property
    def sentence(self) -> str:
        """Return the response as one sentence for a clinician."""
        latest, before = self.latest, self.before
        if before is None:
            return "The level without treatment is not known here, so the response cannot be judged."
        if not before.window.enough:
            return f"Not enough diary days before treatment ({before.window.days_recorded} of {WINDOW_DAYS}): the level needs review."
        if self.just_begun:
            return f"The cycle has just begun: it can be judged once {WINDOW_DAYS} whole days have passed since its session."
        if not before.window.headache_days:
            return "No headache day is on record before treatment, so there is no change to reckon."
        if latest is None:
            newest = self.periods[-1]
            recorded = f"{newest.window.days_recorded} of {WINDOW_DAYS}"
            return f"Not enough diary days to judge the response at the end of cycle {newest.number} ({recorded})."
        return f"{latest.change} headache days than before treatment, at the end of cycle {latest.number}."


def response(
    given_on: Sequence[dt.date],
    days: Sequence[Day],
    today: dt.date,
    level: Level | None = None,
    earlier: int = 0,
    rule: Policy = NICE,
) -> Response:
    """Return the response of a course: ``given_on`` its sessions from the first, ``days`` the diary, ``today`` not over.

    ``level`` is the frozen one: what the diary says by now of the days before treatment changes nothing. A cycle that is
    still running is judged by the last 28 whole days, once that many have passed since its session. ``earlier``: cycles
    given before these. ``rule``: whose stop rule it is held against.
    """
    if not given_on:
        return Response((), (), rule=rule)
    periods = [Period(0, level.window, None, level.came_from)] if level else []
    ends = [*given_on[1:], today]
    for number, (start, end) in enumerate(zip(given_on, ends, strict=True), earlier + 1):
        last = last_day(start, end)
        if (last - start).days >= WINDOW_DAYS:
            window = count(days, last)
            periods.append(Period(number, window, fewer_days(level.window, window) if level else None))
    # The day of the next session still belongs to the cycle before it; what comes later is another dose's.
    own = [[day for day in days if day.date <= end] for end in ends]
    worn = {
        number: wear_off_week(start, inside)
        for number, (start, inside) in enumerate(zip(given_on, own, strict=True), earlier + 1)
        if _wears_off(start, inside)
    }
    months = [count(days, end) for end in month_ends(today)]
    episodic = no_longer_chronic(months, given_on[0], earlier, rule)
    return Response(tuple(periods), tuple(worn), episodic, tuple(worn.values()), rule)


def last_day(given_on: dt.date, end: dt.date) -> dt.date:
    """Return the last day by which a session is judged: that before ``end``, the next one or today, and none after week 12."""
    return min(end - dt.timedelta(days=1), given_on + dt.timedelta(days=WEEKS_9_TO_12_END))


def fewer_days(before: Window, now: Window) -> Fraction | None:
    """Compare two windows as they were recorded, scaled to 28 days where days are missing."""
    base, present = before.scaled(before.headache_days), now.scaled(now.headache_days)
    return percent_fewer(base, present) if base and present is not None else None


def month_ends(today: dt.date) -> list[dt.date]:
    """Return the last day of each of the three windows of 28 days before ``today``, the newest first."""
    return [today - dt.timedelta(days=1 + WINDOW_DAYS * back) for back in range(EPISODIC_MONTHS)]


def no_longer_chronic(months: Sequence[Window], first_given: dt.date, earlier: int, rule: Policy = NICE) -> bool:
    """Return whether a stop may be proposed because the headache is episodic by now, as an assessment to go on asks it.

    It has changed only where all the months are of the treatment: since the first session, or of one ``earlier``.
    """
    treated = earlier > 0 or first_given <= min(one.first for one in months)
    counts = [Count(one.headache_days, one.days_recorded) for one in months]
    return treated and still_chronic(counts, rule) is Answer.NOT_MET


def wear_off_week(start: dt.date, days: Sequence[Day]) -> int:
    """Return the first week after the eighth with a headache day more than an average week of weeks 5 to 8.

    For a cycle that wore off; the last week where no single one stands out.
    """
    usual = _share(start, days, WEEKS_5_TO_8_END - WINDOW_DAYS + 1, WEEKS_5_TO_8_END) or Fraction(0)
    weeks = range(WEEKS_5_TO_8_END // 7 + 1, WEEKS_9_TO_12_END // 7 + 1)
    shares = {week: _share(start, days, 7 * week - 6, 7 * week) for week in weeks}
    return next(
        (week for week, share in shares.items() if share is not None and share >= usual + ONE_DAY_A_WEEK), weeks[-1]
    )


def _share(start: dt.date, days: Sequence[Day], first: int, last: int) -> Fraction | None:
    """Return the share of headache days among those recorded from one day after a session to another."""
    inside = [day.headache for day in days if first <= (day.date - start).days <= last]
    return Fraction(sum(inside), len(inside)) if inside else None


def _wears_off(start: dt.date, days: Sequence[Day]) -> bool:
    return wears_off(*(count(days, start + dt.timedelta(days=end)) for end in (WEEKS_5_TO_8_END, WEEKS_9_TO_12_END)))


def wears_off(middle: Window, late: Window) -> bool:
    """Return whether weeks 9 to 12 are so much worse than weeks 5 to 8 that the effect wore off."""
    more = more_days(middle, late)
    return more is not None and more >= WORSE_DAYS


def more_days(middle: Window, late: Window) -> Fraction | None:
    """Return how many more headache days in 28 the later window has; None where too few days were recorded."""
    then, now = middle.scaled(middle.headache_days), late.scaled(late.headache_days)
    return None if then is None or now is None else now - then
