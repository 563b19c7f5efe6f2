"""The session log and its export."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from clinic.models import AuditEntry, Clinic, Injector, Membership, Role, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, make_user
from tests.conftest import log_in
from treatments import protocol, recording
from treatments.log import export
from treatments.log.export import safe_cell
from treatments.models import Course, Status, TreatmentSession
from treatments.recording import Findings, SinceLast, VialUsed
from treatments.safety import QUESTIONS


@pytest.fixture
def signed(course: Course, osei: Injector, nurse: User) -> TreatmentSession:
    """Maria's signed session of today."""
    return sign(course, osei, nurse, VialUsed("C4471", dt.date(2027, 11, 30), 200))


def sign(course: Course, injector: Injector, by: User, *vials: VialUsed) -> TreatmentSession:
    """Sign a session of now with what these vials held."""
    session = make_session(course, injector, NOW, status=Status.IN_ROOM, due_on=TODAY)
    answers = {question.key: False for question in QUESTIONS}
    confirmed: dict[str, Any] = {
        "identity_checked": True,
        "consent_confirmed": True,
        "since_last": SinceLast(told=None),
    }
    found = Findings(protocol.standard_set(), list(vials), answers, TODAY, **confirmed)
    recording.sign_session(session=session, found=found, by=by, at=NOW)
    return session


def shown(user: User, **query: str) -> str:
    """Return the log as this person sees it."""
    return log_in(user).get(reverse("treatments:log"), query).content.decode()


def test_the_log_on_paper_says_which_filters_made_it(signed: TreatmentSession, admin: User) -> None:
    asked = {"first": "2026-11-01", "injector": str(signed.injector.uid), "lot": "C4471"}
    page = log_in(admin).get(reverse("treatments:log"), asked).content.decode()
    assert '<p class="print-only">From: Sunday 1 November 2026; Injector: Dr Osei; Lot: C4471</p>' in page
    assert "print-only" not in log_in(admin).get(reverse("treatments:log")).content.decode()


def test_the_links_of_two_sessions_of_one_day_are_told_apart_without_sight(
    signed: TreatmentSession, osei: Injector, admin: User
) -> None:
    tom = make_course(make_patient(signed.clinic, "Tom", "Reid"))
    make_session(tom, osei, NOW + dt.timedelta(hours=1))
    links = re.findall(r'data-open>([^<]*)<span class="visually-hidden">([^<]*)</span></a>', shown(admin))
    assert sorted(name for day, name in links if day == "Mon 23 Nov 2026") == [", Maria Santos", ", Tom Reid"]


def test_a_signed_session_stands_in_the_log(signed: TreatmentSession, admin: User) -> None:
    page = shown(admin)
    for words in ("Maria Santos", "C4471", ">155<", ">45<"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"first": "2026-11-23", "last": "2026-11-23"}, True),
        ({"first": "2026-11-24"}, False),
        ({"last": "2026-08-01"}, False),
        ({"status": "done"}, True),
        ({"status": "cancelled"}, False),
    ],
)
def test_filters_stand_in_the_address(
    signed: TreatmentSession, admin: User, query: dict[str, str], found: bool
) -> None:
    assert ("C4471" in shown(admin, **query)) is found


def test_the_log_can_be_narrowed_to_one_injector(signed: TreatmentSession, osei: Injector, admin: User) -> None:
    assert "C4471" in shown(admin, injector=str(osei.uid))


@pytest.mark.parametrize("query", [{"first": "soon"}, {"injector": "x"}, {"status": "'; DROP TABLE"}])
def test_a_filter_that_means_nothing_is_said_not_ignored(
    signed: TreatmentSession, admin: User, query: dict[str, str]
) -> None:
    response = log_in(admin).get(reverse("treatments:log"), query)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize("cursor", ["x", "_", "2026_1", "2026-11-23T10:00:00+00:00_x"])
def test_a_cursor_that_was_tampered_with_is_harmless(signed: TreatmentSession, admin: User, cursor: str) -> None:
    assert log_in(admin).get(reverse("treatments:log"), {"after": cursor}).status_code == 200


def test_pages_go_by_key_and_show_every_session_once(riverside: Clinic, osei: Injector, admin: User) -> None:
    for number in range(60):
        make_session(make_course(make_patient(riverside)), osei, NOW + number * dt.timedelta(minutes=15))
    client, url, seen = log_in(admin), reverse("treatments:log"), []
    while url:
        response = client.get(url)
        page = response.context["page"]
        seen += [session.pk for session in page.rows]
        cursor = page.cursor
        url = f"{reverse('treatments:log')}?after={cursor.replace('+', '%2B')}" if cursor else ""
    assert len(seen) == len(set(seen)) == 60


def test_fifty_rows_cost_a_fixed_number_of_queries(
    signed: TreatmentSession, riverside: Clinic, osei: Injector, admin: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 55):
        make_session(make_course(make_patient(riverside)), osei, NOW - number * dt.timedelta(minutes=15))
    client = log_in(admin)
    with django_assert_max_num_queries(8):
        client.get(reverse("treatments:log"))


def exported(user: User, **query: str) -> list[list[str]]:
    """Return the export as rows."""
    response: Any = log_in(user).get(reverse("treatments:export"), query)
    body = b"".join(response.streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))


def test_the_export_holds_the_filters_the_head_and_the_rows(signed: TreatmentSession, admin: User) -> None:
    rows = exported(admin, status="done")
    assert rows[0] == ["Sessions of Riverside Clinic", "status=done"]
    assert rows[2][:4] == ["2026-11-23", "10:00", signed.course.patient.record_number, "Maria Santos"]
    assert rows[2][4:12] == ["2", "84", "Dr Osei", "Done", "155", "31", "45", "C4471"]


def test_an_export_read_in_pieces_has_every_session_once_and_in_order(
    riverside: Clinic, osei: Injector, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK", 2)
    others = [make_injector(riverside, f"Dr {number}") for number in range(4)]
    for injector in (osei, *others):
        for hours in (0, 1):  # five begin at the same moment, so a piece ends among them
            make_session(make_course(make_patient(riverside)), injector, NOW + dt.timedelta(hours=hours))
    rows = exported(admin)[2:]
    assert len({row[2] for row in rows}) == len(rows) == 10
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)


def test_lots_of_one_session_stand_in_order_and_once(course: Course, osei: Injector, nurse: User, admin: User) -> None:
    sign(course, osei, nurse, *(VialUsed(lot, dt.date(2027, 11, 30), 100) for lot in ("C 9", "A1", "C9")))
    assert exported(admin)[2][11] == "A1 C9"


def test_a_workbook_of_more_than_can_be_written_while_one_waits_is_refused_in_words(
    signed: TreatmentSession, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treatments.log.export.MOST_IN_A_WORKBOOK", 1)
    asked = reverse("treatments:export") + "?last=2030-01-01"
    page = log_in(admin).get(f"{asked}&format=xlsx", follow=True).content.decode()
    assert "sessions at most, and these are 2. Export CSV, or choose fewer days." in page
    assert "2030-01-01" in page
    assert not AuditEntry.objects.filter(action="export").exists()
    assert log_in(admin).get(asked)["Content-Type"].startswith("text/csv")


def test_the_export_is_logged_with_its_size(signed: TreatmentSession, admin: User) -> None:
    exported(admin)
    entry = AuditEntry.objects.get(action="export")
    assert (entry.actor, entry.rows) == (admin, 2)


@pytest.mark.parametrize("name", ["  =1+1", "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"])
def test_no_cell_of_the_export_is_a_formula(riverside: Clinic, osei: Injector, admin: User, name: str) -> None:
    make_session(make_course(make_patient(riverside, name, "Reid")), osei, NOW)
    assert exported(admin)[2][3] == f"'{name} Reid"
    assert not safe_cell(name).strip().startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("name", ["x;=1+1", "x; @SUM(A1)", "=1;+1"])
def test_nor_is_a_piece_of_one_where_semicolons_part_the_cells(
    riverside: Clinic, osei: Injector, admin: User, name: str
) -> None:
    make_session(make_course(make_patient(riverside, name, 'Reid "R"')), osei, NOW)
    pieces = ",".join(exported(admin)[2]).split(";")
    assert len(pieces) == 2
    assert not [piece for piece in pieces if piece.strip().startswith(("=", "+", "-", "@"))]


def test_the_export_of_another_clinic_holds_nothing_of_this_one(signed: TreatmentSession, lakeside: Clinic) -> None:
    lena = make_user("lena@lakeside.example", "Lena Park", (lakeside, Role.ADMIN))
    assert len(exported(lena)) == 2


@pytest.mark.parametrize("role", ["front_desk", "nurse", "prescriber", "reader"])
def test_only_admins_see_the_log(signed: TreatmentSession, role: str, request: pytest.FixtureRequest) -> None:
    client = log_in(request.getfixturevalue(role))
    assert client.get(reverse("treatments:log")).status_code == 403
    assert client.get(reverse("treatments:export")).status_code == 403


def test_the_workbook_holds_the_same_rows_with_numbers_as_numbers(signed: TreatmentSession, admin: User) -> None:
    response: Any = log_in(admin).get(reverse("treatments:export"), {"status": "done", "format": "xlsx"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="sessions-2026-11-23.xlsx"'
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book["Sessions"].iter_rows(values_only=True))
    assert rows[0][:2] == ("Sessions of Riverside Clinic", "status=done")
    assert rows[2][3] == "Maria Santos"
    assert rows[2][8:11] == (155, 31, 45)


def test_a_letter_that_nobody_sees_keeps_nobody_from_the_workbook(signed: TreatmentSession, admin: User) -> None:
    Patient.objects.update(given_name="Ma\x0bria")  # as it was pasted
    response: Any = log_in(admin).get(reverse("treatments:export"), {"status": "done", "format": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert list(book["Sessions"].iter_rows(values_only=True))[2][3] == "Maria Santos"


def test_the_file_is_of_the_clinic_whose_log_was_open_and_the_other_window_stays_where_it_is(
    signed: TreatmentSession, admin: User, lakeside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    client, there = log_in(admin), {"from_clinic": str(signed.clinic.uid)}
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    response: Any = client.get(reverse("treatments:export"), there | {"status": "done"})
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert lines[0] == ["Sessions of Riverside Clinic", "status=done"]
    assert "Maria Santos" in lines[2]
    assert AuditEntry.objects.get(action=AuditEntry.Action.EXPORT).clinic == signed.clinic
    assert client.get(reverse("treatments:log")).context["membership"].clinic == lakeside
    Membership.objects.filter(user=admin, clinic=signed.clinic).update(active=False)
    assert client.get(reverse("treatments:export"), there).status_code == 403


def test_an_export_with_a_bad_filter_leads_back_to_the_log_that_says_so(admin: User) -> None:
    response = log_in(admin).get(reverse("treatments:export"), {"first": "soon"})
    assert response.headers["Location"] == f"{reverse('treatments:log')}?first=soon"
