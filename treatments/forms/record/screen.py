"""The safety questions of the day."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.forms.fields import Day, parse_day
from treatments import safety
from treatments.forms.record.vials import prepared_before
from treatments.recording.drafting import YES, name_of

_ANSWERS: dict[str, bool | None] = {"no": False, YES: True, "unknown": None}
_WORDS = {answer: word for word, answer in _ANSWERS.items()}


def as_typed(answer: bool | None) -> str:
    """Return an answer as the form has it."""
    return _WORDS[answer]


class ScreenPart(HouseForm):
    """Each question is answered Yes, No or Not known, on the day that the form carries along."""

    screened_on = Day(required_words="Ask the safety questions today.")
    go_on_reason = forms.CharField(
        label="Go on, because",
        help_text="A prescriber's reason, where an answer is Yes or Not known and blocks the session",
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["screened_on"].widget = forms.HiddenInput()
        for question in safety.QUESTIONS:
            self.fields[name_of(question.key)] = forms.ChoiceField(
                label=question.text,
                choices=[("no", "No"), (YES, "Yes"), ("unknown", "Not known")],
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                error_messages={"required": f"Answer Yes, No or Not known: {question.text}"},
            )

    def questions(self) -> list[tuple[Any, str]]:
        """Return the bound fields of the questions in order, each with what follows from a Yes."""
        return [
            (self[name_of(question.key)], question.advice)
            for question in safety.QUESTIONS
            if name_of(question.key) in self.fields
        ]

    def said_together(self) -> dict[str, str]:
        """Say once, at the first of them, how many questions have no answer: a dozen lines alike hide all others."""
        names = [name_of(question.key) for question in safety.QUESTIONS]
        open_ones = [name for name in names if self.is_bound and self.has_error(name, "required")]
        if len(open_ones) < 2:
            return {}
        words = f"Answer {len(open_ones)} safety questions, each with Yes, No or Not known."
        return dict.fromkeys(open_ones, "") | {open_ones[0]: words}

    def answers(self) -> dict[str, bool | None]:
        """Return question key to Yes, No or None for not known."""
        keys = [question.key for question in safety.QUESTIONS if self.cleaned_data.get(name_of(question.key))]
        return {key: _ANSWERS[self.cleaned_data[name_of(key)]] for key in keys}


@dataclass(frozen=True)
class Typed:
    """What was typed. ``old``: safety answers of another day were in it and are not any more; ``asked_on``: of which."""

    fields: dict[str, list[str]]
    old: bool = False
    asked_on: dt.date | None = None


def without_old_answers(fields: dict[str, list[str]], given_on: dt.date, today: dt.date) -> Typed:
    """Return what was typed without safety answers of a day before the session's.

    What is written down later of the session's day is of that day. When a vial was diluted goes along with answers that
    are left out, as of the session's day: it keeps no longer for a form that was left open.
    """
    asked_on = parse_day("".join(fields.get("screened_on", [])[:1]))
    if asked_on and given_on <= asked_on <= today:
        return Typed(fields)
    kept = {name: values for name, values in fields.items() if not name.startswith(name_of(""))}
    kept = prepared_before(kept, asked_on, given_on)
    return Typed(kept | {"screened_on": [today.isoformat()]}, old=True, asked_on=asked_on)
