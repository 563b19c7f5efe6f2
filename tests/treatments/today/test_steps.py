"""The steps of a visit on Today: one press, undo, and what changed meanwhile."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from treatments import booking, slots
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

DAY, TOMORROW = dt.timedelta(days=1), dt.date(2026, 11, 24)


def test_today_lists_the_visits_with_their_next_step(visit: TreatmentSession, front_desk: User) -> None:
    page = text(log_in(front_desk).get(reverse("treatments:today")))
    assert "Maria Santos" in page
    assert "cycle 2 · day 84" in page
    assert ">Arrived<" in page


def test_the_page_of_a_later_day_offers_neither_arrived_nor_no_show(visit: TreatmentSession, front_desk: User) -> None:
    TreatmentSession.objects.update(starts_at=visit.starts_at + DAY, ends_at=visit.ends_at + DAY, local_date=TOMORROW)
    page = text(log_in(front_desk).get(reverse("treatments:day", args=[TOMORROW])))
    assert "Maria Santos" in page
    assert ".arrived.booked" not in page
    assert ".no_show.booked" not in page
    assert ">Cancel<" in page


def test_who_asked_for_another_time_and_comes_all_the_same_can_be_marked_arrived_in_the_row(
    visit: TreatmentSession, front_desk: User
) -> None:
    page = text(log_in(front_desk).get(reverse("treatments:today")))
    menu = page.partition('<template id="menu-asked_to_move">')[2].partition("</template>")[0]
    assert 'value="the-key.arrived.booked.the-version" data-key="a"' in menu
    assert ".arrived.booked" not in page.partition('<template id="menu-booked">')[2].partition("</template>")[0]


def test_the_page_of_a_visit_to_come_offers_no_no_show(visit: TreatmentSession, front_desk: User) -> None:
    page = text(log_in(front_desk).get(reverse("treatments:session", args=[visit.uid])))
    assert ">Arrived" in page
    assert ">No-show" not in page


def test_a_no_show_pressed_too_soon_is_refused_in_words(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    page = text(client.get(step(client, visit, "no_show").url))
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED
    assert "The visit is on Monday 23 November 2026, 11am: nobody has missed it yet." in page


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
    step(client, visit, "arrived")
    client.post(reverse("treatments:undo", args=[visit.uid, visit.events.get().pk]))
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


@pytest.mark.parametrize(
    ("answer", "said"), [("confirmed", "confirmed"), ("asked_to_move", "asked to move"), ("", "booked")]
)
def test_undo_says_how_the_row_has_the_visit_again(
    visit: TreatmentSession, front_desk: User, answer: str, said: str
) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(answer=answer)
    client = log_in(front_desk)
    step(client, visit, "arrived")
    address = reverse("treatments:undo", args=[visit.uid, visit.events.get().pk])
    assert f"Undone. Maria Santos: {said}." in text(client.post(address, follow=True))


def test_undo_says_of_a_visit_that_was_cancelled_when_it_is(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    client.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "Ill"})
    said = "Undone. Maria Santos: booked, Monday 23 November 2026, 11am with Dr Osei."
    assert said in text(client.get(undo(client, visit).url))


def test_undo_says_of_a_booking_that_there_is_none(course: Course, osei: Injector, front_desk: User) -> None:
    client, there = log_in(front_desk), slots.suggest(course=course, now=NOW)[0]
    client.post(reverse("treatments:book", args=[course.uid]), {"slot": there.code, "uid": str(course.uid)})
    page = text(client.get(undo(client, course.sessions.latest("pk")).url))
    assert re.search(r"Undone\. Maria Santos: \w+day \d+ \w+ \d{4}, [\w:]+ is not booked\.", page)
    assert "Maria Santos: cancelled" not in page


def test_undo_pressed_twice_says_that_it_is_so_already(visit: TreatmentSession, front_desk: User, nurse: User) -> None:
    step(log_in(front_desk), visit, "arrived")
    address = reverse("treatments:undo", args=[visit.uid, visit.events.get().pk])
    assert log_in(front_desk).post(address).status_code == 302
    again = log_in(nurse).post(address, follow=True)
    assert "Maria Santos is booked already. Fran Adeyemi undid a step of this at 10am." in text(again)
    assert "Nothing of yours has been saved" not in text(again)
    step(log_in(nurse), visit, "arrived")
    assert log_in(front_desk).post(address).status_code == 409


def test_an_undone_booking_that_is_undone_in_another_window_says_so(
    course: Course, osei: Injector, front_desk: User
) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    session = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    client, address = log_in(front_desk), reverse("treatments:undo", args=[session.uid, session.events.get().pk])
    client.post(address)
    assert "Maria Santos is cancelled already." in text(client.post(address, follow=True))


def test_a_booking_sent_again_offers_no_undo_of_what_a_colleague_did_since(
    course: Course, osei: Injector, front_desk: User, nurse: User
) -> None:
    slot, client = slots.suggest(course=course, now=NOW)[0], log_in(front_desk)
    url, form = reverse("treatments:book", args=[course.uid]), {"slot": slot.code, "uid": str(uuid.uuid4())}
    client.post(url, form)
    session = course.sessions.get(status="booked")
    step(log_in(nurse), session, "arrived")
    again = client.post(url, form, follow=True)
    assert "Maria Santos: booked for" in text(again)
    assert reverse("treatments:undo", args=[session.uid, session.events.latest("pk").pk]) not in text(again)


def test_a_step_on_a_visit_that_changed_shows_who_changed_it(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    step(log_in(nurse), visit, "arrived")
    response = step(log_in(front_desk), visit, "cancelled", reason="Ill")
    assert response.status_code == 409
    assert "RN Bello marked this arrived at 10am. You cancelled it." in text(response)


def test_who_marks_somebody_arrived_whose_visit_was_moved_to_another_day_is_not_offered_to_do_it_all_the_same(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    desk, tomorrow = log_in(front_desk), visit.starts_at + DAY
    slot = Slot(visit.injector, room_of(visit.injector), tomorrow, tomorrow + dt.timedelta(minutes=15))
    booking.move(session=TreatmentSession.objects.get(pk=visit.pk), version=1, slot=slot, by=nurse, at=NOW)
    response = step(desk, visit, "arrived", version="1")
    assert response.status_code == 409
    assert "RN Bello moved this at 10am. You marked it arrived." in text(response)
    assert "Set arrived" not in text(response)


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
    with django_assert_max_num_queries(16):
        client.get(reverse("treatments:today"))


def test_a_next_address_elsewhere_is_not_followed(visit: TreatmentSession, front_desk: User) -> None:
    response = step(log_in(front_desk), visit, "arrived", next="https://evil.example/")
    assert response.url == "/day/2026-11-23/"


def undo(client: Client, visit: TreatmentSession) -> Any:
    """Press Undo of the last step."""
    return client.post(reverse("treatments:undo", args=[visit.uid, visit.events.latest("pk").pk]))


def test_undo_where_somebody_has_the_old_time_now_says_who_and_leaves_the_visit(
    visit: TreatmentSession, riverside: Clinic, front_desk: User
) -> None:
    client = log_in(front_desk)
    client.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "Ill"})
    make_session(make_course(make_patient(riverside, "Tom", "Reid")), visit.injector, visit.starts_at)
    response = undo(client, visit)
    assert response.status_code == 409
    page = text(response)
    assert "Tom Reid has it now: Monday 23 November 2026, 11am with Dr Osei." in page
    assert "The visit of Maria Santos stays as it is" in page
    assert "This visit changed while you looked at it" not in page
    assert reverse("treatments:book", args=[visit.course.uid]) in page


def test_a_visit_does_not_come_back_beside_another_of_its_person(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    client.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "Ill"})
    other = make_session(visit.course, visit.injector, NOW + dt.timedelta(days=2), due_on=visit.due_on)
    page = text(undo(client, visit))
    assert "Maria Santos has another visit by now: Wednesday 25 November 2026, 10am with Dr Osei." in page
    assert reverse("treatments:session", args=[other.uid]) in page


def test_back_to_booked_where_the_time_has_gone_says_so(
    visit: TreatmentSession, riverside: Clinic, front_desk: User
) -> None:
    client = log_in(front_desk)
    client.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "Ill"})
    visit.refresh_from_db()
    make_session(make_course(make_patient(riverside, "Tom", "Reid")), visit.injector, visit.starts_at)
    response = step(client, visit, "booked")
    assert (response.status_code, "Tom Reid has it now" in text(response)) == (409, True)
