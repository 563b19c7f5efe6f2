"""Opening and ending a course, and that nobody falls out of the recall list."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Clinic, Injector, User
from patients.eligibility.policy import LABEL, NICE, SAMPLE_A, SAMPLE_B, Policy, Stage
from patients.models import Assessment, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from treatments import courses
from treatments.care import care_of
from treatments.courses import NotAllowed
from treatments.models import Course, Status
from treatments.models.session import OPEN
from treatments.slots import need_of


def test_a_course_opens_on_a_signed_eligible_assessment(maria: Patient, prescriber: User) -> None:
    course = courses.open_course(assessment=make_assessment(maria, signed_by=prescriber), by=prescriber, at=NOW)
    assert (course.patient, course.next_due()) == (maria, TODAY)


def test_a_course_does_not_open_on_a_draft(maria: Patient, prescriber: User) -> None:
    with pytest.raises(NotAllowed, match="signed assessment"):
        courses.open_course(assessment=make_assessment(maria), by=prescriber, at=NOW)


def test_a_course_does_not_open_when_not_eligible(maria: Patient, prescriber: User) -> None:
    episodic = make_assessment(maria, signed_by=prescriber, headache_days=14, long_headache_days=14)
    with pytest.raises(NotAllowed, match="eligible"):
        courses.open_course(assessment=episodic, by=prescriber, at=NOW)


def test_a_course_opens_on_an_override_with_a_reason(maria: Patient, prescriber: User) -> None:
    overridden = make_assessment(
        maria, signed_by=prescriber, headache_days=14, long_headache_days=14, override_reason="In a study"
    )
    assert courses.open_course(assessment=overridden, by=prescriber, at=NOW).pk


@pytest.mark.parametrize(("policy", "days"), [(LABEL, 84), (SAMPLE_A, 84), (SAMPLE_B, 90)])
def test_the_policy_sets_the_days_between_sessions(maria: Patient, prescriber: User, policy: Policy, days: int) -> None:
    assessment = make_assessment(maria)
    assessment.policy_rules, assessment.override_reason = policy.plain(), "In a study"
    assessment.signed_by, assessment.signed_at = prescriber, NOW
    assessment.save()
    assert courses.open_course(assessment=assessment, by=prescriber, at=NOW).interval_days == days


def renewal(patient: Patient, by: User, policy: Policy) -> Assessment:
    """Return an assessment to go on, signed by a policy."""
    found = make_assessment(patient)
    found.judge(policy, Stage.CONTINUE)
    found.signed_by, found.signed_at = by, NOW
    found.save()
    return found


@pytest.mark.parametrize(
    ("before", "policy", "days"), [(84, SAMPLE_B, 90), (90, NICE, 84)], ids=["the payer asks for more", "for less"]
)
def test_a_prescriber_takes_over_the_days_that_the_newest_signature_asks_for(
    maria: Patient, osei: Injector, prescriber: User, before: int, policy: Policy, days: int
) -> None:
    course = make_course(maria, last_given_on=TODAY, injector=osei)
    Course.objects.filter(pk=course.pk).update(interval_days=before)
    signed = renewal(maria, prescriber, policy)
    for _press in range(2):
        changed = courses.take_interval(assessment=signed, by=prescriber, at=NOW)
    assert (changed.interval_days, changed.next_due()) == (days, TODAY + dt.timedelta(days=days))
    assert [(row.interval_days, row.history_user) for row in changed.history.all()[:1]] == [(days, prescriber)]
    assert changed.history.count() == 2


def test_only_a_prescriber_takes_them_over_and_only_of_the_newest_signature(
    maria: Patient, osei: Injector, nurse: User, prescriber: User
) -> None:
    make_course(maria, last_given_on=TODAY, injector=osei)
    old = renewal(maria, prescriber, SAMPLE_B)
    with pytest.raises(NotAllowed, match="Only a prescriber"):
        courses.take_interval(assessment=old, by=nurse, at=NOW)
    renewal(maria, prescriber, NICE)
    with pytest.raises(NotAllowed, match="signed since"):
        courses.take_interval(assessment=old, by=prescriber, at=NOW)


def test_where_no_course_is_open_there_are_no_days_to_change(maria: Patient, prescriber: User) -> None:
    with pytest.raises(NotAllowed, match="No course is open"):
        courses.take_interval(assessment=renewal(maria, prescriber, SAMPLE_B), by=prescriber, at=NOW)


def test_a_first_session_that_waits_for_an_earlier_course_waits_as_long_as_the_signature_asks(
    maria: Patient, osei: Injector, prescriber: User
) -> None:
    before = make_course(maria, last_given_on=TODAY - dt.timedelta(days=10), injector=osei)
    courses.close_course(course=before, reason="She moved away", by=prescriber, at=NOW)
    courses.open_course(assessment=make_assessment(maria, signed_by=prescriber), by=prescriber, at=NOW)
    changed = courses.take_interval(assessment=renewal(maria, prescriber, SAMPLE_B), by=prescriber, at=NOW)
    assert changed.next_due() == TODAY + dt.timedelta(days=80)


def test_the_page_offers_the_days_of_the_newest_signature_and_names_a_visit_that_is_too_early_by_them(
    maria: Patient, osei: Injector, nurse: User, prescriber: User
) -> None:
    course = make_course(maria, last_given_on=TODAY, injector=osei)
    make_session(course, osei, NOW + dt.timedelta(days=84), due_on=TODAY + dt.timedelta(days=84))
    signed = renewal(maria, prescriber, SAMPLE_B)
    page, client = reverse("patients:detail", args=[maria.uid]), log_in(prescriber)
    said = "This course keeps 84 days between sessions; Payer, renewal by any reduction, by which this was signed, asks for 90."
    assert said in text(client.get(page))
    assert said in text(log_in(nurse).get(page))
    assert "Change to 90 days" not in text(log_in(nurse).get(page))
    assert "Change to 90 days" in text(client.get(page))
    after = text(client.post(reverse("treatments:take_interval", args=[signed.uid]), follow=True))
    assert "90 days between sessions from now on: the next one is due from Sunday 21 February 2027." in after
    assert "The next visit, on Monday 15 February 2027, is too early now" in after
    assert said not in after


def test_a_renewal_opens_no_course(maria: Patient, prescriber: User) -> None:
    renewal = make_assessment(maria)
    renewal.stage, renewal.signed_by, renewal.signed_at = Stage.CONTINUE, prescriber, NOW
    renewal.save()
    with pytest.raises(NotAllowed, match="eligible"):
        courses.open_course(assessment=renewal, by=prescriber, at=NOW)


def test_a_nurse_cannot_open_a_course(maria: Patient, prescriber: User, nurse: User) -> None:
    with pytest.raises(NotAllowed, match="prescriber"):
        courses.open_course(assessment=make_assessment(maria, signed_by=prescriber), by=nurse, at=NOW)


def test_a_second_course_is_refused_in_words(course: Course, prescriber: User) -> None:
    assessment = make_assessment(course.patient, signed_by=prescriber)
    with pytest.raises(NotAllowed, match="already has an open course"):
        courses.open_course(assessment=assessment, by=prescriber, at=NOW)


def test_a_new_course_waits_for_the_interval_since_the_last_one_s_session(
    course: Course, maria: Patient, osei: Injector, prescriber: User
) -> None:
    make_session(course, osei, NOW - dt.timedelta(days=20), status=Status.DONE, given_on=TODAY - dt.timedelta(days=20))
    courses.close_course(course=course, reason="Stopped", by=prescriber, at=NOW)
    signed = make_assessment(maria, signed_by=prescriber)
    again = courses.open_course(assessment=signed, by=prescriber, at=NOW)
    due = TODAY + dt.timedelta(days=64)
    listed: Any = Course.objects.with_due().get(pk=again.pk)
    assert (again.next_due(), need_of(again).due_on, listed.next_due_on) == (due, due, due)
    care = care_of(maria).course
    assert (care, care.next_due_on) == (again, due)


def test_a_new_course_long_after_the_last_one_is_due_at_once(course: Course, maria: Patient, prescriber: User) -> None:
    courses.close_course(course=course, reason="Stopped", by=prescriber, at=NOW)
    again = courses.open_course(assessment=make_assessment(maria, signed_by=prescriber), by=prescriber, at=NOW)
    assert (again.next_due(), again.first_due_on) == (TODAY, None)


def test_who_ends_a_course_that_a_colleague_has_ended_is_told_so(course: Course, prescriber: User) -> None:
    seen_by_another = Course.objects.get(pk=course.pk)
    courses.close_course(course=course, reason="Moved away", by=prescriber, at=NOW)
    with pytest.raises(NotAllowed, match="has ended already"):
        courses.close_course(course=seen_by_another, reason="No effect", by=prescriber, at=NOW)
    course.refresh_from_db()
    assert course.close_reason == "Moved away"


def test_ending_a_course_needs_a_reason(course: Course, prescriber: User) -> None:
    with pytest.raises(NotAllowed, match="why"):
        courses.close_course(course=course, reason=" ", by=prescriber, at=NOW)


def test_a_course_with_a_booked_visit_does_not_end(course: Course, osei: Injector, prescriber: User) -> None:
    make_session(course, osei, NOW + dt.timedelta(hours=1))
    with pytest.raises(NotAllowed, match="Cancel the booked visit first"):
        courses.close_course(course=course, reason="Moved away", by=prescriber, at=NOW)


def test_an_ended_course_leaves_the_recall_list(course: Course, prescriber: User) -> None:
    courses.close_course(course=course, reason="Moved away", by=prescriber, at=NOW)
    assert list(Course.objects.all().to_recall(TODAY)) == []


@pytest.mark.parametrize(("days", "listed"), [(84 - 29, False), (84 - 28, True), (84, True), (300, True)])
def test_recall_begins_28_days_before_the_due_date(maria: Patient, osei: Injector, days: int, listed: bool) -> None:
    course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=days), injector=osei)
    assert (course in Course.objects.all().to_recall(TODAY)) is listed


@pytest.mark.parametrize(
    ("status", "listed"), [(Status.BOOKED, False), (Status.CANCELLED, True), (Status.NO_SHOW, True)]
)
def test_a_booking_takes_a_person_off_recall_and_losing_it_brings_them_back(
    course: Course, osei: Injector, status: Status, listed: bool
) -> None:
    make_session(course, osei, NOW + dt.timedelta(hours=1), status=status)
    assert (course in Course.objects.all().to_recall(TODAY)) is listed


@pytest.mark.parametrize(("days", "listed"), [(28, True), (29, False)])
def test_who_is_due_in_four_weeks_is_on_recall(riverside: Clinic, days: int, listed: bool) -> None:
    course = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=84 - days))
    assert (course in Course.objects.all().to_recall(TODAY)) is listed
    assert (course in Course.objects.all().due_later(TODAY)) is not listed


def test_a_first_session_is_due_from_the_day_the_course_opens(riverside: Clinic) -> None:
    course = make_course(make_patient(riverside))
    assert course in Course.objects.all().to_recall(TODAY)


def standing(course: Course, on: dt.date) -> list[str]:
    """Return every list an open course is on: a person must be on exactly one."""
    row: Any = Course.objects.with_due().with_booked().get(pk=course.pk)
    booked = row.sessions.filter(status__in=OPEN).exists()
    recall = course in Course.objects.all().to_recall(on)
    later = not booked and row.next_due_on > on + dt.timedelta(days=28)
    return [name for name, true in (("booked", booked), ("recall", recall), ("later", later)) if true]


STEPS = st.lists(
    st.tuples(st.sampled_from(["book", "cancel", "no_show", "give", "wait"]), st.integers(1, 120)), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(STEPS)
def test_after_any_history_a_person_is_on_exactly_one_list(
    riverside: Clinic, osei: Injector, steps: list[tuple[str, int]]
) -> None:
    course = make_course(make_patient(riverside))
    on = TODAY
    for step, days in steps:
        on = act(course, osei, step, on, days)
        assert len(standing(course, on)) == 1, (step, on)


def act(course: Course, osei: Injector, step: str, on: dt.date, days: int) -> dt.date:
    """Take one step of a course's life and return the day it is then."""
    session = course.sessions.filter(status__in=OPEN).first()
    due = course.next_due()
    if step == "wait":
        return on + dt.timedelta(days=days)
    if step == "book" and session is None:
        date = max(due, on) + dt.timedelta(days=days)
        start = dt.datetime.combine(date, dt.time(0), dt.UTC) + dt.timedelta(minutes=15 * (course.pk % 90))
        make_session(course, osei, start, due_on=due)
    elif step in {"cancel", "no_show"} and session:
        session.status = Status.CANCELLED if step == "cancel" else Status.NO_SHOW
        session.save()
    elif step == "give" and session:
        session.status, session.given_on = Status.DONE, session.local_date
        session.save()
        return max(on, session.local_date)
    return on
