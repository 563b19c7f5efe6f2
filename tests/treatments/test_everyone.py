"""Everybody's response in one statement: the same answers as one by one, in as many queries for many as for few."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.actions import close_record
from patients.eligibility import Answer, Count
from patients.eligibility.policy import EHF, LABEL, NICE, Policy
from patients.eligibility.renewal import still_chronic
from patients.gathering import read_record
from patients.models import Baseline, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.test_level import keep_diary
from treatments.care import care_of
from treatments.courses import close_course
from treatments.models import Course, Status
from treatments.response.everyone import Group, Standing, standings
from treatments.response.groups import to_look_at_again
from treatments.response.reading import response_of

ONE = dt.timedelta(days=1)
CYCLE = dt.timedelta(days=84)


def treated(
    patient: Patient, injector: Injector, cycles: int, last: dt.date = TODAY - CYCLE, before: int = 20
) -> Course:
    """Give somebody so many sessions, the last on a day, and a frozen level of headache days."""
    course = make_course(patient)
    minute = dt.timedelta(minutes=20 * patient.pk)
    for number in range(cycles):
        day = last - CYCLE * (cycles - 1 - number)
        at = dt.datetime.combine(day, dt.time(6), dt.UTC) + minute
        make_session(course, injector, at, due_on=day, status=Status.DONE, given_on=day)
    Baseline.objects.create(
        clinic=patient.clinic, patient=patient, given_on=last - CYCLE * (cycles - 1),
        last=last - CYCLE * (cycles - 1) - ONE, source="diary", days_recorded=28, headache_days=before, frozen_at=NOW,
    )  # fmt: skip
    return course


def assess(patient: Patient, policy: Policy, by: User | None = None, at: dt.datetime = NOW) -> None:
    """Store an assessment by a policy, signed at a moment where somebody signs it."""
    assessment = make_assessment(patient)
    assessment.judge(policy)
    assessment.signed_by, assessment.signed_at = by, at if by else None
    assessment.save()


def found(clinic: Clinic) -> dict[int, Standing]:
    """Return everybody's standing by their id."""
    return {one.patient.pk: one for one in standings(clinic, TODAY)}


@pytest.mark.parametrize(
    ("cycles", "now", "group"),
    [
        (2, 15, Group.TOO_LITTLE),
        (2, 14, Group.RESPONDS),  # exactly 30% of 20
        (1, 15, Group.EARLY),  # never before two cycles
        (1, 14, Group.RESPONDS),
    ],
)
def test_everybody_is_sorted_by_the_same_rules(
    riverside: Clinic, osei: Injector, maria: Patient, cycles: int, now: int, group: Group
) -> None:
    treated(maria, osei, cycles)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=now)
    assert found(riverside)[maria.pk].group is group


@pytest.mark.parametrize(("days_ago", "group"), [(1, Group.EARLY), (28, Group.EARLY), (29, Group.NOT_KNOWN)])
def test_a_first_cycle_that_has_just_begun_is_too_early_and_not_without_a_diary(
    riverside: Clinic, osei: Injector, maria: Patient, days_ago: int, group: Group
) -> None:
    treated(maria, osei, 1, last=TODAY - days_ago * ONE)
    alone = response_of(maria, care_of(maria).given, maria.diary_days.facts(), TODAY).response
    together = found(riverside)[maria.pk]
    assert together.group is group
    assert together.response.sentence == alone.sentence


def test_a_first_cycle_without_a_level_says_that_the_level_is_not_known(
    riverside: Clinic, osei: Injector, maria: Patient
) -> None:
    make_course(maria, last_given_on=TODAY - 7 * ONE, injector=osei)
    together = found(riverside)[maria.pk]
    assert together.group is Group.NOT_KNOWN
    assert "level without treatment is not known here" in together.response.sentence


@pytest.mark.parametrize("days_ago", [1, 28, 29, 30, 84, 85, 86, 110])
@pytest.mark.parametrize("late", [0, 60])
def test_it_says_what_the_persons_own_page_says(
    riverside: Clinic, osei: Injector, maria: Patient, days_ago: int, late: int
) -> None:
    course = treated(maria, osei, 3, last=TODAY - (days_ago + late) * ONE)
    course.sessions.filter(given_on=TODAY - (days_ago + late) * ONE).update(given_on=TODAY - days_ago * ONE)
    keep_diary(maria, TODAY - 150 * ONE, 150, headache=100)
    alone = response_of(maria, care_of(maria).given, maria.diary_days.facts(), TODAY).response
    together = found(riverside)[maria.pk].response
    assert together.sentence == alone.sentence
    assert (together.too_little, together.episodic) == (alone.too_little, alone.episodic)
    assert together.latest
    assert alone.latest
    assert (together.latest.number, together.latest.fewer) == (alone.latest.number, alone.latest.fewer)


def test_a_newest_cycle_without_a_diary_is_not_known_here_and_on_the_persons_own_page(
    riverside: Clinic, osei: Injector, maria: Patient
) -> None:
    treated(maria, osei, 3)
    keep_diary(maria, TODAY - CYCLE - 28 * ONE, 28, headache=19)  # the end of the second cycle, and nothing since
    alone = response_of(maria, care_of(maria).given, maria.diary_days.facts(), TODAY).response
    together = found(riverside)[maria.pk]
    assert together.group is Group.NOT_KNOWN
    assert together.response.sentence == alone.sentence
    assert alone.sentence == "Not enough diary days to judge the response at the end of cycle 3 (0 of 28)."
    assert not alone.too_little


@pytest.mark.parametrize(
    ("policy", "cycles", "group"),
    [(EHF, 2, Group.EARLY), (EHF, 3, Group.TOO_LITTLE), (NICE, 2, Group.TOO_LITTLE), (LABEL, 2, Group.TOO_LITTLE)],
    ids=lambda value: getattr(value, "key", str(value)),
)
def test_a_stop_is_proposed_by_the_policy_of_the_newest_signed_assessment_and_by_nice_where_it_has_none(
    riverside: Clinic, osei: Injector, prescriber: User, maria: Patient, policy: Policy, cycles: int, group: Group
) -> None:
    assess(maria, LABEL if policy is not LABEL else EHF, prescriber, NOW - 2 * ONE)
    assess(maria, policy, prescriber, NOW - ONE)
    assess(maria, NICE if policy is EHF else EHF)  # and not signed yet
    treated(maria, osei, cycles)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=16)
    together = found(riverside)[maria.pk]
    alone = log_in(prescriber).get(reverse("patients:detail", args=[maria.uid])).context["reading"].response
    assert together.group is group
    assert together.response.rule == alone.rule == (policy if policy is EHF else NICE)


@pytest.mark.parametrize(("policy", "headache", "episodic"), [(EHF, 9, True), (EHF, 10, False), (NICE, 10, True)])
def test_whoever_is_judged_by_ehf_is_episodic_below_10(
    riverside: Clinic, osei: Injector, prescriber: User, maria: Patient, policy: Policy, headache: int, episodic: bool
) -> None:
    assess(maria, policy, prescriber, NOW)
    treated(maria, osei, 2, before=28)
    for back in (28, 56, 84):
        keep_diary(maria, TODAY - back * ONE, 28, headache=headache)
    assert found(riverside)[maria.pk].response.episodic is episodic


def test_the_page_says_whose_rule_proposes_a_stop(
    riverside: Clinic, osei: Injector, prescriber: User, maria: Patient
) -> None:
    assess(maria, EHF, prescriber, NOW)
    treated(maria, osei, 3)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=16)
    page = log_in(prescriber).get(reverse("treatments:response"))
    own = log_in(prescriber).get(reverse("patients:detail", args=[maria.uid]))
    assert "below 30% fewer after 3 cycles (EHF 2018)" in text(page)
    assert "fewer headache days after 3 cycles or more: the EHF 2018 rule to stop may apply" in text(own)


def test_before_a_stop_is_proposed_the_persons_page_says_that_it_is_too_early(
    osei: Injector, prescriber: User, maria: Patient
) -> None:
    assess(maria, EHF, prescriber, NOW)
    treated(maria, osei, 2)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=16)
    own = text(log_in(prescriber).get(reverse("patients:detail", args=[maria.uid])))
    assert "fewer headache days so far. The rule of EHF 2018 proposes no stop before 3 cycles." in own


@pytest.mark.parametrize(("headache", "episodic"), [(14, True), (15, False)])
def test_three_months_below_15_propose_a_stop(
    riverside: Clinic, osei: Injector, maria: Patient, headache: int, episodic: bool
) -> None:
    treated(maria, osei, 2, before=28)
    for back in (28, 56):
        keep_diary(maria, TODAY - back * ONE, 28, headache=14)
    keep_diary(maria, TODAY - 84 * ONE, 28, headache=headache)
    assert (found(riverside)[maria.pk].group is Group.EPISODIC) is episodic


def test_a_month_with_too_few_days_proposes_nothing(riverside: Clinic, osei: Injector, maria: Patient) -> None:
    treated(maria, osei, 2)
    keep_diary(maria, TODAY - 84 * ONE, 19, headache=0)
    keep_diary(maria, TODAY - 56 * ONE, 56, headache=0)
    assert not found(riverside)[maria.pk].response.episodic


@pytest.mark.parametrize(
    ("days_ago", "before_here", "episodic"),
    [(84, 0, True), (83, 0, False), (83, 3, True)],
    ids=["three months treated", "not yet", "treated before"],
)
def test_three_months_of_treatment_below_15_are_enough_as_in_an_assessment_to_go_on(
    riverside: Clinic, osei: Injector, maria: Patient, days_ago: int, before_here: int, episodic: bool
) -> None:
    course = treated(maria, osei, 1, last=TODAY - days_ago * ONE)
    Course.objects.filter(pk=course.pk).update(cycles_before=before_here)
    for back in (84, 56, 28):
        keep_diary(maria, TODAY - back * ONE, 28, headache=14)
    alone = response_of(maria, care_of(maria).given, maria.diary_days.facts(), TODAY).response
    assert (found(riverside)[maria.pk].response.episodic, alone.episodic) == (episodic, episodic)
    months = tuple(Count(one.headache_days, one.days_recorded) for one in read_record(maria, TODAY).windows)
    assert still_chronic(months, NICE) is Answer.NOT_MET


def test_a_stranger_and_who_stopped_are_not_counted(
    riverside: Clinic, lakeside: Clinic, osei: Injector, maria: Patient, prescriber: User
) -> None:
    course = treated(maria, osei, 2)
    assert not found(lakeside)
    close_course(course=course, reason="Episodic", by=prescriber, at=NOW)
    assert not found(riverside)


def test_many_cost_as_many_queries_as_few(riverside: Clinic, osei: Injector, nurse: User) -> None:
    client = log_in(nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("treatments:response")).status_code == 200
        return len(caught)

    treated(make_patient(riverside), osei, 2)
    few = queries()
    for number in range(5):
        treated(make_patient(riverside, f"Given{number}"), osei, 2)
    assert queries() == few


def test_the_page_names_whom_to_decide_on(riverside: Clinic, osei: Injector, maria: Patient, nurse: User) -> None:
    treated(maria, osei, 2)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=19)
    page: Any = log_in(nurse).get(reverse("treatments:response"))
    shown = text(page)
    assert f'Maria Santos</a> <span class="meta">{maria.record_number}</span>' in shown  # another one may have her name
    assert "5% fewer headache days than before treatment, at the end of cycle 2." in shown


@pytest.mark.parametrize(("days", "named"), [(119, False), (120, True), (180, True), (181, False)])
def test_who_stopped_is_looked_at_again_after_four_months(
    riverside: Clinic, osei: Injector, maria: Patient, prescriber: User, days: int, named: bool
) -> None:
    course = treated(maria, osei, 2, last=TODAY - 300 * ONE)
    close_course(course=course, reason="Episodic", by=prescriber, at=NOW - days * ONE)
    assert bool(to_look_at_again(riverside, TODAY)) is named
    make_assessment(maria, signed_by=prescriber)
    assert not to_look_at_again(riverside, TODAY)


def test_the_assessment_that_led_to_the_stop_is_no_second_look(
    riverside: Clinic, osei: Injector, maria: Patient, prescriber: User
) -> None:
    course, stopped = treated(maria, osei, 2, last=TODAY - 300 * ONE), NOW - 130 * ONE
    make_assessment(maria, signed_by=prescriber, assessed_on=stopped.date())
    close_course(course=course, reason="Episodic", by=prescriber, at=stopped)
    assert to_look_at_again(riverside, TODAY) == [course]


def test_who_died_is_not_looked_at_again(riverside: Clinic, osei: Injector, maria: Patient, prescriber: User) -> None:
    course = treated(maria, osei, 2, last=TODAY - 300 * ONE)
    close_course(course=course, reason="Episodic", by=prescriber, at=NOW - 150 * ONE)
    assert to_look_at_again(riverside, TODAY)
    close_record(patient=maria, closed=Patient.Closed.DIED, on=TODAY, by=prescriber, at=NOW)
    assert not to_look_at_again(riverside, TODAY)
