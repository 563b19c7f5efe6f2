"""An offered time as the patient sees it, and its messages in the ledger."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.health_words import blocked_words
from clinic.models import Absence, Clinic, Injector, User
from patients.models import ContactPoint, Patient
from reminders import links
from reminders.dispatch import send_due
from reminders.models import Reminder, ReminderRule
from reminders.planning import reconcile
from tests.builders import NOW, TODAY, make_course, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.linked import address_for
from tests.pages import text
from tests.reminders.conftest import Gateway
from tests.reminders.reading import words
from treatments import booking, undoing
from treatments.models import Course, OfferInvitation, SlotOffer, TreatmentSession
from treatments.recall import offers
from treatments.slots import Slot

TOMORROW = NOW + dt.timedelta(days=1)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
HELD = 3 * MINUTE


@pytest.fixture
def course(rules: Clinic, maria: Patient, osei: Injector) -> Course:
    """Maria, overdue."""
    return make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)


@pytest.fixture
def tom(rules: Clinic, osei: Injector) -> Course:
    """Tom, overdue too."""
    return make_course(make_patient(rules, "Tom", "Reid"), last_given_on=TODAY - dt.timedelta(days=90), injector=osei)


@pytest.fixture
def offer(rules: Clinic, osei: Injector, course: Course, tom: Course, front_desk: User) -> SlotOffer:
    """Tomorrow at ten, offered to Maria and Tom."""
    slot = Slot(osei, room_of(osei), TOMORROW, TOMORROW + dt.timedelta(minutes=15))
    return offers.make(clinic=rules, slot=slot, courses={course.uid, tom.uid}, by=front_desk, at=NOW)


def link_of(course: Course) -> str:
    """Return the address in a person's message."""
    reminder = Reminder.objects.get(course=course, invitation__isnull=False)
    address_for(reminder, now=NOW)
    return f"/v/{links.token_of(reminder)}/"


def test_each_invitation_gets_one_message_that_waits_three_minutes(offer: SlotOffer) -> None:
    reconcile(now=NOW)
    assert reconcile(now=NOW).created == 0
    assert Reminder.objects.filter(invitation__offer=offer, due_at=NOW + HELD).count() == 2


def test_the_message_says_when_and_has_a_link_and_no_health_word(
    offer: SlotOffer, gateways: dict[str, Gateway]
) -> None:
    reconcile(now=NOW)
    with time_machine.travel(NOW + HELD, tick=False):
        send_due(clock=lambda: NOW + HELD)
    bodies = [message.body for message in gateways["sms"].taken]
    assert len(bodies) == 2
    assert "a free time: Tuesday 24 November at 10am" in bodies[0]
    assert not blocked_words(" ".join(bodies))


def test_the_desk_reads_whose_message_went_and_whom_no_message_reaches(
    rules: Clinic, offer: SlotOffer, course: Course, gateways: dict[str, Gateway], front_desk: User
) -> None:
    ReminderRule.objects.filter(clinic=rules, kind="offer").update(channel_order="sms")
    ContactPoint.objects.filter(patient=course.patient, channel="sms").delete()
    browser, address = log_in(front_desk), reverse("treatments:offered", args=[offer.uid])
    at_once = words(browser.get(address).content)
    assert "reaches them" not in at_once
    assert at_once.count("Waiting to be written within two minutes") == 2
    reconcile(now=NOW)
    with time_machine.travel(NOW + HELD, tick=False):
        send_due(clock=lambda: NOW + HELD)
        shown = words(browser.get(address).content)
    assert "No message No way by which offers go reaches them: call" in shown
    assert shown.count("Sent") == 1


def test_an_offer_goes_the_way_that_the_clinic_chose_for_offers(rules: Clinic, offer: SlotOffer) -> None:
    ReminderRule.objects.filter(clinic=rules, kind="offer").update(channel_order="email")
    reconcile(now=NOW)
    assert set(Reminder.objects.filter(invitation__offer=offer).values_list("channel", flat=True)) == {"email"}


def test_an_offer_taken_back_in_time_reaches_nobody(
    offer: SlotOffer, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    reconcile(now=NOW)
    offers.end(offer=offer, by=front_desk, at=NOW)
    send_due(clock=lambda: NOW + HELD)
    reconcile(now=NOW + HELD)
    assert gateways["sms"].taken == []
    assert set(Reminder.objects.filter(invitation__offer=offer).values_list("state", flat=True)) == {"cancelled"}


def test_an_offer_that_ran_out_leaves_nothing_on_the_worklist(offer: SlotOffer) -> None:
    reconcile(now=NOW)
    reconcile(now=offer.expires_at + dt.timedelta(minutes=1))
    assert not Reminder.objects.filter(invitation__offer=offer).needs_person().exists()


def test_looking_changes_nothing_and_a_press_books(offer: SlotOffer, course: Course, client: Client) -> None:
    reconcile(now=NOW)
    url = link_of(course)
    page = client.get(url).content.decode()
    assert "Maria, do you want this time?" in page
    assert "Tuesday 24 November 2026" in page
    assert not blocked_words(page.partition("<main")[2].partition("</main")[0])
    assert not TreatmentSession.objects.filter(status="booked").exists()
    page = client.post(f"{url}take/", follow=True).content.decode()
    assert "This time is yours" in page
    assert TreatmentSession.objects.get(status="booked").course == course


def test_the_second_reads_that_someone_just_took_it(
    offer: SlotOffer, course: Course, tom: Course, client: Client
) -> None:
    reconcile(now=NOW)
    client.post(f"{link_of(course)}take/")
    response = client.post(f"{link_of(tom)}take/")
    assert response.status_code == 409
    assert "Someone just took it" in response.content.decode()
    assert OfferInvitation.objects.get(course=tom).answer == "too_late"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("booked", "This visit is past"),
        ("arrived", "We know that you are here."),
        ("done", "This visit is past"),
        ("no_show", "We missed you"),
    ],
)
def test_who_took_the_time_reads_on_its_day_how_their_visit_stands(
    offer: SlotOffer, course: Course, client: Client, status: str, words: str
) -> None:
    reconcile(now=NOW)
    url = link_of(course)
    client.post(f"{url}take/")
    given_on = TOMORROW.date() if status == "done" else None
    TreatmentSession.objects.filter(course=course, status="booked").update(status=status, given_on=given_on)
    with time_machine.travel(TOMORROW + dt.timedelta(hours=1), tick=False):
        page = text(client.get(url))
    assert words in page
    assert not re.search("has changed|will see you", page)


def test_a_yes_sent_twice_books_once(offer: SlotOffer, course: Course, client: Client) -> None:
    reconcile(now=NOW)
    for _ in range(2):
        assert client.post(f"{link_of(course)}take/").status_code == 302
    assert TreatmentSession.objects.filter(status="booked").count() == 1


def test_the_one_who_has_it_cannot_lose_it_by_a_no(offer: SlotOffer, course: Course, client: Client) -> None:
    reconcile(now=NOW)
    client.post(f"{link_of(course)}take/")
    client.post(f"{link_of(course)}pass/")
    assert OfferInvitation.objects.get(course=course).answer == "yes"
    assert "This time is yours" in client.get(link_of(course)).content.decode()


def test_a_no_is_noted_and_may_be_changed(offer: SlotOffer, course: Course, client: Client) -> None:
    reconcile(now=NOW)
    page = words(client.post(f"{link_of(course)}pass/", follow=True).content)
    assert re.search(r"You said no .*Changed your mind\? \w+day .* Yes, I want this time", page)
    assert "This time is yours" in client.post(f"{link_of(course)}take/", follow=True).content.decode()


def test_the_page_says_which_visit_a_yes_gives_up(
    offer: SlotOffer, course: Course, osei: Injector, client: Client
) -> None:
    reconcile(now=NOW)
    make_session(course, osei, NOW + dt.timedelta(days=9), due_on=course.next_due())
    assert "You have a visit on Wednesday 2 December 2026" in client.get(link_of(course)).content.decode()


def test_an_offer_that_is_over_says_so(offer: SlotOffer, course: Course, front_desk: User, client: Client) -> None:
    reconcile(now=NOW)
    offers.end(offer=offer, by=front_desk, at=NOW)
    assert "This offer has ended" in client.get(link_of(course)).content.decode()
    assert client.post(f"{link_of(course)}take/").status_code == 409


def _away(offer: SlotOffer) -> None:
    Absence.objects.create(
        clinic=offer.clinic, injector=offer.injector, starts_at=offer.starts_at, ends_at=offer.ends_at, label="Sick"
    )


def _shorter_hours(offer: SlotOffer) -> None:
    offer.injector.opening_hours.update(opens=dt.time(11))


@pytest.mark.parametrize("happens", [_away, _shorter_hours], ids=lambda one: one.__name__.strip("_"))
def test_who_says_yes_to_a_time_that_is_no_longer_worked_reads_that_it_is_not_free_and_not_why(
    offer: SlotOffer, course: Course, client: Client, happens: Callable[[SlotOffer], None]
) -> None:
    reconcile(now=NOW)
    url = link_of(course)
    happens(offer)
    answer = client.post(f"{url}take/")
    assert answer.status_code == 409
    for page in (text(answer), text(client.get(url))):
        assert "This offer has ended" in page
        assert "Someone just took it" not in page
        assert not re.search("Osei|sick|away|work", page, re.IGNORECASE)
    assert "This time is no longer free." in text(answer)


def test_nobody_is_said_to_have_taken_a_time_whose_offer_ran_out(
    offer: SlotOffer, course: Course, client: Client
) -> None:
    reconcile(now=NOW)
    url = link_of(course)
    with time_machine.travel(offer.expires_at, tick=False):
        answer = client.post(f"{url}take/")
        assert answer.status_code == 409
        assert "This offer has ended" in text(answer)
        assert "Someone just took it" not in text(client.get(url))


def test_a_yes_that_others_held_up_for_too_long_can_be_said_again(
    offer: SlotOffer, course: Course, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_up(**asked: object) -> None:
        raise booking.Taken

    reconcile(now=NOW)
    url = link_of(course)
    monkeypatch.setattr(offers, "accept", held_up)
    answer = client.post(f"{url}take/")
    assert answer.status_code == 409
    assert "Yes, I want this time" in text(answer)


def test_a_link_about_a_visit_takes_no_offer(offer: SlotOffer, osei: Injector, rules: Clinic, client: Client) -> None:
    reconcile(now=NOW)
    lea = make_course(make_patient(rules, "Lea", "Novak"))
    visit = make_session(lea, osei, NOW + dt.timedelta(days=3), placed_at=NOW - dt.timedelta(days=30))
    reconcile(now=NOW)
    reminder = Reminder.objects.filter(session=visit).latest("pk")
    address_for(reminder, now=NOW)
    client.post(f"/v/{links.token_of(reminder)}/take/")
    assert not OfferInvitation.objects.exclude(answer="").exists()


@pytest.mark.parametrize("step", ["take", "pass"])
def test_an_answer_is_never_taken_by_looking(offer: SlotOffer, course: Course, client: Client, step: str) -> None:
    reconcile(now=NOW)
    assert client.get(f"{link_of(course)}{step}/").status_code == 405


def test_a_guessed_link_leads_nowhere(client: Client, db: None) -> None:
    assert client.post("/v/guess/take/").status_code == 404


def _ended(course: Course, osei: Injector) -> None:
    Course.objects.filter(pk=course.pk).update(closed_on=TODAY, close_reason="Stopped treatment")


def _earlier(course: Course, osei: Injector) -> None:
    make_session(course, osei, NOW + dt.timedelta(hours=4), due_on=course.next_due())


def _treated(course: Course, osei: Injector) -> None:
    make_session(course, osei, NOW, status="done", given_on=TODAY, due_on=TODAY)


def _came_after_all(course: Course, osei: Injector) -> None:
    make_session(course, osei, NOW - HOUR, status="done", given_on=TODAY, due_on=TODAY)


MEANWHILE = (_ended, _earlier, _treated, _came_after_all)


@pytest.mark.parametrize("happens", MEANWHILE, ids=lambda one: one.__name__.strip("_"))
def test_nobody_is_asked_for_a_yes_that_would_be_refused(
    offer: SlotOffer, course: Course, osei: Injector, client: Client, happens: Callable[[Course, Injector], None]
) -> None:
    reconcile(now=NOW)
    url = link_of(course)
    happens(course, osei)
    page = client.get(url).content.decode()
    assert "This offer has ended" in page
    assert "Yes, I want this time" not in page
    answer = client.post(f"{url}take/")
    assert answer.status_code == 409
    assert ("your other visit" in answer.text) is (happens == _earlier)  # the others have none


@pytest.mark.parametrize("happens", MEANWHILE, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize("planned_anew", [True, False])
def test_who_could_not_say_yes_any_more_is_not_written_to(
    offer: SlotOffer,
    course: Course,
    tom: Course,
    osei: Injector,
    gateways: dict[str, Gateway],
    happens: Callable[[Course, Injector], None],
    planned_anew: bool,
) -> None:
    reconcile(now=NOW)
    happens(course, osei)
    if planned_anew:
        reconcile(now=NOW + HELD)
    send_due(clock=lambda: NOW + HELD)
    asked = Reminder.objects.filter(invitation__offer=offer, state="sent")
    assert [one.course for one in asked] == [tom]
    assert Reminder.objects.get(invitation__offer=offer, course=course).state == "cancelled"


def test_whose_other_visit_was_a_slip_is_written_to_after_all(
    offer: SlotOffer, course: Course, osei: Injector, front_desk: User
) -> None:
    reconcile(now=NOW)
    slot = Slot(osei, room_of(osei), NOW + 4 * HOUR, NOW + 4 * HOUR + dt.timedelta(minutes=15))
    visit = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    reconcile(now=NOW)
    assert Reminder.objects.get(invitation__offer=offer, course=course).state == "cancelled"
    undoing.undo(session=visit, event=visit.events.get(), by=front_desk, at=NOW + MINUTE)
    reconcile(now=NOW + MINUTE)
    assert Reminder.objects.get(invitation__offer=offer, course=course).state == "waiting"
