"""How often the effect is gone before the next session."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from patients.eligibility import MIN_DAYS_RECORDED
from patients.eligibility.counts import WINDOW_DAYS
from reports.asked import Asked
from reports.cycles import LAST, WEEKS_9_TO_12, Cycle, cycle_words, cycles, cycles_with
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, share_row, too_few
from treatments.models import OutcomeScore, TreatmentSession
from treatments.response.cycles import WORSE_DAYS

_ABOUT = (
    f"Headache days in weeks 9 to 12 after a session minus those in weeks 5 to 8, for cycles whose week 12 ended in these "
    f"days. {WORSE_DAYS} days more or worse count as wearing off. Only where at least {MIN_DAYS_RECORDED} of {WINDOW_DAYS} "
    "days are filled in both; where days are missing the count is scaled."
)
GROUPS = {"worn": "Wore off", "lasted": "Lasted", "diary": "Left out: too few diary days"}


def group_of(cycle: Cycle) -> str:
    """Return the group of a cycle."""
    if cycle.worn_off is None:
        return "diary"
    return "worn" if cycle.worn_off else "lasted"


def wear_off(asked: Asked) -> Report:
    """Count where the effect wore off, by the diary and by what people said (3 queries)."""
    by_number: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for cycle in cycles_with(asked, "middle", WEEKS_9_TO_12):
        by_number[min(cycle.number, LAST)][group_of(cycle)] += 1
    sums = sum(by_number.values(), Counter[str]())
    judged, said = sums["worn"] + sums["lasted"], _said(asked)
    counted, told = f"n = {many(judged, 'cycle')}", f"n = {many(said['asked'], 'answer')}"
    figures = [
        Figure("Wore off, by the diary", Share(sums["worn"], judged).words,
               f"{WORSE_DAYS} or more headache days more in weeks 9 to 12 than in weeks 5 to 8.", counted, _people(asked, "worn")),
        Figure("Left out", f"{sums['diary']:,}", f"Fewer than {MIN_DAYS_RECORDED} of {WINDOW_DAYS} days were filled in, up to the next session.",
               f"n = {many(judged + sums['diary'], 'cycle')}", _people(asked, "diary")),
        Figure("Wore off, as people said", Share(said["wore_off"], said["asked"]).words,
               "Asked at a session or on a page of scores in these days whether it wore off before.", told),
    ]  # fmt: skip
    tables = [
        Table("After each cycle", ("After", "Wore off", "Left out"),
              [_row(asked, number, by_number[number]) for number in sorted(by_number)]),
        Table("Week in which it began, as people said", ("Week", "Answers"),
              [Row((f"Week {week}", f"{number:,}"), "", float(number)) for week, number in _weeks(asked)]),
    ]  # fmt: skip
    return Report("Wear-off", _ABOUT, figures, tables, too_few(judged, "cycle", " that can be judged"))


def _row(asked: Asked, number: int, sums: Counter[str]) -> Row:
    share = Share(sums["worn"], sums["worn"] + sums["lasted"])
    name = cycle_words(number).capitalize()
    return share_row(name, share, f"{sums['diary']:,}", href=_people(asked, "worn", number))


def _scores(asked: Asked) -> QuerySet[Any]:
    """Return the scores of the days; of one injector those that tell of a session of theirs, the last one before."""
    clinics = [clinic.pk for clinic in asked.clinics]
    scores = OutcomeScore.objects.filter(clinic__in=clinics, taken_on__range=asked.days).order_by()
    if asked.injector is None:
        return scores
    before = TreatmentSession.objects.filter(course__patient=OuterRef("patient"), given_on__lt=OuterRef("taken_on"))
    newest = before.order_by("-given_on", "-pk").values("injector")[:1]
    told: QuerySet[Any] = scores.alias(injector=Subquery(newest)).filter(injector=asked.injector.pk)
    return told


def _said(asked: Asked) -> dict[str, int]:
    wore_off = Q(wear_off_week__isnull=False)
    sums: dict[str, int] = _scores(asked).aggregate(
        asked=Count("pk", filter=wore_off | Q(did_not_wear_off=True)), wore_off=Count("pk", filter=wore_off)
    )
    return sums


def _weeks(asked: Asked) -> Any:
    named = _scores(asked).filter(wear_off_week__isnull=False)
    return named.values_list("wear_off_week").annotate(number=Count("pk")).order_by("wear_off_week")


def _people(asked: Asked, group: str, number: int | None = None) -> str:
    return asked.link("reports:people", "wear-off", group=group, **({"cycle": number} if number else {}))


def members(asked: Asked, group: str, number: int | None) -> Iterable[Cycle]:
    """Return the cycles of a group, those after one cycle or all."""
    wanted = (cycle for cycle in cycles(asked, WEEKS_9_TO_12) if group_of(cycle) == group)
    return wanted if number is None else (cycle for cycle in wanted if min(cycle.number, LAST) == number)
