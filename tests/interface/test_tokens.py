"""Who may ask: tokens, scopes, clinics, limits, and the trace that asking leaves."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Membership, Role, User
from interface import tokens
from interface.fhir import auth
from interface.hooks import keeping
from interface.models import Integration
from interface.scopes import READABLE, SCOPES
from patients.models import Patient
from reminders.own_pages.limits import Limit
from tests.builders import NOW, PASSWORD, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from tests.interface.programs import Program, issues
from treatments.models import OutcomeScore, TreatmentSession

PAGE = "integrations:list"


def test_nobody_asks_without_a_token(client: Client, maria: Patient) -> None:
    response = client.get(f"/fhir/Patient/{maria.uid}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert issues(response)[0][0] == "login"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer é", "Token x"])
def test_a_wrong_token_opens_nothing(client: Client, maria: Patient, header: str) -> None:
    response = client.get(f"/fhir/Patient/{maria.uid}", headers={"Authorization": header})
    assert response.status_code == 401


def test_a_log_in_in_the_browser_is_no_token(admin: User, maria: Patient) -> None:
    assert log_in(admin).get(f"/fhir/Patient/{maria.uid}").status_code == 401


def test_a_revoked_token_ends_at_once(program: Program, maria: Patient) -> None:
    assert program.get(f"Patient/{maria.uid}").status_code == 200
    tokens.revoke(integration=program.integration, by=program.by, at=NOW)
    assert program.get(f"Patient/{maria.uid}").status_code == 401
    assert not Membership.objects.filter(user=program.integration.user, active=True).exists()


def test_a_token_expires(program: Program, maria: Patient) -> None:
    with time_machine.travel(NOW + dt.timedelta(days=30), tick=False):
        assert program.get(f"Patient/{maria.uid}").status_code == 401


def test_only_the_hash_of_a_token_is_kept(program: Program) -> None:
    stored = Integration.objects.values().get()
    assert program.token not in str(stored)


@pytest.mark.parametrize("kind", READABLE)
def test_a_token_without_the_scope_reads_nothing_of_a_kind(riverside: Clinic, kind: str) -> None:
    program = Program(riverside, *(scope for scope in SCOPES if scope != f"system/{kind}.read"))
    for response in (program.get(kind), program.get(f"{kind}/x"), program.search(kind)):
        assert response.status_code == 403
        assert issues(response) == [("forbidden", f"This token lacks the scope system/{kind}.read.")]


@pytest.mark.parametrize("kind", READABLE)
def test_another_clinic_s_records_are_not_there(
    kind: str, lakeside: Clinic, given: TreatmentSession, visit: TreatmentSession, score: OutcomeScore, program: Program
) -> None:
    ours = program.ids(kind)
    assert ours
    theirs = Program(lakeside)
    injector = make_injector(lakeside)
    make_session(make_course(make_patient(lakeside)), injector, NOW + dt.timedelta(days=1))
    for uid in ours:
        assert theirs.get(f"{kind}/{uid}").content == theirs.get(f"{kind}/{lakeside.uid}").content
        assert theirs.get(f"{kind}/{uid}").status_code == 404
    assert not set(theirs.ids(kind)) & set(ours)


def test_no_search_parameter_reaches_into_another_clinic(
    lakeside: Clinic, visit: TreatmentSession, given: TreatmentSession, score: OutcomeScore, maria: Patient
) -> None:
    theirs = Program(lakeside)
    for kind in ("Appointment", "Procedure", "MedicationAdministration", "Observation"):
        assert theirs.ids(kind, patient=f"Patient/{maria.uid}") == []
    assert theirs.ids("Appointment", _id=str(visit.uid)) == []
    assert theirs.ids("Appointment", schedule=str(visit.injector.uid)) == []
    assert theirs.ids("Slot", schedule=str(visit.injector.uid)) == []
    assert "entry" not in theirs.search("Patient", name="Santos").json()


def test_reading_leaves_a_trace_with_the_program_as_author(program: Program, visit: TreatmentSession) -> None:
    program.get(f"Appointment/{visit.uid}")
    entry = AuditEntry.objects.filter(actor=program.integration.user).get()
    assert (entry.action, entry.kind, entry.subject) == ("read", "FHIR Appointment", visit.course.patient.uid)


def test_a_search_leaves_a_trace_for_each_person_it_told_of(program: Program, visit: TreatmentSession) -> None:
    other = make_patient(visit.clinic, "Jo", "Park")
    program.get("Patient")
    entries = AuditEntry.objects.filter(actor=program.integration.user)
    assert entries.get(action="search").rows == 2
    assert set(entries.filter(action="read").values_list("subject", flat=True)) == {visit.course.patient.uid, other.uid}


def test_a_search_that_asks_for_the_number_alone_is_noted_with_it(program: Program, maria: Patient) -> None:
    assert program.search("Patient", name="Santos", _summary="count").json()["total"] == 1
    assert AuditEntry.objects.get(actor=program.integration.user).rows == 1


def test_the_program_s_user_cannot_log_in(program: Program, client: Client) -> None:
    user = program.integration.user
    assert not user.has_usable_password()
    user.set_password(PASSWORD)
    user.save()
    assert not client.login(username=user.email, password=PASSWORD)
    client.force_login(user)
    assert client.get(reverse("treatments:today")).status_code == 302


def test_too_many_requests_have_to_wait(program: Program, maria: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REQUESTS", Limit("interface", 2, dt.timedelta(minutes=1)))
    answers = [program.get(f"Patient/{maria.uid}") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) in range(1, 62)
    assert issues(answers[-1])[0][0] == "throttled"


def test_tokens_cannot_be_guessed_for_long(client: Client, program: Program, maria: Patient) -> None:
    guesses = [client.get("/fhir/Patient", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(21)]
    assert guesses == [401] * 20 + [429]


def test_a_program_with_an_old_token_keeps_none_beside_it_from_asking(client: Client, program: Program) -> None:
    for _ in range(25):  # as one does that was not told that its year is over
        client.get("/fhir/Schedule", headers={"Authorization": "Bearer twelve_old"})
    assert program.get("Schedule").status_code == 200


def test_when_it_was_last_used_is_kept_to_the_minute(program: Program) -> None:
    program.get("Schedule")
    with time_machine.travel(NOW + dt.timedelta(seconds=30), tick=False):
        program.get("Schedule")
    assert Integration.objects.get().last_used_at == NOW
    with time_machine.travel(NOW + dt.timedelta(seconds=60), tick=False):
        program.get("Schedule")
    assert Integration.objects.get().last_used_at == NOW + dt.timedelta(seconds=60)


@pytest.fixture
def posted() -> dict[str, Any]:
    """What an admin ticks."""
    return {"name": "Booking page", "scopes": ["system/Slot.read", "system/Appointment.write"], "days": "90"}


def test_an_admin_makes_a_token_that_is_shown_once(admin: User, posted: dict[str, Any]) -> None:
    browser = log_in(admin)
    page = browser.post(reverse(PAGE), posted).content.decode()
    token = page.split('value="twelve_')[1].split('"')[0]
    made = tokens.find(f"twelve_{token}", NOW)
    assert made is not None
    assert made.expires_at == NOW + dt.timedelta(days=90)
    assert "twelve_" not in browser.get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("scopes", [], "Choose at least one thing that it may see or do."),
        ("scopes", ["system/Everything.write"], "Select a valid choice"),
        ("days", "99999", "Select a valid choice"),
        ("name", "", "Enter a name."),
    ],
)
def test_what_cannot_be_granted_is_refused_and_nothing_is_lost(
    admin: User, posted: dict[str, Any], field: str, value: Any, words: str
) -> None:
    response = log_in(admin).post(reverse(PAGE), posted | {field: value})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Integration.objects.exists()


def test_two_programs_here_have_two_names(admin: User, posted: dict[str, Any]) -> None:
    browser = log_in(admin)
    browser.post(reverse(PAGE), posted)
    assert browser.post(reverse(PAGE), posted).status_code == 422


def test_an_admin_revokes_it(admin: User, posted: dict[str, Any]) -> None:
    browser = log_in(admin)
    browser.post(reverse(PAGE), posted)
    made = Integration.objects.get()
    browser.post(reverse("integrations:revoke", args=[made.uid]))
    made.refresh_from_db()
    assert made.revoked_by == admin
    assert list(AuditEntry.objects.filter(kind="integration").values_list("action", flat=True)) == ["create", "change"]


def test_a_token_that_is_revoked_twice_keeps_who_did_it_first(program: Program, admin: User) -> None:
    for by, at in ((admin, NOW), (program.by, NOW + dt.timedelta(hours=1))):
        ended = tokens.revoke(integration=program.integration, by=by, at=at)
    assert (ended.revoked_by, ended.revoked_at) == (admin, NOW)


def test_the_role_of_a_program_has_its_author_when_it_begins_and_when_it_ends(program: Program, admin: User) -> None:
    tokens.revoke(integration=program.integration, by=admin, at=NOW)
    lines = Membership.history.filter(user=program.integration.user).order_by("history_id")
    assert [(line.active, line.history_user, line.history_date) for line in lines] == [
        (True, program.by, NOW),
        (False, admin, NOW),
    ]


def test_before_it_is_revoked_a_page_says_what_ends_and_changes_nothing(admin: User, program: Program) -> None:
    browser, address = log_in(admin), reverse("integrations:revoke", args=[program.integration.uid])
    assert f'href="{address}"' in browser.get(reverse(PAGE)).content.decode()
    page = browser.get(address).content.decode()
    assert "Hospital file reads and books here no more. It never asked." in page
    assert "This cannot be undone." in page
    assert program.get("Schedule").status_code == 200
    browser.post(address)
    assert program.get("Schedule").status_code == 401
    assert "It has ended already." in browser.get(address).content.decode()


def test_a_program_that_only_reads_has_no_role(riverside: Clinic) -> None:
    reads = Program(riverside, "system/Patient.read")
    books = Program(riverside, "system/Appointment.write", name="Booking page")
    assert not reads.integration.user.memberships.exists()
    assert books.integration.user.memberships.get().role == Role.FRONT_DESK


def test_programs_of_another_clinic_are_neither_listed_nor_ended(admin: User, lakeside: Clinic) -> None:
    theirs, browser = Program(lakeside, name="Lake file"), log_in(admin)
    keeping.make(clinic=lakeside, url="https://lake.example/", events=["appointment.booked"], by=theirs.by, at=NOW)
    assert "Lake file" not in browser.get(reverse(PAGE)).content.decode()
    assert "lake.example" not in browser.get(reverse("hooks:list")).content.decode()
    assert browser.post(reverse("integrations:revoke", args=[theirs.integration.uid])).status_code == 404
    with pytest.raises(PermissionDenied):
        tokens.revoke(integration=theirs.integration, by=admin, at=NOW)


def test_nobody_else_lets_programs_in(front_desk: User, riverside: Clinic) -> None:
    with pytest.raises(PermissionDenied):
        tokens.make(
            clinic=riverside, name="X", scopes=SCOPES, expires_at=NOW + dt.timedelta(days=1), by=front_desk, at=NOW
        )
