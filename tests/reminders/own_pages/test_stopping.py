"""Messages a person stops on their own page: it says what still comes, and no visit is lost."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from clinic.health_words import blocked_words
from clinic.models import AuditEntry
from patients.models import Channel, ContactPoint, Patient
from reminders.models import NudgeStop
from tests.builders import NOW, make_patient
from tests.pages import is_told_with_a_field
from tests.reminders.reading import born, everything, words
from treatments.models import Course, Status, TreatmentSession


def choose(phone: Client, link: str, choice: str) -> str:
    return words(phone.post(f"{link}stop/", {"choice": choice}, follow=True).content)


def test_the_page_says_what_is_sent_now_and_changes_nothing(phone: Client, link: str, maria: Patient) -> None:
    make_patient(maria.clinic, "Jo", "Park")
    before = everything()
    answer = phone.get(f"{link}stop/")
    page = words(answer.content)
    assert answer.status_code == 200
    assert "texts to the phone number that ends in 000" in page
    assert "a message when your diary has gaps" in page
    assert "Your visits stay booked, whatever you choose here." in page
    assert "again" not in page  # nothing has been stopped
    assert not blocked_words(page)
    assert everything() == before


def test_all_texts_stop_and_the_visit_stays(phone: Client, link: str, visit: TreatmentSession, maria: Patient) -> None:
    page = choose(phone, link, "no_texts")
    assert "Saved" in page
    assert "texts to the phone number" not in page
    point = ContactPoint.objects.get(patient=maria, channel=Channel.SMS)
    assert (point.withdrawn_source, point.withdrawn_by) == ("their own page", None)
    assert (Patient.objects.get().preferred_channel, NudgeStop.objects.exists()) == (maria.preferred_channel, False)
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_texts_can_be_taken_up_again(phone: Client, link: str, maria: Patient) -> None:
    choose(phone, link, "no_texts")
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        assert "texts to the phone number" in choose(phone, link, "texts")
    point = ContactPoint.objects.get(patient=maria, channel=Channel.SMS)
    assert (point.trouble, point.consent_source) == ("", "their own page")


def test_email_takes_the_place_of_texts(phone: Client, link: str, maria: Patient) -> None:
    page = choose(phone, link, "email")
    assert "texts to the phone number" not in page
    assert "emails" in page
    assert "Use email instead" not in page
    maria.refresh_from_db()
    assert maria.preferred_channel == Channel.EMAIL
    assert not ContactPoint.objects.usable().filter(patient=maria, channel=Channel.SMS).exists()


def test_all_emails_stop_and_texts_go_on(phone: Client, link: str, maria: Patient) -> None:
    page = choose(phone, link, "no_emails")
    assert "<li>emails</li>" not in page
    assert "texts to the phone number" in page
    point = ContactPoint.objects.get(patient=maria, channel=Channel.EMAIL)
    assert (point.trouble, point.withdrawn_source) == ("Do not email", "their own page")
    assert "Use email instead" in page
    assert "Stop all emails" not in page


@pytest.mark.parametrize(("choice", "channel"), [("email", Channel.EMAIL), ("texts", Channel.SMS)])
def test_an_address_that_was_taken_for_dead_is_tried_again_when_its_owner_chooses_it(
    phone: Client, link: str, maria: Patient, choice: str, channel: Channel
) -> None:
    ContactPoint.objects.filter(channel=channel).update(failed_at=NOW, failed_reason="The email came back")
    choose(phone, link, choice)
    assert ContactPoint.objects.usable().filter(patient=maria, channel=channel).exists()


def test_where_no_texts_are_sent_the_page_speaks_of_none(phone: Client, link: str, settings: Settings) -> None:
    settings.SEND_TEXTS = False
    page = words(phone.get(f"{link}stop/").content)
    assert "emails" in page
    assert "ends in" not in page
    assert "Stop all texts" not in page
    assert "nothing: we call you if we must" in choose(phone, link, "no_emails")
    assert "texts" not in words(phone.get(f"{link}stop/").content)


def test_without_an_email_address_it_cannot_be_chosen(phone: Client, link: str, maria: Patient) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    page = words(phone.get(f"{link}stop/").content)
    assert "Use email instead" not in page
    assert "Call us to give us one." in page
    assert phone.post(f"{link}stop/", {"choice": "email"}).status_code == 422
    assert ContactPoint.objects.usable().filter(patient=maria, channel=Channel.SMS).exists()


def test_diary_messages_stop_alone_and_come_back(phone: Client, diary_link: str, maria: Patient) -> None:
    assert "no messages about your diary" in choose(phone, diary_link, "no_nudges")
    assert NudgeStop.objects.get().patient == maria
    assert ContactPoint.objects.usable().filter(patient=maria).count() == 2
    assert "a message when your diary has gaps" in choose(phone, diary_link, "nudges")
    assert not NudgeStop.objects.exists()
    assert AuditEntry.objects.filter(kind="nudges", subject=maria.uid, action=AuditEntry.Action.CHANGE).count() == 2


@pytest.mark.parametrize("choice", ["", "everything"])
def test_no_choice_is_said_in_words(phone: Client, link: str, choice: str) -> None:
    response = phone.post(f"{link}stop/", {"choice": choice})
    assert response.status_code == 422
    assert "Choose what to change." in words(response.content)
    assert is_told_with_a_field(response, "Choose what to change.")


def test_about_the_treatment_is_told_behind_the_date_of_birth(phone: Client, link: str) -> None:
    asked = words(phone.get(f"{link}about/").content)
    assert "When were you born?" in asked
    assert not blocked_words(asked)
    page = words(phone.post(f"{link}about/", born(17, 4, 1984), follow=True).content)
    for part in (
        "Call 999 at once if: it is hard to breathe, to swallow or to speak",
        "Most people get 31.",
        "about 15 minutes",
        "two to three weeks after",
        "every 12 weeks",
        "020 7946 0000",
    ):
        assert part in page


@pytest.mark.parametrize(
    ("language", "words_there"),
    [
        ("en", "You come again every 90 days."),
        ("cy", "Byddwch yn dod eto bob 90 diwrnod."),
        ("es", "Vuelve cada 90 días."),
        ("pl", "Przychodzisz znowu co 90 dni."),
        ("ur", "آپ ہر 90 دن بعد دوبارہ آتے ہیں۔"),
    ],
)
def test_who_comes_after_90_days_is_not_told_of_12_weeks(
    phone: Client, link: str, maria: Patient, language: str, words_there: str
) -> None:
    Course.objects.update(interval_days=90)
    Patient.objects.filter(pk=maria.pk).update(language=language)
    page = words(phone.post(f"{link}about/", born(17, 4, 1984), follow=True).content)
    assert words_there in page


def test_who_gets_no_texts_and_no_emails_is_promised_no_message_about_the_diary(phone: Client, link: str) -> None:
    choose(phone, link, "no_texts")
    page = choose(phone, link, "no_emails")
    assert "nothing: we call you if we must" in page
    assert "a message when your diary has gaps" not in page
    assert "Use email instead" in page
