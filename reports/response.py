"""How many people it helps, and how much."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from patients.eligibility import MIN_DAYS_RECORDED
from patients.eligibility.counts import WINDOW_DAYS
from patients.eligibility.policy import NICE
from reports.asked import Asked
from reports.cycles import END, LAST, Cycle, cycle_words, cycles, cycles_with
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, share_row, too_few

HALF = 50  # percent fewer, what trials of prevention call a response (International Headache Society, trial guidelines)
_ABOUT = (
    "Headache days in weeks 9 to 12 after a session, or in the four weeks before a next one that came sooner, against the "
    f"{WINDOW_DAYS} days before the first one, for cycles whose week 12 ended in these days. Only where at least {MIN_DAYS_RECORDED} of {WINDOW_DAYS} days are filled in both; "
    "where days are missing the count is scaled."
)

# What a cycle can be, as the address of its rows says it.
GROUPS = {
    "some": f"{NICE.response_percent}% fewer or more",
    "half": f"{HALF}% fewer or more",
    "less": f"Less than {NICE.response_percent}% fewer",
    "level": "Left out: no level before treatment",
    "diary": "Left out: too few diary days",
}


def groups(cycle: Cycle) -> set[str]:
    """Return the groups of a cycle."""
    if cycle.level is None or not cycle.level.enough or not cycle.level.headache_days:
        return {"level"}
    if cycle.fewer is None:
        return {"diary"}
    if cycle.fewer < NICE.response_percent:
        return {"less"}
    return {"some", "half"} if cycle.fewer >= HALF else {"some"}


def response(asked: Asked) -> Report:
    """Count who responds, after the first cycle, the second and so on (1 query)."""
    by_number: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for cycle in cycles_with(asked, "level", END):
        by_number[min(cycle.number, LAST)].update(groups(cycle))
    sums = sum(by_number.values(), Counter[str]())
    judged = sums["some"] + sums["less"]
    counted = f"n = {many(judged, 'cycle')}"
    left_out = f"n = {many(judged + sums['level'] + sums['diary'], 'cycle')}"
    figures = [
        *(
            Figure(GROUPS[key], Share(sums[key], judged).words, f"Cycles at whose end there were at least {percent}% fewer headache days.",
                   counted, _people(asked, key))
            for key, percent in (("some", NICE.response_percent), ("half", HALF))
        ),
        Figure(GROUPS["level"], f"{sums['level']:,}", "Nobody knows what it was without treatment, too few days of it, or it was without a headache day.",
               left_out, _people(asked, "level")),
        Figure(GROUPS["diary"], f"{sums['diary']:,}", f"Fewer than {MIN_DAYS_RECORDED} of {WINDOW_DAYS} days were filled in.",
               left_out, _people(asked, "diary")),
    ]  # fmt: skip
    head = (f"{NICE.response_percent}% fewer or more", f"{HALF}% fewer or more", "Left out")
    table = Table(
        "After each cycle", ("After", *head), [_row(asked, number, by_number[number]) for number in sorted(by_number)]
    )
    return Report("Response", _ABOUT, figures, [table], too_few(judged, "cycle", " that can be judged"))


def _row(asked: Asked, number: int, sums: Counter[str]) -> Row:
    judged = sums["some"] + sums["less"]
    half, left_out = Share(sums["half"], judged).words, f"{sums['level'] + sums['diary']:,}"
    name = cycle_words(number).capitalize()
    return share_row(name, Share(sums["some"], judged), half, left_out, href=_people(asked, "some", number))


def _people(asked: Asked, group: str, number: int | None = None) -> str:
    return asked.link("reports:people", "response", group=group, **({"cycle": number} if number else {}))


def members(asked: Asked, group: str, number: int | None) -> Iterable[Cycle]:
    """Return the cycles of a group, those after one cycle or all."""
    wanted = (cycle for cycle in cycles(asked, END) if group in groups(cycle))
    return wanted if number is None else (cycle for cycle in wanted if min(cycle.number, LAST) == number)
