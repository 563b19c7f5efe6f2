"""A Yes that does not pass by itself is not undone by a No said by habit at the next visit."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from clinic.models import Injector, User
from tests.builders import NOW, TODAY, make_cancelled, make_record, make_session, sign_record
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_url
from tests.treatments.recording.conftest import ALL_NO, Outcome
from treatments import safety
from treatments.models import Course, SafetyAnswer, SessionDraft, Status, TreatmentSession
from treatments.recording import drafting

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LASTING = ("allergy", "swallowing", "neuromuscular")
PASSING = tuple(question.key for question in safety.QUESTIONS if question.key not in LASTING)

SentHome = Callable[..., TreatmentSession]


@pytest.fixture
def sent_home(course: Course, osei: Injector, nurse: User) -> SentHome:
    """A visit at which a question was answered Yes, so that nothing was injected and it was cancelled."""

    def sent_home(question: str, *, days: int = 7) -> TreatmentSession:
        at = NOW - days * DAY
        visit = make_cancelled(course, osei, at, due_on=at.date(), at=at)
        SessionDraft.objects.create(
            clinic=visit.clinic,
            session=visit,
            writer=nurse,
            fields=json.dumps({drafting.name_of(question): ["yes"], drafting.name_of("care"): ["no"]}),
            started_at=at,
            saved_at=at,
        )
        return visit

    return sent_home


@pytest.mark.parametrize("question", LASTING)
def test_a_yes_for_which_nothing_was_injected_is_for_a_prescriber_at_the_next_visit(
    outcome: Outcome, sent_home: SentHome, nurse: User, prescriber: User, question: str
) -> None:
    sent_home(question)
    assert "On Monday 16 November 2026 the answer was Yes: " in outcome(nurse, go_on_reason="Said No today")
    assert outcome(prescriber, go_on_reason="Tested since: none") == "signed"


@pytest.mark.parametrize("question", PASSING)
def test_a_yes_that_passes_by_itself_is_not_told_again(
    outcome: Outcome, sent_home: SentHome, nurse: User, question: str
) -> None:
    sent_home(question)
    assert outcome(nurse) == "signed"


def test_it_is_said_on_the_form_before_the_first_injection(
    in_room: TreatmentSession, sent_home: SentHome, nurse: User
) -> None:
    sent_home("allergy")
    page = text(log_in(nurse).get(record_url(in_room)))
    assert "On Monday 16 November 2026 the answer was Yes: Allergy or reaction to any botulinum toxin before" in page


def test_one_from_before_the_last_dose_was_looked_at_then(outcome: Outcome, sent_home: SentHome, nurse: User) -> None:
    sent_home("allergy", days=91)
    assert outcome(nurse) == "signed"


def test_what_is_typed_into_this_visits_own_form_is_no_answer_of_before(
    in_room: TreatmentSession, outcome: Outcome, nurse: User
) -> None:
    fields = {drafting.name_of("allergy"): ["yes"]}
    drafting.save_draft(session=in_room, fields=fields, version=0, by=nurse, at=NOW)
    assert outcome(nurse) == "signed"


@pytest.mark.parametrize(("today", "told"), [(False, True), (True, False), (None, False)])
def test_a_yes_of_the_last_session_is_told_where_it_is_a_no_today(
    course: Course, osei: Injector, outcome: Outcome, nurse: User, prescriber: User, today: bool | None, told: bool
) -> None:
    course.sessions.filter(status=Status.GIVEN_BEFORE).update(
        given_on=TODAY - 200 * DAY, due_on=TODAY - 200 * DAY, local_date=TODAY - 200 * DAY
    )
    at = NOW - 90 * DAY
    last = make_session(course, osei, at, status=Status.DONE, given_on=at.date())
    record = make_record(last, screened_on=at.date())
    SafetyAnswer.objects.create(clinic=last.clinic, record=record, question="neuromuscular", yes=True)
    sign_record(record, by=prescriber, at=at)
    said = outcome(nurse, answers=ALL_NO | {"neuromuscular": today})
    assert said != "signed"
    assert ("On Tuesday 25 August 2026 the answer was Yes: A muscle or nerve disease" in said) is told
