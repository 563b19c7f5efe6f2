"""What stands on top of a person's page, and the letter that is printed from it."""

import datetime as dt

import pytest
from django.urls import reverse

from clinic.models import AuditEntry, Injector, User
from patients.actions import change_patient
from patients.models import DiaryDay, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.test_everyone import treated
from tests.treatments.test_level import keep_diary
from tests.treatments.test_recording import sign
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.scores.entering import record_scores

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)
NOTE = "Fainted at the first session: lies down"


def text_of(user: User, name: str, *args: object) -> str:
    answer = log_in(user).get(reverse(name, args=args))
    assert answer.status_code == 200
    return text(answer)


@pytest.fixture
def noted(maria: Patient, front_desk: User) -> Patient:
    """Maria, with a safety note."""
    change_patient(patient=maria, values={"safety_note": NOTE}, by=front_desk, at=NOW)
    return maria


def test_the_safety_note_stands_on_top_of_every_page_where_somebody_injects(
    noted: Patient, course: Course, osei: Injector, nurse: User
) -> None:
    session = make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)
    for name, uid in (
        ("patients:detail", noted.uid),
        ("treatments:session", session.uid),
        ("treatments:record", session.uid),
    ):
        assert f"<strong>Safety:</strong> {NOTE}" in text_of(nurse, name, uid)


def test_a_visit_gone_by_that_nobody_closed_is_not_called_the_next_one(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = make_session(course, osei, NOW - 3 * ONE, due_on=TODAY - 3 * ONE)
    page = text_of(nurse, "patients:detail", course.patient.uid)
    assert "<strong>Still open:</strong> Friday 20 November 2026, 10am" in page
    assert "Say what became of this visit" in page
    assert "Next visit" not in text_of(nurse, "treatments:summary", course.patient.uid)
    TreatmentSession.objects.filter(pk=visit.pk).update(local_date=TODAY)
    assert "<strong>Next:</strong>" in text_of(nurse, "patients:detail", course.patient.uid)
    assert "Next visit: " in text_of(nurse, "treatments:summary", course.patient.uid)


def test_the_note_is_changed_with_the_details_and_its_history_stays(noted: Patient, front_desk: User) -> None:
    assert NOTE in text_of(front_desk, "patients:edit", noted.uid)
    change_patient(patient=noted, values={"safety_note": ""}, by=front_desk, at=NOW + dt.timedelta(hours=1))
    assert "Safety:" not in text_of(front_desk, "patients:detail", noted.uid)
    assert f"safety note: <del>{NOTE}</del>" in text_of(front_desk, "patients:history", noted.uid)


def test_the_keys_of_the_page_are_b_e_and_p(course: Course, prescriber: User) -> None:
    page = text_of(prescriber, "patients:detail", course.patient.uid)
    assert all(f'data-key="{key}"' in page for key in "bep")


def test_the_letter_says_what_was_done_and_what_it_did(
    noted: Patient, course: Course, osei: Injector, prescriber: User
) -> None:
    make_assessment(noted, signed_by=prescriber)
    keep_diary(noted, TODAY - dt.timedelta(days=28), 28, headache=9)
    sign(make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY), prescriber)
    page = text_of(prescriber, "treatments:summary", noted.uid)
    for words in (
        "Summary: Maria Santos",
        NOTE,
        "Meets the label rule: 5 of 5 met. Dr Osei, Monday 23 November 2026.",
        "155 units of onabotulinumtoxinA, 31 sites",
        "C4471",
        "Due from Monday 15 February 2027, not booked.",
    ):
        assert words in page


def test_units_that_a_list_told_stand_on_the_page_and_in_the_letter(
    maria: Patient, osei: Injector, front_desk: User
) -> None:
    given = {"status": Status.GIVEN_BEFORE, "given_on": TODAY - 84 * ONE}
    before = make_session(make_course(maria), osei, NOW - 84 * ONE, **given)
    SessionEvent.objects.create(
        clinic=before.clinic, session=before, at=NOW, kind=SessionEvent.Kind.IMPORTED, after={"units": 160}
    )
    assert "160 units, by list" in text_of(front_desk, "patients:detail", maria.uid)
    assert "160 units, as the referral list says" in text_of(front_desk, "treatments:summary", maria.uid)


def test_the_letter_keeps_the_questionnaires_beside_what_each_session_asks(maria: Patient, nurse: User) -> None:
    """When the effect wore off is asked at every session, and is no questionnaire."""
    numbers = {"hit6": 62, "onset_weeks": 1}
    record_scores(patient=maria, taken_on=TODAY - 300 * ONE, numbers=numbers, by=nurse, at=NOW)
    for ago in (0, 84, 168):
        record_scores(patient=maria, taken_on=TODAY - ago * ONE, numbers={"wear_off_week": 10}, by=nurse, at=NOW)
    letter = text_of(nurse, "treatments:summary", maria.uid)
    assert "<p>Tuesday 27 January 2026: HIT-6 62 (severe impact), began to help after 1 week</p>" in letter
    assert "2026: </p>" not in letter
    page = text_of(nurse, "patients:detail", maria.uid)
    assert '<span class="meta">Monday 23 November 2026</span> wore off in week 10</p>' in page


def test_printing_leaves_a_trace(maria: Patient, reader: User) -> None:
    page = text_of(reader, "treatments:summary", maria.uid)
    assert "No session was given yet." in page
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.subject) == ("print", "patient summary", maria.uid)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (98, None),
        (99, "Day 99, late."),
        (112, "Day 112, late."),
        (113, "Day 113, overdue: reach the person"),
        (180, "Day 180, overdue: reach the person"),
        (181, "Day 181, lapsed: a new diary of 28 days"),
    ],
)
def test_the_page_says_what_a_late_session_asks_for(
    maria: Patient, osei: Injector, reader: User, days: int, words: str | None
) -> None:
    make_course(maria, last_given_on=TODAY - dt.timedelta(days=days), injector=osei)
    page = text_of(reader, "patients:detail", maria.uid)
    assert words in page if words else "Day 98" not in page


@pytest.fixture
def stopped(maria: Patient, osei: Injector, prescriber: User) -> Patient:
    """Maria, half as many headache days at the end of her second and last cycle, and as many as before by now."""
    last = TODAY - 200 * ONE
    course = treated(maria, osei, 2, last, before=20)
    keep_diary(maria, last + 57 * ONE, 28, headache=10)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=20)
    Course.objects.filter(pk=course.pk).update(
        closed_on=last + 70 * ONE, closed_by=prescriber, close_reason="It helped"
    )
    return maria


def test_what_comes_after_the_last_cycle_is_no_end_of_it(stopped: Patient, prescriber: User) -> None:
    for name in ("treatments:summary", "patients:detail"):
        page = text_of(prescriber, name, stopped.uid)
        assert "50% fewer headache days than before treatment, at the end of cycle 2." in page
        assert "rule to stop" not in page


def test_whose_treatment_has_ended_is_proposed_no_stop(stopped: Patient, prescriber: User) -> None:
    DiaryDay.objects.update(headache_hours=5)
    assert "rule to stop" not in text_of(prescriber, "patients:detail", stopped.uid)
    Course.objects.update(closed_on=None, closed_by=None, close_reason="")
    assert "rule to stop" in text_of(prescriber, "patients:detail", stopped.uid)


def test_the_first_session_of_a_new_course_is_held_against_no_earlier_one(
    stopped: Patient, osei: Injector, nurse: User
) -> None:
    session = make_session(make_course(stopped), osei, NOW, status=Status.IN_ROOM, due_on=TODAY)
    assert "No diary to compare." in text_of(nurse, "treatments:record", session.uid)
