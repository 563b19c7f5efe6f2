"""The list of injection sites: what was given where, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from clinic.forms import HouseForm
from treatments import protocol

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


class SitesPart(HouseForm):
    """Sites with units, and a reason for each fixed site that was left out."""

    sites = forms.MultipleChoiceField(
        choices=[(site.code, site.label) for site in protocol.SITES.values()],
        error_messages={"required": "Choose at least one site.", "invalid_choice": "There is no such site."},
    )
    stopped_reason = forms.CharField(
        label="Stopped before the last site because",
        help_text="Only when the session ended early.",
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for site in protocol.SITES.values():
            self.fields[f"units_{site.code}"] = _units_field(site)
            if site.fixed:
                self.fields[f"skip_{site.code}"] = forms.ChoiceField(
                    label=f"{site.label}: why not", choices=_SKIP_CHOICES, required=False
                )

    def muscles(
        self, plan: Mapping[str, int], skipped: Mapping[str, str], typed: Mapping[str, Any]
    ) -> list[MuscleRows]:
        """Return the list of sites by muscle for a plan (site code to units), with what was ``typed`` where it was."""
        return [
            MuscleRows(
                muscle,
                [
                    SiteRow(
                        site,
                        chosen=site.code in plan,
                        units=typed.get(f"units_{site.code}") or plan.get(site.code, site.units),
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

    def plan(self) -> dict[str, int]:
        """Return what was given: site code to units, from cleaned data."""
        data = self.cleaned_data
        return {code: data[f"units_{code}"] or protocol.SITES[code].units for code in data["sites"]}

    def skipped(self) -> dict[str, str]:
        """Return the fixed sites that were left out, with the key of the reason."""
        data = self.cleaned_data
        fixed = [site.code for site in protocol.SITES.values() if site.fixed and site.code not in data["sites"]]
        return {code: data[f"skip_{code}"] for code in fixed if data[f"skip_{code}"]}
