"""What is asked on the pages about a person's privacy."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http import QueryDict

from clinic.models import Clinic, User
from interface.models import Integration
from patients.forms.fields import Day
from patients.models import Patient
from privacy.models import Erasure, Retention
from privacy.models.retention import LEAST_DAYS, LEAST_YEARS, MOST_DAYS, MOST_YEARS
from treatments.forms import SharedForm


class _StaffField(forms.ModelChoiceField[User]):
    """Staff by name; their log-ins are nobody's business here."""

    def label_from_instance(self, obj: User) -> str:
        """Show the name."""
        return obj.full_name


class LooksForm(forms.Form):
    """Which entries to show."""

    who = _StaffField(User.objects.none(), required=False, empty_label="Everybody")
    first = Day(label="From")
    last = Day(label="To")

    def __init__(self, data: QueryDict, clinic: Clinic) -> None:
        super().__init__(data)
        who: Any = self.fields["who"]
        # A program that only reads has no role here.
        reading = Q(pk__in=Integration.objects.filter(clinic=clinic).order_by().values("user"))
        who.queryset = User.objects.filter(Q(memberships__clinic=clinic) | reading).distinct().order_by("full_name")
        who.error_messages["invalid_choice"] = "Choose somebody who works or worked at this clinic."


class EraseForm(forms.Form):
    """What to erase and why, with the record number typed once more: nobody erases by a slip of the hand."""

    what = forms.ChoiceField(choices=Erasure.What.choices, widget=forms.RadioSelect, label="What goes")
    reason = forms.ChoiceField(choices=Erasure.Reason.choices, widget=forms.RadioSelect, label="Why")
    confirm = forms.CharField(max_length=40)

    def __init__(self, data: QueryDict | None, patient: Patient) -> None:
        super().__init__(data)
        self.patient = patient
        self.fields["what"].error_messages["required"] = "Choose what goes."
        self.fields["reason"].error_messages["required"] = "Choose why."
        self.fields["confirm"].label = f"Type the record number, {patient.record_number}, to confirm"
        self.fields["confirm"].error_messages["required"] = "Type the record number. Nothing was erased."

    def clean_confirm(self) -> str:
        """Take nothing but this person's number."""
        typed = str(self.cleaned_data["confirm"])
        if typed != self.patient.record_number:
            raise forms.ValidationError("That is not this person's record number. Nothing was erased.")
        return typed


HOW_LONG = (
    "In the United Kingdom 8 for adults (NHS Records Management Code of Practice), in Germany 10. "
    "Elsewhere ask who answers for records at your clinic."
)
_NO_NUMBER = ("required", "invalid", "min_value", "max_value")


class RetentionForm(SharedForm, forms.ModelForm[Retention]):
    """How long the clinic keeps what."""

    class Meta:
        model = Retention
        fields = ("record_years", "text_days", "erase_by_itself")
        help_texts: ClassVar = {
            "record_years": HOW_LONG,
            "text_days": "The numbers of strangers who wrote go with them.",
        }
        error_messages: ClassVar = {
            "record_years": dict.fromkeys(_NO_NUMBER, f"Enter whole years from {LEAST_YEARS} to {MOST_YEARS}."),
            "text_days": dict.fromkeys(_NO_NUMBER, f"Enter whole days from {LEAST_DAYS} to {MOST_DAYS}."),
        }
