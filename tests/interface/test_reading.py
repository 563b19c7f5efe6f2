"""What programs read, held against the models of FHIR that others wrote."""

import datetime as dt
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from clinic.models import AuditEntry, Clinic, Injector, User
from interface.scopes import READABLE
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, sign_record
from tests.interface.programs import Program, issues
from treatments.models import OutcomeScore, TreatmentSession


def valid(body: dict[str, Any]) -> Any:
    """Parse a resource with the model of its kind."""
    return get_fhir_model_class(body["resourceType"]).model_validate(body)


@pytest.fixture
def everything(given: TreatmentSession, visit: TreatmentSession, score: OutcomeScore) -> None:
    """One of every kind."""


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("kind", READABLE)
def test_every_kind_is_valid_by_the_models_of_others(program: Program, kind: str) -> None:
    bundle = program.get(kind)
    assert bundle.status_code == 200, bundle.content
    assert bundle["Content-Type"] == "application/fhir+json; charset=utf-8"
    entries = valid(bundle.json()).entry
    assert entries
    first = bundle.json()["entry"][0]
    read = program.get(f"{kind}/{first['resource']['id']}")
    assert read.status_code == 200
    assert read.json() == first["resource"]
    assert valid(read.json()).meta.versionId


def test_a_person_is_told_with_number_name_and_how_to_reach_them(program: Program, maria: Patient) -> None:
    body = program.get(f"Patient/{maria.uid}").json()
    assert body["name"] == [{"use": "official", "family": "Santos", "given": ["Maria"]}]
    assert body["birthDate"] == "1984-04-17"
    assert {"system": "phone", "value": "+447700900000"} in body["telecom"]
    assert body["identifier"][0]["value"] == maria.record_number


def test_a_closed_record_says_why(program: Program, maria: Patient) -> None:
    other = make_patient(maria.clinic, "Mary", "Santos")
    Patient.objects.filter(pk=other.pk).update(closed="merged", closed_on=NOW.date(), merged_into=maria)
    Patient.objects.filter(pk=maria.pk).update(closed="died", closed_on=NOW.date())
    joined, died = program.get(f"Patient/{other.uid}").json(), program.get(f"Patient/{maria.uid}").json()
    assert joined["link"] == [{"other": {"reference": f"Patient/{maria.uid}"}, "type": "replaced-by"}]
    assert died["deceasedDateTime"] == "2026-11-23"
    assert died["active"] is False


def test_of_whom_was_erased_the_year_of_birth_is_told_and_no_day(program: Program, maria: Patient) -> None:
    number = f"erased-{maria.pk}"
    Patient.objects.filter(pk=maria.pk).update(
        closed="erased", closed_on=NOW.date(), birth_date=dt.date(1984, 1, 1), record_number=number
    )
    body = program.get(f"Patient/{maria.uid}").json()
    assert body["birthDate"] == "1984"
    assert valid(body)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("booked", "booked"),
        ("arrived", "arrived"),
        ("in_room", "checked-in"),
        ("no_show", "noshow"),
        ("cancelled", "cancelled"),
    ],
)
def test_each_status_of_a_visit_has_its_word(program: Program, visit: TreatmentSession, status: str, told: str) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=status)
    body = program.get(f"Appointment/{visit.uid}").json()
    assert body["status"] == told
    assert valid(body)
    assert program.ids("Appointment", status=told) == [str(visit.uid)]


def test_a_visit_tells_no_note_and_no_name_of_the_person(program: Program, visit: TreatmentSession) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(note="afraid of needles")
    body = program.get(f"Appointment/{visit.uid}").content.decode()
    assert "needles" not in body
    assert "Santos" not in body


def test_what_was_injected_names_every_lot(program: Program, given: TreatmentSession) -> None:
    body = program.get(f"MedicationAdministration/{given.uid}").json()
    assert {one["batch"]["lotNumber"] for one in body["contained"]} == {"C7601C3", "C7602C3"}
    assert body["medicationReference"] == {"reference": "#vial-1"}
    assert body["supportingInformation"] == [{"reference": "#vial-2"}]
    assert body["dosage"]["dose"] == {
        "value": 155,
        "unit": "unit",
        "system": "http://unitsofmeasure.org",
        "code": "[arb'U]",
    }
    assert body["partOf"] == [{"reference": f"Procedure/{given.uid}"}]


def test_a_session_stopped_after_its_first_site_is_told_as_one_site(
    program: Program, given: TreatmentSession, prescriber: User
) -> None:
    assert program.get(f"MedicationAdministration/{given.uid}").json()["dosage"]["text"] == "155 units at 31 sites"
    stopped = make_record(
        given, units_given=1, units_wasted=199, sites_given=1, stopped_reason="Felt faint",
        corrects=given.record, correction_reason="Typed wrongly", started_at=NOW,
    )  # fmt: skip
    sign_record(stopped, by=prescriber)
    assert program.get(f"MedicationAdministration/{given.uid}").json()["dosage"]["text"] == "1 unit at 1 site"


def test_of_a_session_from_before_records_were_kept_the_day_is_told_and_nobody_who_injected(
    program: Program, maria: Patient
) -> None:
    before = make_course(maria, last_given_on=TODAY).sessions.get()
    body = program.get(f"Procedure/{before.uid}").json()
    assert (body["performedDateTime"], "performer" in body) == (str(before.given_on), False)
    assert valid(body)


def test_a_total_that_nobody_asked_for_is_not_told(program: Program, score: OutcomeScore) -> None:
    told = program.get(f"Observation/{score.uid}").json()["component"]
    assert [(one["code"]["coding"][0]["code"], one["valueInteger"]) for one in told] == [("hit6", 62), ("midas", 40)]


def test_claims_codes_are_told_only_where_claims_use_them(
    program: Program, given: TreatmentSession, riverside: Clinic
) -> None:
    assert "coding" not in program.get(f"Procedure/{given.uid}").json()["code"]
    Clinic.objects.filter(pk=riverside.pk).update(country="US")
    assert program.get(f"Procedure/{given.uid}").json()["code"]["coding"][0]["code"] == "64615"


def test_free_times_lead_from_schedule_to_slot(program: Program, osei: Injector, visit: TreatmentSession) -> None:
    found = program.get("Slot", schedule=f"Schedule/{osei.uid}", start="2026-11-26").json()["entry"]
    starts = [entry["resource"]["start"] for entry in found]
    assert starts[0] == "2026-11-26T09:00:00.000Z"
    assert "2026-11-26T10:30:00.000Z" not in starts
    assert len(starts) == 31


def test_a_time_that_is_taken_is_no_slot(program: Program, osei: Injector, visit: TreatmentSession) -> None:
    body = program.get(f"Appointment/{visit.uid}").json()
    assert program.get(body["slot"][0]["reference"]).status_code == 404


def test_a_version_changes_when_what_is_told_changes(program: Program, maria: Patient) -> None:
    first = program.get(f"Patient/{maria.uid}")
    same = program.get(f"Patient/{maria.uid}", headers={"If-None-Match": first["ETag"]})
    assert same.status_code == 304
    maria.given_name = "Marie"
    maria.save()
    changed = program.get(f"Patient/{maria.uid}", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_the_capability_statement_is_valid_and_needs_no_token(client: Any) -> None:
    response = client.get("/fhir/metadata")
    body = response.json()
    assert valid(body)
    assert {one["type"] for one in body["rest"][0]["resource"]} == set(READABLE)


def test_the_description_names_every_address(client: Any) -> None:
    paths = client.get("/fhir/openapi.json").json()["paths"]
    assert {f"/fhir/{kind}/{{uid}}" for kind in READABLE} <= set(paths)


@pytest.mark.parametrize("path", ["Nothing", "Patient/", "Patient/x/y", "Patient/not-an-id", "Slot/x", ""])
def test_an_address_that_is_none_answers_like_all_others(program: Program, path: str) -> None:
    response = program.get(path)
    assert response.status_code == 404
    assert issues(response)[0][0] == "not-found"


@pytest.mark.parametrize(
    ("asked", "accepted", "status"),
    [
        ("xml", "", 406),
        ("application/fhir+xml", "application/fhir+json", 406),
        ("", "application/fhir+xml", 406),
        ("", "application/fhir+json; fhirVersion=4.0", 200),
        ("", "text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("json", "application/fhir+xml", 200),
        ("application/fhir+json; fhirVersion=4.0", "", 200),
        ("application/fhir json", "", 200),  # a plus that was not escaped
    ],
)
def test_json_is_answered_to_who_takes_it_and_to_nobody_else(
    program: Program, maria: Patient, asked: str, accepted: str, status: int
) -> None:
    for path in (f"Patient/{maria.uid}", "Patient", "metadata"):
        response = program.get(path, {"Accept": accepted}, **({"_format": asked} if asked else {}))
        assert response.status_code == status, path
        assert response["Content-Type"].startswith("application/fhir+json")


def test_head_is_answered_as_get_without_a_body(program: Program, client: Any, maria: Patient) -> None:
    address = f"/fhir/Patient/{maria.uid}"
    got, asked = program.client.get(address), program.client.head(address)
    assert (asked.status_code, asked.content) == (200, b"")
    assert [asked[name] for name in ("ETag", "Content-Type", "Cache-Control")] == [
        got[name] for name in ("ETag", "Content-Type", "Cache-Control")
    ]
    assert AuditEntry.objects.filter(actor=program.integration.user, subject=maria.uid).count() == 2
    assert program.client.head(f"/fhir/Patient/{program.integration.uid}").status_code == 404
    assert client.head(address).status_code == 401
    assert client.head("/fhir/metadata").status_code == 200


def test_a_method_that_is_not_taken_answers_like_all_others(program: Program, maria: Patient) -> None:
    response = program.client.delete(f"/fhir/Patient/{maria.uid}")
    assert response.status_code == 405
    assert issues(response)[0][0] == "not-supported"


def test_a_method_that_is_not_taken_is_told_all_that_are(program: Program, maria: Patient) -> None:
    kept = program.client.delete(f"/fhir/Patient/{maria.uid}")
    assert {"GET", "HEAD"} <= set(kept["Allow"].split(", "))
    assert "HEAD" in issues(kept)[0][1]
    assert "HEAD" not in program.client.get("/fhir/Patient/_search")["Allow"]


def test_a_fault_of_our_own_is_told_without_a_word_of_it(
    program: Program, maria: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Maria Santos")

    monkeypatch.setattr("interface.fhir.trace.read", fail)
    response = program.get(f"Patient/{maria.uid}")
    assert response.status_code == 500
    assert "Santos" not in response.content.decode()
    assert issues(response)[0][0] == "exception"


def test_a_moment_of_a_visit_is_an_instant(program: Program, visit: TreatmentSession) -> None:
    body = program.get(f"Appointment/{visit.uid}").json()
    assert dt.datetime.fromisoformat(body["start"]) == visit.starts_at


def test_totals_that_were_changed_since_are_amended(program: Program, score: OutcomeScore) -> None:
    assert program.get(f"Observation/{score.uid}").json()["status"] == "final"
    score.hit6 = 60
    score.save()
    body = program.get(f"Observation/{score.uid}").json()
    assert (body["status"], valid(body).component[0].valueInteger) == ("amended", 60)
