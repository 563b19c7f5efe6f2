"""The page of times: booking, moving and cancelling, as staff use them."""

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, make_course, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.views.conftest import book_url
from treatments import booking
from treatments.models import Course, Status, TreatmentSession


def first_slot(page: str) -> str:
    """Return the code of the first slot on a page of times."""
    found = re.search(r'name="slot" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_page_of_times_offers_five_and_one_click_books(course: Course, front_desk: User) -> None:
    client = log_in(front_desk)
    page = text(client.get(book_url(course)))
    assert page.count('name="slot"') == 5
    data = {"slot": first_slot(page), "uid": str(uuid.uuid4()), "note": "parking"}
    response: Any = client.post(book_url(course), data)
    session = TreatmentSession.objects.get(course=course, status=Status.BOOKED)
    assert session.note == "parking"
    assert response.url == reverse("patients:detail", args=[course.patient.uid])


def test_the_page_of_a_person_says_what_was_noted_for_the_next_visit(
    course: Course, osei: Injector, front_desk: User
) -> None:
    make_session(course, osei, NOW + dt.timedelta(hours=1), note="needs <parking>")
    page = text(log_in(front_desk).get(reverse("patients:detail", args=[course.patient.uid])))
    assert "Note: needs &lt;parking&gt;" in page


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


def test_who_moves_a_visit_sees_when_its_person_could_come(visit: TreatmentSession, front_desk: User) -> None:
    url = reverse("treatments:move", args=[visit.uid])
    assert "could come" not in text(log_in(front_desk).get(url))
    asked = TreatmentSession.Answer.ASKED_TO_MOVE
    booking.answer(session=visit, version=1, answer=asked, at=NOW, suits=["tue_pm"], words="after school")
    assert "Maria could come: Tuesday afternoon. after school" in text(log_in(front_desk).get(url))


@pytest.mark.parametrize("version", ["7", "", "one"])
def test_moving_from_an_old_page_changes_nothing(visit: TreatmentSession, front_desk: User, version: str) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:move", args=[visit.uid])
    response = client.post(url, {"slot": first_slot(text(client.get(url))), "version": version})
    assert response.status_code in {409, 422}
    visit.refresh_from_db()
    assert visit.version == 1


def test_a_move_sent_twice_moves_once_and_says_so(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:move", args=[visit.uid])
    data = {"slot": first_slot(text(client.get(url))), "version": "1"}
    assert client.post(url, data).status_code == 302
    again = client.post(url, data, follow=True)
    assert "Maria Santos is booked for Monday 23 November 2026, 10:15am already. Fran Adeyemi moved this" in text(again)
    visit.refresh_from_db()
    assert visit.version == 2


def test_a_visit_cancelled_twice_says_who_cancelled_it(visit: TreatmentSession, front_desk: User, nurse: User) -> None:
    url, data = reverse("treatments:cancel", args=[visit.uid]), {"reason": "Ill", "seen": "booked", "version": "1"}
    log_in(nurse).post(url, data)
    again = log_in(front_desk).post(url, data, follow=True)
    assert "Maria Santos is cancelled already. RN Bello cancelled this at 10am." in text(again)


def test_the_page_that_cancels_says_what_became_of_a_visit_that_no_longer_can_be(
    visit: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    response = log_in(front_desk).get(reverse("treatments:cancel", args=[visit.uid]))
    assert response.status_code == 409
    assert "Fran Adeyemi cancelled this at 10am." in text(response)
    assert 'name="reason"' not in text(response)


@pytest.mark.parametrize("page", ["cancel", "note", "close_course"])
def test_what_is_typed_on_a_page_that_asks_for_words_alone_goes_into_their_box_and_is_no_key(
    visit: TreatmentSession, prescriber: User, page: str
) -> None:
    of = visit.course if page == "close_course" else visit
    shown = text(log_in(prescriber).get(reverse(f"treatments:{page}", args=[of.uid])))
    assert re.findall(r'<(?:input|textarea)[^>]*name="(\w+)"[^>]*data-focus', shown) == [
        "note" if page == "note" else "reason"
    ]


def test_cancelling_asks_why(visit: TreatmentSession, front_desk: User) -> None:
    client = log_in(front_desk)
    url = reverse("treatments:cancel", args=[visit.uid])
    assert "Write a reason." in text(client.post(url, {"reason": ""}))
    client.post(url, {"reason": "Has a cold"})
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


@pytest.mark.parametrize(("days", "offered"), [(0, True), (-1, False)])
def test_moving_instead_of_cancelling_is_offered_while_the_day_of_the_visit_is_not_over(
    course: Course, osei: Injector, front_desk: User, days: int, offered: bool
) -> None:
    visit = make_session(course, osei, NOW + dt.timedelta(days=days, hours=-1))
    page = text(log_in(front_desk).get(reverse("treatments:cancel", args=[visit.uid])))
    assert ("Move it instead" in page) is offered


@pytest.mark.parametrize("name", ["book", "wait", "snooze", "let_go", "close_course", "move", "cancel"])
def test_every_page_about_a_visit_or_course_tells_people_of_one_name_apart(
    course: Course, osei: Injector, prescriber: User, name: str
) -> None:
    about = make_session(course, osei, NOW + dt.timedelta(hours=1)) if name in {"move", "cancel"} else course
    page = text(log_in(prescriber).get(reverse(f"treatments:{name}", args=[about.uid])))
    assert "Born 17 April 1984 · RV000001" in page


def test_who_is_offered_a_time_is_told_apart_from_another_of_the_same_name(course: Course, front_desk: User) -> None:
    client = log_in(front_desk)
    slot = first_slot(text(client.get(book_url(course))))
    for address, query in (
        (reverse("treatments:calendar_free"), {"time": slot}),
        (reverse("treatments:walk_in"), {"q": "santos"}),
    ):
        assert "born 17 April 1984 · RV000001" in text(client.get(address, query))


@pytest.fixture
def left_open(visit: TreatmentSession, frozen_clock: Any) -> TreatmentSession:
    """Maria's visit, on the day after it: nobody said what became of it."""
    frozen_clock.move_to(NOW + dt.timedelta(days=1))
    return visit


def test_a_visit_whose_day_is_over_is_not_moved_until_somebody_says_what_became_of_it(
    left_open: TreatmentSession, front_desk: User
) -> None:
    client, url = log_in(front_desk), reverse("treatments:move", args=[left_open.uid])
    calendar = f"{reverse('treatments:calendar')}?moving={left_open.uid}"
    slot = f"{left_open.injector.uid}.{room_of(left_open.injector).uid}.20261126T1000"
    for response in (client.get(url), client.get(calendar), client.post(url, {"slot": slot, "version": "1"})):
        assert response.status_code == 409
        assert "What became of the visit of Maria Santos?" in text(response)
    left_open.refresh_from_db()
    assert (left_open.version, left_open.local_date) == (1, NOW.date())


def test_who_did_not_come_is_a_no_show_and_then_booked_anew(
    course: Course, left_open: TreatmentSession, front_desk: User
) -> None:
    client = log_in(front_desk)
    page = text(client.get(reverse("treatments:move", args=[left_open.uid])))
    form = dict(re.findall(r'<input type="hidden" name="(seen|version|to|next)" value="([^"]*)"', page))
    response: Any = client.post(reverse("treatments:status", args=[left_open.uid]), form)
    left_open.refresh_from_db()
    assert left_open.status == Status.NO_SHOW
    assert response.url.startswith(book_url(course))
    assert text(client.get(response.url)).count('name="slot"') == 5


def test_nothing_is_booked_beside_a_visit_whose_day_is_over(
    course: Course, left_open: TreatmentSession, front_desk: User
) -> None:
    response = log_in(front_desk).get(book_url(course))
    assert response.status_code == 409
    assert f"{reverse('treatments:cancel', args=[left_open.uid])}?next={quote(book_url(course))}" in text(response)


def test_a_visit_of_this_morning_may_still_be_moved(
    visit: TreatmentSession, front_desk: User, frozen_clock: Any
) -> None:
    frozen_clock.move_to(NOW + dt.timedelta(hours=3))
    client, url = log_in(front_desk), reverse("treatments:move", args=[visit.uid])
    assert client.post(url, {"slot": first_slot(text(client.get(url))), "version": "1"}).status_code == 302


@pytest.mark.parametrize("page", ["patients:detail", "treatments:session"])
def test_a_visit_cancelled_on_its_page_or_that_of_its_person_leads_to_the_person(
    visit: TreatmentSession, front_desk: User, page: str
) -> None:
    """Whoever rang to call it off is booked anew on that page."""
    client, home = log_in(front_desk), reverse("patients:detail", args=[visit.course.patient.uid])
    pressed_on = {"patients:detail": home, "treatments:session": reverse("treatments:session", args=[visit.uid])}[page]
    [link] = re.findall(r'href="([^"]*/cancel/[^"]*)"', text(client.get(pressed_on)))
    form = dict(re.findall(r'<input type="hidden" name="(seen|version|next)" value="([^"]*)"', text(client.get(link))))
    response: Any = client.post(link, form | {"reason": "She rang"})
    assert response.url == home
