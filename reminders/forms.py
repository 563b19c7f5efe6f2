"""What staff type about messages: rules, texts, words, one-off messages."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic import message_hours
from clinic.forms import Lines
from patients.models import Channel, Patient
from patients.models.contact import clean_address
from reminders.models import Kind, ReminderRule
from reminders.models.rule import DAYS_AFTER, DAYS_BEFORE, MOST_DAYS
from reminders.wording import guard
from treatments.forms import HouseForm

# Ten parts: more is a letter.
MOST_LETTERS = 1530
DISTANCE = (*DAYS_BEFORE, *DAYS_AFTER)
# What a person starts cannot be switched off: nobody would learn why nothing went out.
BY_A_PERSON = (Kind.ASKED, Kind.OFFER, Kind.ONE_OFF)
SHORTEST_WORD, LONGEST_WORD = 3, 40
_SHORT_WORD, _LONG_WORD = "Enter a word of three letters or more.", f"Use at most {LONGEST_WORD} letters."
_DAYS_WORDS = f"Enter whole days from 1 to {MOST_DAYS}."
_TIME_WORDS = "Enter a time from 08:00 to 19:59, such as 10:00: at other times people are not disturbed."


class RuleForm(HouseForm):
    """When one kind of message goes out, and which way."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in DISTANCE])
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        help_text="before the visit or the due date, or after the session",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _DAYS_WORDS),
    )
    send_at = forms.TimeField(
        label="At",
        help_text="on the clinic's clock; a message that waits already keeps its time",
        widget=forms.TimeInput({"inputmode": "numeric"}, format="%H:%M"),
        error_messages=dict.fromkeys(("required", "invalid"), _TIME_WORDS),
    )
    channel_order = forms.ChoiceField(label="By", choices=ReminderRule.Order.choices)
    languages = forms.MultipleChoiceField(
        label="In these languages",
        help_text="Whose language is not ticked gets English. A native speaker should read a text before you tick it.",
        choices=[choice for choice in Patient.Language.choices if choice[0] != Patient.Language.ENGLISH],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    active = forms.BooleanField(label="Send these messages", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rule: ReminderRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule is None:
            return
        del self.fields["kind"]
        if rule.kind not in DISTANCE:
            del self.fields["days"], self.fields["send_at"]
        if rule.kind in BY_A_PERSON:
            del self.fields["active"]

    def clean_send_at(self) -> dt.time:
        """Refuse a time at which people sleep."""
        send_at: dt.time = self.cleaned_data["send_at"]
        if not message_hours.QUIET_UNTIL <= send_at < message_hours.QUIET_FROM:
            raise ValidationError(_TIME_WORDS)
        return send_at

    def values(self, kind: str) -> dict[str, Any]:
        """Return the rule's columns."""
        data = self.cleaned_data
        found = {
            "channel_order": data["channel_order"],
            "languages": [Patient.Language.ENGLISH.value, *data["languages"]],
            "active": data.get("active", True),
        }
        if kind in DISTANCE:
            found |= {"send_at": data["send_at"], "days_before" if kind in DAYS_BEFORE else "days_after": data["days"]}
        return found


class TextForm(HouseForm):
    """One text, and where a test of it goes."""

    subject = forms.CharField(max_length=78, error_messages={"required": "Write a subject."})
    body = forms.CharField(
        label="Text",
        max_length=MOST_LETTERS,
        widget=Lines({"rows": 6, "dir": "auto"}),
        error_messages={"required": "Write the text.", "max_length": f"Use at most {MOST_LETTERS} letters."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, kind: str, channel: str, also: Iterable[str], names: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.channel, self.also, self.names = kind, channel, list(also), list(names)
        if channel == Channel.SMS:
            del self.fields["subject"]

    def clean_subject(self) -> str:
        """Refuse what a subject must not say."""
        subject = str(self.cleaned_data["subject"])
        return _without(self._faults(subject), subject)

    def clean_body(self) -> str:
        """Refuse what a text must not say, and what it leaves out, all at once."""
        body = str(self.cleaned_data["body"])
        return _without(self._faults(body) + guard.missing(body, kind=self.kind, channel=self.channel), body)

    def _faults(self, text: str) -> list[str]:
        return guard.faults(text, kind=self.kind, also=self.also, names=self.names)


def _without(found: list[str], text: str) -> str:
    if found:
        raise ValidationError(found)
    return text


class OneOffForm(TextForm):
    """A message that is written once. It goes by either channel, so it has a subject."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind=Kind.ONE_OFF, channel=Channel.EMAIL, **kwargs)
        self.fields["subject"].help_text = "for those who get an email"


class WordForm(HouseForm):
    """A word that no message may hold."""

    word = forms.CharField(
        label="Block another word",
        min_length=SHORTEST_WORD,
        max_length=LONGEST_WORD,
        help_text="Words that begin with it are blocked too.",
        error_messages={"required": "Enter a word.", "min_length": _SHORT_WORD, "max_length": _LONG_WORD},
    )

    def clean_word(self) -> str:
        """Keep it in small letters, of which there may be more: İ has two. Signs that nobody sees are in every text."""
        word = str(self.cleaned_data["word"]).lower()
        if sum(character.isalnum() for character in word) < SHORTEST_WORD:
            raise ValidationError(_SHORT_WORD)
        if len(word) > LONGEST_WORD:
            raise ValidationError(_LONG_WORD)
        return word


def address_for_test(channel: str, text: str, country: str) -> str:
    """Return where a test goes, as it is stored. Raises ValidationError with our words."""
    if not text.strip():
        raise ValidationError("Enter where the test goes.")
    return clean_address(channel, text.strip(), country)
