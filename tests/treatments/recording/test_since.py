"""Since last time: asked at each session, written where the person's own page writes it."""

import datetime as dt
import re
from typing import Any

import pytest

from clinic.models import Injector, User
from patients.actions.baseline import freeze_baseline
from patients.models import DiaryDay, Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import is_told_with_a_field, text
from tests.treatments.record_form import record_data, record_url
from tests.treatments.recording.conftest import Outcome
from treatments.effects.catalogue import ASKED_FIRST, EFFECTS, Severity
from treatments.effects.reporting import Told, report
from treatments.models import OutcomeScore, SessionRecord, SideEffect, Status, TreatmentSession
from treatments.recording import SinceLast

pytestmark = pytest.mark.django_db
LAST = TODAY - dt.timedelta(days=84)
TELLS = {"no_effects": "", "effects": ["neck_pain"], "effects_severity": "mild"}


def post(session: TreatmentSession, by: User, **more: Any) -> Any:
    return log_in(by).post(record_url(session), record_data(**more), follow=True)


def test_a_side_effect_is_written_as_from_the_persons_own_page(in_room: TreatmentSession, nurse: User) -> None:
    page = text(post(in_room, nurse, **TELLS, effects_words="For a week"))
    row = SideEffect.objects.get()
    assert (row.effect, row.severity, row.level, row.words) == ("neck_pain", "mild", "routine", "For a week")
    assert (row.began_on, row.session and row.session.given_on) == (LAST, LAST)
    assert SessionRecord.objects.get().had_side_effects is True
    assert "Since last time: side effects" in page


def test_none_is_an_answer_and_is_kept(in_room: TreatmentSession, nurse: User) -> None:
    assert "Since last time: no side effects" in text(post(in_room, nurse))
    assert not SideEffect.objects.exists()


def test_an_urgent_one_becomes_a_task_of_its_level(in_room: TreatmentSession, nurse: User) -> None:
    post(in_room, nurse, no_effects="", effects=["eyelid_droop", "neck_pain"], effects_severity="severe")
    assert list(SideEffect.objects.order_by("pk").values_list("level", flat=True)) == ["same_day", "routine"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"no_effects": ""}, "Ask for side effects since last time: tick them, or None."),
        (TELLS | {"no_effects": "on"}, "Tick the side effects or None, not both."),
        (TELLS | {"effects_severity": ""}, "Choose how bad it was."),
        (TELLS | {"effects": ["nonsense"]}, "There is no such side effect."),
        (TELLS | {"effects": ["other"]}, "Write down what it is, in the person"),
        (TELLS | {"effects_began_on": "2026-11-24"}, "It cannot begin in the future."),
        (TELLS | {"effects": ["swallowing"]}, "Trouble swallowing since last time: do not inject."),
        (TELLS | {"effects": ["general_weakness"]}, "Weak all over since last time: do not inject."),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    in_room: TreatmentSession, nurse: User, change: dict[str, Any], words: str
) -> None:
    answer = post(in_room, nurse, **change)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not SideEffect.objects.exists()
    assert not SessionRecord.objects.exists()


def test_an_emergency_is_no_reason_for_a_reason(outcome: Outcome, prescriber: User) -> None:
    told = Told(effects=["breathing"], severity=Severity.MILD, began_on=LAST)
    words = outcome(prescriber, since_last=SinceLast(told), go_on_reason="It has gone")
    assert "Trouble breathing since last time: do not inject." in words


def test_not_asking_is_refused_by_the_action_too(outcome: Outcome, nurse: User) -> None:
    assert "Ask for side effects since last time." in outcome(nurse, since_last=None)


@pytest.mark.parametrize(
    ("typed", "week", "lasted"), [("", None, None), ("lasted", None, True), ("6", 6, False), ("12", 12, False)]
)
def test_when_it_wore_off_is_a_row_of_scores(
    in_room: TreatmentSession, nurse: User, typed: str, week: int | None, lasted: bool | None
) -> None:
    post(in_room, nurse, wear_off=typed)
    rows = [(row.wear_off_week, row.did_not_wear_off, row.taken_on) for row in OutcomeScore.objects.all()]
    assert rows == ([] if lasted is None else [(week, lasted, TODAY)])


def test_a_later_answer_of_the_same_day_counts(in_room: TreatmentSession, maria: Patient, nurse: User) -> None:
    OutcomeScore.objects.create(
        clinic=maria.clinic, patient=maria, taken_on=TODAY, hit6=60, wear_off_week=9, entered_at=NOW, entered_by=nurse
    )
    post(in_room, nurse, wear_off="lasted")
    row = OutcomeScore.objects.get()
    assert (row.hit6, row.wear_off_week, row.did_not_wear_off) == (60, None, True)


@pytest.mark.parametrize("week", ["5", "13", "soon"])
def test_a_week_outside_the_list_is_refused(in_room: TreatmentSession, nurse: User, week: str) -> None:
    assert post(in_room, nurse, wear_off=week).status_code == 422


def test_a_first_session_asks_nothing_about_last_time(osei: Injector, maria: Patient, nurse: User) -> None:
    first = make_session(make_course(make_patient(maria.clinic, "Tom", "Reid")), osei, NOW, status=Status.IN_ROOM)
    assert "Since last time" not in text(log_in(nurse).get(record_url(first)))
    post(first, nurse)
    assert SessionRecord.objects.get().had_side_effects is None


def test_every_side_effect_can_be_reached(in_room: TreatmentSession, nurse: User) -> None:
    page = text(log_in(nurse).get(record_url(in_room)))
    assert len(ASKED_FIRST) == 6
    assert all(f'name="effects" value="{key}"' in page for key in [*EFFECTS, "other"])
    first, _fold, _more = page.partition("More side effects")
    assert all(f'value="{key}"' in first for key in ASKED_FIRST)


def test_the_diary_is_summed_up(in_room: TreatmentSession, maria: Patient, nurse: User) -> None:
    assert "No diary to compare." in text(log_in(nurse).get(record_url(in_room)))
    for ago in (range(85, 113), range(1, 29)):
        for place, days in enumerate(ago):
            bad = place < (20 if days > 84 else 12)
            DiaryDay.objects.create(
                clinic=maria.clinic,
                patient=maria,
                date=TODAY - dt.timedelta(days=days),
                headache_hours=5 if bad else 0,
                source=DiaryDay.Source.CLINIC,
                entered_at=NOW,
            )
    freeze_baseline(patient=maria, given_on=LAST, assessment=None, hit6=None, by=nurse, at=NOW)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert (
        "before treatment <strong>20</strong>, with it <strong>12</strong>, change <strong>40% fewer</strong>" in page
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {**TELLS, "effects_severity": ""},
        {"safety_pregnant": ""},
        {"units_TEM-R3": "many"},
    ],
    ids=["severity", "question", "units"],
)
def test_what_is_wrong_is_told_with_the_field_it_is_about(
    in_room: TreatmentSession, nurse: User, wrong: dict[str, Any]
) -> None:
    response = post(in_room, nurse, **wrong)
    faults = re.findall(r'<p class="field-error"[^>]*>([^<]+)</p>', response.content.decode())
    assert faults
    assert all(is_told_with_a_field(response, words) for words in faults)


def test_what_was_phoned_in_and_is_told_again_at_the_visit_is_one_task(
    in_room: TreatmentSession, front_desk: User, nurse: User
) -> None:
    told = Told(["neck_pain"], Severity.MILD, LAST, words="Since that evening")
    [phoned] = report(patient=in_room.course.patient, told=told, by=front_desk, at=NOW - dt.timedelta(days=70))
    post(in_room, nurse, **TELLS)
    assert SideEffect.objects.get() == phoned
    assert SessionRecord.objects.get().had_side_effects is True


def test_what_began_on_the_day_of_the_session_is_told_of_the_one_before_it_and_then_of_this_one(
    in_room: TreatmentSession, front_desk: User, nurse: User
) -> None:
    post(in_room, nurse, **TELLS, effects_began_on=TODAY.isoformat())
    told = Told(["neck_pain"], Severity.MILD, TODAY)
    report(patient=in_room.course.patient, told=told, by=front_desk, at=NOW + dt.timedelta(hours=6))
    sessions = [row.session for row in SideEffect.objects.order_by("pk")]
    assert [session and session.given_on for session in sessions] == [LAST, TODAY]
