"""What staff type about a text that came in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.forms import Lines
from clinic.health_words import blocked_words
from clinic.models import Clinic
from patients.models import Patient
from reminders.writing import own_words

LONGEST_REPLY = 400  # three texts, with the clinic's name in front


class ReplyForm(forms.Form):
    """An answer in words of one's own."""

    use_required_attribute = False

    words = forms.CharField(
        label="Reply",
        max_length=LONGEST_REPLY,
        widget=Lines({"rows": 3}),
        error_messages={
            "required": "Write a reply.",
            "max_length": f"Write {LONGEST_REPLY} characters or fewer.",
        },
    )

    # How many replies the page showed: a colleague may be typing one, too.
    after = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, clinic: Clinic, person: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.person = clinic, person

    def clean_words(self) -> str:
        """Refuse words that name a health matter: anybody may read over a shoulder."""
        words: str = " ".join(self.cleaned_data["words"].split())
        names = [self.person.full_name] if self.person else []
        found = blocked_words(words, own_words(self.clinic), names)
        if found:
            raise ValidationError(f"Take out the word {found[0]}: anybody may read over a shoulder.")
        if "{" in words or "}" in words:
            raise ValidationError("Take out the braces { and }.")
        return words


class AssignForm(forms.Form):
    """Whose text it is: one of those who have the number, or anybody by record number."""

    use_required_attribute = False

    person = forms.UUIDField(required=False, error_messages={"invalid": "Choose a person."})
    record_number = forms.CharField(
        label="Record number",
        max_length=20,
        required=False,
        widget=forms.TextInput({"class": "form-control"}),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = Patient.objects.filter(clinic=clinic).select_related("clinic")

    def clean(self) -> None:
        """Find the person at this clinic."""
        number, person = self.cleaned_data.get("record_number"), self.cleaned_data.get("person")
        if number:
            found = self.here.numbered(number)
            if found is None:
                self.add_error("record_number", "Nobody here has this record number.")
        else:
            found = self.here.filter(uid=person).first() if person else None
            if found is None:
                self.add_error("record_number", "Choose a person, or enter a record number.")
        self.patient = found
