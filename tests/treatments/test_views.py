"""The pages of the treatments room, as staff use them."""

import datetime as dt
import re
import uuid
from html import escape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from treatments import protocol
from treatments.models import Course, SessionRecord, Status, TreatmentSession
from treatments.protocol import SITES
from treatments.safety import QUESTIONS
from treatments.stock.changes import Delivery, receive


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit at eleven today."""
    return make_session(course, osei, NOW + dt.timedelta(hours=1), due_on=TODAY)


def first_slot(page: str) -> str:
    """Return the code of the first slot on a page of times."""
    found = re.search(r'name="slot" value="([^"]+)"', page)
    assert found
    return found[1]


def text(response: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


# Today


def test_today_lists_the_visits_with_their_next_step(visit: TreatmentSession, front_desk: User) -> None:
    page = text(log_in(front_desk).get(reverse("treatments:today")))
    assert "Maria Santos" in page
    assert "cycle 2 · day 84" in page
    assert ">Arrived<" in page


def test_today_of_another_clinic_is_empty(visit: TreatmentSession, stranger: User) -> None:
    page = text(log_in(stranger).get(reverse("treatments:today")))
    assert "Maria" not in page
    assert "No visits on this day." in page


def test_an_empty_day_names_the_next_day_with_visits(visit: TreatmentSession, front_desk: User) -> None:
    page = text(log_in(front_desk).get(reverse("treatments:day", args=["2026-11-20"])))
    assert "Next day with visits" in page
    assert "Monday 23 November 2026" in page


@pytest.mark.parametrize("date", ["2026-02-30", "yesterday", "20261123x"])
def test_a_day_that_does_not_exist_is_not_found(front_desk: User, date: str) -> None:
    assert log_in(front_desk).get(f"/day/{date}/").status_code == 404


def step(client: Client, visit: TreatmentSession, to: str, **more: Any) -> Any:
    """Press the button of a step."""
    data = {"to": to, "seen": visit.status} | more
    return client.post(reverse("treatments:status", args=[visit.uid]), data)


def test_one_press_marks_a_patient_arrived_and_offers_undo(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    page = text(client.get(step(client, visit, "arrived").url))
    visit.refresh_from_db()
    assert (visit.status, visit.arrived_at) == (Status.ARRIVED, NOW)
    assert "Maria Santos: arrived." in page
    assert reverse("treatments:undo", args=[visit.uid, visit.events.get().pk]) in page


def test_undo_takes_the_step_back(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    step(client, visit, "no_show")
    client.post(reverse("treatments:undo", args=[visit.uid, visit.events.get().pk]))
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_a_step_on_a_visit_that_changed_shows_who_changed_it(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    step(log_in(nurse), visit, "no_show")
    response = step(log_in(front_desk), visit, "arrived")
    assert response.status_code == 409
    assert "RN Bello marked this a no-show at 10am. You marked it arrived." in text(response)


def test_read_only_staff_see_the_day_and_change_nothing(visit: TreatmentSession, reader: User) -> None:
    client = log_in(reader)
    assert reverse("treatments:status", args=[visit.uid]) not in text(client.get(reverse("treatments:today")))
    assert step(client, visit, "arrived").status_code == 403


def test_done_is_not_a_button(visit: TreatmentSession, prescriber: User) -> None:
    assert step(log_in(prescriber), visit, "done").status_code == 400


def test_today_costs_the_same_number_of_queries_for_one_visit_and_for_many(
    riverside: Clinic, visit: TreatmentSession, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    client = log_in(front_desk)
    for number in range(12):
        injector = make_injector(riverside, f"RN Number{number}")
        make_session(make_course(make_patient(riverside)), injector, NOW + dt.timedelta(hours=2))
    with django_assert_max_num_queries(15):
        client.get(reverse("treatments:today"))


# Booking


def book_url(course: Course) -> str:
    """Return the address of the page of free times."""
    return reverse("treatments:book", args=[course.uid])


def test_booking_costs_a_fixed_number_of_queries(
    course: Course, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    client = log_in(front_desk)
    data = {"slot": first_slot(text(client.get(book_url(course)))), "uid": str(uuid.uuid4())}
    turn = connection.vendor == "postgresql"  # there a lock says whose turn it is; on SQLite one writes at a time
    trace = 1  # the line in the log of who did what
    with django_assert_max_num_queries(12 + trace + turn):
        client.post(book_url(course), data)


def test_the_page_of_times_offers_five_and_one_click_books(course: Course, front_desk: User) -> None:
    client = log_in(front_desk)
    page = text(client.get(book_url(course)))
    assert page.count('name="slot"') == 5
    data = {"slot": first_slot(page), "uid": str(uuid.uuid4()), "note": "parking"}
    response: Any = client.post(book_url(course), data)
    session = TreatmentSession.objects.get(course=course, status=Status.BOOKED)
    assert session.note == "parking"
    assert response.url == reverse("patients:detail", args=[course.patient.uid])


def test_the_loser_of_a_race_gets_three_other_times_and_keeps_the_note(
    course: Course, riverside: Clinic, front_desk: User, nurse: User
) -> None:
    toms = make_course(make_patient(riverside, "Tom", "Reid"))
    slot = first_slot(text(log_in(nurse).get(book_url(course))))
    log_in(nurse).post(book_url(toms), {"slot": slot, "uid": str(uuid.uuid4())})
    response = log_in(front_desk).post(book_url(course), {"slot": slot, "uid": str(uuid.uuid4()), "note": "parking"})
    page = text(response)
    assert response.status_code == 409
    assert "was just booked by RN Bello" in page
    assert "Nothing has been booked for Maria Santos" in page
    assert page.count('name="slot"') == 3
    assert 'value="parking"' in page


def test_a_person_with_a_visit_is_offered_to_move_it(course: Course, visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    page = text(client.get(book_url(course)))
    assert reverse("treatments:move", args=[visit.uid]) in page
    response = client.post(book_url(course), {"slot": first_slot(page), "uid": str(uuid.uuid4())})
    assert response.status_code == 409
    assert "Maria already has a visit on Monday 23 November 2026, 11am." in text(response)


def early_slot(course: Course, osei: Injector) -> str:
    """Return a code for Friday, three days before the due date."""
    room = room_of(osei)
    return f"{osei.uid}.{room.uid}.20261120T1000"


@pytest.fixture
def last_week(frozen_clock: Any) -> None:
    """Turn the clock back by a week."""
    frozen_clock.move_to(NOW - dt.timedelta(days=7))


def test_day_81_leads_to_a_page_that_says_so(course: Course, osei: Injector, front_desk: User, last_week: None) -> None:
    response = log_in(front_desk).post(book_url(course), {"slot": early_slot(course, osei), "uid": str(uuid.uuid4())})
    page = text(response)
    assert response.status_code == 422
    assert "Friday 20 November 2026 is day 81. The earliest is Monday 23 November 2026, day 84." in page
    assert "Only a prescriber" in page


def test_a_prescriber_books_day_81_with_a_reason(
    course: Course, osei: Injector, prescriber: User, last_week: None
) -> None:
    data = {"slot": early_slot(course, osei), "uid": str(uuid.uuid4()), "early_reason": "Wears off early"}
    assert log_in(prescriber).post(book_url(course), data).status_code == 302
    assert TreatmentSession.objects.get(course=course, status=Status.BOOKED).early_reason == "Wears off early"


def test_a_made_up_slot_is_refused_in_words(course: Course, front_desk: User) -> None:
    response = log_in(front_desk).post(book_url(course), {"slot": "x", "uid": str(uuid.uuid4())})
    assert response.status_code == 422
    assert "Choose one of the times on the page." in text(response)


def test_moving_shows_times_and_keeps_the_old_until_the_new_is_saved(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:move", args=[visit.uid])
    slot = first_slot(text(client.get(url)))
    assert client.post(url, {"slot": slot, "version": "1"}).status_code == 302
    visit.refresh_from_db()
    assert visit.version == 2


@pytest.mark.parametrize("version", ["7", "", "one"])
def test_moving_from_an_old_page_changes_nothing(visit: TreatmentSession, front_desk: User, version: str) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:move", args=[visit.uid])
    response = client.post(url, {"slot": first_slot(text(client.get(url))), "version": version})
    assert response.status_code in {409, 422}
    visit.refresh_from_db()
    assert visit.version == 1


def test_cancelling_asks_why(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:cancel", args=[visit.uid])
    assert "Write a reason." in text(client.post(url, {"reason": ""}))
    client.post(url, {"reason": "Has a cold"})
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_a_next_address_elsewhere_is_not_followed(visit: TreatmentSession, front_desk: User) -> None:
    response = step(log_in(front_desk), visit, "arrived", next="https://evil.example/")
    assert response.url == "/day/2026-11-23/"


# Recording


@pytest.fixture
def in_room(visit: TreatmentSession) -> TreatmentSession:
    """Maria in the room."""
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.IN_ROOM)
    visit.refresh_from_db()
    return visit


def record_data(**more: Any) -> dict[str, Any]:
    """Return the session form as a browser sends it: the standard set, all safety answers No."""
    data: dict[str, Any] = {f"safety_{question.key}": "no" for question in QUESTIONS}
    data |= {
        "screened_on": TODAY.isoformat(),
        "no_effects": "on",
        "identity_checked": "on",
        "consent_confirmed": "on",
        "sites": list(protocol.standard_set()),
        "strength": "200",
        "vials": "1",
        "lot": "C4471",
        "expires_on": "2027-11-30",
    }
    return data | more


def record_url(session: TreatmentSession) -> str:
    """Return the address of the session form."""
    return reverse("treatments:record", args=[session.uid])


def test_the_session_form_begins_with_the_standard_set(in_room: TreatmentSession, nurse: User) -> None:
    page = text(log_in(nurse).get(record_url(in_room)))
    assert page.count('name="sites"') == len(SITES)
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == 31


def test_signing_leads_to_book_next(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    signed: Any = client.post(record_url(in_room), record_data())
    page = text(client.get(signed.url))
    assert "Session signed." in page
    assert "Next due" in page
    assert "Monday 15 February 2027" in page
    assert book_url(in_room.course) in page


def test_a_form_with_gaps_keeps_what_was_typed_and_says_all_that_is_missing(
    in_room: TreatmentSession, nurse: User
) -> None:
    data = record_data(lot="", expires_on="31 November") | {"safety_allergy": ""}
    response = log_in(nurse).post(record_url(in_room), data)
    page = text(response)
    assert response.status_code == 422
    for words in ("There is a problem", "Enter the lot number on the vial.", "Answer Yes, No or Not known: Allergy"):
        assert words in page
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == 31


def test_an_empty_record_says_once_that_the_safety_questions_have_no_answer(
    in_room: TreatmentSession, nurse: User
) -> None:
    page = text(log_in(nurse).post(record_url(in_room), {"screened_on": TODAY.isoformat()}))
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    together = f"Answer {len(QUESTIONS)} safety questions, each with Yes, No or Not known."
    assert f'<a href="#id_safety_{QUESTIONS[0].key}_0">{together}</a>' in summary
    assert "Answer Yes, No or Not known:" not in summary
    assert all(f"Answer Yes, No or Not known: {escape(one.text)}" in page for one in QUESTIONS)
    assert summary.count("<li>") == 9  # not one for each question


def test_an_expired_lot_is_a_reason_not_a_crash(in_room: TreatmentSession, nurse: User) -> None:
    response = log_in(nurse).post(record_url(in_room), record_data(expires_on="2026-11-22"))
    assert response.status_code == 422
    assert "expired on Sunday 22 November 2026" in text(response)


def test_the_lot_of_today_is_typed_once(
    in_room: TreatmentSession, riverside: Clinic, osei: Injector, nurse: User
) -> None:
    log_in(nurse).post(record_url(in_room), record_data())
    toms = make_course(make_patient(riverside, "Tom", "Reid"))
    second = make_session(toms, osei, NOW + dt.timedelta(hours=2), status=Status.IN_ROOM)
    assert 'value="C4471"' in text(log_in(nurse).get(record_url(second)))


def test_the_form_of_a_signed_session_leads_to_its_record(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    client.post(record_url(in_room), record_data())
    again: Any = client.get(record_url(in_room))
    assert again.url == reverse("treatments:session", args=[in_room.uid])
    assert client.post(record_url(in_room), record_data(lot="OTHER")).status_code == 409
    assert SessionRecord.objects.get().vials.get().lot == "C4471"


def test_the_front_desk_has_no_session_form(in_room: TreatmentSession, front_desk: User) -> None:
    assert log_in(front_desk).get(record_url(in_room)).status_code == 403


def test_opening_a_visit_leaves_a_trace(visit: TreatmentSession, reader: User) -> None:
    log_in(reader).get(reverse("treatments:session", args=[visit.uid]))
    assert AuditEntry.objects.filter(actor=reader, kind="session", subject=visit.uid, action="read").count() == 1


# Courses and recall


def test_a_prescriber_opens_a_course_and_books_the_first_session(
    maria: Patient, osei: Injector, prescriber: User
) -> None:
    assessment = make_assessment(maria, signed_by=prescriber)
    response: Any = log_in(prescriber).post(reverse("treatments:open_course", args=[assessment.uid]))
    assert response.url == book_url(Course.objects.get(patient=maria))


def test_the_recall_list_shows_who_is_overdue(maria: Patient, osei: Injector, front_desk: User) -> None:
    make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    page = text(log_in(front_desk).get(reverse("treatments:recall")))
    assert "Maria Santos" in page
    assert "Monday 9 November 2026" not in page  # due on Saturday the 7th
    assert "Saturday 7 November 2026" in page


def test_who_asked_to_move_has_a_tab(visit: TreatmentSession, front_desk: User) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(answer="asked_to_move")
    page = text(log_in(front_desk).get(reverse("treatments:recall"), {"tab": "asked"}))
    assert reverse("treatments:move", args=[visit.uid]) in page


def test_nobody_overdue_is_said_in_words(riverside: Clinic, front_desk: User) -> None:
    assert "Nobody is overdue." in text(log_in(front_desk).get(reverse("treatments:recall")))


def test_the_recall_list_costs_the_same_for_one_and_for_many(
    riverside: Clinic, osei: Injector, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    client = log_in(front_desk)
    with django_assert_max_num_queries(15):
        client.get(reverse("treatments:recall"))


def test_a_course_ends_with_a_reason(course: Course, prescriber: User) -> None:
    log_in(prescriber).post(reverse("treatments:close_course", args=[course.uid]), {"reason": "Moved away"})
    course.refresh_from_db()
    assert (course.closed_on, course.close_reason) == (TODAY, "Moved away")


@pytest.mark.parametrize(("start", "ticked"), [("standard", 31), ("empty", 0), ("last", 31)])
def test_the_form_starts_with_what_was_asked_for(
    in_room: TreatmentSession, nurse: User, start: str, ticked: int
) -> None:
    page = text(log_in(nurse).get(record_url(in_room), {"start": start}))
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == ticked


def test_units_and_reasons_of_single_sites_are_kept(in_room: TreatmentSession, nurse: User) -> None:
    sites = [site for site in record_data()["sites"] if site != "PRO"]
    data = record_data() | {"sites": sites, "units_TEM-R1": "10", "skip_PRO": "drooped"}
    log_in(nurse).post(record_url(in_room), data)
    record = SessionRecord.objects.get()
    assert record.injections.get(site="TEM-R1").units == 10
    assert (record.units_given, record.skipped) == (155, {"PRO": "drooped"})


@pytest.mark.parametrize("units", ["0", "51", "some", "2.5"])
def test_units_that_make_no_sense_are_refused_in_words(in_room: TreatmentSession, nurse: User, units: str) -> None:
    answer = log_in(nurse).post(record_url(in_room), record_data() | {"units_TEM-R1": units})
    assert answer.status_code == 422
    assert "enter whole units from 1 to 50" in text(answer)
    assert f'value="{units}"' in text(answer)
    assert not SessionRecord.objects.exists()


def test_a_session_that_was_stopped_keeps_what_was_given(in_room: TreatmentSession, nurse: User) -> None:
    data = record_data() | {"sites": ["COR-R", "COR-L"], "stopped_reason": "Fainted"}
    client = log_in(nurse)
    page = text(client.post(record_url(in_room), data, follow=True))
    assert "Partly done. Stopped because: Fainted" in page
    assert SessionRecord.objects.get().units_given == 10


def test_a_signed_record_is_corrected_in_the_browser(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    client.post(record_url(in_room), record_data())
    url = reverse("treatments:correct", args=[in_room.uid])
    assert 'value="C4471"' in text(client.get(url))
    missing = client.post(url, record_data())
    assert missing.status_code == 422
    assert "Say why the record is corrected." in text(missing)
    page = text(client.post(url, record_data() | {"sites": ["PRO"], "reason": "Wrong person's list"}, follow=True))
    assert "Earlier versions (1)" in page
    assert "5 units</strong> at 1 sites" in page


def test_a_session_without_a_record_has_nothing_to_correct(in_room: TreatmentSession, nurse: User) -> None:
    answer = log_in(nurse).get(reverse("treatments:correct", args=[in_room.uid]))
    assert answer.status_code == 302


def test_the_form_suggests_as_many_vials_as_a_session_needs(
    in_room: TreatmentSession, nurse: User, riverside: Clinic
) -> None:
    delivery = Delivery("SMALL", 100, TODAY + dt.timedelta(days=30), 2, TODAY)
    receive(clinic=riverside, delivery=delivery, by=nurse, at=NOW)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert 'value="SMALL"' in page
    assert re.search(r'name="vials" value="2"', page)
