"""Forms over settings that several people may have open at once: the later of two sees what the earlier one saved."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict

from clinic.forms import in_words

FIELD = "shown"


class Overtaken(Exception):
    """Somebody else saved something else since the form was shown. Nothing was written."""


class SharedForm(forms.BaseForm):
    """Knows by a hidden field what was stored when it was shown. It says nothing of a form about something new."""

    base_fields: ClassVar[dict[str, forms.Field]]
    cleaned_data: dict[str, Any]
    theirs: list[tuple[str, str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was_shown = ""
        if self.initial:
            self.initial[FIELD] = _digest(self.initial)
            self.fields[FIELD] = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Keep to itself what was shown."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.was_shown = data.pop(FIELD, "")
        return data

    def look_again(self, stored: Mapping[str, Any]) -> None:
        """Raise Overtaken when what is stored by now is neither what was shown nor what was typed.

        ``theirs`` then says it, field by field, and saving again is a choice. To be asked where nobody can save
        meanwhile.
        """
        now = _digest(stored)
        differing = {
            name: value for name, value in stored.items() if name in self.fields and self._differs(name, value)
        }
        if self.was_shown in {"", now} or not differing:
            return
        self.theirs = [(str(self[name].label), in_words(self.fields[name], value)) for name, value in differing.items()]
        self.data = MultiValueDict(self.data.lists() if isinstance(self.data, MultiValueDict) else self.data)
        self.data[FIELD] = now
        raise Overtaken

    def _differs(self, name: str, value: Any) -> bool:
        return self.fields[name].has_changed(value, self[name].data)


def status_of(form: SharedForm) -> int:
    """Return the status of an answer that shows a form: as it is, with mistakes, or with what somebody else saved."""
    if not form.is_bound:
        return 200
    return 409 if form.theirs else 422


def _digest(stored: Mapping[str, Any]) -> str:
    parts = [f"{name}={_text(value)}" for name, value in sorted(stored.items()) if name != FIELD]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _text(value: Any) -> str:
    return repr(sorted(map(str, value))) if isinstance(value, list | tuple | set) else str(value)
