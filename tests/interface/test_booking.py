"""Booking and cancelling by another program: the rules of the pages, told all at once."""

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Absence, AuditEntry, Clinic, Closure, Injector, User
from interface.fhir.codes import own_system
from interface.fhir.resources.slot import slot_id
from interface.models import BookedAs
from patients.models import Authorization, Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session
from tests.interface.programs import Program, issues
from treatments import booking
from treatments.models import Course, SessionEvent, TreatmentSession

THURSDAY = dt.datetime(2026, 11, 26, 10, 30, tzinfo=dt.UTC)
PERSON = {"reference": "Patient/WHOSE"}
NAME = {"system": "https://hospital.example/visits", "value": "V-1"}


def wanted(patient: Patient, injector: Injector, at: dt.datetime = THURSDAY, **more: Any) -> dict[str, Any]:
    """Return an Appointment that asks for a visit."""
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "slot": [{"reference": f"Slot/{slot_id(injector, at, 15)}"}],
        "participant": [{"actor": {"reference": f"Patient/{patient.uid}"}, "status": "accepted"}],
    } | more


def post(program: Program, body: Any, **headers: str) -> Any:
    kind = "application/fhir+json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return program.client.post("/fhir/Appointment", body, content_type=kind, headers=named)


def put(program: Program, visit: TreatmentSession, headers: dict[str, str] | None = None, **more: Any) -> Any:
    body = {"resourceType": "Appointment", "id": str(visit.uid), "status": "cancelled"} | more
    url, kind = f"/fhir/Appointment/{visit.uid}", "application/fhir+json"
    return program.client.put(url, body, content_type=kind, headers=headers)


def patch(program: Program, visit: TreatmentSession, *steps: dict[str, Any]) -> Any:
    url, kind = f"/fhir/Appointment/{visit.uid}", "application/json-patch+json"
    return program.client.patch(url, list(steps), content_type=kind)


def test_a_free_time_is_booked_with_the_program_as_author(program: Program, course: Course, osei: Injector) -> None:
    slot = program.get("Slot", start="2026-11-26").json()["entry"][6]["resource"]
    body = wanted(course.patient, osei) | {"slot": [{"reference": f"Slot/{slot['id']}"}], "start": slot["start"]}
    response = post(program, body)
    assert response.status_code == 201, response.content
    session = TreatmentSession.objects.get()
    assert session.starts_at == THURSDAY
    assert response["Location"] == f"http://testserver/fhir/Appointment/{session.uid}"
    assert SessionEvent.objects.get(kind="booked").by == program.integration.user
    entry = AuditEntry.objects.get(actor=program.integration.user, kind="FHIR Appointment")
    assert (entry.action, entry.subject) == ("create", course.patient.uid)


def test_a_time_and_a_person_are_named_by_their_whole_addresses_too(
    program: Program, course: Course, osei: Injector
) -> None:
    body = json.dumps(wanted(course.patient, osei))
    for kind in ("Slot", "Patient"):
        body = body.replace(f"{kind}/", f"https://clinic.example/fhir/{kind}/")
    assert post(program, body).status_code == 201
    schedule = f"https://clinic.example/fhir/Schedule/{osei.uid}"
    assert program.ids("Slot", start="2026-11-26", schedule=schedule)


def test_the_same_identifier_sent_twice_books_once(program: Program, course: Course, osei: Injector) -> None:
    body = wanted(course.patient, osei, identifier=[NAME])
    first, second = post(program, body), post(program, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["identifier"] == [NAME]
    assert program.ids("Appointment", identifier=f"{NAME['system']}|V-1") == [first.json()["id"]]
    assert TreatmentSession.objects.count() == 1


def test_the_same_number_in_another_system_is_another_visit(program: Program, course: Course, osei: Injector) -> None:
    other = make_course(make_patient(course.clinic, "Jo", "Park"))
    assert post(program, wanted(course.patient, osei, identifier=[NAME])).status_code == 201
    elsewhere = [NAME | {"system": "https://practice.example/visits"}]
    later = THURSDAY + dt.timedelta(minutes=15)
    assert post(program, wanted(other.patient, osei, later, identifier=elsewhere)).status_code == 201


def test_two_copies_at_the_same_moment_are_one_visit(
    program: Program, course: Course, osei: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = wanted(course.patient, osei, identifier=[NAME])
    first = post(program, body)
    BookedAs.objects.all().delete()  # the other copy has booked, and not yet noted the name
    monkeypatch.setattr("interface.fhir.obstacles.of_the_course", lambda *_: iter(()))
    monkeypatch.setattr(
        "interface.fhir.booking.free",
        lambda *_: booking.slot_of(TreatmentSession.objects.select_related("room", "injector").get()),
    )
    assert post(program, body).json()["id"] == first.json()["id"]
    assert TreatmentSession.objects.count() == 1


def test_a_copy_that_comes_before_the_name_is_noted_is_the_same_visit(
    program: Program, course: Course, osei: Injector
) -> None:
    """The first has its visit and not yet its name: it may be at it, or its process has died in between."""
    body = wanted(course.patient, osei, identifier=[NAME])
    first = post(program, body)
    BookedAs.objects.all().delete()
    again = post(program, body)
    assert again.status_code == 201, again.content
    assert again.json() == first.json()
    assert program.ids("Appointment", identifier=f"{NAME['system']}|V-1") == [first.json()["id"]]
    assert post(program, body).status_code == 200


def test_what_names_another_person_is_no_copy_though_its_name_is_not_noted_yet(
    program: Program, course: Course, osei: Injector
) -> None:
    first = post(program, wanted(course.patient, osei, identifier=[NAME]))
    BookedAs.objects.all().delete()
    other = make_course(make_patient(course.clinic, "Jo", "Park"))
    response = post(program, wanted(other.patient, osei, identifier=[NAME]))
    assert response.status_code == 409
    assert first.json()["id"] not in response.content.decode()


def test_a_copy_does_not_bring_back_a_visit_that_was_cancelled(
    program: Program, course: Course, osei: Injector, front_desk: User
) -> None:
    body = wanted(course.patient, osei, identifier=[NAME])
    post(program, body)
    BookedAs.objects.all().delete()
    [first] = TreatmentSession.objects.select_related("clinic")
    booking.change_status(session=first, to="cancelled", by=front_desk, at=NOW, reason="Ill")  # type: ignore[arg-type]
    make_session(make_course(make_patient(course.clinic, "Jo", "Park")), osei, THURSDAY)
    assert post(program, body).status_code == 409


def test_if_none_exist_books_once_too(program: Program, course: Course, osei: Injector) -> None:
    header = {"If_None_Exist": "identifier=urn:visits|7"}
    answers = [post(program, wanted(course.patient, osei), **header).status_code for _ in range(2)]
    assert answers == [201, 200]


@pytest.mark.parametrize(
    "asked", ["urn:visits|7,1|B", r"urn:visits|7\,1\|B", r"7\,1\|B", "urn:visits|", r"urn:other|x,urn:visits|7\,1\|B"]
)
def test_an_identifier_is_found_as_searches_write_it(
    program: Program, course: Course, osei: Injector, asked: str
) -> None:
    """A comma and a bar stand with a stroke before them; without a value all of a system are asked for."""
    name = {"system": "urn:visits", "value": "7,1|B"}
    body = wanted(course.patient, osei, identifier=[name])
    for header in ("urn:visits|7,1|B", r"urn:visits|7\,1\|B"):
        assert post(program, body, If_None_Exist=f"identifier={header}").status_code in {200, 201}
    uid = str(TreatmentSession.objects.get().uid)
    assert program.ids("Appointment", identifier=asked) == ([] if asked == "urn:visits|7,1|B" else [uid])
    assert program.ids("Appointment", identifier="urn:other|") == []


@pytest.mark.parametrize("header", ["patient=x", "identifier=a|b&status=booked", "identifier=", "x"])
def test_if_none_exist_takes_an_identifier_and_nothing_else(
    program: Program, course: Course, osei: Injector, header: str
) -> None:
    assert post(program, wanted(course.patient, osei), If_None_Exist=header).status_code in {400, 422}
    assert not TreatmentSession.objects.exists()


def test_if_none_exist_and_the_visit_have_one_identifier(program: Program, course: Course, osei: Injector) -> None:
    response = post(program, wanted(course.patient, osei, identifier=[NAME]), If_None_Exist="identifier=urn:visits|7")
    assert response.status_code == 400
    assert not TreatmentSession.objects.exists()


def test_an_identifier_of_another_person_s_visit_is_refused(program: Program, course: Course, osei: Injector) -> None:
    post(program, wanted(course.patient, osei, identifier=[NAME]))
    other = make_course(make_patient(course.clinic, "Jo", "Park"))
    later = THURSDAY + dt.timedelta(minutes=15)
    response = post(program, wanted(other.patient, osei, later, identifier=[NAME]))
    assert response.status_code == 409
    assert issues(response)[0][0] == "duplicate"


def test_all_that_stands_in_the_way_is_told_at_once(
    program: Program, riverside: Clinic, osei: Injector, course: Course
) -> None:
    last = make_course(
        make_patient(riverside, "Jo", "Park"), last_given_on=TODAY - dt.timedelta(days=60), injector=osei
    )
    own = make_session(last, osei, THURSDAY + dt.timedelta(days=30))
    make_session(course, osei, THURSDAY)
    hours = {"starts_at": THURSDAY, "ends_at": THURSDAY + dt.timedelta(hours=1)}
    Absence.objects.create(clinic=riverside, injector=osei, label="Course", **hours)
    Closure.objects.create(clinic=riverside, label="Water", **hours)
    response = post(program, wanted(last.patient, osei))
    assert response.status_code == 409
    assert issues(response) == [
        ("business-rule", "Thursday 26 November 2026 is before the due date, Thursday 17 December 2026."),
        ("conflict", f"This person has a visit already: Appointment/{own.uid}."),
        ("business-rule", "The clinic is closed: Water."),
        ("business-rule", "Dr Osei is away: Course."),
        ("conflict", "Dr Osei has another visit then."),
    ]


def test_a_day_that_the_payer_does_not_cover_is_not_booked(program: Program, course: Course, osei: Injector) -> None:
    Authorization.objects.create(
        clinic=course.clinic, patient=course.patient, payer="Aster", number="PA-1",
        valid_from=TODAY - dt.timedelta(days=100), valid_to=TODAY,
    )  # fmt: skip
    response = post(program, wanted(course.patient, osei))
    assert response.status_code == 409
    assert [code for code, _ in issues(response)] == ["business-rule"]
    assert not TreatmentSession.objects.exists()


def test_a_visit_of_another_length_is_not_booked(program: Program, course: Course, osei: Injector) -> None:
    half_an_hour = {"reference": f"Slot/{slot_id(osei, THURSDAY, 30)}"}
    response = post(program, wanted(course.patient, osei, slot=[half_an_hour]))
    assert (response.status_code, issues(response)) == (409, [("business-rule", "Visits last 15 minutes.")])


def test_a_time_of_one_injector_is_not_booked_for_another(program: Program, course: Course, osei: Injector) -> None:
    bello = {"system": own_system("injector"), "value": str(make_injector(course.clinic, "RN Bello").uid)}
    body = wanted(course.patient, osei)
    body["participant"].append({"actor": {"identifier": bello}})
    response = post(program, body)
    assert (response.status_code, issues(response)) == (422, [("value", "The Slot is of somebody else.")])
    body["participant"][1]["actor"]["identifier"]["value"] = str(osei.uid)
    assert post(program, body).status_code == 201


def test_what_stands_in_the_way_is_a_look_at_the_person(
    program: Program, visit: TreatmentSession, osei: Injector
) -> None:
    patient = visit.course.patient
    assert post(program, wanted(patient, osei)).status_code == 409
    found = AuditEntry.objects.filter(actor=program.integration.user, subject=patient.uid)
    assert [(one.action, one.kind) for one in found] == [("read", "FHIR Appointment")]


def test_a_day_before_the_due_date_needs_a_prescriber_on_our_pages(
    program: Program, riverside: Clinic, osei: Injector
) -> None:
    early = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=60), injector=osei)
    response = post(program, wanted(early.patient, osei, extension=[]))
    assert response.status_code == 422  # and no field of the body gives a reason
    response = post(program, wanted(early.patient, osei))
    assert response.status_code == 409
    assert [code for code, _ in issues(response)] == ["business-rule"]
    assert TreatmentSession.objects.filter(status="booked").count() == 0


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW - dt.timedelta(hours=1), "That time has passed."),
        (THURSDAY + dt.timedelta(minutes=5), "Dr Osei begins no visit at that time."),
        (THURSDAY + dt.timedelta(days=2), "Dr Osei begins no visit at that time."),
        (THURSDAY + dt.timedelta(days=29), "Christmas Day: the clinic is closed."),
        (THURSDAY + dt.timedelta(days=4000), "Dr Osei begins no visit at that time."),
    ],
)
def test_a_time_that_is_none_is_told_why(
    program: Program, course: Course, osei: Injector, at: dt.datetime, words: str
) -> None:
    response = post(program, wanted(course.patient, osei, at))
    assert response.status_code == 409
    assert words in [text for _, text in issues(response)] or at > THURSDAY + dt.timedelta(days=3000)


def test_two_programs_get_one_time_once(program: Program, course: Course, osei: Injector) -> None:
    other = make_course(make_patient(course.clinic, "Jo", "Park"))
    assert post(program, wanted(course.patient, osei)).status_code == 201
    response = post(Program(course.clinic, name="Booking page"), wanted(other.patient, osei))
    assert response.status_code == 409
    assert issues(response) == [("conflict", "Dr Osei has another visit then.")]


def test_losing_a_race_is_told_like_any_conflict(
    program: Program, course: Course, osei: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(**_: object) -> None:
        raise booking.Taken

    monkeypatch.setattr("treatments.booking.book", lose)
    response = post(program, wanted(course.patient, osei))
    assert response.status_code == 409
    assert issues(response) == [("conflict", "That time is not free.")]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("clinic", "x"),
        ("version", 7),
        ("early_reason", "because"),
        ("comment", "bring a cake"),
        ("\ud800", "half a letter"),
        ("status", "fulfilled"),
        ("status", ["booked"]),
        ("slot", []),
        ("slot", "x"),
        ("slot", [{"reference": 7}]),
        ("slot", [{"reference": "Slot/x"}]),
        ("slot", [{}] * 21),
        ("slot", [{"reference": f"Slot/{'0' * 32}-99991231T2359-15"}]),
        ("slot", [{"reference": f"Slot/{'0' * 32}-00010101T0000-15"}]),
        ("start", "2026-11-26T10:45:00Z"),
        ("start", {}),
        ("minutesDuration", 60),
        ("participant", None),
        ("participant", [{"actor": {"reference": "Patient/1"}}]),
        ("participant", [{"actor": "x"}]),
        ("participant", ["x"]),
        ("participant", [{"actor": PERSON, "status": "declined"}]),
        ("participant", [{"actor": PERSON, "status": ["accepted"]}]),
        ("participant", [{"actor": PERSON, "required": "optional"}]),
        ("participant", [{"actor": PERSON}, {"actor": {"reference": "Practitioner/x"}}]),
        ("participant", [{"actor": PERSON}, {"actor": {"type": "Location", "display": "Room 2"}}]),
        ("identifier", [NAME | {"use": "old"}]),
        ("identifier", [{"system": "urn:x"}]),
        ("identifier", [{"value": "a\x00b"}]),
        ("identifier", [{"value": "\ud800"}]),
        ("identifier", [{"value": "x" * 101}]),
        ("identifier", [{"value": 7}]),
        ("identifier", [NAME, NAME]),
    ],
)
def test_what_is_not_a_visit_is_refused_with_nothing_written(
    program: Program, course: Course, osei: Injector, part: str, value: Any
) -> None:
    body = json.dumps(wanted(course.patient, osei) | {part: value}).replace("WHOSE", str(course.patient.uid))
    response = post(program, body)
    assert response.status_code == 422, response.content
    assert issues(response)
    assert not TreatmentSession.objects.exists()


@pytest.mark.parametrize("body", [b" ", b"x", b"[]", b"null", b'{"resourceType":"Patient"}', b"[" * 60000, b"9" * 5000])
def test_what_is_no_appointment_is_refused(program: Program, body: bytes) -> None:
    assert post(program, body).status_code == 400


def test_a_part_that_is_named_twice_is_refused(program: Program, course: Course, osei: Injector) -> None:
    twice = json.dumps(wanted(course.patient, osei)).replace("{", '{"status": "cancelled", ', 1).encode()
    response = post(program, twice)
    assert response.status_code == 400
    assert issues(response) == [("structure", "The body names a part of an object twice.")]
    assert not TreatmentSession.objects.exists()


def test_a_body_of_another_type_or_too_large_is_refused(program: Program) -> None:
    assert program.client.post("/fhir/Appointment", {"status": "booked"}).status_code == 415
    assert post(program, b" " * 70000).status_code == 413
    assert post(program, b" " * 3_000_000).status_code == 413


def test_other_clinics_people_and_schedules_cannot_be_booked(
    program: Program, course: Course, osei: Injector, lakeside: Clinic
) -> None:
    foreign = make_course(make_patient(lakeside))
    nobody = make_patient(course.clinic, "No", "Course")
    answers = [post(program, wanted(patient, osei)) for patient in (foreign.patient, nobody)]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    response = post(program, wanted(course.patient, make_injector(lakeside)))
    assert issues(response) == [("not-found", "There is no such schedule here.")]
    assert not TreatmentSession.objects.exists()


def test_nobody_books_without_the_scope(riverside: Clinic, course: Course, osei: Injector) -> None:
    program = Program(riverside, "system/Appointment.read", "system/Slot.read")
    visit = make_session(course, osei, THURSDAY)
    for response in (post(program, wanted(course.patient, osei)), put(program, visit), patch(program, visit)):
        assert response.status_code == 403


def test_a_program_whose_role_ended_books_nothing(program: Program, course: Course, osei: Injector) -> None:
    program.integration.user.memberships.update(active=False)
    assert post(program, wanted(course.patient, osei)).status_code == 403
    assert put(program, make_session(course, osei, THURSDAY)).status_code == 403


def test_a_visit_is_cancelled_by_putting_it_back(program: Program, visit: TreatmentSession) -> None:
    response = put(program, visit, cancelationReason={"text": "Holiday"})
    assert response.status_code == 200, response.content
    assert response.json()["status"] == "cancelled"
    event = SessionEvent.objects.get()
    assert (event.by, event.reason) == (program.integration.user, "Holiday")
    assert put(program, visit).status_code == 200  # again changes nothing
    assert SessionEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ({"coding": [{"code": "pat-cpp", "display": "Patient: Cancelled via Patient Portal"}]}, "Patient: Cancelled via Patient Portal"),
        ({"coding": [{"system": "http://example.org/why"}, {"code": "pat-cpp"}]}, "pat-cpp"),
        ({"text": "Holiday", "coding": [{"code": "oth", "display": "Other"}]}, "Holiday"),
        ({"coding": []}, "Cancelled by Hospital file"),
    ],
    ids=["display", "code", "text", "none"],
)  # fmt: skip
def test_a_reason_that_is_a_code_is_kept_in_words(
    program: Program, visit: TreatmentSession, reason: dict[str, Any], kept: str
) -> None:
    assert put(program, visit, cancelationReason=reason).status_code == 200
    assert SessionEvent.objects.get().reason == kept


@pytest.mark.parametrize("coding", ["pat", ["pat"], [{"display": 3}]])
def test_a_code_that_is_none_is_refused(program: Program, visit: TreatmentSession, coding: Any) -> None:
    assert put(program, visit, cancelationReason={"coding": coding}).status_code == 422


def test_a_visit_is_cancelled_by_a_patch(program: Program, visit: TreatmentSession) -> None:
    step = {"op": "replace", "path": "/status", "value": "cancelled"}
    seen = {"op": "test", "path": "/status", "value": "booked"}
    assert patch(program, visit, seen, step).json()["status"] == "cancelled"
    assert SessionEvent.objects.get().reason == "Cancelled by Hospital file"
    assert patch(program, visit, seen, step).status_code == 409


def test_the_visit_that_is_named_is_cancelled_and_no_other(program: Program, visit: TreatmentSession) -> None:
    other = make_session(
        make_course(make_patient(visit.clinic, "Jo", "Park")), visit.injector, THURSDAY + dt.timedelta(hours=1)
    )
    response = put(program, other)
    assert response.status_code == 200, response.content
    assert [one.status for one in (TreatmentSession.objects.get(pk=row.pk) for row in (visit, other))] == [
        "booked",
        "cancelled",
    ]


def test_who_saw_another_version_changes_nothing(program: Program, visit: TreatmentSession, front_desk: User) -> None:
    seen = program.get(f"Appointment/{visit.uid}")["ETag"]
    booking.change_status(session=visit, to="arrived", by=front_desk, at=visit.starts_at)  # type: ignore[arg-type]
    response = put(program, visit, headers={"If-Match": seen})
    assert response.status_code == 412
    assert issues(response)[0][0] == "conflict"
    now = program.get(f"Appointment/{visit.uid}")["ETag"]
    assert put(program, visit, headers={"If-Match": now}).status_code == 200


def test_a_version_is_the_same_with_and_without_its_mark(program: Program, visit: TreatmentSession) -> None:
    bare = program.get(f"Appointment/{visit.uid}")["ETag"].removeprefix("W/")
    assert program.get(f"Appointment/{visit.uid}", {"If-None-Match": bare}).status_code == 304
    assert put(program, visit, {"If-Match": bare}).status_code == 200


def test_any_version_is_changed_for_who_asks_only_that_there_is_one(program: Program, visit: TreatmentSession) -> None:
    assert put(program, visit, headers={"If-Match": "*"}).json()["status"] == "cancelled"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_what_was_compared_is_held_until_it_is_changed(program: Program, visit: TreatmentSession) -> None:
    seen = program.get(f"Appointment/{visit.uid}")["ETag"]
    with CaptureQueriesContext(connection) as asked:
        assert put(program, visit, headers={"If-Match": seen}).status_code == 200
    first = next(one["sql"] for one in asked if 'FROM "treatments_treatmentsession"' in one["sql"])
    assert first.endswith('FOR UPDATE OF "treatments_treatmentsession"')


def test_a_visit_that_somebody_changes_at_that_moment_is_not_said_to_be_cancelled(
    program: Program, visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(**_: object) -> None:
        raise booking.Stale(visit)

    monkeypatch.setattr("treatments.booking.change_status", lose)
    response = put(program, visit)
    assert response.status_code == 409
    assert issues(response) == [("conflict", "Somebody else is changing this visit. Read it again.")]
    assert not AuditEntry.objects.filter(actor=program.integration.user, action="change").exists()


def test_what_was_given_is_not_cancelled(program: Program, given: TreatmentSession) -> None:
    response = put(program, given)
    assert response.status_code == 422
    assert issues(response)[0][0] == "business-rule"


@pytest.mark.parametrize(
    ("part", "value", "status"),
    [
        ("status", "booked", 200),
        ("status", "fulfilled", 422),
        ("status", None, 422),
        ("id", "x", 400),
        ("start", "2026-11-26T11:00:00.000Z", 422),
        ("cancelationReason", "x", 422),
    ],
)
def test_no_other_change_is_taken(
    program: Program, visit: TreatmentSession, part: str, value: Any, status: int
) -> None:
    assert put(program, visit, **{part: value}).status_code == status
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("slot", [{"reference": "Slot/another"}]),
        ("participant", []),
        ("minutesDuration", 60),
        ("identifier", [{"value": "V-2"}]),
        ("comment", "By wheelchair"),
        ("cancelationReason", {"text": "Holiday"}),
    ],
)
def test_a_visit_sent_back_with_another_change_is_not_said_to_be_changed(
    program: Program, visit: TreatmentSession, part: str, value: Any
) -> None:
    read = program.get(f"Appointment/{visit.uid}").json()
    assert put(program, visit, **read).status_code == 200  # as it was read
    response = put(program, visit, **read | {part: value})
    assert response.status_code == 422, response.content
    assert part in issues(response)[0][1]
    cancelled = put(program, visit, **read | {part: value, "status": "cancelled"})
    assert cancelled.json()["status"] == "cancelled"  # who does not come needs no other part


def test_a_reason_alone_is_no_change(program: Program, visit: TreatmentSession) -> None:
    step = {"op": "add", "path": "/cancelationReason", "value": {"text": "Holiday"}}
    assert patch(program, visit, step).status_code == 422
    assert patch(program, visit, step, {"op": "replace", "path": "/status", "value": "cancelled"}).status_code == 200
    assert patch(program, visit, step).status_code == 200  # it is cancelled already


@pytest.mark.parametrize("zone", ["Z", "+00:00", ".000+00:00", ".000000Z"])
def test_a_visit_sent_back_with_its_times_written_another_way_is_cancelled(
    program: Program, visit: TreatmentSession, zone: str
) -> None:
    response = put(program, visit, start=f"2026-11-26T10:30:00{zone}", end=f"2026-11-26T10:45:00{zone}")
    assert response.status_code == 200, response.content
    assert response.json()["status"] == "cancelled"


@pytest.mark.parametrize(
    "step",
    [
        {"op": "replace", "path": "/clinic", "value": 1},
        {"op": "remove", "path": "/status"},
        {"op": "replace", "path": "/status", "value": "arrived"},
        {"op": "replace", "path": "/participant/0/actor", "value": {}},
        {"op": ["replace"], "path": "/status", "value": "cancelled"},
        {},
    ],
)
def test_no_other_patch_is_taken(program: Program, visit: TreatmentSession, step: dict[str, Any]) -> None:
    assert patch(program, visit, step).status_code == 422


def test_what_changes_nothing_is_a_look_and_leaves_its_trace(
    program: Program, visit: TreatmentSession, riverside: Clinic
) -> None:
    writer = Program(riverside, "system/Appointment.write", name="Booking page")
    assert patch(writer, visit).status_code == 403
    for step in (patch, put, put):
        assert step(program, visit).status_code == 200
    left = AuditEntry.objects.filter(kind="FHIR Appointment").order_by("pk")
    assert [entry.action for entry in left] == ["read", "change", "read"]
    assert {entry.subject for entry in left} == {visit.course.patient.uid}


def test_another_clinic_s_visit_is_not_there_to_cancel(lakeside: Clinic, visit: TreatmentSession) -> None:
    theirs = Program(lakeside)
    assert put(theirs, visit).status_code == 404
    assert patch(theirs, visit, {"op": "replace", "path": "/status", "value": "cancelled"}).status_code == 404


def test_a_visit_booked_by_a_program_can_be_undone_by_the_desk(
    program: Program, course: Course, osei: Injector, front_desk: User
) -> None:
    post(program, wanted(course.patient, osei))
    session = TreatmentSession.objects.get()
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        booking.change_status(session=session, to="cancelled", by=front_desk, at=NOW, reason="Slip")  # type: ignore[arg-type]
    assert program.ids("Appointment", status="cancelled") == [str(session.uid)]
