"""The patient's pages behind the link: looking changes nothing, answering takes one press, no word of health."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.health_words import blocked_words
from clinic.models import Clinic, Injector
from clinic.tokens import hash_of
from patients.models import ContactPoint, Patient
from reminders import links
from reminders.models import PatientLink, Reminder
from reminders.planning import reconcile
from tests.builders import NOW, make_course, make_patient, make_session
from tests.linked import address_for
from tests.reminders.reading import answer, everything, words
from treatments import booking
from treatments.models import SessionEvent, Status, TreatmentSession

DAY = dt.timedelta(days=1)
Answer = TreatmentSession.Answer


def test_the_page_shows_when_where_with_whom_and_the_phone(phone: Client, link: str) -> None:
    page = words(phone.get(link).content)
    for part in (
        "Maria, can you come?",
        "Thursday 26 November 2026",
        "10:30am (15 minutes)",
        "12 River Road",
        "with Dr Osei",
        "020 7946 0000",
        "Yes, I will come",
        "I cannot come",
    ):
        assert part in page


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("page", ["", "yes/", "ask/", "times/", "done/"])
def test_looking_changes_nothing(phone: Client, link: str, method: str, page: str) -> None:
    before = everything()
    getattr(phone, method)(f"{link}{page}")
    assert everything() == before


def test_the_page_is_kept_by_no_cache_and_told_to_no_site(phone: Client, link: str) -> None:
    for address in (link, "/v/nonsense/"):
        response = phone.get(address)
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.content.decode()


def test_yes_is_noted_as_the_patients_own_word(phone: Client, link: str, visit: TreatmentSession) -> None:
    response = phone.post(f"{link}yes/", {"version": "1"}, follow=True)
    visit.refresh_from_db()
    assert (visit.answer, visit.answered_at, visit.status) == (Answer.CONFIRMED, NOW, Status.BOOKED)
    assert "We will see you Thursday 26 November 2026 10:30am" in words(response.content)
    event = SessionEvent.objects.get(kind="answered")
    assert event.by is None


def test_no_keeps_the_time_until_staff_answer(phone: Client, link: str, visit: TreatmentSession) -> None:
    response = phone.post(f"{link}ask/", {"version": "1"}, follow=True)
    visit.refresh_from_db()
    assert (visit.answer, visit.status) == (Answer.ASKED_TO_MOVE, Status.BOOKED)
    assert "Your time stays booked until we answer" in words(response.content)


def test_the_same_answer_twice_is_noted_once(phone: Client, link: str) -> None:
    assert [answer(phone, link, "yes"), answer(phone, link, "yes")] == [302, 302]
    assert SessionEvent.objects.filter(kind="answered").count() == 1


def test_an_answer_can_be_changed(phone: Client, link: str, visit: TreatmentSession) -> None:
    answer(phone, link, "ask")
    page = words(phone.get(link).content)
    assert "You said that you cannot come" in page
    assert "Yes, I will come" in page
    assert "I cannot come" in page
    answer(phone, link, "yes")
    page = words(phone.get(link).content)
    assert "You said you will come If plans change, tell us here." in page
    assert "I cannot come" in page
    assert "Yes, I will come" not in page
    visit.refresh_from_db()
    assert visit.answer == Answer.CONFIRMED


def test_a_form_from_a_page_that_tells_no_site_where_it_comes_from_is_taken(phone: Client, link: str) -> None:
    response = phone.post(f"{link}yes/", {"version": "1"}, headers={"Origin": "null"})
    assert response.status_code == 302


def test_done_without_an_answer_leads_back(phone: Client, link: str) -> None:
    assert phone.get(f"{link}done/").headers["Location"] == link


def test_done_where_there_is_no_visit_leads_back(phone: Client, due_link: str) -> None:
    assert phone.get(f"{due_link}done/").headers["Location"] == due_link


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ARRIVED, Status.NO_SHOW, Status.BOOKED])
def test_a_receipt_opened_when_the_visit_is_over_says_how_it_is_now(
    phone: Client, link: str, visit: TreatmentSession, status: Status
) -> None:
    answer(phone, link, "yes")
    TreatmentSession.objects.filter(pk=visit.pk).update(status=status)
    later = visit.starts_at if status == Status.BOOKED else NOW
    with time_machine.travel(later, tick=False):
        assert phone.get(f"{link}done/").headers["Location"] == link


def test_a_moved_visit_shows_its_new_time_and_takes_an_answer_to_it(
    phone: Client, link: str, visit: TreatmentSession
) -> None:
    move(visit)
    page = words(phone.get(link).content)
    assert "Your visit was moved" in page
    assert "Friday 27 November 2026" in page
    assert answer(phone, link, "yes", version="2") == 302


def test_a_visit_booked_in_the_place_of_a_cancelled_one_was_not_moved(
    phone: Client, link: str, visit: TreatmentSession
) -> None:
    TreatmentSession.objects.update(status=Status.CANCELLED)
    make_session(visit.course, visit.injector, visit.starts_at + DAY, due_on=visit.due_on)
    page = words(phone.get(link).content)
    assert "Friday 27 November 2026" in page
    assert "Your visit was moved" not in page


def test_an_answer_that_somebody_at_the_desk_was_faster_than_is_told_how_the_visit_is_now(
    phone: Client, link: str, visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved_in_that_moment(**_answer: object) -> None:
        move(visit)
        raise booking.Stale(visit)

    monkeypatch.setattr(booking, "answer", moved_in_that_moment)
    response = phone.post(f"{link}yes/", {"version": "1"})
    assert response.status_code == 409
    assert "Friday 27 November 2026" in words(response.content)


def test_whom_another_injector_sees_at_the_same_time_is_not_told_that_it_moved(phone: Client, link: str) -> None:
    TreatmentSession.objects.update(version=2)
    assert "Your visit was moved" not in words(phone.get(link).content)
    assert answer(phone, link, "yes", version="2") == 302


@pytest.mark.parametrize("version", ["1", "", "x", "999999999999"])
def test_an_answer_to_a_time_that_is_no_more_is_not_taken(
    phone: Client, link: str, visit: TreatmentSession, version: str
) -> None:
    move(visit)
    response = phone.post(f"{link}yes/", {"version": version})
    assert response.status_code == 409
    assert "your answer was not taken" in words(response.content)
    assert "Friday 27 November 2026" in words(response.content)
    visit.refresh_from_db()
    assert visit.answer == Answer.NONE


def test_an_answer_to_a_visit_cancelled_meanwhile_is_not_taken(
    phone: Client, link: str, visit: TreatmentSession
) -> None:
    TreatmentSession.objects.update(status=Status.CANCELLED)
    response = phone.post(f"{link}ask/", {"version": "1"})
    assert response.status_code == 409
    assert "This visit is cancelled" in words(response.content)


@pytest.mark.parametrize(
    ("status", "heading", "stands"),
    [
        (Status.CANCELLED, "This visit is cancelled", False),
        (Status.ARRIVED, "Welcome", True),
        (Status.NO_SHOW, "We missed you", False),
    ],
)
def test_a_visit_that_cannot_be_answered_offers_no_answer_and_no_time_that_is_not(
    phone: Client, link: str, osei: Injector, rules: Clinic, status: Status, heading: str, stands: bool
) -> None:
    TreatmentSession.objects.update(status=status)
    make_session(make_course(make_patient(rules, "Jo", "Park")), osei, NOW + 4 * DAY)  # nobody is shown another's
    page = words(phone.get(link).content)
    assert heading in page
    assert "I will come" not in page
    assert ("Thursday 26 November 2026" in page) is stands
    assert "020 7946 0000" in page


def test_on_the_day_after_the_visit_is_past(phone: Client, link: str) -> None:
    with time_machine.travel(NOW + 4 * DAY, tick=False):
        page = words(phone.get(link).content)
    assert "This visit is past" in page
    assert "Thursday 26 November 2026" not in page


def test_a_link_ends_after_the_day_after_the_visit(phone: Client, link: str) -> None:
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        response = phone.get(link)
        assert answer(phone, link, "yes") == 410
    assert response.status_code == 410
    assert "020 7946 0000" in words(response.content)


def test_a_link_ends_sooner_when_the_visit_is_brought_forward(
    phone: Client, link: str, visit: TreatmentSession, maria: Patient
) -> None:
    sooner = visit.local_date - 2 * DAY
    TreatmentSession.objects.update(local_date=sooner, due_on=sooner)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        assert phone.get(link).status_code == 410
        assert links.live(maria, NOW + 3 * DAY) == []
    TreatmentSession.objects.update(status=Status.CANCELLED)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        assert "Do you want a new time?" in words(phone.get(link).content)


def test_a_revoked_link_has_ended(phone: Client, link: str) -> None:
    PatientLink.objects.update(revoked_at=NOW)
    assert phone.get(link).status_code == 410


def test_a_link_that_has_ended_says_the_clinics_number_once(phone: Client, link: str) -> None:
    PatientLink.objects.update(revoked_at=NOW)
    page = words(phone.get(link).content)
    assert "This link has ended" in page
    assert page.count("020 7946 0000") == 1


def test_an_unknown_link_says_nothing_of_any_clinic(phone: Client, link: str) -> None:
    response = phone.get("/v/AAAAAAAAAAAAAAAAAAAAAA/")
    assert response.status_code == 404
    assert "020 7946" not in response.content.decode()
    assert "Riverside" not in response.content.decode()


def test_only_the_hash_of_a_link_is_stored(reminder: Reminder, link: str) -> None:
    token = links.token_of(reminder)
    stored = PatientLink.objects.get()
    assert token in link
    assert len(token) == 22  # 128 bits
    assert token not in str(vars(stored))
    assert stored.token_hash == hash_of(token)


def test_two_reminders_have_two_links(visit: TreatmentSession) -> None:
    reconcile(now=NOW)
    first, second = Reminder.objects.all()
    assert links.token_of(first) != links.token_of(second)


def test_a_due_message_leads_to_where_to_call(phone: Client, due_link: str) -> None:
    page = words(phone.get(due_link).content)
    assert "It is time to book your next visit" in page
    assert "020 7946 0000" in page
    assert phone.post(f"{due_link}yes/", {"version": "1"}).status_code == 200
    assert f'href="{due_link}times/"' in phone.get(due_link).content.decode()


def test_a_welcome_does_not_ask_for_a_booking_and_knows_of_nobody_else_s(
    phone: Client, rules: Clinic, visit: TreatmentSession
) -> None:
    ann = make_patient(rules, "Ann", "New")
    ContactPoint.objects.filter(patient=ann).update(consented_at=NOW)
    reconcile(now=NOW)
    link = address_for(Reminder.objects.get(patient=ann), now=NOW).removeprefix("http://127.0.0.1:8000")
    page = words(phone.get(link).content)
    assert "Your next visit" in page
    assert "Call us if you have a question." in page
    assert "time to book" not in page


def test_no_page_says_a_word_of_health(phone: Client, link: str, due_link: str) -> None:
    pages = [phone.get(due_link), phone.get("/v/nonsense/"), phone.get(link)]
    for what in ("yes", "ask"):
        answer(phone, link, what)
        pages += [phone.get(link), phone.get(f"{link}done/")]
    pages.append(phone.post(f"{link}yes/", {"version": "9"}))
    for status in (Status.CANCELLED, Status.ARRIVED, Status.NO_SHOW):
        TreatmentSession.objects.filter(status__in=[Status.BOOKED, Status.CANCELLED, Status.ARRIVED]).update(
            status=status
        )
        pages.append(phone.get(link))
    for page in pages:
        assert blocked_words(words(page.content)) == []
        assert blocked_words(str(page.headers)) == []


def test_the_addresses_are_those_the_messages_promise(reminder: Reminder) -> None:
    token = links.token_of(reminder)
    assert reverse("reminders:visit", args=[token]) == f"/v/{token}/"


def move(visit: TreatmentSession) -> None:
    TreatmentSession.objects.update(
        version=2,
        starts_at=visit.starts_at + DAY,
        ends_at=visit.ends_at + DAY,
        local_date=visit.local_date + DAY,
    )


def test_the_visit_goes_into_the_phones_calendar_without_a_word_of_health(phone: Client, link: str) -> None:
    answer(phone, link, "yes")
    assert f'href="{link}calendar.ics"' in phone.get(f"{link}done/").content.decode()
    file = phone.get(f"{link}calendar.ics")
    assert file["Content-Disposition"] == 'attachment; filename="visit.ics"'
    content = file.content.decode()
    assert "SUMMARY:Clinic visit" in content
    assert "DTSTART;TZID=Europe/London:20261126T103000" in content
    assert not blocked_words(content)
    assert "Maria" not in content


def test_the_entry_in_the_phones_calendar_speaks_the_language_of_the_page(phone: Client, link: str) -> None:
    Patient.objects.update(language="es")
    assert "SUMMARY:Visita a la clínica" in phone.get(f"{link}calendar.ics").content.decode()


def test_taking_the_file_changes_nothing(phone: Client, link: str) -> None:
    before = everything()
    phone.get(f"{link}calendar.ics")
    assert everything() == before
