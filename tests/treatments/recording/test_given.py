"""A session that is signed on a later day is of the day of its injections."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from clinic.models import Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data, record_url
from tests.treatments.recording.conftest import Outcome, findings
from tests.treatments.recording.test_both import keep
from treatments import booking, cycle, recording
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.models import Course, LotRecall, SideEffect, Status, TreatmentSession
from treatments.recording import SinceLast, VialUsed, given

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NEXT_MORNING = NOW + dt.timedelta(hours=22)
TOMORROW = TODAY + DAY
CHOICE = 'name="given_on" value="'


@pytest.fixture
def entered(course: Course, osei: Injector, front_desk: User) -> TreatmentSession:
    """Maria, who was taken into the room at ten today."""
    visit = make_session(course, osei, NOW, status=Status.ARRIVED, due_on=TODAY)
    return booking.change_status(session=visit, to=Status.IN_ROOM, by=front_desk, at=NOW)


def sign(session: TreatmentSession, by: User, at: dt.datetime = NEXT_MORNING, **more: Any) -> None:
    recording.sign_session(session=session, found=findings(**more), by=by, at=at)


def test_signed_the_next_morning_it_counts_from_the_day_before(entered: TreatmentSession, nurse: User) -> None:
    sign(entered, nurse, given_on=TODAY)
    entered.refresh_from_db()
    record = entered.record
    assert record
    assert entered.given_on == record.screened_on == record.vials.get().used_on == TODAY
    assert (record.started_at, record.signed_at) == (NOW, NEXT_MORNING)
    assert entered.course.next_due() == cycle.due_on(TODAY)


def test_whoever_signs_on_a_later_day_says_which_day_it_was(outcome: Outcome, nurse: User) -> None:
    assert outcome(nurse, at=NEXT_MORNING) == "Say on which day it was given."
    assert outcome(nurse, at=NEXT_MORNING, given_on=TODAY - DAY) == "Say on which day it was given."


def test_who_came_another_day_than_that_of_the_visit_was_treated_on_that(
    in_room: TreatmentSession, outcome: Outcome, nurse: User
) -> None:
    assert outcome(nurse, at=NEXT_MORNING, given_on=TOMORROW, screened_on=TOMORROW) == "signed"
    in_room.refresh_from_db()
    assert in_room.record
    assert (in_room.given_on, in_room.record.started_at) == (TOMORROW, NEXT_MORNING)


@pytest.mark.parametrize(
    ("screened_on", "said"),
    [(TODAY, "signed"), (TODAY - DAY, "answered on Sunday 22 November 2026"), (TOMORROW, "answered on Tuesday 24")],
)
def test_the_safety_questions_are_of_the_day_it_was_given(
    outcome: Outcome, nurse: User, screened_on: dt.date, said: str
) -> None:
    assert said in outcome(nurse, at=NEXT_MORNING, given_on=TODAY, screened_on=screened_on)


@pytest.mark.parametrize(
    ("prepared_at", "said"),
    [
        (NOW - DAY + dt.timedelta(minutes=15), "signed"),
        (NOW - DAY + dt.timedelta(minutes=14), "more than 24 hours ago"),
        (NOW + dt.timedelta(minutes=16), "signed"),  # the visit took longer than it was booked for
        (NOW + dt.timedelta(hours=14), "signed"),  # midnight
        (NOW + dt.timedelta(hours=14, minutes=1), "after the session"),
    ],
)
def test_a_vial_is_as_fresh_as_it_was_when_it_was_given(
    outcome: Outcome, in_room: TreatmentSession, nurse: User, stocked: Any, prepared_at: dt.datetime, said: str
) -> None:
    vials = [VialUsed("C4471", TODAY + 300 * DAY, 200, reconstituted_at=prepared_at)]
    assert said in outcome(nurse, at=NEXT_MORNING, given_on=TODAY, vials=vials)


def test_a_correction_may_name_a_vial_that_was_diluted_after_the_visit_was_booked_to_end(
    entered: TreatmentSession, nurse: User
) -> None:
    sign(entered, nurse, given_on=TODAY)
    entered.refresh_from_db()
    assert entered.record
    late = VialUsed("C4471", TODAY + 300 * DAY, 200, reconstituted_at=NOW + dt.timedelta(hours=1))
    found = findings(vials=[late])
    at = NEXT_MORNING + DAY
    again = recording.correct_record(record=entered.record, found=found, reason="The hour", by=nurse, at=at)
    assert again.vials.get().reconstituted_at == late.reconstituted_at


def test_what_was_told_after_it_does_not_stop_the_signature(
    outcome: Outcome, maria: Patient, front_desk: User, nurse: User
) -> None:
    what = Told(["swallowing"], Severity.MODERATE, TODAY)
    report(patient=maria, told=what, by=front_desk, at=NOW + dt.timedelta(hours=8))
    assert "nobody has settled it" in outcome(nurse, at=NOW + dt.timedelta(hours=9))
    assert outcome(nurse, at=NEXT_MORNING, given_on=TODAY) == "signed"


@pytest.mark.parametrize(
    ("told_at", "later"),
    [(NOW - dt.timedelta(hours=1), False), (NOW + dt.timedelta(hours=8), True)],
    ids=["before the injections", "after them"],
)
def test_an_effect_told_before_a_late_signature_is_of_the_session_it_came_after(
    entered: TreatmentSession, maria: Patient, front_desk: User, nurse: User, told_at: dt.datetime, later: bool
) -> None:
    [effect] = report(patient=maria, told=Told(["neck_pain"], Severity.MILD, TODAY), by=front_desk, at=told_at)
    since = SinceLast(Told(["rash"], Severity.MILD, TODAY))
    sign(entered, nurse, given_on=TODAY, since_last=since)
    effect.refresh_from_db()
    assert (effect.session == entered) is later
    assert SideEffect.objects.exclude(pk=effect.pk).get().session == entered.course.sessions.earliest("given_on")


def test_the_form_warns_of_what_was_told_since_in_case_they_are_in_the_room_again(
    entered: TreatmentSession, maria: Patient, front_desk: User, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    what = Told(["swallowing"], Severity.MODERATE, TODAY)
    report(patient=maria, told=what, by=front_desk, at=NOW + dt.timedelta(hours=8))
    frozen_clock.move_to(NEXT_MORNING)
    assert "nobody has settled it: do not inject before a clinician has." in text(
        log_in(nurse).get(record_url(entered))
    )


def test_a_lot_recalled_since_was_used_all_the_same(outcome: Outcome, in_room: TreatmentSession, nurse: User) -> None:
    LotRecall.objects.create(
        clinic=in_room.clinic, lot="C4471", recalled_on=TOMORROW, recorded_at=NEXT_MORNING, recorded_by=nurse
    )
    assert outcome(nurse, at=NEXT_MORNING, given_on=TODAY) == "signed"


def test_a_correction_judges_the_vial_by_the_same_hour(entered: TreatmentSession, nurse: User) -> None:
    fresh = [VialUsed("C4471", TODAY + 300 * DAY, 200, reconstituted_at=NOW - DAY + dt.timedelta(minutes=20))]
    sign(entered, nurse, given_on=TODAY, vials=fresh)
    entered.refresh_from_db()
    assert entered.record
    found = findings(vials=fresh, note="left out a word")
    again = recording.correct_record(
        record=entered.record, found=found, reason="A word was missing", by=nurse, at=NEXT_MORNING + DAY
    )
    assert (again.vials.get().used_on, again.started_at) == (TODAY, NOW)


@pytest.mark.parametrize(
    ("hours", "days"), [(0, [TODAY]), (13, [TODAY]), (14, [TODAY, TOMORROW]), (48, [TODAY, TOMORROW + DAY])]
)
def test_nothing_is_asked_before_midnight_and_then_the_day_in_the_room_is_likely(
    entered: TreatmentSession, hours: int, days: list[dt.date]
) -> None:
    at = NOW + dt.timedelta(hours=hours)
    assert given.days(entered, at) == days
    assert given.likely(entered, at) == TODAY


def test_nothing_is_likely_of_who_was_marked_in_the_room_a_day_late(
    course: Course, osei: Injector, front_desk: User
) -> None:
    visit = make_session(course, osei, NOW, status=Status.ARRIVED, due_on=TODAY)
    late = booking.change_status(session=visit, to=Status.IN_ROOM, by=front_desk, at=NEXT_MORNING)
    assert given.likely(late, NEXT_MORNING) is None
    assert given.days(late, NEXT_MORNING + DAY) == [TODAY, TOMORROW, TOMORROW + DAY]


def test_the_form_asks_for_the_day_and_keeps_the_answers_of_that_day(
    entered: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    keep(entered, nurse, note="typed on Monday", prepared_at="09:00", prepared_day="0")
    assert CHOICE not in text(log_in(nurse).get(record_url(entered)))
    frozen_clock.move_to(NEXT_MORNING)
    page = text(log_in(nurse).get(record_url(entered)))
    assert (
        "The visit is of Monday 23 November 2026, which is not today. On which day were the injections given?" in page
    )
    assert 'value="2026-11-23" class="form-check-input" id="id_given_on_0" checked' in page
    assert re.search('name="safety_allergy" value="no"[^>]* checked', page)
    assert '<option value="0" selected>that day' in page
    assert "Next due once signed: <strong>84 days after the day it was given" in page


def test_the_form_signs_for_the_day_that_was_chosen(
    entered: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    frozen_clock.move_to(NEXT_MORNING)
    data = record_data(screened_on="2026-11-24", given_on="2026-11-23", prepared_at="09:30", prepared_day="0")
    assert log_in(nurse).post(record_url(entered), data).status_code == 302
    entered.refresh_from_db()
    assert entered.record
    assert entered.given_on == entered.record.screened_on == TODAY
    assert entered.record.vials.get().reconstituted_at == NOW - dt.timedelta(minutes=30)
    page = text(log_in(nurse).get(reverse("treatments:session", args=[entered.uid])))
    assert "Given on Monday 23 November 2026. Signed by RN Bello on Tuesday 24 November 2026" in page


def test_a_page_left_open_over_night_says_that_the_day_is_missing_and_loses_nothing(
    entered: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    frozen_clock.move_to(NEXT_MORNING)
    answer = log_in(nurse).post(record_url(entered), record_data(note="typed on Monday"))
    page = text(answer)
    assert answer.status_code == 422
    assert "Say on which day it was given." in page
    assert "The safety questions were answered on" not in page
    assert "typed on Monday" in page


def test_another_day_than_that_of_the_answers_asks_them_again(
    entered: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    frozen_clock.move_to(NEXT_MORNING)
    answer = log_in(nurse).post(record_url(entered), record_data(given_on="2026-11-24"))
    assert answer.status_code == 422
    assert "The safety questions were answered on Monday 23 November 2026. Ask them again today." in text(answer)


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-25", "yesterday", "9999-12-31"])
def test_a_day_that_it_cannot_have_been_is_refused(
    entered: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller, day: str
) -> None:
    frozen_clock.move_to(NEXT_MORNING)
    answer = log_in(nurse).post(record_url(entered), record_data(given_on=day))
    assert answer.status_code == 422
    assert "Say on which day it was given." in text(answer)


def test_two_versions_of_a_form_show_the_days_that_were_chosen(
    entered: TreatmentSession, nurse: User, prescriber: User, frozen_clock: time_machine.Traveller
) -> None:
    keep(entered, nurse, given_on="2026-11-23")
    frozen_clock.move_to(NEXT_MORNING)
    data = record_data(given_on="2026-11-24", screened_on="2026-11-24", draft_version="0")
    page = text(log_in(prescriber).post(record_url(entered), data))
    assert "<td>Tuesday 24 November 2026</td><td>Monday 23 November 2026</td>" in page
