"""How long a text becomes with the longest that its fields can hold, and what it then costs."""

from dataclasses import dataclass

from clinic.models import Clinic
from patients.models import Channel
from reminders.models import MessageTemplate
from reminders.wording import gsm
from reminders.wording.fields import FIELDS, fill, unknown_fields
from reminders.wording.longest import longest_values
from reminders.wording.rendering import RIGHT_TO_LEFT, fill_text


@dataclass(frozen=True)
class Odd:
    """A character that no short text has, and what to write instead."""

    character: str
    plain: str


@dataclass(frozen=True)
class Shown:
    """A message as it reads at its longest."""

    subject: str
    body: str
    language: str
    counter: str = ""
    parts: int = 0
    odd: tuple[Odd, ...] = ()

    @property
    def right_to_left(self) -> bool:
        """Whether it is read from right to left."""
        return self.language in RIGHT_TO_LEFT


def show(*, clinic: Clinic, channel: str, language: str, subject: str, body: str) -> Shown:
    """Return the message with the longest values; a field that there is not stays as it is written."""
    values = {name: f"{{{name}}}" for name in _names(subject + body)} | longest_values(clinic, language)
    template = MessageTemplate(channel=channel, language=language, subject=subject, body=body)
    filled = fill_text(template, values)
    if channel != Channel.SMS:
        return Shown(fill(subject, values), filled, language)
    odd = tuple(Odd(character, plain) for character, plain in gsm.odd_characters(body).items())
    return Shown("", filled, language, counter(filled), gsm.parts(filled), odd)


def counter(text: str) -> str:
    """Return the length in words: 155 of 160 characters · 1 text · GSM-7."""
    parts = gsm.parts(text)
    alphabet = "GSM-7" if gsm.fits_alphabet(text) else "long-code (UCS-2)"
    texts = "1 text" if parts == 1 else f"{parts} texts"
    return f"{gsm.length(text)} of {gsm.room(text)} characters · {texts} · {alphabet}"


def without_odd(text: str) -> str:
    """Return a text with each odd character that has a plain spelling spelt so."""
    plain = gsm.odd_characters(text)
    return "".join(plain.get(character) or character for character in text)


def _names(text: str) -> set[str]:
    return {*unknown_fields(text), *FIELDS}
