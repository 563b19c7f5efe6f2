"""Today as list and board: what it says, what a refresh costs, walk-ins, and the end of the day."""

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, Role, User
from clinic.templatetags.interface import STATUS_CHIPS
from patients.models import DiaryDay
from reminders import defaults
from reminders.models import Reminder, ReminderRule
from tests.builders import (
    NOW,
    TODAY,
    make_assessment,
    make_course,
    make_injector,
    make_patient,
    make_session,
    make_user,
    room_of,
)
from tests.conftest import log_in
from treatments import booking, days
from treatments.models import Course, DayView, SessionEvent, Status, TreatmentSession

MINUTE = dt.timedelta(minutes=1)
TODAY_URL, CHANGES = "/today/", "/today/changes/"


def text(response: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def client(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit at eleven today."""
    return make_session(course, osei, NOW + dt.timedelta(hours=1), due_on=TODAY)


@pytest.fixture
def toms(riverside: Clinic) -> TreatmentSession:
    """Tom's visit at noon with another injector."""
    injector = make_injector(riverside, "RN Bello")
    return make_session(make_course(make_patient(riverside, "Tom", "Reid")), injector, NOW + dt.timedelta(hours=2))


def row_of(visit: TreatmentSession, at: dt.datetime = NOW) -> days.DayRow:
    """Return a visit as a row of its day."""
    session = days.sessions_of_day(visit.clinic, visit.local_date).get(pk=visit.pk)
    return days.row_of(session, visit.clinic, at)


# What a row says


def test_a_row_says_how_long_an_arrived_patient_waits_and_when_that_is_too_long(
    visit: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    assert (row_of(visit, NOW + 20 * MINUTE).waiting, row_of(visit, NOW + 20 * MINUTE).late) == (20, False)
    assert row_of(visit, NOW + 21 * MINUTE).late


def test_the_page_words_the_wait(visit: TreatmentSession, client: Client, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW - 25 * MINUTE)
    assert "Waiting 25 min" in text(client.get(TODAY_URL))


def test_the_last_change_says_its_time_if_it_was_that_day_and_else_its_date(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW - MINUTE)
    booking.change_status(session=toms, to=Status.ARRIVED, by=front_desk, at=NOW - dt.timedelta(days=11))
    page = text(client.get(TODAY_URL))
    assert f"{front_desk.full_name}, 9:59am" in page
    assert f"{front_desk.full_name}, 12 Nov" in page


def test_a_row_says_how_long_somebody_is_in_the_room(visit: TreatmentSession, client: Client, nurse: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=NOW - 10 * MINUTE)
    booking.change_status(session=visit, to=Status.IN_ROOM, by=nurse, at=NOW - 8 * MINUTE)
    assert "In room 8 min" in text(client.get(TODAY_URL))


def test_a_row_counts_the_diary_days_of_the_four_weeks_before(visit: TreatmentSession) -> None:
    for days_before in (0, 1, 28, 29):
        DiaryDay.objects.create(
            clinic=visit.clinic,
            patient=visit.course.patient,
            date=TODAY - dt.timedelta(days=days_before),
            headache_hours=0,
            worst_pain=0,
            source="paper",
            entered_at=NOW,
        )
    assert row_of(visit).flags == ("Diary 2 of 28 days",)


def test_a_row_says_that_the_newest_assessment_was_not_met(visit: TreatmentSession, prescriber: User) -> None:
    make_assessment(visit.course.patient, signed_by=prescriber, headache_days=3, long_headache_days=1, migraine_days=1)
    assert "Not eligible at the last assessment" in row_of(visit).flags


def test_an_override_is_not_flagged(visit: TreatmentSession, prescriber: User) -> None:
    few = {"headache_days": 3, "long_headache_days": 1, "migraine_days": 1}
    make_assessment(visit.course.patient, signed_by=prescriber, override_reason="Agreed", **few)
    assert "Not eligible at the last assessment" not in row_of(visit).flags


def test_a_row_says_that_a_message_was_not_delivered(visit: TreatmentSession, client: Client) -> None:
    defaults.install(visit.clinic)
    Reminder.objects.create(
        clinic=visit.clinic,
        rule=ReminderRule.objects.get(kind="visit", days_before=3),
        patient=visit.course.patient,
        course=visit.course,
        session=visit,
        session_version=1,
        channel="sms",
        state="failed",
        due_at=NOW,
        useful_until=NOW,
        created_at=NOW,
    )
    assert "Message not delivered" in text(client.get(TODAY_URL)).split(f'id="visit-{visit.pk}"')[1]


def test_undo_is_in_the_rows_menu_only_while_it_is_possible(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    step = visit.events.get().pk
    assert f'data-menu="arrived.1.{step}"' in text(client.get(TODAY_URL))
    with time_machine.travel(NOW + dt.timedelta(seconds=181), tick=False):
        assert 'data-menu="arrived.1."' in text(client.get(TODAY_URL))


def test_without_script_the_menu_is_the_page_of_the_visit_with_undo_while_it_is_possible(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    url = reverse("treatments:session", args=[visit.uid])
    today = text(client.get(TODAY_URL))
    assert f'href="{url}" data-menu=' in today
    assert ">More for Maria Santos, 11am</a>" in today
    page = text(client.get(url))
    assert all(words in page for words in ("Undo last step", "Not here yet", "No-show", "Cancel"))
    with time_machine.travel(NOW + dt.timedelta(seconds=181), tick=False):
        assert "Undo last step" not in text(client.get(url))


STEP_URL = "/sessions/step/"


def test_a_button_of_the_form_around_all_rows_says_which_step_and_what_was_seen(
    visit: TreatmentSession, client: Client, nurse: User
) -> None:
    page = text(client.get(TODAY_URL))
    assert f'<form id="day" method="post" action="{STEP_URL}">' in page
    found = re.search(r'form="day" name="step" value="(\d[^"]+)" data-key="a"', page)
    assert found
    assert found[1] == f"{visit.pk}.arrived.booked.1"
    assert log_in(nurse).post(STEP_URL, {"step": found[1]}).status_code == 302
    assert client.post(STEP_URL, {"step": found[1].replace("arrived", "no_show")}).status_code == 409


def test_once_the_time_of_a_visit_is_over_no_show_stands_in_its_row_beside_arrived(
    visit: TreatmentSession, client: Client, nurse: User, reader: User
) -> None:
    def rows(user: Client) -> str:
        return text(user.get(TODAY_URL)).partition('<tbody id="day-rows"')[2]

    no_show = f'name="step" value="{visit.pk}.no_show.booked.1" data-key="x" aria-label="No-show Maria Santos"'
    with time_machine.travel(visit.ends_at - MINUTE, tick=False):
        before = rows(log_in(nurse))
    with time_machine.travel(visit.ends_at, tick=False):
        after = rows(log_in(nurse))
        assert no_show not in rows(log_in(reader))
    assert (no_show in before, no_show in after) == (False, True)
    assert f'value="{visit.pk}.arrived.booked.1"' in after
    states = [re.search(r'data-state="(\w+)"', page) for page in (before, after)]
    assert states[0]
    assert states[1]
    assert states[0][1] != states[1][1]  # so that a refresh brings the button


def test_who_came_is_no_no_show_however_late_it_is(visit: TreatmentSession, client: Client, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    with time_machine.travel(visit.ends_at + MINUTE, tick=False):
        page = text(log_in(front_desk).get(TODAY_URL))
    assert f"{visit.pk}.no_show.arrived" not in page.partition('<tbody id="day-rows"')[2]


def test_who_changed_a_visit_last_leads_to_its_history(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    page = text(client.get(TODAY_URL))
    assert f'href="/sessions/{visit.uid}/#events-h">Fran Adeyemi, 10am</a>' in page
    assert 'id="events-h"' in text(client.get(f"/sessions/{visit.uid}/"))


@pytest.mark.parametrize("pressed", ["", "done.booked.1", "nonsense", "arrived.booked.1.1"])
def test_a_button_nobody_made_changes_nothing(visit: TreatmentSession, client: Client, pressed: str) -> None:
    answer = client.post(STEP_URL, {"step": f"{visit.pk}.{pressed}"})
    visit.refresh_from_db()
    assert (answer.status_code in {400, 409}, visit.status) == (True, Status.BOOKED)


@pytest.mark.parametrize(
    ("key", "status"), [("", 400), ("x", 400), ("-1", 400), ("²", 400), ("9" * 40, 400), ("0", 404)]
)
def test_a_visit_that_is_not_there_is_not_found(visit: TreatmentSession, client: Client, key: str, status: int) -> None:
    assert client.post(STEP_URL, {"step": f"{key}.arrived.booked.1"}).status_code == status


def test_a_visit_of_another_clinic_is_not_found(visit: TreatmentSession, lakeside: Clinic) -> None:
    theirs = log_in(make_user("lena@lakeside.example", "Lena", (lakeside, Role.FRONT_DESK)))
    assert theirs.post(STEP_URL, {"step": f"{visit.pk}.arrived.booked.1"}).status_code == 404
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_a_visit_of_the_day_costs_so_few_bytes_that_400_fit_into_285_kb(
    visit: TreatmentSession, toms: TreatmentSession, client: Client
) -> None:
    one = len(client.get(TODAY_URL, {"injector": str(visit.injector.uid)}).content)
    both = len(client.get(TODAY_URL).content)
    assert one + 399 * (both - one) < 285_000


def test_the_icon_and_tone_of_a_state_are_those_of_its_chip() -> None:
    css = (settings.BASE_DIR / "static/css/chips.css").read_text()
    shown = {"asked_to_move", "confirmed", *(status.value for status in Status if status != Status.GIVEN_BEFORE)}
    for state in shown:
        tone = STATUS_CHIPS[state].tone
        assert f"\n.i-{state}, .chip-{tone} {{" in css
        assert f"[data-bs-theme=dark] :is(.i-{state}, .chip-{tone}) {{" in css
        assert f".i-{state}::before {{ --icon: " in css


def test_every_way_a_visit_can_stand_has_its_menu(visit: TreatmentSession, client: Client, reader: User) -> None:
    page = text(client.get(TODAY_URL))
    stands = {"asked_to_move", *(status.value for status in Status if status != Status.GIVEN_BEFORE)}
    assert set(re.findall(r'<template id="menu-([^"]+)">', page)) == stands
    assert "<template" not in text(log_in(reader).get(TODAY_URL))


# Filters, board, choices


@pytest.mark.parametrize("name", ["injector", "room", "status"])
def test_the_day_can_be_narrowed_in_its_address(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, front_desk: User, name: str
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    value = {"injector": visit.injector.uid, "room": room_of(visit.injector).uid, "status": "arrived"}[name]
    page = text(client.get(TODAY_URL, {name: str(value)}))
    assert "Maria Santos" in page
    assert "Tom Reid" not in page


def test_the_filter_that_is_set_stays_chosen(visit: TreatmentSession, client: Client) -> None:
    page = text(client.get(TODAY_URL, {"injector": str(visit.injector.uid), "status": "booked"}))
    assert f'<option value="{visit.injector.uid}" selected>{visit.injector.name}</option>' in page
    assert '<option value="booked" selected>' in page
    assert page.count(" selected>") == 3  # and all rooms
    assert '<details class="fold" open>' in page
    assert '<details class="fold" >' in text(client.get(TODAY_URL))


def test_opening_the_day_costs_a_fixed_number_of_queries(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, django_assert_num_queries: Any
) -> None:
    client.get(TODAY_URL)
    with django_assert_num_queries(15):
        client.get(TODAY_URL)


def test_a_filter_that_makes_no_sense_hides_nobody(visit: TreatmentSession, client: Client) -> None:
    assert "Maria Santos" in text(client.get(TODAY_URL, {"injector": "somebody"}))


def test_the_board_has_five_columns_and_is_remembered_for_the_person(
    visit: TreatmentSession, client: Client, front_desk: User, nurse: User
) -> None:
    client.post("/today/view/", {"board": "on"})
    page = text(log_in(front_desk).get(TODAY_URL))
    assert page.count('class="board-column"') == 5
    assert 'class="board-column"' not in text(log_in(nurse).get(TODAY_URL))


def test_switching_one_choice_keeps_the_other(client: Client, front_desk: User) -> None:
    client.post("/today/view/", {"board": "on"})
    client.post("/today/view/", {"auto_refresh": "off"})
    view = DayView.objects.get(user=front_desk)
    assert (view.board, view.auto_refresh) == (True, False)


def test_a_page_that_does_not_refresh_asks_for_nothing(visit: TreatmentSession, client: Client) -> None:
    client.post("/today/view/", {"auto_refresh": "off"})
    page = text(client.get(TODAY_URL))
    assert "every 20s" not in page
    assert "Auto refresh: off" in page


def test_nonsense_choices_change_nothing(client: Client, front_desk: User) -> None:
    assert client.post("/today/view/", {"board": "yes"}).status_code == 302
    assert not DayView.objects.get(user=front_desk).board


# Refresh


def polled(client: Client, page: str) -> str:
    """Return the address that a page asks every 20 seconds."""
    found = re.search(r'hx-get="(/today/changes/[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_refresh_brings_the_rows_and_leaves_no_trace_of_its_own(visit: TreatmentSession, client: Client) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    traces = AuditEntry.objects.count()
    part = text(client.get(url))
    assert "Maria Santos" in part
    assert "<html" not in part
    assert AuditEntry.objects.count() == traces == 1


def test_rows_asked_for_without_opening_the_page_leave_a_trace(visit: TreatmentSession, client: Client) -> None:
    client.get(CHANGES)
    assert AuditEntry.objects.filter(kind="day").count() == 1


@pytest.mark.parametrize("change", ["another person", "another day", "later"])
def test_what_a_page_was_given_is_for_that_person_day_and_shift(
    visit: TreatmentSession, client: Client, front_desk: User, nurse: User, change: str
) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    traces = AuditEntry.objects.count()
    if change == "another day":
        query["date"] = "2026-11-24"
    late = NOW + dt.timedelta(hours=13 if change == "later" else 0)
    with time_machine.travel(late, tick=False):
        (log_in(nurse) if change == "another person" else log_in(front_desk)).get(CHANGES, query)
    assert AuditEntry.objects.count() == traces + 1


def test_a_refresh_keeps_the_filter(visit: TreatmentSession, toms: TreatmentSession, client: Client) -> None:
    url = polled(client, text(client.get(TODAY_URL, {"injector": str(visit.injector.uid)})))
    assert "Tom Reid" not in text(client.get(url))


def test_buttons_of_refreshed_rows_lead_back_to_the_page(visit: TreatmentSession, client: Client) -> None:
    page = text(client.get(TODAY_URL, {"status": "booked"}))
    form = page.split('id="day"')[1]
    assert form.split("</form>")[0].endswith('name="next" value="/today/?status=booked"> ')
    assert 'form="day"' in text(client.get(polled(client, page)))


def test_a_refresh_costs_the_same_number_of_queries_for_one_visit_and_for_many(
    riverside: Clinic, visit: TreatmentSession, client: Client, django_assert_max_num_queries: Any
) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    for number in range(12):
        session = make_session(
            make_course(make_patient(riverside)), make_injector(riverside, f"RN N{number}"), NOW + 60 * MINUTE
        )
        SessionEvent.objects.create(clinic=riverside, session=session, kind="booked", at=NOW)
    with django_assert_max_num_queries(6):
        client.get(url)


# Walk-ins


def test_a_walk_in_is_put_at_the_next_free_time_and_arrived(course: Course, client: Client) -> None:
    page = text(client.get("/today/walk-in/", {"q": "sant"}))
    slot = re.search(r'name="slot" value="([^"]+)"', page)
    assert slot
    client.post(reverse("treatments:put_in", args=[course.uid]), {"slot": slot[1], "uid": str(uuid.uuid4())})
    session = course.sessions.get(status=Status.ARRIVED)
    assert (session.starts_at, session.arrived_at) == (NOW + 15 * MINUTE, NOW)
    assert list(session.events.values_list("kind", flat=True)) == ["booked", "status"]


def put_in(client: Client, course: Course, **more: str) -> Any:
    """Put a person in at a quarter past ten with Dr Osei."""
    osei = Injector.objects.get(name="Dr Osei")
    code = f"{osei.uid}.{room_of(osei).uid}.{NOW + 15 * MINUTE:%Y%m%dT%H%M}"
    data = {"slot": code, "uid": str(uuid.uuid4())} | more
    return client.post(reverse("treatments:put_in", args=[course.uid]), data)


def test_a_walk_in_on_day_83_is_too_early(riverside: Clinic, osei: Injector, client: Client) -> None:
    early = make_course(make_patient(riverside, "Lea"), last_given_on=TODAY - dt.timedelta(days=83), injector=osei)
    response = put_in(client, early)
    assert response.status_code == 422
    assert "is day 83" in text(response)
    assert not early.sessions.filter(status=Status.ARRIVED).exists()


def test_a_prescriber_puts_an_early_walk_in_in_with_a_reason(
    riverside: Clinic, osei: Injector, prescriber: User
) -> None:
    early = make_course(make_patient(riverside, "Lea"), last_given_on=TODAY - dt.timedelta(days=83), injector=osei)
    put_in(log_in(prescriber), early, early_because="wears_off", early_reason="")
    assert early.sessions.get(status=Status.ARRIVED).early_by == prescriber


def test_a_walk_in_who_has_a_visit_already_can_have_it_moved(
    visit: TreatmentSession, course: Course, client: Client
) -> None:
    response = put_in(client, course)
    assert response.status_code == 409
    assert "Move that visit here" in text(response)


def test_a_walk_in_never_takes_a_taken_time(course: Course, osei: Injector, riverside: Clinic, client: Client) -> None:
    make_session(make_course(make_patient(riverside, "Tom")), osei, NOW + 15 * MINUTE)
    assert put_in(client, course).status_code == 409
    assert not course.sessions.filter(status=Status.ARRIVED).exists()


def test_a_walk_in_sent_twice_is_put_in_once(course: Course, client: Client) -> None:
    number = str(uuid.uuid4())
    put_in(client, course, uid=number)
    put_in(client, course, uid=number)
    assert SessionEvent.objects.filter(session__course=course).count() == 2


def test_walk_ins_are_found_among_people_in_treatment_here_only(
    course: Course, lakeside: Clinic, riverside: Clinic, client: Client
) -> None:
    make_course(make_patient(lakeside, "Mario", "Santoro"))
    make_patient(riverside, "Mara", "Santini")
    page = text(client.get("/today/walk-in/", {"q": "sant"}))
    assert "Maria Santos" in page
    assert "Santoro" not in page
    assert "Santini" not in page


# The end of the day

EVENING = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC)


def ticked(page: str) -> list[str]:
    """Return the ticks of the list of open visits."""
    return re.findall(r'name="visit" value="([^"]+)"\s+checked', page)


def test_in_the_morning_nothing_is_said_of_open_visits(visit: TreatmentSession, client: Client) -> None:
    assert "still open" not in text(client.get(TODAY_URL))


def test_after_the_last_visit_the_open_ones_are_counted_and_nothing_happens_by_itself(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        assert "2 visits still open." in text(log_in(front_desk).get(TODAY_URL))
    assert TreatmentSession.objects.filter(status=Status.BOOKED).count() == 2


def test_the_ticked_ones_become_no_shows_each_with_its_line_of_history(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        client = log_in(front_desk)
        first = next(tick for tick in ticked(text(client.get("/today/still-open/"))) if str(visit.uid) in tick)
        page = text(client.get(client.post("/today/still-open/", {"visit": first}).url))  # type: ignore[attr-defined]
    visit.refresh_from_db()
    toms.refresh_from_db()
    assert (visit.status, toms.status) == (Status.NO_SHOW, Status.BOOKED)
    assert visit.events.get().by == front_desk
    assert "1 set as no-show: Maria Santos." in page


def test_a_visit_that_changed_since_the_list_stays_as_it_is(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        client = log_in(front_desk)
        ticks = ticked(text(client.get("/today/still-open/")))
        booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=EVENING)
        page = text(client.get(client.post("/today/still-open/", {"visit": ticks}).url))  # type: ignore[attr-defined]
    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED
    assert "1 changed meanwhile" in page


# Paper


def test_the_printed_list_names_people_by_birth_and_number_under_a_head_that_repeats(
    visit: TreatmentSession, client: Client
) -> None:
    page = text(client.get(TODAY_URL))
    assert "Born 17 April 1984" in page
    assert visit.course.patient.record_number in page
    assert 'class="print-row"> <th colspan="7">Riverside Clinic, Monday 23 November 2026' in page
