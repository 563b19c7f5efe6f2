"""The vials: of one lot, or of two lots or sizes."""

import datetime as dt
from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.forms.fields import Day
from treatments import protocol
from treatments.forms.fields import Clock, parse_whole
from treatments.recording import VialUsed

MAX_VIALS = 4
EARLIER = "2"  # days ago or more: longer than a vial keeps
SECOND = "second_"  # begins the names of the fields for a second lot
_LOT_WORDS = "Enter the lot number on the vial."
_EXPIRY_WORDS = "Enter the expiry date on the vial."


def _fields(*, required: bool) -> dict[str, forms.Field]:
    """Return the boxes for vials that are alike."""
    return {
        "strength": forms.TypedChoiceField(
            label="Units per vial",
            coerce=int,
            choices=[(units, f"{units} units") for units in reversed(protocol.VIAL_STRENGTHS)],
            required=required,
            error_messages={"required": "Choose the size of the vial."},
        ),
        "vials": forms.IntegerField(
            label="Number of vials",
            min_value=1,
            max_value=MAX_VIALS,
            initial=1,
            required=required,
            error_messages={
                "required": "Enter the number of vials.",
                "invalid": "Enter a whole number of vials.",
                "min_value": "Enter at least one vial.",
                "max_value": f"Enter at most {MAX_VIALS} vials.",
            },
        ),
        "lot": forms.CharField(max_length=30, required=required, error_messages={"required": _LOT_WORDS}),
        "expires_on": Day(label="Expiry", required_words=_EXPIRY_WORDS if required else ""),
        "prepared_at": Clock(label="Diluted at"),
        "prepared_day": forms.ChoiceField(
            label="On", choices=[("0", "today"), ("1", "the day before"), (EARLIER, "earlier")], required=False
        ),
        "diluent_ml": _saline(),
    }


def _saline() -> forms.DecimalField:
    """Return the box for what the vial was diluted with, in mL."""
    return forms.DecimalField(
        label="Saline, mL",
        help_text="Empty: 2 mL for 100 units, 4 for 200",
        max_digits=4,
        decimal_places=2,
        min_value=0.1,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            "Enter the saline in mL, such as 4.",
        ),
    )


def prepared_before(fields: dict[str, list[str]], typed_on: dt.date | None, today: dt.date) -> dict[str, list[str]]:
    """Return what was typed on another day as of today: a vial diluted "today" was diluted the day before by now."""
    since = (today - typed_on).days if typed_on else int(EARLIER)
    moved = {}
    for prefix in ("", SECOND):
        if "".join(fields.get(f"{prefix}prepared_at", [])):
            ago = parse_whole("".join(fields.get(f"{prefix}prepared_day", []))) or 0
            moved[f"{prefix}prepared_day"] = [str(min(max(ago + since, 0), int(EARLIER)))]
    return fields | moved


class VialsPart(HouseForm):
    """Vials of one lot, and where that is not enough of a second."""

    used_before_recall = forms.BooleanField(label="It was used before anybody here knew of the recall", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_fields(required=True))
        self.fields.update({SECOND + name: field for name, field in _fields(required=False).items()})

    def say_that_day(self) -> None:
        """Call the day of the session so where it is not today."""
        for prefix in ("", SECOND):
            field = self.fields[prefix + "prepared_day"]
            field.choices = [("0", "that day"), *field.choices[1:]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the rest of a second lot once one of its boxes is filled."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.second_typed():
            for name, words in (("lot", _LOT_WORDS), ("expires_on", _EXPIRY_WORDS)):
                if not data.get(SECOND + name) and SECOND + name not in self.errors:
                    self.add_error(SECOND + name, words)
        return data

    def second_typed(self) -> bool:
        """Return whether a second lot is named."""
        return any(self[SECOND + name].value() for name in ("lot", "expires_on"))

    def vial_rows(self) -> list[list[Any]]:
        """Return the bound fields of the first and of the second lot."""
        return [[self[prefix + name] for name in _fields(required=True)] for prefix in ("", SECOND)]

    def lots(self) -> list[str]:
        """Return the lots as they stand in the boxes, typed or not yet."""
        return [str(self[prefix + "lot"].value() or "") for prefix in ("", SECOND)]

    def vials_used(self, on: dt.datetime) -> list[VialUsed]:
        """Return the vials in the order they were emptied. ``on``: a time of its day at the clinic, for times typed alone."""
        prefixes = ["", SECOND] if self.second_typed() else [""]
        return [vial for prefix in prefixes for vial in self._alike(prefix, on)]

    def _alike(self, prefix: str, on: dt.datetime) -> list[VialUsed]:
        data = {name: self.cleaned_data[prefix + name] for name in _fields(required=True)}
        day = on.date() - dt.timedelta(days=int(data["prepared_day"] or 0))
        prepared = dt.datetime.combine(day, data["prepared_at"], on.tzinfo) if data["prepared_at"] else None
        strength = int(data["strength"] or protocol.VIAL_STRENGTHS[-1])
        vial = VialUsed(data["lot"], data["expires_on"], strength, prepared, data["diluent_ml"])
        return [vial] * (data["vials"] or 1)
