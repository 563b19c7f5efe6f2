"""The texts: short enough, in the networks' alphabet, and silent about health."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from clinic.health_words import blocked_words
from clinic.models import Clinic
from patients.models import Patient
from reminders.channels import Message
from reminders.checks import LONGEST_BASE_URL
from reminders.models import MessageTemplate, Reminder
from reminders.planning import reconcile
from reminders.texts import LANGUAGES, PARTS, Words
from reminders.wording import gsm, rendering
from reminders.wording.fields import fill, unknown_fields
from reminders.wording.longest import longest_clock, longest_day
from tests.builders import NOW
from tests.linked import address_for
from treatments.models import TreatmentSession

ALL_TEXTS = [
    pytest.param(language, words, id=f"{language}-{key}")
    for language, module in LANGUAGES.items()
    for key, words in module.WORDS.items()
]


def longest(language: str) -> dict[str, str]:
    """Return what the fields may hold at most."""
    return {
        "clinic": "N" * 20,  # the model's limit
        "first_name": "Christopher",
        "day_date": longest_day(language),
        "time": longest_clock(language),
        "place": "P" * 60,
        "phone": "+44 20 7946 0000",
        "link": "L" * (LONGEST_BASE_URL + len("/v/") + 22 + len("/")),
    }


@pytest.mark.parametrize(("language", "words"), ALL_TEXTS)
def test_the_longest_text_message_is_no_more_texts_than_stated(language: str, words: Words) -> None:
    template = MessageTemplate(channel="sms", language=language, body=words.sms)
    assert gsm.parts(rendering.fill_text(template, longest(language))) <= PARTS[language]


def test_an_address_and_a_number_keep_their_order_in_a_line_from_right_to_left(riverside: Clinic) -> None:
    riverside.address = "12 River Road, London"
    assert rendering.clinic_values(riverside, "pl")["place"] == riverside.address
    values = rendering.clinic_values(riverside, "ur")
    assert (values["place"], values["phone"]) == tuple(
        f"\u200e{words}\u200e" for words in (riverside.address, riverside.phone)
    )


@pytest.mark.parametrize(("language", "words"), ALL_TEXTS)
def test_the_default_texts_name_no_health_matter_in_any_language(language: str, words: Words) -> None:
    whole = f"{words.sms} {words.subject} {words.email}"
    assert blocked_words(whole) == []
    assert unknown_fields(whole) == []
    assert len(words.subject) + len(longest_day(language)) + len(longest_clock(language)) < 90


@pytest.mark.parametrize(("language", "words"), ALL_TEXTS)
def test_the_default_texts_never_say_tomorrow(language: str, words: Words) -> None:
    tomorrow = {"en": "tomorrow", "cy": "yfory", "es": "mañana", "pl": "jutro", "ur": "کل"}[language]
    assert tomorrow not in f"{words.sms} {words.email}".split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_is_not_offered_as_an_earlier_one_to_those_who_have_none(language: str) -> None:
    earlier = {"en": "earlier", "cy": "amser cynt", "es": "antes", "pl": "wcześniejszy", "ur": "پہلے کا"}[language]
    words = LANGUAGES[language].WORDS["offer"]
    assert earlier not in f"{words.sms} {words.subject} {words.email}".lower()


def test_every_language_has_the_same_texts_with_a_link_or_a_number() -> None:
    kinds = {language: set(module.WORDS) for language, module in LANGUAGES.items()}
    assert all(found == kinds["en"] for found in kinds.values())
    for module in LANGUAGES.values():
        assert all("{link}" in words.sms or "{phone}" in words.sms for words in module.WORDS.values())
        assert all(words.sms.partition("{")[2].startswith("clinic}: {first_name}") for words in module.WORDS.values())
        assert "STOP" in module.WORDS["welcome"].sms


@pytest.mark.parametrize(
    "word",
    ["migraine", "Headaches", "BOTOX", "botulinum", "toxin", "injections", "neurology", "pain clinic", "medicine"],
)
def test_a_text_with_a_health_word_is_refused(reminder: Reminder, word: str) -> None:
    template = MessageTemplate(clinic=reminder.clinic, rule=reminder.rule, channel="sms", body=f"Your {word} visit")
    with pytest.raises(ValidationError) as caught:
        template.clean()
    assert word.split()[0] in caught.value.message_dict["body"][0]


def test_a_subject_with_a_health_word_is_refused(reminder: Reminder) -> None:
    template = MessageTemplate(rule=reminder.rule, channel="email", subject="Your Botox visit", body="See you")
    with pytest.raises(ValidationError, match="Botox"):
        template.clean()


def test_a_field_that_there_is_not_is_refused(reminder: Reminder) -> None:
    template = MessageTemplate(rule=reminder.rule, channel="sms", body="Hello {frist_name}")
    with pytest.raises(ValidationError, match="frist_name"):
        template.clean()


def test_a_text_cannot_reach_into_objects() -> None:
    assert fill("{clinic.__class__} {clinic}", {"clinic": "Riverside"}) == "{clinic.__class__} Riverside"


def test_a_field_without_a_value_stops_the_message() -> None:
    with pytest.raises(KeyError):
        fill("See you {time}", {})


@pytest.mark.parametrize(
    ("text", "length", "parts"),
    [
        pytest.param("a" * 160, 160, 1, id="exactly-one"),
        pytest.param("a" * 161, 161, 2, id="one-too-many"),
        pytest.param("€" * 80, 160, 1, id="euro-counts-twice"),
        pytest.param("á" + "a" * 69, 70, 1, id="one-odd-letter-makes-it-70"),
        pytest.param("á" + "a" * 70, 71, 2, id="one-odd-letter-and-71"),
        pytest.param("😀", 2, 1, id="emoji-is-two"),
        pytest.param("", 0, 1, id="empty"),
    ],
)
def test_the_length_of_a_text_message(text: str, length: int, parts: int) -> None:
    assert (gsm.length(text), gsm.parts(text)) == (length, parts)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Siobhán", "Siobhan"),
        ("Łukasz", "Lukasz"),
        ("Zoë", "Zoe"),
        ("José", "José"),
        ("O’Brien", "O'Brien"),
        ("علی", "علی"),
    ],
)
def test_a_name_is_written_in_the_networks_alphabet_where_it_can_be(name: str, plain: str) -> None:
    assert gsm.plain(name) == plain


def rendered(reminder: Reminder, channel: str) -> Message:
    template = rendering.template_for(reminder, channel)
    contact = reminder.patient.contact_points.get(channel=channel)
    assert template
    return rendering.render(reminder, template, contact, link=address_for(reminder, now=NOW))


def test_a_message_says_the_day_and_time_of_the_clinics_clock(visit: TreatmentSession) -> None:
    TreatmentSession.objects.update(
        starts_at=dt.datetime(2026, 7, 2, 9, 30, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 7, 2, 9, 45, tzinfo=dt.UTC),
        placed_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    )
    reconcile(now=dt.datetime(2026, 6, 29, 9, tzinfo=dt.UTC))
    Patient.objects.update(timezone="America/New_York")  # they come over for the visit
    reminder = Reminder.objects.get(rule__days_before=3)
    text, letter = rendered(reminder, "sms"), rendered(reminder, "email")
    assert text.body.startswith("Riverside Clinic: Maria, see you Thursday 2 July at 10:30am. Cannot come? http")
    assert letter.subject == "Your visit on Thursday 2 July at 10:30am"
    assert "12 River Road" in letter.body
    assert "{" not in text.body + letter.body + letter.subject


def test_a_message_rendered_again_is_the_same_to_the_letter(reminder: Reminder) -> None:
    assert rendered(reminder, "sms") == rendered(reminder, "sms")


def test_a_message_names_the_link_that_stands_in_it(reminder: Reminder) -> None:
    text = rendered(reminder, "sms")
    assert text.link == address_for(reminder, now=NOW)
    assert text.link in text.body


def test_a_line_break_in_a_subject_makes_no_header(reminder: Reminder) -> None:
    MessageTemplate.objects.filter(channel="email").update(subject="Your visit\nBcc: {first_name}@patients.example")
    assert rendered(reminder, "email").subject == "Your visit Bcc: Maria@patients.example"


def test_the_patients_language_is_used_where_a_text_is_written_in_it(reminder: Reminder) -> None:
    MessageTemplate.objects.filter(rule=reminder.rule, language="pl").delete()
    reminder.patient.language = "es"
    assert rendered(reminder, "sms").body.startswith(
        "Riverside Clinic: Maria, cita: jueves 26 de noviembre a las 10:30."
    )
    reminder.patient.language = "pl"
    assert rendered(reminder, "sms").body.startswith("Riverside Clinic")
