"""The free times as a page and as a dialog in one: what is refused, and what is kept."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User, WorkedHoliday
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import is_told_with_a_field, text
from treatments import slots
from treatments.models import Course, Status, TreatmentSession
from treatments.outside_doses import tell_dose
from treatments.slots import Slot

DIALOG = {"HX-Request": "true", "HX-Target": "book-dialog"}
HOUR = dt.timedelta(hours=1)


def address(course: Course) -> str:
    """Return where a course is booked."""
    return reverse("treatments:book", args=[course.uid])


def form(slot: Slot, **more: str) -> dict[str, str]:
    """Return what the form of times sends."""
    return {"slot": slot.code, "uid": str(uuid.uuid4())} | more


@pytest.fixture
def client(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


@pytest.fixture
def free(course: Course) -> list[Slot]:
    """The times offered to Maria."""
    return slots.suggest(course=course, now=NOW)


@pytest.fixture
def own(course: Course, osei: Injector) -> TreatmentSession:
    """A visit that Maria has already, tomorrow."""
    return make_session(course, osei, NOW + dt.timedelta(days=1), due_on=TODAY)


def test_the_dialog_has_five_numbered_slots_and_no_page_around_them(client: Client, course: Course) -> None:
    part = text(client.get(address(course), headers=DIALOG))
    assert "<html" not in part
    assert [f'data-key="{number}"' in part for number in range(1, 7)] == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("later", "words"),
    [(0, "Day 180, overdue: reach the person and look at the diary."), (1, "Day 181, lapsed: a new diary of 28 days")],
)
def test_whoever_books_reads_what_the_day_of_the_first_time_asks_for(
    client: Client, course: Course, later: int, words: str
) -> None:
    day = TODAY - dt.timedelta(days=180)
    course.sessions.update(given_on=day, due_on=day)
    page = text(client.get(address(course), {"not_before": str(TODAY + dt.timedelta(days=later))}, headers=DIALOG))
    assert words in page


@pytest.mark.parametrize(("not_before", "told"), [(0, True), (53, True), (54, False)])
def test_whoever_books_is_told_of_a_dose_elsewhere_that_leaves_the_day_to_a_prescriber(
    client: Client, course: Course, nurse: User, not_before: int, told: bool
) -> None:
    tell_dose(
        uid=uuid.uuid4(), patient=course.patient, given_on=TODAY - dt.timedelta(days=30), same_product=True,
        product="", units=50, reason="Face", by=nurse, at=NOW,
    )  # fmt: skip
    search = {"not_before": str(TODAY + dt.timedelta(days=not_before))}
    page = text(client.get(address(course), search, headers=DIALOG))
    assert ("50 units were given elsewhere on Saturday 24 October 2026" in page) is told


def test_what_was_searched_for_holds_after_a_time_that_was_taken_meanwhile(
    client: Client, course: Course, nurse: User
) -> None:
    later = TODAY + dt.timedelta(weeks=8)
    search = {"not_before": str(later), "minutes": "30"}
    wanted = slots.suggest(course=course, now=NOW, not_before=later, minutes=30)[0]
    log_in(nurse).post(address(make_course(make_patient(course.clinic, "Tom", "Reid"))), form(wanted))
    answer: Any = client.post(address(course), form(wanted, **search), headers=DIALOG)
    assert answer.status_code == 409
    offered = answer.context["slots"]
    assert (min(slot.starts_at.date() for slot in offered) >= later, {slot.minutes for slot in offered}) == (True, {30})


@pytest.mark.parametrize("frame", [{}, DIALOG], ids=["page", "dialog"])
def test_other_times_are_shown_with_what_was_typed_so_far(
    client: Client, course: Course, frame: dict[str, str]
) -> None:
    later = str(TODAY + dt.timedelta(weeks=8))
    typed = {"uid": str(uuid.uuid4()), "note": "needs parking"}
    assert f'<form method="post" action="{address(course)}" class="times"' in text(client.get(address(course)))
    shown = client.post(address(course), typed | {"not_before": later}, headers=frame)
    by_week = client.post(f"{address(course)}?not_before={later}", typed, headers=frame)
    why = client.post(address(course), typed | {"not_before": later, "why": "1"}, headers=frame)
    for answer in (shown, by_week, why):
        assert answer.status_code == 200
        assert 'name="note" maxlength="500" value="needs parking"' in text(answer)
        assert f'name="not_before" value="{later}"' in text(answer)
    assert 'id="why-not"' in text(why)
    assert not course.sessions.filter(status=Status.BOOKED).exists()


def test_no_way_from_the_times_to_other_times_leaves_what_was_typed_behind(client: Client, course: Course) -> None:
    for search in ({}, {"not_before": str(TODAY + dt.timedelta(weeks=500))}):
        page = text(client.get(address(course), search))
        assert f'href="{address(course)}' not in page


def test_only_weeks_that_are_still_to_come_are_one_press_away(
    client: Client, riverside: Clinic, osei: Injector
) -> None:
    late = make_course(make_patient(riverside, "Lea", "Novak"), last_given_on=TODAY - dt.timedelta(weeks=13, days=1))
    assert re.findall(r"\+\d+ weeks", text(client.get(address(late)))) == ["+16 weeks"]


@pytest.mark.parametrize(("year", "words"), [("2026", "Mon 7 Dec 9am"), ("2027", "Tuesday 7 December 2027, 9am")])
def test_times_of_another_year_say_so(client: Client, course: Course, year: str, words: str) -> None:
    """The year in *From* is mistyped more easily than it is noticed."""
    assert f"<strong>{words}</strong>" in text(client.get(address(course), {"not_before": f"{year}-12-07"}))


def test_enter_in_a_box_shows_times_and_books_none(client: Client, course: Course) -> None:
    """A browser presses the first button of the form."""
    times = text(client.get(address(course))).split('class="times"')[1]
    first = re.findall(r"<button[^>]*>", times)[0]
    assert "name=" not in first


def test_the_same_address_without_script_is_a_page(client: Client, course: Course) -> None:
    page = client.get(address(course))
    assert "<html" in text(page)
    assert "HX-Push-Url" not in page.headers


def test_the_dialog_leaves_the_address_of_the_page_under_it(client: Client, course: Course) -> None:
    assert client.get(address(course), headers=DIALOG).headers["HX-Push-Url"] == "false"


def test_booking_from_the_dialog_leads_to_the_page_with_undo(client: Client, course: Course, free: list[Slot]) -> None:
    today = reverse("treatments:today")
    response: Any = client.post(address(course), form(free[0], next=today), headers=DIALOG)
    assert response.headers["HX-Redirect"] == today
    assert "Undo" in text(client.get(today))


def test_a_taken_time_in_the_dialog_says_who_took_it_offers_three_and_keeps_the_note(
    course: Course, free: list[Slot], client: Client, nurse: User
) -> None:
    toms = make_course(make_patient(course.clinic, "Tom", "Reid"))
    log_in(nurse).post(address(toms), form(free[0]))
    response = client.post(address(course), form(free[0], note="needs parking"), headers=DIALOG)
    part = text(response)
    assert response.status_code == 409
    assert "was just booked by RN Bello" in part
    assert "Nothing has been booked for Maria Santos." in part
    assert part.count('name="slot"') == 3
    assert 'value="needs parking"' in part
    assert "data-focus" in part.split("error-summary")[1][:80]


def test_a_second_visit_for_one_person_can_be_moved_here_in_one_press(
    client: Client, course: Course, own: TreatmentSession, free: list[Slot]
) -> None:
    page = text(client.post(address(course), form(free[0])))
    assert "Maria already has a visit on Tuesday 24 November 2026, 10am." in page
    assert f'action="{reverse("treatments:move", args=[own.uid])}"' in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    client.post(reverse("treatments:move", args=[own.uid]), {"slot": free[0].code, "version": version[1]})
    own.refresh_from_db()
    assert (own.starts_at, own.version) == (free[0].starts_at, 2)


def test_a_visit_that_has_begun_is_not_offered_for_moving(
    client: Client, course: Course, own: TreatmentSession, free: list[Slot]
) -> None:
    TreatmentSession.objects.filter(pk=own.pk).update(status=Status.ARRIVED)
    assert "Move that visit here" not in text(client.post(address(course), form(free[0])))


@pytest.fixture
def early(osei: Injector) -> Slot:
    """A time today, for somebody who is due tomorrow."""
    return Slot(osei, room_of(osei), NOW + HOUR, NOW + HOUR + dt.timedelta(minutes=15))


@pytest.fixture
def due_tomorrow(riverside: Clinic, osei: Injector) -> Course:
    """Lea's course: day 83 is today."""
    lea = make_patient(riverside, "Lea", "Novak")
    return make_course(lea, last_given_on=TODAY - dt.timedelta(days=83), injector=osei)


@pytest.mark.parametrize(
    ("because", "words", "stored"),
    [
        ("wears_off", "", "The effect wears off early, agreed with the doctor"),
        ("wears_off", "Dr Osei", "The effect wears off early, agreed with the doctor. Dr Osei"),
        ("other", "Going abroad", "Going abroad"),
        ("", "Going abroad", "Going abroad"),
    ],
)
def test_a_prescriber_books_early_with_a_reason(
    prescriber: User, due_tomorrow: Course, early: Slot, because: str, words: str, stored: str
) -> None:
    log_in(prescriber).post(address(due_tomorrow), form(early, early_because=because, early_reason=words))
    session = due_tomorrow.sessions.get(status=Status.BOOKED)
    assert (session.early_reason, session.early_by) == (stored, prescriber)


@pytest.mark.parametrize("because", ["", "other"])
def test_another_reason_without_words_is_asked_for_again(
    prescriber: User, due_tomorrow: Course, early: Slot, because: str
) -> None:
    response = log_in(prescriber).post(
        address(due_tomorrow), form(early, early_because=because, early_reason=" ", note="parking"), headers=DIALOG
    )
    part = text(response)
    assert response.status_code == 422
    assert "Choose a reason, or write one." in part
    assert 'name="note" value="parking"' in part
    assert not due_tomorrow.sessions.filter(status=Status.BOOKED).exists()


def test_a_reason_that_is_missing_is_told_with_its_box_and_in_the_title(
    prescriber: User, due_tomorrow: Course, early: Slot
) -> None:
    response = log_in(prescriber).post(address(due_tomorrow), form(early, early_because="", early_reason=""))
    assert is_told_with_a_field(response, "Choose a reason, or write one.")
    assert "<title> Error: Before the due date" in text(response)


@pytest.fixture
def due_at_christmas(riverside: Clinic, osei: Injector) -> Course:
    """Ida's course: due on 25 December."""
    ida = make_patient(riverside, "Ida", "Berg")
    return make_course(ida, last_given_on=dt.date(2026, 12, 25) - dt.timedelta(days=84), injector=osei)


def test_a_due_date_on_a_holiday_is_named(client: Client, due_at_christmas: Course) -> None:
    assert "Friday 25 December 2026 is a holiday: Christmas Day." in text(client.get(address(due_at_christmas)))


def test_a_holiday_on_which_the_clinic_works_is_not_called_one(client: Client, due_at_christmas: Course) -> None:
    WorkedHoliday.objects.create(clinic=due_at_christmas.clinic, date=dt.date(2026, 12, 25))
    assert "is a holiday" not in text(client.get(address(due_at_christmas)))


def test_length_and_part_of_day_can_be_asked_for(client: Client, course: Course) -> None:
    page = text(client.get(address(course), {"minutes": "30", "part_of_day": "afternoon"}))
    codes = re.findall(r'name="slot" value="[^"]+T(\d\d)\d\d\.(\d+)"', page)
    assert len(codes) == 5
    assert all(int(hour) >= 12 and minutes == "30" for hour, minutes in codes)


def test_a_length_that_is_not_offered_shows_the_usual_times(client: Client, course: Course) -> None:
    page = text(client.get(address(course), {"minutes": "7"}))
    assert page.count('name="slot"') == 5


def test_who_wants_none_of_the_times_is_put_on_the_waiting_list(client: Client, course: Course, osei: Injector) -> None:
    waiting = reverse("treatments:wait", args=[course.uid])
    assert f'href="{waiting}' in text(client.get(address(course)))
    osei.opening_hours.all().delete()
    page = text(client.get(address(course)))
    assert "No free time from Monday 23 November 2026 to Sunday 21 November 2027." in page
    assert f'href="{waiting}' in page


@pytest.fixture
def bello(riverside: Clinic, osei: Injector) -> Injector:
    """RN Bello, who has time while Dr Osei has none."""
    osei.opening_hours.all().delete()
    return make_injector(riverside, "RN Bello")


def test_the_way_to_the_waiting_list_leads_out_of_the_dialog(client: Client, course: Course) -> None:
    """Or a whole page, its menu included, stands inside it."""
    waiting_list = re.escape(reverse("treatments:wait", args=[course.uid]))
    nothing_free = {"not_before": str(TODAY + dt.timedelta(weeks=500))}
    for asked in ({}, nothing_free):
        part = text(client.get(address(course), asked, headers=DIALOG))
        assert re.search(f'<a [^>]*href="{waiting_list}[^>]* hx-boost="false">', part)


def test_a_course_that_ended_meanwhile_leads_out_of_the_dialog(client: Client, course: Course) -> None:
    Course.objects.update(closed_on=TODAY, close_reason="moved")
    part = text(client.get(address(course), headers=DIALOG))
    assert f'href="{reverse("patients:detail", args=[course.patient.uid])}" hx-boost="false"' in part


def test_a_search_that_finds_nothing_says_for_whom_and_how_many_times_others_have(
    client: Client, course: Course, osei: Injector, bello: Injector
) -> None:
    page = text(client.get(address(course), {"injector": str(osei.uid), "part_of_day": "morning"}))
    assert "No free time with Dr Osei in the morning from Monday 23 November 2026" in page
    # The mornings of twenty days, of three hours each, less what has passed of the first.
    number = re.search(r"Other injectors \((\d+) free in 4 weeks\)", page)
    assert number
    assert int(number[1]) == 20 * 12 - 5


def test_the_ways_on_from_a_search_that_found_nothing_lead_to_times(
    client: Client, course: Course, osei: Injector, bello: Injector
) -> None:
    page = client.get(address(course), {"injector": str(osei.uid), "part_of_day": "morning"})
    ways = dict(page.context["nothing"].ways)
    with_others = next(query for label, query in ways.items() if label.startswith("Other injectors"))
    assert text(client.get(f"{address(course)}?{with_others}")).count('name="slot"') == 5
    osei.opening_hours.create(
        clinic=osei.clinic, weekday=1, opens=dt.time(9), closes=dt.time(10), valid_from=dt.date(2027, 12, 6)
    )
    assert 'name="slot"' in text(client.get(f"{address(course)}?{ways['Later']}&part_of_day=morning"))


def test_keeping_both_visits_is_not_offered_and_the_page_says_why(
    client: Client, course: Course, own: TreatmentSession, free: list[Slot]
) -> None:
    page = client.post(address(course), form(free[0]))
    assert page.status_code == 409
    assert "A person has one visit to come at a time" in text(page)
    assert "Leave it where it is" in text(page)
    assert "Keep both" not in text(page)
    assert course.sessions.filter(status=Status.BOOKED).count() == 1
