"""What each filter of the session log finds, and that it finds nothing else."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, make_session, sign_record
from tests.conftest import log_in
from treatments import booking, protocol, recording
from treatments.effects.catalogue import EFFECTS
from treatments.log.filters import date_chips, ready_views
from treatments.models import Course, SessionDraft, SideEffect, Status, TreatmentSession
from treatments.recording import Findings, SinceLast, VialUsed
from treatments.safety import QUESTIONS


def in_room(clinic: Clinic, injector: Injector, given: str, minutes: int, **fields: Any) -> TreatmentSession:
    """Return a visit under way; the person was last treated in July."""
    course = make_course(make_patient(clinic, given, "Reid"), last_given_on=dt.date(2026, 7, 1), injector=injector)
    return make_session(
        course, injector, NOW + dt.timedelta(minutes=minutes), status=Status.IN_ROOM, due_on=TODAY, **fields
    )


def sign(session: TreatmentSession, by: User, *, lot: str, strength: int = 200, stopped: str = "") -> None:
    """Record the standard set from one vial."""
    found = Findings(
        protocol.standard_set(),
        [VialUsed(lot, dt.date(2027, 11, 30), strength)],
        {question.key: False for question in QUESTIONS},
        TODAY,
        identity_checked=True,
        consent_confirmed=True,
        stopped_reason=stopped,
        since_last=SinceLast(told=None),
    )
    recording.sign_session(session=session, found=found, by=by, at=NOW)


@pytest.fixture
def amy(riverside: Clinic, osei: Injector, nurse: User) -> TreatmentSession:
    """Amy's signed session, from lot A100."""
    session = in_room(riverside, osei, "Amy", 0)
    sign(session, nurse, lot="A100")
    return session


@pytest.fixture
def bob(riverside: Clinic, osei: Injector, nurse: User) -> TreatmentSession:
    """Bob's session, still a draft."""
    session = in_room(riverside, osei, "Bob", 15)
    SessionDraft.objects.create(
        clinic=riverside, session=session, writer=nurse, fields="{}", started_at=NOW, saved_at=NOW
    )
    return session


def found(admin: User, query: str) -> set[str]:
    """Return the first names of those whose visits of today the log shows."""
    page = log_in(admin).get(f"{reverse('treatments:log')}?{query}").context["page"]
    return {row.course.patient.given_name for row in page.rows if row.local_date == TODAY}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("record=draft", {"Bob"}),
        ("record=signed", {"Amy"}),
        ("record=corrected", set()),
        ("record=partly", set()),
        ("lot=a100", {"Amy"}),
        ("lot=B200", set()),
        ("above=154", {"Amy"}),
        ("above=155", set()),
        ("below=156", {"Amy"}),
        ("below=155", set()),
        ("above=154.5", {"Amy"}),
        ("above=155.5", set()),
        ("below=155.5", {"Amy"}),
        ("below=154.5", set()),
        ("wasted=44.5", {"Amy"}),
        ("wasted=45.5", set()),
        ("wasted=45", {"Amy"}),
        ("wasted=46", set()),
        ("effect=any", set()),
        ("early=true", set()),
    ],
)
def test_each_filter_finds_what_it_says(
    amy: TreatmentSession, bob: TreatmentSession, admin: User, query: str, names: set[str]
) -> None:
    assert found(admin, query) == names


def test_a_session_that_was_stopped_is_partly_done(bob: TreatmentSession, nurse: User, admin: User) -> None:
    sign(bob, nurse, lot="A100", stopped="Felt faint")
    assert found(admin, "record=partly") == {"Bob"}


def test_side_effects_lead_to_the_session_before_them(amy: TreatmentSession, nurse: User, admin: User) -> None:
    SideEffect.objects.create(
        clinic=amy.clinic,
        patient=amy.course.patient,
        session=amy,
        effect="neck_pain",
        severity="mild",
        level="routine",
        began_on=TODAY,
        reported_at=NOW,
        reported_by=nurse,
    )
    assert found(admin, "effect=any") == found(admin, "effect=neck_pain") == {"Amy"}
    assert found(admin, "effect=fainting") == set()
    page = log_in(admin).get(reverse("treatments:log"), {"effect": "neck_pain"})
    assert EFFECTS["neck_pain"].label in page.content.decode()


@pytest.mark.parametrize(("days", "early"), [(83, True), (84, False)])
def test_a_session_under_84_days_is_found(
    riverside: Clinic, osei: Injector, prescriber: User, admin: User, days: int, early: bool
) -> None:
    last = TODAY - dt.timedelta(days=days)
    course = make_course(make_patient(riverside, "Cleo"), last_given_on=last, injector=osei)
    make_session(
        course, osei, NOW, due_on=last + dt.timedelta(days=90), early_reason="Wears off early", early_by=prescriber
    )
    assert found(admin, "early=true") == ({"Cleo"} if early else set())


@pytest.mark.parametrize(("later", "names"), [(0, {"Cleo"}), (1, set())])
def test_a_session_is_early_by_the_day_it_was_given(
    riverside: Clinic, osei: Injector, prescriber: User, admin: User, later: int, names: set[str]
) -> None:
    last = TODAY - dt.timedelta(days=83)
    course = make_course(make_patient(riverside, "Cleo"), last_given_on=last, injector=osei)
    given_on, due_on = TODAY + dt.timedelta(days=later), last + dt.timedelta(days=84)
    early = {"early_reason": "Wears off early", "early_by": prescriber}
    make_session(course, osei, NOW, status=Status.DONE, given_on=given_on, due_on=due_on, **early)
    assert found(admin, "early=true") == names


def test_a_session_is_early_where_the_day_of_the_one_before_was_corrected(
    amy: TreatmentSession, osei: Injector, prescriber: User, admin: User
) -> None:
    later = NOW + dt.timedelta(days=84)
    again = make_session(amy.course, osei, later, status=Status.DONE, given_on=later.date())
    client, url = log_in(admin), f"{reverse('treatments:log')}?early=true"
    assert client.get(url).context["page"].rows == []
    sign_record(make_record(amy, corrects=amy.record, correction_reason="It was the day after"), by=prescriber)
    TreatmentSession.objects.filter(pk=amy.pk).update(given_on=TODAY + dt.timedelta(days=1))
    assert client.get(url).context["page"].rows == [again]


@pytest.mark.parametrize("query", ["above=-1", "below=many", "record=all", "effect=joy", f"lot={'x' * 31}"])
def test_a_filter_out_of_range_is_said(amy: TreatmentSession, admin: User, query: str) -> None:
    response = log_in(admin).get(f"{reverse('treatments:log')}?{query}")
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


def test_every_ready_view_and_stretch_of_days_is_a_good_address(amy: TreatmentSession, admin: User) -> None:
    client, url = log_in(admin), reverse("treatments:log")
    for _, query in ready_views(TODAY):
        assert client.get(f"{url}?{query}").status_code == 200
    for _, first, last in date_chips(TODAY):
        assert client.get(url, {"first": str(first), "last": str(last)}).status_code == 200


def test_the_waste_of_a_month_is_that_of_the_days_on_which_it_was_given(amy: TreatmentSession, admin: User) -> None:
    signed_in_december = dt.date(2026, 12, 1)
    TreatmentSession.objects.filter(pk=amy.pk).update(given_on=signed_in_december)
    assert found(admin, dict(ready_views(TODAY))["Waste this month"]) == set()
    assert found(admin, dict(ready_views(signed_in_december))["Waste this month"]) == {"Amy"}


@pytest.mark.parametrize(
    ("today", "begins"),
    [(dt.date(2026, 1, 1), dt.date(2026, 1, 1)), (dt.date(2026, 11, 25), dt.date(2026, 10, 1))],
)
def test_a_quarter_begins_in_january_april_july_or_october(today: dt.date, begins: dt.date) -> None:
    assert date_chips(today)[2][1] == begins


def test_the_page_says_how_many_there_are(amy: TreatmentSession, admin: User, course: Course) -> None:
    page = log_in(admin).get(reverse("treatments:log"), {"record": "signed"}).content.decode()
    assert "1 session." in page


def test_what_was_typed_of_a_cancelled_visit_waits_for_no_signature(
    bob: TreatmentSession, admin: User, nurse: User
) -> None:
    assert found(admin, "record=draft") == {"Bob"}
    booking.change_status(session=bob, to=Status.CANCELLED, by=nurse, at=NOW, reason="No injections given")
    assert found(admin, "record=draft") == set()
