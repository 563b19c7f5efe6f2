"""Who may go on (clinical rules 22 to 24 and 26): change against the frozen baseline, never "15 or more now".

Somebody who responds has fewer than 15 days because treatment works.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from patients.eligibility.answers import Answer, Criterion, Verdict, judge
from patients.eligibility.counts import MONTH_DAYS, WINDOW_DAYS, Count, Scale, tenths
from patients.eligibility.findings import Findings
from patients.eligibility.policy import Policy, Renewal, Stage
from patients.eligibility.start import terms

EPISODIC_MONTHS = 3  # NICE TA260, EHF: three months in a row


def assess_renewal(findings: Findings, policy: Policy) -> Verdict:
    """Return the verdict of a policy on going on. A stop rule proposes; a payer's test, and its terms, refuse."""
    refused = any(one.answer is Answer.NOT_MET for one in terms(findings, policy))
    proposes = policy.renewal is Renewal.STOP_RULE and not refused
    return judge(tuple(_criteria(findings, policy)), policy.title(Stage.CONTINUE), proposes=proposes)


def _criteria(findings: Findings, policy: Policy) -> Iterator[Criterion]:
    if policy.renewal is Renewal.STOP_RULE:
        yield _response(findings, policy)
        yield _still_chronic(findings, policy)
    elif policy.renewal is Renewal.FEWER:
        yield _fewer(findings, policy)
    elif policy.renewal is Renewal.ANY:
        yield _any_fewer(findings, policy)
    yield from terms(findings, policy)


def percent_fewer(baseline: Fraction, now: Fraction) -> Fraction:
    """Return by how many percent a count fell; less than zero where it rose. The baseline must not be zero."""
    return (baseline - now) * 100 / baseline


def change_words(percent: Fraction) -> str:
    """Return a change in whole percent, cut off: 29.6% is no response and must not read as the 30% that is one."""
    return f"{int(abs(percent))}% {'fewer' if percent >= 0 else 'more'}"


def _pair(findings: Findings) -> tuple[Count, Count] | str:
    """Return baseline and present count, or why they cannot be held against each other."""
    now = findings.count("headache_days")
    if findings.baseline is None or not findings.baseline.days:
        return "no baseline"
    if now is None:
        return "headache days not recorded"
    if not findings.baseline.enough or not now.enough:
        return "not enough days recorded to judge"
    return findings.baseline, now


def _where(findings: Findings) -> str:
    """Return where both counts came from."""
    return "; ".join(filter(None, (findings.where("baseline"), findings.where("headache_days"))))


def _response(findings: Findings, policy: Policy) -> Criterion:
    """Rules 22 and 23: exactly the percentage is a response. Lack of effect is not judged before enough cycles."""
    name, where, cycles = "Fewer headache days", _where(findings), findings.cycles
    needs = f"needs {policy.response_percent}% or more after {policy.stop_cycles} cycles"
    pair = _pair(findings)
    if cycles is not None and cycles < policy.warn_cycles:
        detail = f"too early to judge ({cycles} of {policy.warn_cycles} cycles given)"
        return Criterion(name, Answer.MET, detail, policy.source, where)
    if isinstance(pair, str):
        return Criterion(name, Answer.NOT_KNOWN, f"{pair}, {needs}", policy.source, where)
    answer, said = _reached(*pair, policy)
    if cycles is None and answer is not Answer.MET:
        return Criterion(name, Answer.NOT_KNOWN, f"{said}, cycles given not recorded, {needs}", policy.source, where)
    if answer is Answer.NOT_MET and cycles is not None and cycles < policy.stop_cycles:
        answer = Answer.NOT_KNOWN
    given = "" if cycles is None else f" after {cycles} cycles"
    return Criterion(name, answer, f"{said}{given}, {needs}", policy.source, where)


def _reached(baseline: Count, now: Count, policy: Policy) -> tuple[Answer, str]:
    """Return whether the response reaches the limit."""
    share = Fraction(100 - policy.response_percent, 100)
    answer, said = _fell(baseline, now, policy.scale, lambda before, after: after <= before * share)
    return answer, f"{said}: {_change(baseline, now, policy.scale)}"


def _fell(
    baseline: Count, now: Count, scale: Scale, enough: Callable[[Fraction, Fraction], bool]
) -> tuple[Answer, str]:
    """Return whether the days fell by enough, whatever the missing ones were, and both counts in words."""
    (base_least, base_most), (now_least, now_most) = baseline.bounds(scale), now.bounds(scale)
    answer = Answer.of(surely=enough(base_least, now_most), perhaps=enough(base_most, now_least))
    return answer, f"{baseline.words(scale)} before, {now.words(scale)} now"


def _change(baseline: Count, now: Count, scale: Scale) -> str:
    """Compare as many days with as many: 12 of 20 recorded days are no fewer than 17 of 28."""
    percent = percent_fewer(*(one.bounds(Scale.SCALED)[0] for one in (baseline, now)))
    change = f"{tenths(-percent)}% more" if percent < 0 else f"{tenths(percent)}% fewer"
    guessed = scale is Scale.RECORDED and (baseline.partial or now.partial)
    return f"{change} headache days" + " if the missing days were like the others" * guessed


def still_chronic(months: Sequence[Count | None], policy: Policy) -> Answer:
    """Rule 24: below the limit for three months in a row proposes a stop; a month with too few days counts neither way."""
    answers = [Answer.NOT_KNOWN if one is None else one.at_least(policy.episodic_below, policy.scale) for one in months]
    below = len(answers) == EPISODIC_MONTHS and set(answers) == {Answer.NOT_MET}
    return Answer.of(surely=Answer.MET in answers, perhaps=not below)


def _still_chronic(findings: Findings, policy: Policy) -> Criterion:
    limit, months = policy.episodic_below, findings.last_months
    name = f"Not below {limit} headache days for {EPISODIC_MONTHS} months in a row"
    where = findings.where("last_months")
    said = ", ".join("not known" if one is None else one.words(policy.scale) for one in months) or "not recorded"
    detail = f"{said} headache days, a stop is proposed below {limit} three times in a row"
    return Criterion(name, still_chronic(months, policy), detail, policy.source, where)


def _fewer(findings: Findings, policy: Policy) -> Criterion:
    """Rule 26, test A: so many fewer headache days a month, or so many fewer headache hours."""
    pair = _pair(findings)
    if isinstance(pair, str):
        days, said = Answer.NOT_KNOWN, pair
    else:
        days, said = _fell(*pair, policy.scale, lambda before, after: before - after >= policy.fewer_days)
    hours, hours_said = _hours_fewer(findings, policy)
    answers = {days, hours}
    answer = Answer.of(surely=Answer.MET in answers, perhaps=Answer.NOT_KNOWN in answers)
    needs = f"needs {policy.fewer_days} days or {policy.fewer_hours} hours fewer"
    name = "Fewer headache days or hours"
    return Criterion(name, answer, f"{said}; {hours_said}; {needs}", policy.source, _where(findings))


def _hours_fewer(findings: Findings, policy: Policy) -> tuple[Answer, str]:
    """Hold the hours against each other; a day that was not recorded may hide any number of them, so they are the least."""
    before, now = findings.baseline_hours, findings.headache_hours
    if before is None or now is None:
        return Answer.NOT_KNOWN, "hours not recorded"
    fewer, said = Fraction(before - now), f"{before} hours before, {now} now"
    if policy.scale is Scale.MONTH and fewer > 0:
        fewer *= Fraction(MONTH_DAYS, WINDOW_DAYS)
        said += f", scaled {tenths(fewer)} fewer"
    reached = fewer >= policy.fewer_hours
    at_first = findings.baseline.recorded if findings.baseline else None
    recorded = findings.days_recorded if reached else at_first
    if recorded is not None and recorded < WINDOW_DAYS:
        return Answer.NOT_KNOWN, f"{said}, {'the latter' if reached else 'the former'} in {recorded} recorded days"
    return (Answer.MET if reached else Answer.NOT_MET), said


def _any_fewer(findings: Findings, policy: Policy) -> Criterion:
    """Rule 26, test B: achieved or maintained a reduction."""
    pair, name = _pair(findings), "Fewer headache days"
    if isinstance(pair, str):
        return Criterion(name, Answer.NOT_KNOWN, f"{pair}, needs any reduction", policy.source, _where(findings))
    answer, said = _fell(*pair, policy.scale, lambda before, after: after < before)
    return Criterion(name, answer, f"{said}, needs any reduction", policy.source, _where(findings))
