"""The page of what to ask payers again: what ends soon, and what has too little left."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Authorization, Patient
from patients.renewals import worklist
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.patients.test_authorizations import authorize
from treatments.authorized import used_up
from treatments.models import Course, SessionEvent, Status

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def treated(patient: Patient, injector: Injector, *, units: int = 155) -> Course:
    """Give somebody a session ten days ago, with units as a list told them."""
    course, day = make_course(patient), TODAY - 10 * DAY
    at = NOW - 10 * DAY + dt.timedelta(minutes=20 * patient.pk)
    session = make_session(course, injector, at, due_on=day, status=Status.DONE, given_on=day)
    told = {"given_on": day.isoformat(), "units": units}
    SessionEvent.objects.create(
        clinic=course.clinic, session=session, at=NOW, kind=SessionEvent.Kind.IMPORTED, after=told
    )
    return course


def test_the_page_says_when_it_ends_and_offers_the_request(front_desk: User, maria: Patient) -> None:
    authorize(maria, 10)
    page = text(log_in(front_desk).get(reverse("treatments:to_renew")))
    assert f'<span class="meta">{maria.record_number}</span>' in page, "two people may have one name"
    assert "in 10 days" in page
    assert reverse("patients:new_authorization", args=[maria.uid]) in page


def test_what_is_used_up_is_on_it_long_before_its_end(front_desk: User, maria: Patient, osei: Injector) -> None:
    treated(maria, osei)
    authorize(maria, 200, visits=1)
    page = text(log_in(front_desk).get(reverse("treatments:to_renew")))
    assert maria.full_name in page
    assert "Used up" in page


@pytest.mark.parametrize(
    ("agreed", "listed"),
    [
        ({"visits": 1}, True),
        ({"visits": 2}, False),
        ({"units_allowed": 309}, True),  # 154 left, and 155 are planned
        ({"units_allowed": 310}, False),
        ({"units_allowed": 354, "counts_waste": True}, True),  # 199 left, and the vials of a visit hold 200
        ({"units_allowed": 355, "counts_waste": True}, False),
        ({}, False),
        ({"visits": 1, "status": "requested"}, False),
        ({"visits": 1, "valid_from": TODAY - 9 * DAY}, False),  # the session was before it
    ],
)
def test_what_has_too_little_left_for_another_visit_is_to_be_renewed(
    maria: Patient, osei: Injector, agreed: dict[str, Any], listed: bool
) -> None:
    treated(maria, osei)
    row = authorize(maria, 43, **agreed)
    assert used_up(maria.clinic, TODAY) == [row] * listed


def test_another_agreement_that_pays_or_the_end_of_treatment_settles_it(maria: Patient, osei: Injector) -> None:
    course = treated(maria, osei)
    row = authorize(maria, 200, visits=1)
    other = authorize(maria, 100, "PA-2", visits=2)
    assert used_up(maria.clinic, TODAY) == []
    Authorization.objects.filter(pk=other.pk).update(visits=1)
    assert used_up(maria.clinic, TODAY) == [row]
    Course.objects.filter(pk=course.pk).update(closed_on=TODAY, close_reason="x")
    assert used_up(maria.clinic, TODAY) == []


def test_what_ends_soon_is_on_the_list_once(maria: Patient, osei: Injector) -> None:
    treated(maria, osei)
    authorize(maria, 42, visits=1)
    assert len(worklist(maria.clinic, TODAY, used_up(maria.clinic, TODAY))) == 1


def test_many_are_read_in_as_many_queries_as_few(
    riverside: Clinic, osei: Injector, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        person = make_patient(riverside)
        treated(person, osei)
        authorize(person, 200, visits=1)
    with django_assert_num_queries(3):
        assert len(used_up(riverside, TODAY)) == 4
