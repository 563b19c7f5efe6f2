"""A correction that names another day of the injections: cycle, vials, level and answers go with it."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Injector, User
from patients.actions.baseline import write_baseline
from patients.models import Baseline, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data
from tests.treatments.recording.conftest import findings
from tests.treatments.recording.test_given import CHOICE, DAY, NEXT_MORNING, TOMORROW
from tests.treatments.stock.conftest import EXPIRY
from tests.treatments.test_level import keep_diary
from treatments import booking, courses, cycle, recording
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.models import Course, OutcomeScore, SessionEvent, SessionRecord, SideEffect, Status, TreatmentSession
from treatments.recording import Refused, SinceLast, VialUsed
from treatments.response.reading import response_of
from treatments.slots import Slot

pytestmark = pytest.mark.django_db
LATER = NEXT_MORNING + dt.timedelta(hours=2)
NOTHING_BEFORE: dict[str, Any] = {"since_last": None}


@pytest.fixture
def first(maria: Patient, osei: Injector) -> TreatmentSession:
    """Maria's first session, of today; nobody pressed that she was in the room."""
    return make_session(make_course(maria), osei, NOW, status=Status.IN_ROOM, due_on=TODAY)


@pytest.fixture
def later(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's next session, of today; nobody pressed that she was in the room."""
    return make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)


def sign_for(session: TreatmentSession, day: dt.date, by: User, **more: Any) -> SessionRecord:
    """Sign on the morning after, and say that it was given on a day."""
    found = findings(given_on=day, screened_on=day, **more)
    record = recording.sign_session(session=session, found=found, by=by, at=NEXT_MORNING)
    session.refresh_from_db()
    return record


def correct_to(record: SessionRecord, day: dt.date, by: User, **more: Any) -> SessionRecord:
    """Say that it was another day, and change nothing else."""
    found = findings(**{"given_on": day, "screened_on": record.screened_on, "since_last": None} | more)
    reason = "It was the other day"
    corrected = recording.correct_record(record=record, found=found, reason=reason, by=by, at=LATER)
    record.session.refresh_from_db()
    return corrected


@pytest.mark.parametrize(("said", "meant"), [(TOMORROW, TODAY), (TODAY, TOMORROW)], ids=["earlier", "later"])
def test_the_session_its_due_date_vials_and_answers_are_of_the_day_that_was_meant(
    later: TreatmentSession, nurse: User, said: dt.date, meant: dt.date
) -> None:
    corrected = correct_to(sign_for(later, said, nurse), meant, nurse)
    later.refresh_from_db()
    assert later.given_on == corrected.screened_on == corrected.vials.get().used_on == meant
    assert later.course.next_due() == cycle.due_on(meant)
    assert corrected.started_at == (NOW if meant == TODAY else NEXT_MORNING)


def test_every_list_counts_to_the_day_on_which_it_was_given(later: TreatmentSession, nurse: User, admin: User) -> None:
    sign_for(later, TOMORROW, nurse)
    client = log_in(admin)
    person = text(client.get(reverse("patients:detail", args=[later.course.patient.uid])))
    assert ">24 Nov 2026</a>" in person
    log = text(client.get(reverse("treatments:log")))
    assert "given Tue 24 Nov 2026" in log
    assert "day 85" in person
    assert "day 85" in log
    for traced in (
        client.get(reverse("treatments:trace"), {"lot": "C4471"}),
        client.get(reverse("treatments:draft_claim", args=[later.uid])),
    ):
        assert "Tuesday 24 November 2026" in text(traced)


def test_the_first_version_keeps_the_day_that_it_said(later: TreatmentSession, nurse: User) -> None:
    signed = sign_for(later, TOMORROW, nurse)
    correct_to(signed, TODAY, nurse)
    signed.refresh_from_db()
    assert signed.screened_on == signed.vials.get().used_on == TOMORROW


def test_the_history_tells_from_which_day_to_which(later: TreatmentSession, nurse: User) -> None:
    correct_to(sign_for(later, TOMORROW, nurse), TODAY, nurse)
    line = SessionEvent.objects.get(session=later, kind="corrected")
    assert (line.before, line.after) == ({"given_on": "2026-11-24"}, {"given_on": "2026-11-23"})
    page = text(log_in(nurse).get(reverse("treatments:session", args=[later.uid])))
    assert "Record corrected: given on Monday 23 November 2026, RN Bello – It was the other day" in page
    assert "45 wasted, used on Tuesday 24 November 2026." in page


def test_the_record_of_a_visit_that_was_given_on_another_day_says_so(later: TreatmentSession, nurse: User) -> None:
    sign_for(later, TOMORROW, nurse)
    page = text(log_in(nurse).get(reverse("treatments:session", args=[later.uid])))
    assert "Given on Tuesday 24 November 2026. Signed by RN Bello on Tuesday 24 November 2026" in page


@pytest.mark.parametrize("day", [TODAY - DAY, TOMORROW + DAY])
def test_a_day_that_it_cannot_have_been_is_refused(later: TreatmentSession, nurse: User, day: dt.date) -> None:
    signed = sign_for(later, TOMORROW, nurse)
    with pytest.raises(Refused) as refusal:
        correct_to(signed, day, nurse)
    assert refusal.value.faults == ("Say on which day it was given.",)


def test_a_session_that_was_signed_on_its_day_has_no_other(later: TreatmentSession, nurse: User) -> None:
    signed = recording.sign_session(session=later, found=findings(), by=nurse, at=NOW)
    with pytest.raises(Refused):
        correct_to(signed, TOMORROW, nurse)
    url = reverse("treatments:correct", args=[later.uid])
    assert CHOICE not in text(log_in(nurse).get(url))


def test_no_correction_makes_a_session_too_early(maria: Patient, osei: Injector, nurse: User) -> None:
    course = make_course(maria, last_given_on=TODAY - 83 * DAY)
    visit = make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)
    signed = sign_for(visit, TOMORROW, nurse)
    with pytest.raises(Refused) as refusal:
        correct_to(signed, TODAY, nurse)
    assert refusal.value.faults == (
        "The earliest day is Tuesday 24 November 2026. A prescriber has to give a reason before it.",
    )
    visit.refresh_from_db()
    assert visit.given_on == TOMORROW


@pytest.mark.parametrize(("said", "meant"), [(TODAY, TOMORROW), (TOMORROW, TODAY)], ids=["later", "earlier"])
def test_a_course_that_began_since_is_due_twelve_weeks_after_the_day_that_was_meant(
    first: TreatmentSession, maria: Patient, nurse: User, prescriber: User, said: dt.date, meant: dt.date
) -> None:
    signed = sign_for(first, said, nurse, **NOTHING_BEFORE)
    courses.close_course(course=first.course, reason="Moved away", by=prescriber, at=NEXT_MORNING)
    assessed = make_assessment(maria, signed_by=prescriber, assessed_on=TOMORROW)
    again = courses.open_course(assessment=assessed, by=prescriber, at=NEXT_MORNING)
    correct_to(signed, meant, nurse)
    again.refresh_from_db()
    assert again.next_due() == cycle.due_on(meant)


def test_the_person_is_held_before_vials_are_chosen_as_by_whoever_signs(later: TreatmentSession, nurse: User) -> None:
    signed = sign_for(later, TODAY, nurse)
    with CaptureQueriesContext(connection) as queries:
        correct_to(signed, TODAY, nurse, vials=[VialUsed("C4472", EXPIRY, 200)])
    asked = [re.search(r'FROM "(patients_contactpoint|treatments_stockvial)"', query["sql"]) for query in queries]
    assert next(found[1] for found in asked if found) == "patients_contactpoint"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_who_books_or_moves_the_next_visit_waits_for_the_due_date_that_follows(
    later: TreatmentSession, osei: Injector, nurse: User
) -> None:
    signed = sign_for(later, TODAY, nurse)
    with CaptureQueriesContext(connection) as queries:
        correct_to(signed, TOMORROW, nurse)
    moved = next(place for place, query in enumerate(queries) if 'SET "given_on"' in query["sql"])
    held = [query["sql"] for query in list(queries)[:moved] if "pg_advisory_xact_lock(" in query["sql"]]
    assert re.search(rf"\(3(::int)?, {later.course_id}(::int)?\)", held[-1])
    day = later.course.next_due() + 7 * DAY
    starts_at = dt.datetime.combine(day, dt.time(10), dt.UTC)
    visit = make_session(later.course, osei, starts_at, due_on=day)
    with CaptureQueriesContext(connection) as queries:
        slot = Slot(osei, room_of(osei), starts_at + 7 * DAY, starts_at + 7 * DAY + dt.timedelta(minutes=15))
        booking.move(session=visit, version=1, slot=slot, by=nurse, at=LATER)
    held = [query["sql"] for query in queries if "pg_advisory_xact_lock(" in query["sql"]]
    assert re.search(rf"\(3(::int)?, {later.course_id}(::int)?\)", held[-1])


def test_the_level_is_counted_before_the_day_that_was_meant(
    first: TreatmentSession, maria: Patient, nurse: User
) -> None:
    keep_diary(maria, TODAY - 28 * DAY, 28, headache=20)
    signed = sign_for(first, TOMORROW, nurse, **NOTHING_BEFORE)
    correct_to(signed, TODAY, nurse)
    level = Baseline.objects.newest().get(patient=maria)
    assert (level.given_on, level.last, level.headache_days, level.days_recorded) == (TODAY, TODAY - DAY, 20, 28)
    before = level.corrects
    assert before
    assert (before.given_on, before.headache_days, before.days_recorded) == (TOMORROW, 19, 27)
    first.refresh_from_db()
    reading = response_of(maria, [first], maria.diary_days.facts(), TOMORROW)
    assert reading.level == level


def test_a_level_written_by_hand_goes_along_and_the_page_shows_what_was_before_it(
    first: TreatmentSession, maria: Patient, nurse: User, prescriber: User
) -> None:
    signed = sign_for(first, TOMORROW, nurse, **NOTHING_BEFORE)
    numbers: dict[str, int | None] = {"headache_days": 22}
    write_baseline(
        patient=maria, given_on=TOMORROW, numbers=numbers, reason="From the letter", by=prescriber, at=NEXT_MORNING
    )
    correct_to(signed, TODAY, nurse)
    level = Baseline.objects.newest().get(patient=maria)
    assert (level.given_on, level.last, level.headache_days, level.source) == (TODAY, TODAY - DAY, 22, "told")
    page = text(log_in(prescriber).get(reverse("treatments:level", args=[first.course.uid])))
    assert page.index("It was the other day") < page.index("Before it was corrected") < page.index("From the letter")


def test_there_and_back_the_level_is_what_it_was(first: TreatmentSession, maria: Patient, nurse: User) -> None:
    keep_diary(maria, TODAY - 28 * DAY, 28, headache=20)
    signed = sign_for(first, TODAY, nurse, **NOTHING_BEFORE)
    frozen = Baseline.objects.get(patient=maria)
    correct_to(correct_to(signed, TOMORROW, nurse), TODAY, nurse)
    level = Baseline.objects.newest().get(patient=maria)
    same = ("given_on", "last", "headache_days", "days_recorded", "source", "symptoms")
    assert [getattr(level, name) for name in same] == [getattr(frozen, name) for name in same]


@pytest.mark.parametrize(("said", "meant"), [(TOMORROW, TODAY), (TODAY, TOMORROW)], ids=["earlier", "later"])
def test_an_effect_that_began_between_the_two_days_goes_along(
    later: TreatmentSession, maria: Patient, front_desk: User, nurse: User, said: dt.date, meant: dt.date
) -> None:
    told = Told(["neck_pain"], Severity.MILD, TODAY)
    signed = sign_for(later, said, nurse, since_last=SinceLast(replace(told, effects=["headache"])))
    [effect] = report(patient=maria, told=told, by=front_desk, at=LATER)
    correct_to(signed, meant, nurse)
    effect.refresh_from_db()
    assert (effect.session == later) is (meant == TODAY)
    assert SideEffect.objects.exclude(pk=effect.pk).get().session != later


@pytest.mark.parametrize("questionnaires", [{}, {"hit6": 60}], ids=["alone", "beside a HIT-6"])
def test_when_the_effect_wore_off_is_of_the_session_before_it_all_the_same(
    later: TreatmentSession, maria: Patient, nurse: User, questionnaires: dict[str, int]
) -> None:
    signed = sign_for(later, TOMORROW, nurse, since_last=SinceLast(told=None, wear_off_week=10))
    OutcomeScore.objects.filter(patient=maria).update(**questionnaires)
    correct_to(signed, TODAY, nurse)
    said = OutcomeScore.objects.filter(patient=maria).order_by("taken_on")
    rows = list(said.values_list("taken_on", "wear_off_week", "hit6"))
    assert rows == [(TODAY, 10, None), *([(TOMORROW, None, 60)] if questionnaires else [])]


def test_the_form_shows_the_day_that_was_signed_and_takes_another(
    later: TreatmentSession, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    sign_for(later, TOMORROW, nurse)
    frozen_clock.move_to(LATER)
    url = reverse("treatments:correct", args=[later.uid])
    page = text(log_in(nurse).get(url))
    asked = (
        "The visit is of Monday 23 November 2026, and it was signed on a later day. On which day were the injections"
    )
    assert asked in page
    assert 'value="2026-11-24" class="form-check-input" id="id_given_on_1" checked' in page
    data = record_data(reason="It was Monday", screened_on="2026-11-24", given_on="2026-11-23")
    assert log_in(nurse).post(url, data).status_code == 302
    later.refresh_from_db()
    assert later.given_on == TODAY


def test_a_next_visit_that_is_too_early_by_it_is_named(
    later: TreatmentSession, osei: Injector, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    sign_for(later, TODAY, nurse)
    next_on = NOW + 84 * DAY
    make_session(later.course, osei, next_on, due_on=cycle.due_on(TODAY))
    frozen_clock.move_to(LATER)
    data = record_data(reason="It was Tuesday", screened_on="2026-11-23", given_on="2026-11-24")
    page = text(log_in(nurse).post(reverse("treatments:correct", args=[later.uid]), data, follow=True))
    said = "The next visit, on Monday 15 February 2027, is too early now: the earliest day is Tuesday 16 February 2027."
    assert said in page


@pytest.mark.parametrize(
    ("days", "reason", "named"),
    [(84, "", True), (85, "", False), (84, "She goes abroad", False)],
    ids=["too early", "not too early", "with a reason"],
)
def test_a_session_given_since_that_came_too_early_after_it_is_named(
    later: TreatmentSession,
    osei: Injector,
    nurse: User,
    frozen_clock: time_machine.Traveller,
    days: int,
    reason: str,
    named: bool,
) -> None:
    sign_for(later, TODAY, nurse)
    given_on, at = TODAY + days * DAY, NOW + days * DAY
    make_session(later.course, osei, at, status=Status.DONE, given_on=given_on, early_reason=reason)
    frozen_clock.move_to(at + DAY)
    data = record_data(reason="It was Tuesday", screened_on="2026-11-23", given_on="2026-11-24")
    page = text(log_in(nurse).post(reverse("treatments:correct", args=[later.uid]), data, follow=True))
    said = (
        "The session after it, on Monday 15 February 2027, was given 83 days later and names no reason to be early: "
        "the earliest day was Tuesday 16 February 2027."
    )
    assert (said in page) is named
