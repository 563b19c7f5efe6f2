"""The session record: identity, safety questions, sites, vial, consent; and the same once more to correct it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from treatments import protocol, safety
from treatments.forms.base import HouseForm
from treatments.forms.fields import Clock, Day
from treatments.recording import Findings, VialUsed

MAX_VIALS = 4
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
    expires_on = Day(label="Expiry", required_words="Enter the expiry date on the vial.")
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
    prepared_at = Clock(label="Reconstituted at", help_text="today")
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


class CorrectionForm(RecordForm):
    """The record once more, with why it is corrected."""

    reason = forms.CharField(
        label="Why is it corrected?",
        max_length=300,
        error_messages={"required": "Say why the record is corrected."},
    )
