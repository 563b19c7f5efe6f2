"""What a text must not say and must not leave out, and how long it becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.health_words import blocked_words
from reminders.texts import LANGUAGES
from reminders.wording import gsm, guard
from reminders.wording.measuring import counter, without_odd


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 155, "155 of 160 characters · 1 text · GSM-7"),
        ("a" * 160, "160 of 160 characters · 1 text · GSM-7"),
        ("a" * 161, "161 of 306 characters · 2 texts · GSM-7"),
        ("a" * 306, "306 of 306 characters · 2 texts · GSM-7"),
        ("a" * 307, "307 of 459 characters · 3 texts · GSM-7"),
        ("€" * 80, "160 of 160 characters · 1 text · GSM-7"),
        ("€" * 80 + "a", "161 of 306 characters · 2 texts · GSM-7"),
        ("[]{}~^\\|€", "18 of 160 characters · 1 text · GSM-7"),
        ("’" + "a" * 69, "70 of 70 characters · 1 text · long-code (UCS-2)"),
        ("’" + "a" * 70, "71 of 134 characters · 2 texts · long-code (UCS-2)"),
        ("’" + "a" * 134, "135 of 201 characters · 3 texts · long-code (UCS-2)"),
    ],
)
def test_the_counter_says_length_texts_and_alphabet(text: str, words: str) -> None:
    assert counter(text) == words


def test_a_character_that_counts_twice_is_not_torn_between_two_texts() -> None:
    assert gsm.parts("a" * 152 + "€" + "a" * 152) == 3
    assert gsm.parts("á" + "a" * 65 + "😀" + "a" * 66) == 3


@given(st.text(max_size=500))
def test_texts_hold_what_they_say_they_hold(text: str) -> None:
    assert gsm.length(text) <= gsm.room(text)
    assert gsm.parts(text) >= -(-gsm.length(text) // (gsm.PART if gsm.fits_alphabet(text) else gsm.PART_WIDE)) - (
        gsm.length(text) <= (gsm.SINGLE if gsm.fits_alphabet(text) else gsm.SINGLE_WIDE)
    )


def test_an_odd_character_is_named_with_its_plain_spelling() -> None:
    assert gsm.odd_characters("It’s – 😀 ś") == {"’": "'", "–": "-", "😀": "", "ś": "s"}
    assert without_odd("It’s – 😀 ś") == "It's - 😀 s"


@pytest.mark.parametrize(
    "text",
    [
        "Your MIGRAINE visit",
        "Ceny zastrzyków",
        "su tratamiento",
        "la migraña",
        "Eich triniaeth",
        "am driniaeth",
        "eich cur  pen",
        "آپ کا علاج",
        "سر درد",
        "leki na ból",
        "z bólami głowy",
        "przyjdź z lekami",
        "sześć dawek",
        "leczymy od lat",
        "su medicación",
        "la terapia",
        "fy nghur pen",
        "fy mhigiad",
        "bring your meds",
        "آپ کی دوائیوں",
        "بيماري",
    ],
)
def test_words_for_illness_drug_and_treatment_are_blocked_in_every_language(text: str) -> None:
    assert guard.faults(text, kind="visit")


@pytest.mark.parametrize(
    "text",
    [
        "drugi termin",
        "immigrants welcome",
        "Os oes rhywbeth yn eich poeni",
        "a las dos",
        "lekarz",
        "آپ کی مرضی",
        "el dollar",
        "lecz nie dziś",
        "term\u00adin",
    ],
)
def test_innocent_words_are_not_blocked(text: str) -> None:
    assert blocked_words(text) == []


@pytest.mark.parametrize(
    "text",
    ["Bo\u00adtox", "mi\u200bgraine", "treat\u2060ment", "migran\u0303a", "sI\u0301ntoma", "trata\u00admien\u00adto"],
)
def test_a_word_is_found_through_signs_that_nobody_sees_and_accents_of_their_own(text: str) -> None:
    assert blocked_words(f"Your {text} today") == [text]


@pytest.mark.parametrize(
    ("text", "name", "blocked"),
    [
        ("Dolores, please call us", "Dolores Vega", []),
        ("Gracias, MARÍA DOLORES", "María Dolores Vega", []),
        ("Mr Dawkins, please call us", "Ian Dawkins", []),
        ("Dolores, ¿tiene dolores?", "Dolores Vega", ["dolores"]),
        ("Dolores, ¿un dolor?", "Dolores Vega", ["dolor"]),
        ("Dolores de cabeza", "Maria Santos", ["Dolores"]),
        ("Your Botox, Dolores", "Dolores Vega", ["Botox"]),
    ],
)
def test_the_name_of_whom_it_is_for_passes_and_the_word_does_not(text: str, name: str, blocked: list[str]) -> None:
    assert blocked_words(text, names=[name]) == blocked


def test_a_blocked_word_is_named_as_it_is_written() -> None:
    assert blocked_words("Su Tratamiénto y Łek, BOTOX!") == ["Tratamiénto", "Łek", "BOTOX"]


def test_a_clinic_blocks_words_of_its_own_beside_those() -> None:
    assert blocked_words("The Neuron Ward", ["neuron", ""]) == ["Neuron"]
    assert blocked_words("your botox", ["neuron"]) == ["botox"]


@pytest.mark.parametrize("written", ["first name", "first-name", " first_name ", "First_Name"])
def test_a_field_that_is_written_otherwise_does_not_go_out_as_it_stands(written: str) -> None:
    assert guard.faults(f"Hello {{{written}}}", kind="visit") == [
        f"There is no field {{{written}}}. Did you mean {{first_name}}?"
    ]


@pytest.mark.parametrize("text", ["Hello {first_name", "Hello first_name}", "Hello {{first_name}}"])
def test_a_brace_that_is_left_open_or_closes_nothing_is_named(text: str) -> None:
    assert guard.faults(text, kind="visit") == ["A brace stands by itself: write a field as it is in {first_name}."]


def test_an_unknown_field_is_named_with_the_one_that_was_meant() -> None:
    assert guard.faults("Hello {frist_name}", kind="visit") == [
        "There is no field {frist_name}. Did you mean {first_name}?"
    ]
    assert "Use {clinic}" in guard.faults("Hello {zzz}", kind="visit")[0]


def test_a_message_about_no_visit_names_no_time() -> None:
    assert guard.faults("{clinic} {time}", kind="due") == ["This message is about no visit: take out {time}."]


@pytest.mark.parametrize(
    ("text", "kind", "channel", "words"),
    [
        ("{clinic}: see you", "visit", "sms", "link is missing"),
        ("see you {link}", "visit", "sms", "Say who writes"),
        ("{clinic}: we will text you. {link}", "welcome", "sms", "To stop, reply STOP"),
    ],
)
def test_what_is_left_out_is_said(text: str, kind: str, channel: str, words: str) -> None:
    assert any(words in one for one in guard.missing(text, kind=kind, channel=channel))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_default_texts_pass_their_own_guard(language: str) -> None:
    kinds = {"visit_far": "visit", "visit_near": "visit", "visit_next_day": "visit"}
    for key, words in LANGUAGES[language].WORDS.items():
        kind = kinds.get(key, key)
        for channel, text in (("sms", words.sms), ("email", words.email)):
            assert guard.faults(f"{text} {words.subject}", kind=kind) == []
            assert guard.missing(text, kind=kind, channel=channel) == []
