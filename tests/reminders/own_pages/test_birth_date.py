"""The date of birth in front of what is told only to the person: once on each device, with few wrong tries."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import signing
from django.test import Client

from clinic.models import Clinic, User
from patients.models import DiaryDay, Patient
from reminders import links
from reminders.models import DiaryLink, Tries
from reminders.own_pages import limits
from tests.builders import NOW, make_patient
from tests.reminders.reading import born, everything, words

HOUR = dt.timedelta(hours=1)


def test_nothing_of_the_diary_is_shown_before_the_date_of_birth(phone: Client, diary_link: str) -> None:
    for page in ("", "week/", "2026-11-22/", "saved/2026-11-22/"):
        shown = words(phone.get(f"{diary_link}{page}").content)
        assert "When were you born?" in shown
        assert "headache" not in shown


def test_it_is_asked_once_on_a_device(phone: Client, diary_link: str) -> None:
    response = phone.post(diary_link, born(17, 4, 1984), follow=True)
    assert "Did you have any headache" in words(response.content)
    assert "Did you have any headache" in words(phone.get(diary_link).content)
    assert "When were you born?" in words(Client().get(diary_link).content)


def test_the_date_leads_to_the_week_that_was_asked_for(phone: Client, diary_link: str) -> None:
    page = f"{diary_link}week/?back=1"
    asking = phone.get(page).content.decode()
    assert f'action="{page}"' in asking
    shown = words(phone.post(page, born(17, 4, 1984), follow=True).content)
    assert "Sunday 15 November" in shown
    assert "Sunday 22 November" not in shown


def test_what_the_device_keeps_is_signed_and_opens_nobody_elses_pages(
    phone: Client, diary_link: str, riverside: Clinic, front_desk: User
) -> None:
    phone.post(diary_link, born(17, 4, 1984))
    name = next(name for name in phone.cookies if name.startswith("own-"))
    cookie = phone.cookies[name]
    assert cookie["httponly"]
    assert "1984" not in cookie.value
    _other, address = links.make_diary_link(patient=make_patient(riverside, "Tom", "Reid"), by=front_desk, at=NOW)
    assert "When were you born?" in words(phone.get(address.removeprefix("http://127.0.0.1:8000")).content)


def test_a_device_is_asked_again_after_a_year(phone: Client, diary_link: str, maria: Patient, front_desk: User) -> None:
    phone.post(diary_link, born(17, 4, 1984))
    for days, asked in ((364, False), (366, True)):
        at = NOW + dt.timedelta(days=days)
        _link, address = links.make_diary_link(patient=maria, by=front_desk, at=at)
        with time_machine.travel(at, tick=False):
            page = words(phone.get(address.removeprefix("http://127.0.0.1:8000")).content)
        assert ("When were you born?" in page) == asked


def test_what_the_device_keeps_goes_over_an_encrypted_line_alone_where_there_is_one(
    phone: Client, diary_link: str
) -> None:
    phone.post(diary_link, born(17, 4, 1984), secure=True)
    [cookie] = [cookie for name, cookie in phone.cookies.items() if name.startswith("own-")]
    assert (cookie["secure"], cookie["samesite"]) == (True, "Lax")


def test_a_value_signed_for_another_purpose_opens_nothing(phone: Client, diary_link: str, maria: Patient) -> None:
    phone.post(diary_link, born(17, 4, 1984))
    name = next(name for name in phone.cookies if name.startswith("own-"))
    thief = Client()
    thief.cookies[name] = signing.TimestampSigner(salt="another purpose").sign(str(maria.uid))
    assert "When were you born?" in words(thief.get(diary_link).content)


@pytest.mark.parametrize("date", [("", "", ""), ("31", "4", "1984"), ("x", "4", "1984"), ("17", "4", "84444")])
def test_a_date_that_is_none_is_refused_in_words_and_costs_no_try(
    phone: Client, diary_link: str, date: tuple[str, str, str]
) -> None:
    response = phone.post(diary_link, born(*date))
    assert response.status_code == 422
    assert "There is a problem" in words(response.content)
    assert not Tries.objects.filter(number__gt=1).exists()


def test_a_wrong_date_is_refused_in_plain_words_and_kept(phone: Client, diary_link: str) -> None:
    response = phone.post(diary_link, born(18, 4, 1984))
    assert response.status_code == 422
    assert "This is not the date of birth that we have." in words(response.content)
    assert re.search(r'<a href="#id_born_day">This is not the date', response.content.decode())
    assert 'value="18"' in response.content.decode()


def test_after_five_wrong_tries_even_the_right_date_waits_an_hour_on_every_device(
    phone: Client, diary_link: str
) -> None:
    for day in range(1, 1 + limits.WRONG_BIRTH_DATES.most):
        assert Client().post(diary_link, born(day, 1, 1990)).status_code == 422
    refused = phone.post(diary_link, born(17, 4, 1984))
    assert refused.status_code == 429
    assert "Wait 60 min, then try again." in words(refused.content)
    assert "020 7946 0000" in words(refused.content)
    assert "on your letters" not in words(refused.content)  # for whom no clinic is known
    with time_machine.travel(NOW + HOUR, tick=False):
        assert phone.post(diary_link, born(17, 4, 1984)).status_code == 302


def test_a_right_date_gives_the_tries_back(phone: Client, diary_link: str) -> None:
    for day in range(1, 4):
        phone.post(diary_link, born(day, 1, 1990))
    phone.post(diary_link, born(17, 4, 1984))
    for day in range(1, 1 + limits.WRONG_BIRTH_DATES.most):
        assert Client().post(diary_link, born(day, 1, 1990)).status_code == 422


def test_what_was_sent_when_the_date_was_asked_for_again_is_not_lost(phone: Client, diary_link: str) -> None:
    asked = phone.post(f"{diary_link}2026-11-22/", {"headache": "no"})
    assert '<input type="hidden" name="headache" value="no">' in asked.content.decode()
    phone.post(f"{diary_link}2026-11-22/", {"headache": "no"} | born(17, 4, 1984))
    assert DiaryDay.objects.get().source == "patient"


def test_an_ended_link_opens_nothing_whatever_the_device_remembers(
    phone: Client, diary_link: str, maria: Patient, front_desk: User
) -> None:
    phone.post(diary_link, born(17, 4, 1984))
    links.revoke(link=DiaryLink.objects.get(), by=front_desk, at=NOW)
    assert phone.get(diary_link).status_code == 410


def test_a_diary_link_ends_after_sixteen_weeks(phone: Client, diary_link: str) -> None:
    with time_machine.travel(NOW + dt.timedelta(days=114), tick=False):
        assert phone.get(diary_link).status_code == 410


def test_a_diary_link_is_random_and_stored_as_a_hash(maria: Patient, front_desk: User) -> None:
    (first, one), (_second, other) = (links.make_diary_link(patient=maria, by=front_desk, at=NOW) for _time in range(2))
    assert one != other
    token = one.rstrip("/").rpartition("/")[2]
    assert len(token) == 22
    assert token not in str(vars(first))


def test_looking_at_the_diary_changes_nothing(phone: Client, diary_link: str) -> None:
    phone.post(diary_link, born(17, 4, 1984))
    before = everything()
    for page in ("", "week/", "2026-11-22/", "saved/2026-11-22/"):
        phone.get(f"{diary_link}{page}")
        phone.head(f"{diary_link}{page}")
    assert everything() == before
