"""Searches: parameters, prefixes, pages, order, and what they may not do."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic.models import Clinic, Injector, User
from interface.fhir.resources import KINDS, Kind
from patients.models import Patient
from tests.builders import NOW, make_course, make_patient, make_session
from tests.interface.programs import Program, issues
from treatments.booking import change_note
from treatments.models import TreatmentSession

MINUTE = dt.timedelta(minutes=15)


@pytest.fixture
def visits(riverside: Clinic, osei: Injector) -> list[TreatmentSession]:
    """Five people's visits on Thursday, a quarter of an hour apart, from 09:00."""
    start = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
    return [
        make_session(make_course(make_patient(riverside, f"P{number}")), osei, start + number * MINUTE)
        for number in range(5)
    ]


def uids(rows: list[Any]) -> list[str]:
    return [str(row.uid) for row in rows]


def pages(program: Program, kind: str, **asked: Any) -> list[list[str]]:
    """Follow the links of a search to its end; return the ids of each page."""
    found, response = [], program.get(kind, **asked)
    while True:
        body = response.json()
        found.append([entry["resource"]["id"] for entry in body.get("entry", [])])
        following = next((one["url"] for one in body["link"] if one["relation"] == "next"), None)
        if following is None:
            return found
        response = program.client.get(following.removeprefix("http://testserver"))
        assert response.status_code == 200, response.content


def test_pages_follow_by_key_and_hold_everything_once(program: Program, visits: list[TreatmentSession]) -> None:
    assert pages(program, "Appointment", _count=2) == [uids(visits[:2]), uids(visits[2:4]), uids(visits[4:])]


@pytest.mark.parametrize("sort", ["date", "-date", "_lastUpdated", "-_lastUpdated"])
def test_pages_hold_everything_once_in_every_order(program: Program, visits: list[TreatmentSession], sort: str) -> None:
    found = [uid for page in pages(program, "Appointment", _count=2, _sort=sort) for uid in page]
    expected = uids(visits)
    assert found == (expected[::-1] if sort.startswith("-") else expected)


def test_pages_by_date_hold_everything_once_whatever_was_booked_first(
    program: Program, visits: list[TreatmentSession], riverside: Clinic, osei: Injector
) -> None:
    first = make_session(make_course(make_patient(riverside, "Jo", "Park")), osei, visits[0].starts_at - MINUTE)
    found = [uid for page in pages(program, "Appointment", _count=2, _sort="date") for uid in page]
    assert found == uids([first, *visits])


def test_a_search_for_many_people_has_a_next_page(program: Program, visits: list[TreatmentSession]) -> None:
    asked = ",".join(f"Patient/{visit.course.patient.uid}" for visit in [*visits, *visits])
    found = pages(program, "Appointment", patient=asked, _count=2)
    assert found == [uids(visits[:2]), uids(visits[2:4]), uids(visits[4:])]


def test_free_times_come_in_pages_too(program: Program, osei: Injector) -> None:
    whole = program.ids("Slot", start="2026-11-26", _count=200)
    assert [uid for page in pages(program, "Slot", start="2026-11-26", _count=10) for uid in page] == whole
    assert len(whole) == 32


def test_a_page_keeps_its_filter_and_belongs_to_its_clinic(
    program: Program, visits: list[TreatmentSession], lakeside: Clinic
) -> None:
    TreatmentSession.objects.filter(pk=visits[1].pk).update(status="cancelled")
    assert pages(program, "Appointment", _count=2, status="booked") == [
        uids([visits[0], visits[2]]),
        uids(visits[3:]),
    ]
    link = program.get("Appointment", _count=2).json()["link"][1]["url"]
    token = link.split("_page=")[1]
    assert Program(lakeside).get("Appointment", _page=token).status_code == 410
    assert program.get("Patient", _page=token).status_code == 410


@pytest.mark.parametrize("page", ["x", "gAAAAA", "é"])
def test_a_page_that_nobody_made_is_gone(program: Program, page: str) -> None:
    response = program.get("Appointment", _page=page)
    assert response.status_code == 410
    assert issues(response)[0][0] == "expired"


def test_names_stay_out_of_addresses(program: Program, maria: Patient) -> None:
    make_patient(maria.clinic, "Marek", "Santos")
    refused = program.get("Patient", name="Santos")
    assert refused.status_code == 400
    assert issues(refused)[0][0] == "security"
    found = program.search("Patient", name="Santos", _count=1)
    body = found.json()
    assert [entry["resource"]["id"] for entry in body["entry"]] == [str(maria.uid)]
    assert "Santos" not in "".join(link["url"] for link in body["link"])
    following = program.client.get(body["link"][1]["url"].removeprefix("http://testserver"))
    assert following.json()["entry"][0]["resource"]["name"][0]["given"] == ["Marek"]


def test_people_are_found_by_record_number_and_date_of_birth(program: Program, maria: Patient) -> None:
    system = program.get(f"Patient/{maria.uid}").json()["identifier"][0]["system"]
    assert program.ids("Patient", identifier=maria.record_number) == [str(maria.uid)]
    assert program.ids("Patient", identifier=f"{system}|{maria.record_number}") == [str(maria.uid)]
    assert program.ids("Patient", identifier=f"urn:other|{maria.record_number}") == []
    assert program.ids("Patient", identifier=f"{system}|") == [str(maria.uid)]  # whoever has a number of that kind
    assert program.ids("Patient", identifier="urn:other|") == []
    assert len(program.search("Patient", birthdate="1984-04").json()["entry"]) == 1
    assert "entry" not in program.search("Patient", birthdate="ne1984").json()


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("2026-11-26", 5),
        ("eq2026-11", 5),
        ("2026", 5),
        ("ge2026-11-26T09:30:00Z", 3),
        ("gt2026-11-26T09:30Z", 2),
        ("lt2026-11-26T09:30:00+00:00", 2),
        ("le2026-11-26T09:30", 3),
        ("ne2026-11-26T09:30:00Z", 4),
        ("sa2026-11-26", 0),
        ("eb2026-11-26", 0),
        ("2026-11-25,2026-11-26", 5),
    ],
)
def test_dates_have_prefixes_and_last_as_long_as_they_are_written(
    program: Program, visits: list[TreatmentSession], asked: str, number: int
) -> None:
    assert len(program.ids("Appointment", date=asked)) == number


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("gt2026-08-31T08:00:00Z", True),
        ("lt2026-08-31T12:00:00Z", True),
        ("ge2026-08-31T12:00:00Z", True),
        ("le2026-08-31T08:00:00Z", True),
        ("2026-08-31T09:00:00Z", True),
        ("sa2026-08-31T08:00:00Z", False),
        ("eb2026-08-31T12:00:00Z", False),
        ("gt2026-08-31", False),
        ("lt2026-08-31", False),
        ("gt2026-08-30T23:59:59", True),
        ("lt2026-09-01T00:00:00", True),
    ],
)
def test_what_is_kept_by_the_day_is_found_by_a_moment_of_that_day(
    program: Program, given: TreatmentSession, asked: str, found: bool
) -> None:
    assert program.ids("Procedure", date=asked) == [str(given.uid)] * found


@pytest.mark.parametrize("asked", ["x", "2026-13", "2026-02-30", "0000", "99999", "ge", "2026-11-26T25:00", "ap2026"])
def test_what_is_no_date_is_refused(program: Program, asked: str) -> None:
    for kind, name in (("Appointment", "date"), ("Slot", "start"), ("Procedure", "date"), ("Patient", "_lastUpdated")):
        response = program.search(kind, **{name: asked})
        assert response.status_code == 400
        assert issues(response)[0][0] == "value"


def test_what_changed_since_is_found(program: Program, visits: list[TreatmentSession]) -> None:
    later = NOW + dt.timedelta(hours=1)
    visits[2].events.create(clinic=visits[2].clinic, at=later, kind="status", after={"status": "arrived"})
    assert program.ids("Appointment", _lastUpdated="gt2026-11-23T10:00:00Z") == [str(visits[2].uid)]


def test_a_visit_of_which_staff_noted_something_did_not_change_for_others(
    program: Program, visits: list[TreatmentSession], nurse: User
) -> None:
    change_note(session=visits[2], note="needs parking", by=nurse, at=NOW + dt.timedelta(hours=1))
    assert program.ids("Appointment", _lastUpdated="gt2026-11-23T10:00:00Z") == []


def test_what_changed_later_in_the_same_second_is_found(program: Program, visits: list[TreatmentSession]) -> None:
    for visit, milliseconds in zip(visits, (300, 700), strict=False):
        at = NOW + dt.timedelta(hours=1, milliseconds=milliseconds)
        visit.events.create(clinic=visit.clinic, at=at, kind="status", after={"status": "arrived"})
    seen = program.get(f"Appointment/{visits[0].uid}").json()["meta"]["lastUpdated"]
    assert seen == "2026-11-23T11:00:00.300Z"
    assert program.ids("Appointment", _lastUpdated=f"gt{seen}") == [str(visits[1].uid)]
    assert program.ids("Appointment", _lastUpdated=seen) == [str(visits[0].uid)]
    assert program.ids("Appointment", _lastUpdated=["ge2026-11-23T11:00:00Z", f"lt{seen}"]) == []


def test_a_person_s_visits_are_found(program: Program, visits: list[TreatmentSession]) -> None:
    patient = visits[3].course.patient.uid
    for asked in (f"Patient/{patient}", str(patient), f"http://testserver/fhir/Patient/{patient}"):
        assert program.ids("Appointment", patient=asked) == [str(visits[3].uid)]
        assert program.ids("Appointment", actor=asked) == [str(visits[3].uid)]
    assert program.ids("Appointment", patient=f"http://testserver/fhir/Schedule/{patient}") == []
    assert len(program.ids("Appointment", _id=",".join(uids(visits[:2])))) == 2


CODES = "http://hl7.org/fhir/appointmentstatus"


@pytest.mark.parametrize(
    ("asked", "number"), [(f"{CODES}|booked", 5), (f"noshow,{CODES}|booked", 5), (f"{CODES}|", 5), ("urn:x|booked", 0)]
)
def test_a_status_is_found_with_the_system_that_its_code_is_of(
    program: Program, visits: list[TreatmentSession], asked: str, number: int
) -> None:
    assert len(program.ids("Appointment", status=asked)) == number
    assert program.get("Slot", status="http://hl7.org/fhir/slotstatus|free").status_code == 200


def test_several_values_have_commas_between_them(program: Program, maria: Patient) -> None:
    make_patient(maria.clinic, "Jo", "Park")
    assert len(program.ids("Patient", active="true,false")) == 2
    assert program.ids("Schedule", active="false,x") == []
    assert len(program.search("Patient", name="santos,park").json()["entry"]) == 2
    assert len(program.search("Patient", name="santos\\, maria,nobody").json()["entry"]) == 1


@pytest.mark.parametrize("asked", [{"_count": 0}, {"_summary": "count"}, {"_total": "accurate"}])
def test_a_search_can_be_counted(program: Program, visits: list[TreatmentSession], asked: dict[str, Any]) -> None:
    body = program.get("Appointment", **asked).json()
    assert body["total"] == 5
    assert ("entry" in body) == ("_total" in asked)


def test_what_cannot_be_asked_is_refused_unless_the_caller_is_lenient(program: Program) -> None:
    refused = program.get("Appointment", colour="blue")
    assert refused.status_code == 400
    assert issues(refused) == [("not-supported", "Appointment cannot be searched by colour.")]
    taken = program.get("Appointment", headers={"Prefer": "handling=lenient"}, colour="blue", status="booked")
    assert taken.json()["link"] == [{"relation": "self", "url": "http://testserver/fhir/Appointment?status=booked"}]
    assert program.get("Appointment", _format="xml").status_code == 406


INJECTIONS = [
    "';DROP TABLE patients_patient;--",
    "date; SELECT 1",
    "pk",
    "clinic__name",
    "course__patient__given_name",
    "-",
]


@pytest.mark.parametrize("value", INJECTIONS)
def test_nothing_but_the_listed_orders_is_sorted_by(program: Program, value: str) -> None:
    assert program.get("Appointment", _sort=value).status_code == 400


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_no_value_of_a_filter_is_more_than_a_value(
    program: Program, visits: list[TreatmentSession], kind: Kind
) -> None:
    for value in (*INJECTIONS, "%", "' OR '1'='1", "|", ",,,", "Patient/", "\u0661"):
        for name in kind.allowed.names:
            response = program.search(kind.kind, **{name: value})
            assert response.status_code in {200, 400}, (name, value, response.content)
            assert "entry" not in response.json(), (name, value)


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\n", "x" * 501, "", " "])
def test_values_that_no_database_should_see_are_refused(program: Program, value: str) -> None:
    response = program.search("Patient", name=value)
    assert response.status_code == 400


@pytest.mark.parametrize(("kind", "queries"), [("Patient", 7), ("Appointment", 7), ("Schedule", 6), ("Slot", 12)])
def test_a_search_asks_the_database_as_often_for_many_as_for_few(
    program: Program,
    visits: list[TreatmentSession],
    kind: str,
    queries: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("interface.fhir.trace.searched", lambda *_: None)  # one line for each person is meant
    program.get(kind, _count=1)
    with django_assert_max_num_queries(queries):
        assert program.get(kind).status_code == 200


@pytest.mark.parametrize("start", ["ge2026-11-24", "2027", "gt2026-12-01T10:00:00Z"])
def test_free_times_of_a_year_are_not_computed_at_once(program: Program, osei: Injector, start: str) -> None:
    response = program.get("Slot", start=start)
    assert response.status_code == (400 if start == "2027" else 200)


@pytest.mark.parametrize(("day_behind", "status"), [("2027-11-15", 200), ("2027-11-16", 400)])
def test_days_on_which_the_clock_goes_back_are_days_like_others(
    program: Program, osei: Injector, day_behind: str, status: int
) -> None:
    """London's clocks go back on 31 October: these 31 days are an hour longer than 31 times 24 hours."""
    assert program.get("Slot", start=["ge2027-10-15", f"lt{day_behind}"]).status_code == status


def test_a_month_in_which_the_clock_goes_back_can_be_asked_for(program: Program, osei: Injector) -> None:
    assert program.get("Slot", start="2027-10").status_code == 200


def test_only_free_times_are_told(program: Program) -> None:
    assert program.get("Slot", status="busy").status_code == 400
    assert program.get("Slot", status="free").status_code == 200


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("name=Santos", f"{FORM}; charset=iso-8859-1"),
        ("&".join(f"_id={n}" for n in range(1001)), FORM),
        ("name=Santos", "multipart/form-data"),
        ("name=Santos", "multipart/form-data; boundary=é"),
    ],
    ids=["letters", "parts", "no boundary", "odd boundary"],
)
def test_a_form_that_cannot_be_read_is_the_asker_s_fault(program: Program, body: str, kind: str) -> None:
    response = program.client.post("/fhir/Patient/_search", body, content_type=kind)
    assert response.status_code == 400
    assert issues(response)[0][0] == "invalid"


@pytest.mark.parametrize("kind", ["application/json", "application/fhir+json", "text/plain", ""])
def test_what_is_asked_in_another_form_is_refused_not_left_out(program: Program, maria: Patient, kind: str) -> None:
    response = program.client.post("/fhir/Patient/_search", '{"name": "Nobody"}', content_type=kind)
    assert response.status_code == 415
    assert issues(response) == [("not-supported", "Send application/x-www-form-urlencoded.")]


def test_a_search_by_post_may_have_no_body(program: Program, maria: Patient) -> None:
    response = program.client.post("/fhir/Patient/_search?active=true", "", content_type="application/fhir+json")
    assert [entry["resource"]["id"] for entry in response.json()["entry"]] == [str(maria.uid)]


def test_an_address_with_too_much_in_it_is_the_asker_s_fault(program: Program) -> None:
    response = program.client.get("/fhir/Patient?" + "&".join(f"_id={n}" for n in range(1001)))
    assert response.status_code == 400
    assert issues(response)[0][0] == "invalid"
