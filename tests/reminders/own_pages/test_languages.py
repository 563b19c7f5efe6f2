"""Patients' pages in five languages: every phrase is translated, what runs is what is written, Urdu runs from the right."""

import re

import pytest
from django.test import Client

from clinic.health_words import blocked_words
from clinic.models import User
from patients.models import Patient
from reminders import texts
from reminders.models import Kind
from tests import languages
from tests.conftest import log_in
from tests.reminders.reading import answer, born, words

HOLES = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_every_phrase_is_translated_and_no_other(language: str) -> None:
    translated = {str(message.id): str(message.string) for message in languages.read(language) if message.id}
    assert set(translated) == languages.phrases(), "run make words"
    assert [phrase for phrase, words_ in translated.items() if not words_.strip()] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_what_is_filled_in_is_the_same_in_every_language(language: str) -> None:
    for message in languages.read(language):
        if message.id:
            assert sorted(HOLES.findall(str(message.id))) == sorted(HOLES.findall(str(message.string))), message.id


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_what_runs_is_what_is_written(language: str) -> None:
    running = languages.po_file(language).with_suffix(".mo").read_bytes()
    assert running == languages.compiled(languages.read(language)), "run make words"


@pytest.mark.parametrize(
    ("language", "direction", "said", "day"),
    [
        ("en", "ltr", "Maria, can you come?", "Thursday 26 November 2026 10:30am"),
        ("cy", "ltr", "Maria, allwch chi ddod?", "Dydd Iau 26 Tachwedd 2026 10:30"),
        ("es", "ltr", "Maria, ¿puede venir?", "jueves 26 de noviembre de 2026 10:30"),
        ("pl", "ltr", "Maria, czy możesz przyjść?", "czwartek 26 listopada 2026 10:30"),
        ("ur", "rtl", "Maria، کیا آپ آ سکتے ہیں؟", "جمعرات 26 نومبر 2026 10:30"),
    ],
)
def test_the_page_speaks_the_patients_language(
    phone: Client, link: str, maria: Patient, language: str, direction: str, said: str, day: str
) -> None:
    Patient.objects.update(language=language)
    page = phone.get(link).content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in page
    assert said in words(page.encode())
    assert day in words(page.encode())


def test_urdu_keeps_the_word_for_an_attack_from_visits() -> None:
    """One word means both: "it can wait until your next attack" is no advice."""
    visits = [str(message.string) for message in languages.read("ur") if "visit" in str(message.id)]
    assert [words_ for words_ in visits if re.search("دور[ہےو]", words_)] == []


def test_welsh_puts_no_day_after_a_word_that_changes_its_first_letter() -> None:
    said = [str(message.string) for message in languages.read("cy")]
    assert [words_ for words_ in said if re.search(r"\b(?:ar|am|o|i|gan) %\(day\)s", words_)] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_the_page_of_a_missed_visit_says_what_the_message_said_and_not_that_they_are_longed_for(language: str) -> None:
    heading = next(str(message.string) for message in languages.read(language) if message.id == "We missed you")
    assert heading.lower() in texts.words_for(language, Kind.MISSED).sms.lower()


def test_a_time_that_stays_booked_for_somebody_is_not_called_taken_in_polish() -> None:
    """The word for "occupied" is the one for a time that somebody else has."""
    booked = [str(message.string) for message in languages.read("pl") if "booked" in str(message.id)]
    assert [words_ for words_ in booked if "zaję" in words_ or "zają" in words_] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_no_page_behind_the_link_alone_says_a_word_of_health_in_any_language(
    phone: Client, link: str, language: str
) -> None:
    Patient.objects.update(language=language)
    pages = [phone.get(f"{link}{page}") for page in ("", "ask/", "stop/", "about/")]
    answer(phone, link, "yes")
    pages.append(phone.get(f"{link}done/"))
    for page in pages:
        assert blocked_words(words(page.content)) == []


def test_another_language_is_chosen_on_the_page_and_remembered(phone: Client, link: str) -> None:
    response = phone.post("/language/", {"language": "pl", "next": link})
    assert response.headers["Location"] == link
    assert "czy możesz przyjść?" in words(phone.get(link).content)
    assert phone.cookies["language"]["httponly"]
    phone.post("/language/", {"language": "tlh", "next": link})
    assert "czy możesz przyjść?" in words(phone.get(link).content)


def test_another_language_or_theme_is_chosen_without_losing_the_page(phone: Client, link: str) -> None:
    page = phone.get(f"{link}stop/").content.decode()
    assert page.count(f'name="next" value="{link}stop/"') == 2
    # What answers a sent form may have no page of its own.
    assert phone.post(f"{link}stop/").content.decode().count(f'name="next" value="{link}"') == 2


def test_the_switch_leads_to_no_other_site(phone: Client) -> None:
    response = phone.post("/language/", {"language": "cy", "next": "https://elsewhere.example/"})
    assert "elsewhere" not in response.headers["Location"]


def test_mistakes_are_said_in_the_patients_language(phone: Client, diary_link: str) -> None:
    Patient.objects.update(language="es")
    phone.post(diary_link, born(17, 4, 1984))
    page = phone.post(f"{diary_link}2026-11-22/", {}).content.decode()
    assert re.search(r"<title>\s*Error:", page)
    assert "Elija cómo de fuerte fue." in page


def test_staff_read_english_whatever_a_patient_chose(front_desk: User, maria: Patient) -> None:
    desk = log_in(front_desk)
    desk.cookies["language"] = "pl"
    page = desk.get("/today/").content.decode()
    assert '<html lang="en"' in page
    assert "Low light" in page
