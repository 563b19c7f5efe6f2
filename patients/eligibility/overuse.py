"""Medication overuse by class and days, ICHD-3 8.2. It asks for a plan and never refuses by itself.

About two thirds of those in PREEMPT overused acute medicines and still benefited (clinical rules 1.6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patients.eligibility.answers import Answer
from patients.eligibility.counts import WINDOW_DAYS, Count, Scale
from patients.eligibility.medicines import ACUTE_WORDS, AcuteClass

# Days a month from which regular intake is overuse. Gepants are not counted as overuse medicines.
LIMITS = {
    AcuteClass.SIMPLE: 15,
    AcuteClass.TRIPTAN: 10,
    AcuteClass.ERGOT: 10,
    AcuteClass.OPIOID: 10,
    AcuteClass.COMBINATION: 10,
}
MIX_LIMIT = 10  # ICHD-3 8.2.6: any mix, none overused alone
MONTHS = 3  # for more than three months
WINDOWS = 3  # of 28 days: the diary's last three months


@dataclass(frozen=True)
class Told:
    """What somebody said they take: days a month, and for how many months (None: not said)."""

    drug_class: AcuteClass
    drug: str
    days_a_month: int
    months: int | None


@dataclass(frozen=True)
class Window:
    """Days with a medicine in 28 days, by class, and days with any that counts."""

    days: Mapping[AcuteClass, int]
    any_day: int
    recorded: int


@dataclass(frozen=True)
class Overuse:
    """Whether acute medicines are overused (met), and by what count in words."""

    answer: Answer
    detail: str
    came_from: str


def from_told(told: Sequence[Told]) -> Overuse | None:
    """Judge by what was told; None when nothing was."""
    if not told:
        return None
    counted = [one for one in told if one.drug_class in LIMITS]
    worst = _worst([_told_alone(tellings) for tellings in _by_medicine(counted).values()])
    taken = [one for one in counted if one.days_a_month]
    if worst[0] is Answer.NOT_MET and _is_mix(taken):
        worst = _told_mix(taken)
    return Overuse(*worst, "Told at the clinic")


def _by_medicine(told: Sequence[Told]) -> dict[tuple[AcuteClass, str], list[Told]]:
    """Return what was told of each medicine: one may have been told of twice, as on two records of a person."""
    found: dict[tuple[AcuteClass, str], list[Told]] = {}
    for one in told:
        found.setdefault((one.drug_class, one.drug.strip().casefold()), []).append(one)
    return found


def _is_mix(taken: Sequence[Told]) -> bool:
    return len(_by_medicine(taken)) > 1


def _told_alone(tellings: Sequence[Told]) -> tuple[Answer, str]:
    """Judge one medicine by its own limit. Told twice it is no mix: which number is right is for a clinician to say."""
    drug, limit = tellings[0].drug, LIMITS[tellings[0].drug_class]
    words = f"{drug} on {_least(tellings)} days a month"
    if len(tellings) > 1:
        words = f"{drug}, told {len(tellings)} times, on {_least(tellings)} to {_most(tellings)} days a month"
    surely, perhaps = _surely(tellings), _perhaps(tellings)
    if surely and _least(surely) >= limit:
        return Answer.MET, words
    return Answer.NOT_KNOWN if perhaps and _most(perhaps) >= limit else Answer.NOT_MET, words


def _for_long_enough(months: int | None) -> Answer:
    """More than three months; exactly three is for a clinician to judge."""
    if months is None or months == MONTHS:
        return Answer.NOT_KNOWN
    return Answer.MET if months > MONTHS else Answer.NOT_MET


def _surely(told: Sequence[Told]) -> list[Told]:
    return [one for one in told if _for_long_enough(one.months) is Answer.MET]


def _perhaps(told: Sequence[Told]) -> list[Told]:
    return [one for one in told if _for_long_enough(one.months) is not Answer.NOT_MET]


def _told_mix(taken: Sequence[Told]) -> tuple[Answer, str]:
    """Judge a mix. Days of two medicines may be the same days: the truth lies between the largest and the sum.

    What is taken for too short a time takes nothing from a mix of the others that is taken for long enough.
    """
    surely, perhaps = _surely(taken), _perhaps(taken)
    if _is_mix(surely) and _least(surely) >= MIX_LIMIT:
        return Answer.MET, _mix_words(surely)
    if _is_mix(perhaps) and _most(perhaps) >= MIX_LIMIT:
        return Answer.NOT_KNOWN, _mix_words(perhaps)
    return Answer.NOT_MET, _mix_words(taken)


def _least(taken: Sequence[Told]) -> int:
    return max(one.days_a_month for one in taken)


def _most(taken: Sequence[Told]) -> int:
    return sum(one.days_a_month for one in taken)


def _mix_words(taken: Sequence[Told]) -> str:
    return f"a mix on {_least(taken)} to {_most(taken)} days a month"


def from_windows(windows: Sequence[Window], came_from: str) -> Overuse | None:
    """Judge by the diary's three windows; None when one of them holds too few days."""
    if len(windows) < WINDOWS or not all(Count(0, window.recorded).enough for window in windows):
        return None
    alone = [
        (_in_each([window.days.get(one, 0) for window in windows], windows, limit), _said(one, windows))
        for one, limit in LIMITS.items()
    ]
    worst = _worst(alone)
    if worst[0] is Answer.NOT_MET and sum(any(window.days.get(one) for window in windows) for one in LIMITS) > 1:
        days = [window.any_day for window in windows]
        worst = _in_each(days, windows, MIX_LIMIT), f"a mix on {_days(days, windows)}"
    return Overuse(*worst, came_from)


def _said(one: AcuteClass, windows: Sequence[Window]) -> str:
    return f"{ACUTE_WORDS[one].lower()} on {_days([window.days.get(one, 0) for window in windows], windows)}"


def _days(days: Sequence[int], windows: Sequence[Window]) -> str:
    """Say the days of each window, and how many it rests on: the missing ones may be what leaves it open."""
    recorded = [window.recorded for window in windows]
    rest = f"of {_listed(recorded)} recorded" if min(recorded) < WINDOW_DAYS else f"in {WINDOW_DAYS}"
    return f"{_listed(days)} days {rest}"


def _listed(days: Sequence[int]) -> str:
    return ", ".join(map(str, days[:-1])) + f" and {days[-1]}"


def _in_each(days: Sequence[int], windows: Sequence[Window], limit: int) -> Answer:
    """Met when every window reaches the limit, not met when one cannot."""
    answers = {
        Count(count, window.recorded).at_least(limit, Scale.RECORDED)
        for count, window in zip(days, windows, strict=True)
    }
    return Answer.of(surely=answers == {Answer.MET}, perhaps=Answer.NOT_MET not in answers)


def _worst(found: Sequence[tuple[Answer, str]]) -> tuple[Answer, str]:
    """Return what comes nearest to overuse."""
    order = (Answer.MET, Answer.NOT_KNOWN, Answer.NOT_MET)
    worst = min(found, key=lambda one: order.index(one[0]), default=(Answer.NOT_MET, ""))
    return worst if worst[0] is not Answer.NOT_MET else (Answer.NOT_MET, "no class reaches its limit")
