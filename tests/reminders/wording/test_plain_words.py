"""The editor hints at what is hard to read, and leaves the choice to whoever writes."""

from reminders.wording.plain_words import hints


def test_a_sentence_of_more_than_twenty_words_is_named() -> None:
    text = "Come in. " + " ".join(["word"] * 21) + ". Thank you."
    assert hints(text) == ["The sentence that starts “word word word” has 21 words: two short ones are easier."]
    assert hints(" ".join(["word"] * 20)) == []


def test_a_field_is_one_word_and_never_a_long_one() -> None:
    assert hints("{first_name} {day_date} {clinic_with_a_long_name} " + "word " * 17) == []


def test_a_hard_word_gets_an_easy_one() -> None:
    assert hints("Please attend prior to 10am") == ["“attend” could be “come”.", "“prior to” could be “before”."]
    assert hints("attendance") == []


def test_a_long_word_is_named_once() -> None:
    assert hints("Unfortunately, unfortunately, Unfortunately") == [
        "“Unfortunately” is a long word.",
        "“unfortunately” is a long word.",
    ]
