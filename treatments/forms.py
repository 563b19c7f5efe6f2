"""What staff type: cleaned here, decided by the actions, kept by the database."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


_SKIP_CHOICES = [("", "not given"), *protocol.SKIP_REASONS.items()]


def _units_field(site: protocol.Site) -> forms.IntegerField:
    most = protocol.MUSCLES[site.muscle].units_max
    words = f"{site.label}: enter whole units from 1 to {most}."
    return forms.IntegerField(
        label=f"{site.label}: units",
        required=False,
        min_value=1,
        max_value=most,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )


@dataclass(frozen=True)
class SiteRow:
    """One site in the list: ticked or not, with how many units, or why not."""

    site: protocol.Site
    chosen: bool
    units: int | str
    skip: str
    reasons: Sequence[tuple[str, str]]
    errors: Sequence[str]


@dataclass(frozen=True)
class MuscleRows:
    """A muscle with its sites."""

    muscle: protocol.Muscle
    rows: list[SiteRow]


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
    prepared_at = forms.TimeField(
        label="Reconstituted at",
        help_text="today",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        required=False,
        error_messages={"invalid": "Enter a time such as 09:30."},
    )
    stopped_reason = forms.CharField(
        label="Stopped before the last site because",
        help_text="Only when the session ended early. What was given is kept.",
        max_length=300,
        required=False,
    )
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for site in protocol.SITES.values():
            self.fields[f"units_{site.code}"] = _units_field(site)
            if site.fixed:
                self.fields[f"skip_{site.code}"] = forms.ChoiceField(
                    label=f"{site.label}: why not", choices=_SKIP_CHOICES, required=False
                )
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

    def muscles(self, plan: Mapping[str, int], skipped: Mapping[str, str]) -> list[MuscleRows]:
        """Return the list of sites by muscle for a plan (site code to units), with what was typed where it was."""
        return [
            MuscleRows(
                muscle,
                [
                    SiteRow(
                        site,
                        chosen=site.code in plan,
                        units=self.data.get(f"units_{site.code}") or plan.get(site.code, site.units),
                        skip=skipped.get(site.code, ""),
                        reasons=_SKIP_CHOICES if site.fixed else [],
                        errors=[str(error) for error in self.errors.get(f"units_{site.code}", [])],
                    )
                    for site in protocol.SITES.values()
                    if site.muscle == muscle.key
                ],
            )
            for muscle in protocol.MUSCLES.values()
        ]

    def typed_plan(self) -> tuple[dict[str, int], dict[str, str]]:
        """Return sites with units and reasons as they were typed, to show them again; what is no number counts as usual."""
        chosen = [code for code in self.data.getlist("sites") if code in protocol.SITES]  # type: ignore[attr-defined]
        plan = {code: self.cleaned_data.get(f"units_{code}") or protocol.SITES[code].units for code in chosen}
        return plan, {code: self.data.get(f"skip_{code}", "") for code in protocol.SITES}

    def findings(self, on: dt.datetime) -> Findings:
        """Return what the signature covers, from cleaned data. ``on``: now at the clinic, for the time typed alone."""
        data = self.cleaned_data
        prepared = dt.datetime.combine(on.date(), data["prepared_at"], on.tzinfo) if data["prepared_at"] else None
        vial = VialUsed(data["lot"], data["expires_on"], data["strength"], prepared)
        plan = {code: data[f"units_{code}"] or protocol.SITES[code].units for code in data["sites"]}
        fixed = [site.code for site in protocol.SITES.values() if site.fixed]
        return Findings(
            plan=plan,
            skipped={code: data[f"skip_{code}"] for code in fixed if code not in plan and data[f"skip_{code}"]},
            stopped_reason=data["stopped_reason"],
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


class CorrectionForm(RecordForm):
    """The record once more, with why it is corrected."""

    reason = forms.CharField(
        label="Why is it corrected?",
        max_length=300,
        error_messages={"required": "Say why the record is corrected."},
    )
