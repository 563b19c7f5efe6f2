"""What staff type about vials."""

from typing import Any

from django import forms

from clinic.models import Clinic
from patients.models import Patient
from treatments.forms import Day, HouseForm
from treatments.protocol import VIAL_STRENGTHS
from treatments.stock.changes import Delivery
from treatments.stock.lot_numbers import clean_lot

MOST_VIALS = 200  # one delivery of a large clinic; more is a slip of the key


def _strength_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="Units per vial",
        coerce=int,
        choices=[(units, f"{units} units") for units in reversed(VIAL_STRENGTHS)],
        error_messages={
            "required": "Choose the size of the vials.",
            "invalid_choice": "A vial holds 100 or 200 units.",
        },
    )


def _number_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Number of vials",
        min_value=1,
        max_value=MOST_VIALS,
        error_messages={
            "required": "Enter the number of vials.",
            "invalid": "Enter a whole number of vials.",
            "min_value": "Enter at least one vial.",
            "max_value": f"Enter at most {MOST_VIALS} vials at a time.",
        },
    )


class DeliveryForm(HouseForm):
    """Vials that arrived."""

    lot = forms.CharField(max_length=30, error_messages={"required": "Enter the lot number on the vials."})
    strength = _strength_field()
    expires_on = Day(label="Expiry", required_words="Enter the expiry date on the vials.")
    number = _number_field()
    received_on = Day(
        label="Received",
        required_words="Enter the day they arrived.",
        help_text="Vials of this lot that sessions used from that day on are counted off",
    )
    ndc = forms.CharField(
        label="NDC", max_length=13, required=False, help_text="On the carton; only in the United States"
    )
    record_number = forms.CharField(
        label="Kept for one person",
        max_length=20,
        required=False,
        help_text="Their record number, where a pharmacy sent the vials for them alone",
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean_record_number(self) -> Patient | None:
        """Return the person with this record number."""
        number = self.cleaned_data["record_number"]
        if not number:
            return None
        owner = Patient.objects.filter(clinic=self.clinic).numbered(number)
        if owner is None:
            raise forms.ValidationError("Nobody at this clinic has this record number.")
        return owner

    def delivery(self) -> Delivery:
        """Return what arrived, from cleaned data."""
        data = dict(self.cleaned_data)
        data["owner"] = data.pop("record_number")
        data["lot"] = clean_lot(data["lot"])
        return Delivery(**data)


class DiscardForm(HouseForm):
    """Vials that leave the stock unused."""

    lot = forms.CharField(max_length=30, widget=forms.HiddenInput)
    strength = forms.TypedChoiceField(
        coerce=int, choices=[(units, units) for units in VIAL_STRENGTHS], widget=forms.HiddenInput
    )
    expires_on = Day(required_words="Choose the vials from the list.")
    owner = forms.UUIDField(widget=forms.HiddenInput, required=False)
    number = _number_field()
    reason = forms.CharField(max_length=200, error_messages={"required": "Say why the vials are discarded."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].widget = forms.HiddenInput()


class LotForm(HouseForm):
    """The lot to trace."""

    lot = forms.CharField(max_length=30, error_messages={"required": "Enter a lot number."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # an empty page is for typing, one with an answer for reading
            self.fields["lot"].widget.attrs["data-focus"] = True


class LotRecallForm(LotForm):
    """A lot that was called back, and what the recall says."""

    reason = forms.CharField(
        label="What the recall says", max_length=200, error_messages={"required": "Enter what the recall says."}
    )
