"""Registering and editing a person."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.models import Clinic
from clinic.time_zones import of_places
from patients.actions import Newcomer, TypedAddress, first_channel, same_person
from patients.actions.contacts import ASKED_BY_STAFF
from patients.as_seen import as_seen
from patients.forms.dates import BirthDateField, refuse_impossible_birth
from patients.models import Channel, ContactPoint, Patient
from patients.models.contact import clean_address, spoken_address
from patients.models.patient import PatientQuerySet

LONGEST_NOTE = 200
_ADDRESSES = (("phone", Channel.SMS), ("email", Channel.EMAIL))


class LineField(forms.CharField):
    """A line of text, typed or pasted, as it is seen."""

    def to_python(self, value: Any) -> str:
        """Return it without marks that nobody sees: a record number that holds one is another number."""
        return as_seen(super().to_python(value) or "")


def _text(label: str, length: int, *, ask: str = "", optional: bool = True, **kwargs: Any) -> forms.CharField:
    """Return a line of text; ``ask`` are the words when it is left empty, none for one that may be."""
    words = {"max_length": f"{label}: write {length} characters or fewer."}
    return LineField(
        label=f"{label} (optional)" if optional and not ask else label,
        max_length=length,
        required=bool(ask),
        error_messages=words | ({"required": ask} if ask else {}),
        widget=forms.TextInput(kwargs.pop("attrs", {})),
        **kwargs,
    )


class PersonForm(forms.Form):
    """What registering and editing share."""

    use_required_attribute = False

    given_name = _text("First name", 60, ask="Enter the first name.")
    family_name = _text("Last name", 60, ask="Enter the last name.")
    birth_date = BirthDateField()
    phone = _text("Mobile number", 30, optional=False, attrs={"inputmode": "tel"})
    email = _text(
        "Email",
        254,
        optional=False,
        attrs={"inputmode": "email"},
        help_text="One of mobile number and email is needed.",
    )
    record_number = _text("Record number", 20, help_text="Left empty, the next free number is given.")
    language = forms.ChoiceField(label="Language", choices=Patient.Language.choices, required=False)
    preferred_channel = forms.ChoiceField(
        label="Preferred channel", choices=[("", "Text message if there is a number"), *Channel.choices], required=False
    )
    timezone = forms.ChoiceField(
        label="Own time zone",
        choices=lambda: [("", "The clinic's"), *of_places()],
        required=False,
        error_messages={"invalid_choice": "Choose a time zone from the list."},
        help_text="For who lives elsewhere: messages wait for their morning, and the clinic's times stay the clinic's.",
    )
    payer = _text("Payer", 80)

    def __init__(self, *args: Any, clinic: Clinic, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.today = clinic, today
        self.others = Patient.objects.filter(clinic=clinic)

    def clean_birth_date(self) -> dt.date:
        """Refuse days that nobody here can be born on."""
        date: dt.date = self.cleaned_data["birth_date"]
        refuse_impossible_birth(date, self.today)
        return date

    def clean_phone(self) -> str:
        """Return the number as it is stored."""
        return self._address(Channel.SMS, self.cleaned_data["phone"])

    def clean_email(self) -> str:
        """Return the address as it is stored."""
        return self._address(Channel.EMAIL, self.cleaned_data["email"])

    def clean_record_number(self) -> str:
        """Refuse a number that another person here has."""
        number: str = self.cleaned_data["record_number"]
        if number and self.others.filter(record_number=number).exists():
            raise ValidationError("Another person at this clinic has this record number.")
        return number

    def clean_language(self) -> str:
        """Fall back on English."""
        return self.cleaned_data["language"] or Patient.Language.ENGLISH

    def clean(self) -> None:
        """Ask for one way to reach the person, and for the one they prefer."""
        values = self.cleaned_data
        if not {"phone", "email"} <= values.keys():
            return
        if not values["phone"] and not values["email"]:
            self.add_error("phone", "Enter a mobile number or an email address.")
        elif values.get("preferred_channel") == Channel.SMS and not values["phone"]:
            self.add_error("preferred_channel", "Text messages need a mobile number.")
        elif values.get("preferred_channel") == Channel.EMAIL and not values["email"]:
            self.add_error("preferred_channel", "Emails need an email address.")

    def _address(self, channel: Channel, text: str) -> str:
        return clean_address(channel, text, self.clinic.country) if text else ""


class RegisterForm(PersonForm):
    """A new person: five fields are needed, the rest can wait."""

    consent = forms.ChoiceField(
        label="Do they agree to messages about their visits?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether they agree to messages."},
    )
    field_order = ["given_name", "family_name", "birth_date", "phone", "email", "consent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_name"].widget.attrs["data-focus"] = True

    def needed(self) -> list[forms.BoundField]:
        """Return the fields that stand open: without one of them nobody can be registered."""
        return [self[name] for name in self.field_order]

    def optional(self) -> list[forms.BoundField]:
        """Return the fields that can wait."""
        return [self[name] for name in self.fields if name not in self.field_order]

    def optional_wrong(self) -> bool:
        """Return whether something is wrong in a field that can wait."""
        return any(field.errors for field in self.optional())

    def same_people(self) -> PatientQuerySet:
        """Return people who may be this one already."""
        names = ("given_name", "family_name", "birth_date", "phone")
        return same_person(clinic=self.clinic, **{name: self.cleaned_data[name] for name in names})

    def newcomer(self) -> Newcomer:
        """Return the person, with the answer about messages."""
        values = dict(self.cleaned_data)
        yes, no = (ASKED_BY_STAFF, "") if values.pop("consent") == "yes" else ("", ASKED_BY_STAFF)
        return Newcomer(consent_source=yes, refusal_source=no, **values)


class EditForm(PersonForm):
    """A person who is known. Consent belongs to one address, so it is asked next to each."""

    record_number = _text("Record number", 20, ask="Enter the record number.")
    safety_note = forms.CharField(
        label="Allergy or safety note",
        required=False,
        help_text="Stands on top of the person's page and of the session form.",
    )
    phone_consent = forms.BooleanField(label="They agree to text messages to this number", required=False)
    email_consent = forms.BooleanField(label="They agree to emails to this address", required=False)
    phone_again = forms.BooleanField(label="The number works again: use it", required=False)
    email_again = forms.BooleanField(label="The address works again: use it", required=False)
    # Which state of the record was on the screen when somebody began to type.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = [
        "seen",
        "given_name",
        "family_name",
        "birth_date",
        "phone",
        "phone_consent",
        "phone_again",
        "email",
        "email_consent",
        "email_again",
    ]

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        self.patient = patient
        self.points = {point.channel: point for point in patient.contact_points.all()}
        initial = {name: getattr(patient, name) for name in self.person_fields()}
        for name, channel in _ADDRESSES:
            point = self.points.get(channel)
            initial[name] = spoken_address(channel, point.address, patient.clinic.country) if point else ""
            initial[f"{name}_consent"] = bool(point and point.consented_at and not point.withdrawn_at)
        initial["seen"] = self.state()
        super().__init__(*args, initial=initial, **kwargs)
        self.others = self.others.exclude(pk=patient.pk)
        # The note that two records had when they were joined may be longer: it stays, or is made shorter.
        self.longest_note = max(LONGEST_NOTE, len(patient.safety_note))
        self.fields["safety_note"].widget.attrs["maxlength"] = self.longest_note
        self._ask_about_the_dead()

    def clean_safety_note(self) -> str:
        """Refuse a note that is too long to be taken in."""
        note: str = self.cleaned_data["safety_note"]
        if len(note) > self.longest_note:
            raise ValidationError(f"Allergy or safety note: write {self.longest_note} characters or fewer.")
        return note

    def _ask_about_the_dead(self) -> None:
        """Offer to use a dead address again, with what the gateway said of it; ask nothing about one that works."""
        for name, channel in _ADDRESSES:
            point = self.points.get(channel)
            if point and point.failed_at:
                self.fields[
                    f"{name}_again"
                ].help_text = f"{point.failed_reason or 'It did not work'}. A new one is used without this."
            else:
                del self.fields[f"{name}_again"]

    @staticmethod
    def person_fields() -> tuple[str, ...]:
        """Name the fields that are the person's own."""
        return (
            "given_name",
            "family_name",
            "birth_date",
            "record_number",
            "language",
            "preferred_channel",
            "timezone",
            "payer",
            "safety_note",
        )

    def state(self) -> str:
        """Return a token that is another one after each change to the person or their contacts."""
        newest = self.patient.history.order_by("-history_id").values_list("history_id", flat=True).first()
        contacts = ContactPoint.history.filter(patient=self.patient).order_by("-history_id")
        return f"{newest}-{contacts.values_list('history_id', flat=True).first()}"

    @property
    def stale(self) -> bool:
        """True when somebody changed the person since this form was shown."""
        return self.cleaned_data["seen"] not in {"", self.state()}

    def values(self) -> dict[str, Any]:
        """Return what was typed of the person."""
        data = self.cleaned_data
        values = {name: data[name] for name in self.person_fields()}
        return values | {"preferred_channel": data["preferred_channel"] or first_channel(data["phone"], data["email"])}

    def addresses(self) -> list[TypedAddress]:
        """Return what was typed of how to reach them."""
        data = self.cleaned_data
        return [
            TypedAddress(
                channel=channel,
                address=data[name],
                agrees=data[f"{name}_consent"],
                ticked_before=self.initial[f"{name}_consent"],
                works_again=bool(data.get(f"{name}_again")),
            )
            for name, channel in _ADDRESSES
        ]
