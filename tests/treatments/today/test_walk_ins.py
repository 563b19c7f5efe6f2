"""Who comes without a visit."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, TODAY, make_course, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import MINUTE
from treatments import courses
from treatments.models import Course, SessionEvent, Status, TreatmentSession


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


def test_who_is_here_already_is_not_to_be_put_in_again(course: Course, client: Client) -> None:
    put_in(client, course)
    page = text(client.get("/today/walk-in/", {"q": "sant"}))
    assert "Here already: that visit has begun." in page
    assert "Put in at" not in page


def test_nobody_is_put_in_or_offered_times_whose_course_has_ended_meanwhile(
    course: Course, client: Client, prescriber: User
) -> None:
    courses.close_course(course=course, reason="Moved away", by=prescriber, at=NOW)
    response = put_in(client, course)
    assert response.status_code == 409
    assert "The course of Maria Santos has ended" in text(response)
    assert 'name="slot"' not in text(response)


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


def test_one_letter_is_answered_in_words_that_ask_for_more(course: Course, client: Client) -> None:
    url = reverse("treatments:walk_in")
    assert "Type at least 2 letters" in text(client.get(url, {"q": "s"}))
    assert "Type at least 2 letters" not in text(client.get(url))


DAY_83 = "Monday 23 November 2026 is day 83. The earliest is Tuesday 24 November 2026, day 84."
TREATED_TODAY = "Monday 23 November 2026 is day 0. The earliest is Monday 15 February 2027, day 84."


@pytest.mark.parametrize(("days", "words"), [(83, DAY_83), (0, TREATED_TODAY)], ids=["day 83", "treated today"])
def test_the_list_says_for_whom_it_is_too_early_in_the_words_of_the_refusal(
    riverside: Clinic, osei: Injector, client: Client, days: int, words: str
) -> None:
    early = make_course(make_patient(riverside, "Lea"), last_given_on=TODAY - dt.timedelta(days=days), injector=osei)
    page = text(client.get("/today/walk-in/", {"q": "lea"}))
    assert words in page
    assert words in text(put_in(client, early))
    assert "Only a prescriber can give a reason for an earlier session." in page
    assert reverse("treatments:put_in", args=[early.uid]) not in page
    assert reverse("treatments:book", args=[early.uid]) in page


def test_a_prescriber_may_put_them_in_and_sees_that_it_is_early(
    riverside: Clinic, osei: Injector, prescriber: User
) -> None:
    early = make_course(make_patient(riverside, "Lea"), last_given_on=TODAY - dt.timedelta(days=83), injector=osei)
    page = text(log_in(prescriber).get("/today/walk-in/", {"q": "lea"}))
    assert DAY_83 in page
    assert reverse("treatments:put_in", args=[early.uid]) in page


def test_of_who_is_due_nothing_is_said(course: Course, client: Client) -> None:
    assert "The earliest is" not in text(client.get("/today/walk-in/", {"q": "sant"}))


@pytest.mark.parametrize("steps", [1, 2])
def test_undo_takes_a_walk_in_away_again(course: Course, client: Client, steps: int) -> None:
    put_in(client, course)
    session = course.sessions.get(status=Status.ARRIVED)
    if steps == 2:  # somebody has seen the person since: the step that is undone is another one
        data = {"to": "booked", "seen": "arrived"}
        client.post(reverse("treatments:status", args=[session.uid]), data)
    client.post(reverse("treatments:undo", args=[session.uid, session.events.latest("pk").pk]))
    session.refresh_from_db()
    assert session.status == (Status.CANCELLED if steps == 1 else Status.ARRIVED)


def test_a_cancellation_for_the_reason_that_they_walk_in_is_undone_like_any(
    visit: TreatmentSession, client: Client
) -> None:
    client.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "Walk-in"})
    client.post(reverse("treatments:undo", args=[visit.uid, visit.events.latest("pk").pk]))
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_after_an_undo_another_person_of_the_same_page_can_be_put_in(
    course: Course, osei: Injector, riverside: Clinic, client: Client
) -> None:
    ana = make_course(make_patient(riverside, "Ana", "Santini"), last_given_on=TODAY - dt.timedelta(days=90))
    page = text(client.get("/today/walk-in/", {"q": "sant"}))
    numbers = dict(re.findall(r'action="/courses/([^/]+)/walk-in/".*?name="uid" value="([^"]+)"', page))
    assert set(numbers) == {str(course.uid), str(ana.uid)}
    put_in(client, course, uid=numbers[str(course.uid)])
    session = course.sessions.get(status=Status.ARRIVED)
    client.post(reverse("treatments:undo", args=[session.uid, session.events.latest("pk").pk]))
    assert put_in(client, ana, uid=numbers[str(ana.uid)]).status_code == 302
