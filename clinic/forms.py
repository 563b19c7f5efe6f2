"""What every form of staff is."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name

from clinic.health_words import blocked_words
from clinic.wording import clock_words, day_words

LEAST_DIGITS = 3  # as short as a number of a hospital's own exchange
CALLABLE = "Enter a number that patients can call, such as 020 7946 0123."
# The boxes of one line: beside these a browser proposes what was typed before.
ONE_LINE = {"text", "search", "tel", "email", "url", "number", "date", "time"}


class Box(forms.BoundField):
    """A field on its page. Beside one about a person, a shared browser proposes what others typed of somebody else."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Ask the browser to propose nothing, unless the field is of who fills it in and says what it may propose."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if getattr(widget, "input_type", "") in ONE_LINE and "autocomplete" not in widget.attrs:
            attrs["autocomplete"] = "off"
        return attrs


class Renderer(TemplatesSetting):
    """How every form draws its fields."""

    bound_field_class = Box


def called(name: str) -> str:
    """Return what forms call a field that was sent by this name, where all that have one say the same; else its own name."""
    own = name.rpartition("-")[2]  # without the number of the form among several
    fields = [having[own] for form in _forms(forms.BaseForm) if own in (having := getattr(form, "base_fields", {}))]
    labels = {str(field.label or pretty_name(own)) for field in fields}
    return labels.pop() if len(labels) == 1 else pretty_name(own)


def _forms(kind: Any) -> Iterator[Any]:
    for form in kind.__subclasses__():
        yield form
        yield from _forms(form)


class Lines(forms.Textarea):
    """Words of several lines, as many as the browser counted: it sends two letters for the end of each."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was typed, each line ending in one letter."""
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class HouseForm(forms.Form):
    """A form as every page shows it: errors from the server in our words, never the browser's own bubbles."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it: fields only, inside the page's own form element."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class ReadByPatients(HouseForm):
    """What patients read of a clinic: they call the number and come to the address."""

    name = forms.CharField(max_length=80, error_messages={"required": "Enter the clinic's name."})
    message_name = forms.CharField(
        label="Name in messages",
        max_length=20,
        help_text="What patients and their families read. It may not name an illness.",
        error_messages={"required": "Enter the name that patients read."},
    )
    phone = forms.CharField(max_length=30, error_messages={"required": "Enter the phone number patients call."})
    address = forms.CharField(max_length=200, error_messages={"required": "Enter the address patients come to."})

    def clean_message_name(self) -> str:
        """Refuse a name that tells a family what the visit is about."""
        return untelling(self.cleaned_data["message_name"])

    def clean_phone(self) -> str:
        """Refuse what cannot be called: every message and page offers it."""
        return callable_number(self.cleaned_data["phone"])

    def clean_address(self) -> str:
        """Refuse one that tells it: it stands in letters and on patients' pages."""
        return untelling(self.cleaned_data["address"])


def untelling(text: str) -> str:
    """Return what patients read of a clinic; ValidationError where it tells a family what the visit is about."""
    if blocked := blocked_words(text):
        raise forms.ValidationError(f"Patients' families read this: leave out {', '.join(blocked)}.")
    return text


def callable_number(text: str) -> str:
    """Return the number patients call, with words beside it that they may read; ValidationError where there is none."""
    if sum(letter.isdecimal() for letter in text) < LEAST_DIGITS:
        raise forms.ValidationError(CALLABLE)
    return untelling(text)


def in_words(field: Any, value: Any) -> str:
    """Return a stored value as staff read it beside what they typed into its field; empty for none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.time):
        return clock_words(value)
    if isinstance(value, dt.date):
        return day_words(value)
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    if isinstance(value, list | tuple):
        return ", ".join(choices.get(str(one), str(one)) for one in value)
    return choices.get(str(value), "" if value is None else str(value))
