"""The session form as a whole."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django import forms

from clinic.forms import HouseForm, Lines
from treatments import safety
from treatments.forms.record.given import GivenPart
from treatments.forms.record.screen import ScreenPart
from treatments.forms.record.sections import SECTIONS, Section, section_of
from treatments.forms.record.since import SincePart
from treatments.forms.record.sites import SitesPart
from treatments.forms.record.vials import VialsPart
from treatments.recording import Findings, faults
from treatments.recording.drafting import name_of
from treatments.stock import use

# What a refusal asks for in a box of the form, by how its sentence ends.
_ASKS_FOR = {use.OR_TICK: "used_before_recall", faults.YOU_MAY_DECIDE: "go_on_reason"}
# The same of the vial, where there is only one that it can be about.
_ASKS_FOR_OF_ONE_LOT = {
    use.USE_ANOTHER: "lot",
    use.CHECK_DATE: "expires_on",
    use.CHECK_SIZE: "strength",
    faults.ADD_A_VIAL: "vials",
}


class IdentityPart(HouseForm):
    """That this is the right person."""

    identity_checked = forms.BooleanField(
        label="I have checked name, date of birth and record number with the person",
        error_messages={"required": "Check the person's name, date of birth and record number, and tick the box."},
    )


class SignPart(HouseForm):
    """What is confirmed before signing."""

    consent_confirmed = forms.BooleanField(
        label="The person consents to this session", error_messages={"required": "Confirm that the person consents."}
    )
    aftercare_given = forms.BooleanField(label="After-care sheet given", required=False)
    note = forms.CharField(max_length=1000, required=False, widget=Lines(attrs={"rows": 2}))


class RecordForm(SignPart, VialsPart, SitesPart, ScreenPart, SincePart, IdentityPart, GivenPart):
    """The session record: identity, since last time, safety questions, sites, vials, consent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "given_on" in self.fields:
            self.say_that_day()
        # In the order of the page, so that the summary of what is wrong reads like it.
        self.order_fields(sorted(self.fields, key=lambda name: SECTIONS.index(section_of(name))))

    def sections(self) -> list[tuple[Section, bool]]:
        """Return the sections of the page, each with whether it was sent and nothing in it was wrong."""
        wrong = {section_of(name) for name in self.errors} if self.is_bound else set(SECTIONS)
        return [(section, section not in wrong) for section in SECTIONS if section.key != "since" or self.since]

    def refuse(self, why: Iterable[str]) -> None:
        """Say why it cannot be signed, and what can be done in a box also there: it may be five screens away."""
        asks_for = _ASKS_FOR if self.second_typed() else _ASKS_FOR | _ASKS_FOR_OF_ONE_LOT
        for fault in why:
            self.add_error(next((name for end, name in asks_for.items() if fault.endswith(end)), None), fault)

    def findings(self, on: dt.datetime) -> Findings:
        """Return what the signature covers, from cleaned data. ``on``: now at the clinic."""
        data = self.cleaned_data
        given_on = data.get("given_on")
        if given_on:
            on = dt.datetime.combine(given_on, dt.time(12), on.tzinfo)
        return Findings(
            given_on=given_on,
            plan=self.plan(),
            skipped=self.skipped(),
            stopped_reason=data["stopped_reason"],
            vials=self.vials_used(on),
            answers=self.answers(),
            since_last=self.since_last(),
            screened_on=min(data["screened_on"], given_on or data["screened_on"]),
            identity_checked=data["identity_checked"],
            consent_confirmed=data["consent_confirmed"],
            used_before_recall=data["used_before_recall"],
            aftercare_given=data["aftercare_given"],
            go_on_reason=data["go_on_reason"],
            note=data["note"],
        )


class CorrectionForm(RecordForm):
    """The record once more, with why it is corrected. Only what was asked at the time can be answered otherwise."""

    reason = forms.CharField(
        label="Why is it corrected?",
        max_length=300,
        error_messages={"required": "Say why the record is corrected."},
        widget=forms.TextInput({"data-focus": True}),
    )
    # Which version was on the screen when somebody began to type.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asked: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say_that_day()
        for question in safety.QUESTIONS:
            if question.key not in asked:
                del self.fields[name_of(question.key)]
