"""Who may start (clinical rules 1 to 7): each threshold that a policy names becomes one criterion."""

from collections.abc import Iterator

from patients.diagnosis_codes import disagreement, fault
from patients.eligibility.answers import Answer, Criterion, Verdict, judge
from patients.eligibility.counts import MIN_DAYS_RECORDED, WINDOW_DAYS, Count, unit
from patients.eligibility.findings import Findings
from patients.eligibility.medicines import Result, Trial
from patients.eligibility.policy import LABEL, CountBy, Policy, Stage

_RULES = {"long_headache_days": "Label", "headache_days": "ICHD-3 1.3 A; label", "migraine_days": "ICHD-3 1.3 C"}
_NAMES = {
    "long_headache_days": "Days with headache of 4 hours or longer",
    "headache_days": "Headache days",
    "migraine_days": "Migraine days",
}


def assess(findings: Findings, policy: Policy = LABEL) -> Verdict:
    """Return the verdict of a policy on starting."""
    return judge(tuple(_criteria(findings, policy)), policy.title(Stage.START))


def _criteria(findings: Findings, policy: Policy) -> Iterator[Criterion]:
    if policy.adult_years is not None:
        yield _adult(findings, policy.adult_years)
    yield from _diagnosis(findings, policy)
    if policy.preventives is not None:
        yield preventives_tried(findings, policy, policy.preventives)
    if policy.overuse:
        yield overuse_managed(findings, policy)
    yield from terms(findings, policy)


def _diagnosis(findings: Findings, policy: Policy) -> Iterator[Criterion]:
    """Rules 2, 3 and 7: is it chronic migraine."""
    for name in _NAMES:
        if (limit := getattr(policy, name)) is not None:
            yield _counted(findings, policy, name, limit)
    if policy.diary:
        yield _written_down(findings)
    if policy.months is not None:
        yield _duration(findings, policy, policy.months)
    if policy.attacks is not None:
        yield _attacks(findings, policy.attacks)
    if policy.no_better_diagnosis:
        yield _no_better_diagnosis(findings)


def terms(findings: Findings, policy: Policy) -> Iterator[Criterion]:
    """What a payer asks at the start and again at each renewal: who prescribes, and the code."""
    if policy.specialist:
        yield _specialist(findings, policy)
    if policy.codes:
        yield _code(findings, policy)


def _at_least(value: int | None, limit: int) -> Answer:
    if value is None:
        return Answer.NOT_KNOWN
    return Answer.MET if value >= limit else Answer.NOT_MET


def _words(value: int | None, limit: str) -> str:
    return f"not recorded, needs {limit}" if value is None else f"{value}, needs {limit}"


def _adult(findings: Findings, years: int) -> Criterion:
    """Rule 1: an adolescent trial (12 to under 18) did not show efficacy."""
    answer = _at_least(findings.age, years)
    return Criterion("Adult", answer, _words(findings.age, f"{years} years or more"), "Label", findings.where("age"))


def _counted(findings: Findings, policy: Policy, name: str, limit: int) -> Criterion:
    """Rules 2, 3 and 7. Too few diary days answer "not known", never "not met": a missing day is not a clear one."""
    count, needs = findings.count(name), f"needs {limit} or more in {unit(policy.scale)}"
    if findings.days_recorded is not None and findings.days_recorded < MIN_DAYS_RECORDED:
        recorded = f"{findings.days_recorded} of {WINDOW_DAYS} recorded"
        answer, detail = Answer.NOT_KNOWN, f"not enough days to judge ({recorded}, needs {MIN_DAYS_RECORDED})"
    elif count is None:
        answer, detail = Answer.NOT_KNOWN, f"not recorded, {needs}"
    else:
        answer, detail = count.at_least(limit, policy.scale), f"{count.words(policy.scale)}, {needs}"
    return Criterion(_NAMES[name], answer, detail, _RULES[name], findings.where(name))


def _written_down(findings: Findings) -> Criterion:
    """Rule 3: what was only asked needs review; the diagnosis generally takes a diary of a month."""
    if findings.headache_days is None:
        answer, detail = Answer.NOT_KNOWN, "not recorded"
    elif findings.self_reported:
        answer, detail = Answer.NOT_KNOWN, f"only asked, needs a diary of {WINDOW_DAYS} days or a letter"
    else:
        answer, detail = Answer.MET, "yes"
    where = findings.where("headache_days")
    return Criterion("Counts from a diary or a letter", answer, detail, "ICHD-3 1.3", where)


def _duration(findings: Findings, policy: Policy, months: int) -> Criterion:
    """Rule 3: "for more than three months"; exactly three is for a clinician to judge, unless a payer says it is enough.

    So is a number of months that an earlier month of the diary speaks against.
    """
    found = findings.months_at_this_level
    if policy.months_suffice:
        answer, needs = _at_least(found, months), f"{months} or more"
    else:
        answer = Answer.NOT_KNOWN if found == months else _at_least(found, months + 1)
        needs = f"more than {months}"
    detail, against = _words(found, needs), _month_below(findings, policy)
    if against and answer is Answer.MET:
        answer = Answer.NOT_KNOWN
        detail += f"; headache days in an earlier month of the diary: {against.words(policy.scale)}"
    source = findings.where("months_at_this_level")
    return Criterion("Months at this level", answer, detail, "ICHD-3 1.3 A", source)


def _month_below(findings: Findings, policy: Policy) -> Count | None:
    """Return a month of the diary before the last one that was surely not at this level."""
    months, limit = filter(None, findings.last_months[:-1]), policy.headache_days or 0
    return next((one for one in months if one.at_least(limit, policy.scale) is Answer.NOT_MET), None)


def _attacks(findings: Findings, limit: int) -> Criterion:
    detail = _words(findings.attacks, f"{limit} or more in a lifetime")
    answer = _at_least(findings.attacks, limit)
    return Criterion("Attacks of migraine", answer, detail, "ICHD-3 1.3 B", findings.where("attacks"))


def _no_better_diagnosis(findings: Findings) -> Criterion:
    found = findings.better_diagnosis
    answers = {None: Answer.NOT_KNOWN, True: Answer.NOT_MET, False: Answer.MET}
    words = {None: "not recorded", True: "another diagnosis fits better", False: "none"}
    where = findings.where("better_diagnosis")
    return Criterion("No better diagnosis", answers[found], words[found], "ICHD-3 1.3 D", where)


def preventives_tried(findings: Findings, policy: Policy, least: int) -> Criterion:
    """Rules 4 and 5: preventives without effect (for long enough), not tolerated, or unsuitable.

    A try whose dates are missing counts as not known: "documentation missing" is a payer's commonest reason to refuse.
    """
    by_class = policy.count_by is CountBy.CLASS
    needs = f"needs {_so_many(least, by_class=by_class)}" + (
        f", each {policy.preventive_days} days or more" * bool(policy.preventive_days)
    )
    name, source = "Preventives tried", policy.source
    if not findings.preventives:
        return _preventives_told(findings, policy, least, needs)
    answers = [(_key(trial, by_class=by_class), _counts(trial, findings, policy)) for trial in findings.preventives]
    sure = {key for key, answer in answers if answer is Answer.MET}
    perhaps = {key for key, answer in answers if answer is Answer.NOT_KNOWN} - sure
    detail = f"{_so_many(len(sure), by_class=by_class)}, {needs}"
    if perhaps:
        detail += f"; documentation missing for {len(perhaps)}"
    answer = Answer.of(surely=len(sure) >= least, perhaps=len(sure) + len(perhaps) >= least)
    return Criterion(name, answer, detail, source, findings.where("preventives"))


def _so_many(number: int, *, by_class: bool) -> str:
    one, several = ("class", "classes") if by_class else ("preventive", "preventives")
    return f"{number} {one if number == 1 else several}"


def _preventives_told(findings: Findings, policy: Policy, least: int, needs: str) -> Criterion:
    """Judge a letter's own number. Where classes or days count, a number alone cannot show them."""
    told = findings.preventives_told
    answer = _at_least(told, least)
    bare = policy.count_by is CountBy.CLASS or policy.preventive_days > 0
    detail = f"none listed, {needs}" if told is None else f"{told} told, {needs}"
    if answer is Answer.MET and bare:
        answer, detail = Answer.NOT_KNOWN, f"{detail}; documentation missing"
    return Criterion("Preventives tried", answer, detail, policy.source, findings.where("preventives"))


def _key(trial: Trial, *, by_class: bool) -> str:
    return trial.drug_class.value if by_class else trial.drug.strip().casefold()


def _counts(trial: Trial, findings: Findings, policy: Policy) -> Answer:
    """Return whether one try counts."""
    if trial.result is Result.HELPING:
        return Answer.NOT_MET
    if trial.result is not Result.NO_EFFECT or not policy.preventive_days:
        return Answer.MET
    days = trial.days(findings.on) if findings.on else None
    return _at_least(days, policy.preventive_days)


def overuse_managed(findings: Findings, policy: Policy) -> Criterion:
    """Rule 6: overuse asks for a plan; it never refuses by itself."""
    overuse, plan = findings.overuse, findings.overuse_plan
    if plan:
        found = f": {overuse.detail}" if overuse and overuse.answer is not Answer.NOT_MET else ""
        answer, detail = Answer.MET, f"with a plan{found}"
    elif overuse is None:
        answer, detail = Answer.NOT_KNOWN, "acute medicines not recorded"
    elif overuse.answer is Answer.NOT_MET:
        answer, detail = Answer.MET, overuse.detail
    else:
        kind = "overuse" if overuse.answer is Answer.MET else "perhaps overuse"
        answer, detail = Answer.NOT_KNOWN, f"{kind}, needs a plan: {overuse.detail}"
    where = overuse.came_from if overuse else ""
    return Criterion("Medication overuse managed", answer, detail, f"ICHD-3 8.2; {policy.source}", where)


def _specialist(findings: Findings, policy: Policy) -> Criterion:
    found = findings.specialist
    answers = {None: Answer.NOT_KNOWN, True: Answer.MET, False: Answer.NOT_MET}
    words = {None: "not recorded", True: "yes", False: "no"}
    name = "Prescribed by or with a neurologist, headache or pain specialist"
    return Criterion(name, answers[found], words[found], policy.source, findings.where("specialist"))


def _code(findings: Findings, policy: Policy) -> Criterion:
    """Rule 28: a billable leaf that this payer takes, and that says what the record says."""
    code, name = findings.diagnosis_code, "Diagnosis code"
    where = findings.where("diagnosis_code")
    if not code:
        return Criterion(name, Answer.NOT_KNOWN, "not recorded", "ICD-10-CM", where)
    wrong = fault(code, frozenset(policy.codes))
    differs = "" if wrong else disagreement(code, aura=findings.aura, is_intractable=findings.intractable)
    if differs:
        return Criterion(name, Answer.NOT_KNOWN, differs, "ICD-10-CM", where)
    return Criterion(name, Answer.NOT_MET if wrong else Answer.MET, wrong or code, "ICD-10-CM", where)
