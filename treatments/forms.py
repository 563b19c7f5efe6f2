"""What staff type: cleaned here, decided by the actions, kept by the database."""

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from clinic.models import Clinic, Injector, Room
from treatments import protocol, safety
from treatments.models import Status, TreatmentSession
from treatments.recording import Findings, VialUsed

MAX_VIALS = 4


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


class ReasonForm(HouseForm):
    """A reason in words."""

    reason = forms.CharField(max_length=300, error_messages={"required": "Write a reason."})


class SearchTimesForm(HouseForm):
    """Other times than the suggested ones; cleaned, its fields are what `slots.suggest` takes."""

    not_before = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date such as 2026-06-01."},
    )
    injector: forms.ModelChoiceField[Injector] = forms.ModelChoiceField(
        queryset=Injector.objects.none(), required=False, empty_label="Any injector", to_field_name="uid"
    )
    room: forms.ModelChoiceField[Room] = forms.ModelChoiceField(
        queryset=Room.objects.none(), required=False, empty_label="Any room", to_field_name="uid"
    )
    part_of_day = forms.TypedChoiceField(
        choices=[("", "Any time of day"), ("morning", "Morning"), ("afternoon", "Afternoon")],
        required=False,
        empty_value=None,
    )
    minutes = forms.TypedChoiceField(label="Length", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["injector"].queryset = clinic.injectors.filter(active=True)
        fields["room"].queryset = clinic.rooms.filter(active=True)
        others = sorted({15, 30} - {clinic.session_minutes})
        usual = ("", f"{clinic.session_minutes} minutes")
        fields["minutes"].choices = [usual, *((minutes, f"{minutes} minutes") for minutes in others)]


class DayFilterForm(HouseForm):
    """Whose visits of a day to show."""

    injector: forms.ModelChoiceField[Injector] = forms.ModelChoiceField(
        queryset=Injector.objects.none(), required=False, empty_label="All injectors", to_field_name="uid"
    )
    room: forms.ModelChoiceField[Room] = forms.ModelChoiceField(
        queryset=Room.objects.none(), required=False, empty_label="All rooms", to_field_name="uid"
    )
    status = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["injector"].queryset = clinic.injectors.all()
        fields["room"].queryset = clinic.rooms.all()
        fields["status"].choices = [("", "All"), *(one for one in Status.choices if one[0] != Status.GIVEN_BEFORE)]

    def keeps(self, session: TreatmentSession) -> bool:
        """Return whether a visit is among those asked for. A filter that makes no sense hides nobody."""
        chosen = self.cleaned_data if self.is_valid() else {}
        injector, room, status = (chosen.get(name) for name in ("injector", "room", "status"))
        return (
            (not injector or session.injector_id == injector.pk)
            and (not room or session.room_id == room.pk)
            and (not status or session.status == status)
        )


class RecordForm(HouseForm):
    """The session record: identity, safety questions, sites, vial, consent."""

    identity_checked = forms.BooleanField(
        label="I have checked name, date of birth and record number with the person",
        error_messages={"required": "Check the person's name, date of birth and record number, and tick the box."},
    )
    go_on_reason = forms.CharField(
        label="Reason to go on after a Yes",
        help_text="A prescriber's reason, where an answer blocks the session",
        max_length=300,
        required=False,
    )
    sites = forms.MultipleChoiceField(
        choices=[(site.code, site.label) for site in protocol.SITES.values()],
        error_messages={"required": "Choose at least one site.", "invalid_choice": "There is no such site."},
    )
    lot = forms.CharField(max_length=30, error_messages={"required": "Enter the lot number on the vial."})
    expires_on = forms.DateField(
        label="Expiry",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the expiry date on the vial.",
            "invalid": "Enter a date such as 2027-11-30.",
        },
    )
    strength = forms.TypedChoiceField(
        label="Units per vial",
        coerce=int,
        choices=[(units, f"{units} units") for units in reversed(protocol.VIAL_STRENGTHS)],
        error_messages={"required": "Choose the size of the vial."},
    )
    vials = forms.IntegerField(
        label="Number of vials",
        min_value=1,
        max_value=MAX_VIALS,
        initial=1,
        error_messages={
            "required": "Enter the number of vials.",
            "invalid": "Enter a whole number of vials.",
            "min_value": "Enter at least one vial.",
            "max_value": f"Enter at most {MAX_VIALS} vials.",
        },
    )
    consent_confirmed = forms.BooleanField(
        label="The person consents to this session", error_messages={"required": "Confirm that the person consents."}
    )
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in safety.QUESTIONS:
            self.fields[f"safety_{question.key}"] = forms.ChoiceField(
                label=question.text,
                choices=[("no", "No"), ("yes", "Yes")],
                widget=forms.RadioSelect,
                error_messages={"required": f"Answer Yes or No: {question.text}"},
            )

    def questions(self) -> list[Any]:
        """Return the bound fields of the safety questions, in order."""
        return [self[f"safety_{question.key}"] for question in safety.QUESTIONS]

    def findings(self) -> Findings:
        """Return what the signature covers, from cleaned data."""
        data = self.cleaned_data
        vial = VialUsed(data["lot"], data["expires_on"], data["strength"])
        return Findings(
            plan={code: protocol.SITES[code].units for code in data["sites"]},
            vials=[vial] * data["vials"],
            answers={q.key: data[f"safety_{q.key}"] == "yes" for q in safety.QUESTIONS},
            identity_checked=data["identity_checked"],
            consent_confirmed=data["consent_confirmed"],
            go_on_reason=data["go_on_reason"],
            note=data["note"],
        )


def parse_day(text: str) -> dt.date | None:
    """Return the date of an address such as 2026-06-01, or None."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
