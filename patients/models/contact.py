"""How a person can be reached, and what they allowed."""

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models
from django.db.models import Q
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    country_code_for_region,
    format_number,
    is_possible_number_with_reason,
    parse,
)
from simple_history.models import HistoricalRecords

from clinic.models import Clinic, User
from patients.as_seen import as_seen

if TYPE_CHECKING:
    from patients.models.patient import Patient


class Channel(models.TextChoices):
    """A way to send a message."""

    SMS = "sms", "Text message"
    EMAIL = "email", "Email"

    @property
    def other(self) -> "Channel":
        """The channel to fall back on."""
        return Channel.EMAIL if self is Channel.SMS else Channel.SMS


def clean_address(channel: str, text: str, country: str) -> str:
    """Return the address as it is stored: E.164 for a phone, lower case for an email; ValidationError says what is wrong.

    ``country`` is the ISO code that reads a number without a country code. Possible numbers are taken even where no
    network has issued them: the ranges reserved for fiction are such, and refusing a new range locks people out.
    """
    text = as_seen(text)
    if channel == Channel.EMAIL:
        EmailValidator("Enter an email address such as maria@mail.example.")(text)
        return text.lower()
    # The library reads letters as keypad digits (0770 ABC 123); nobody's list means that.
    if not any(character.isalpha() for character in text):
        with suppress(NumberParseException):
            number = parse(text, country)
            # A number without its area code is possible too, but only from a telephone next door.
            if is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
                return format_number(number, PhoneNumberFormat.E164)
    raise ValidationError("Enter a phone number such as 07700 900123 or +1 212 555 0123.", code="phone")


def is_e164(number: str) -> bool:
    """Return whether a number is written as it is stored."""
    return number.startswith("+") and number[1:].isascii() and number[1:].isdecimal()


def number_as_stored(text: str, country: str) -> str:
    """Return a number that a gateway names as it is stored: some leave out the plus, or the country. A name stays a name."""
    with suppress(ValidationError):
        return clean_address(Channel.SMS, text.strip(), country)
    return text


def spoken_address(channel: str, address: str, country: str) -> str:
    """Return a stored address as people in a country write it: 07700 900123 at home, +1 212-555-0123 from abroad."""
    if channel == Channel.EMAIL:
        return address
    number = parse(address, country)
    at_home = number.country_code == country_code_for_region(country)
    return format_number(number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL)


def may_be_written_to(point: str, patient: str) -> Q:
    """Return the condition of `ContactPointQuerySet.usable`, for a query that reaches the contact point and its person by these ways."""
    usable = Q(
        **{
            f"{point}consented_at__isnull": False,
            f"{point}withdrawn_at__isnull": True,
            f"{point}failed_at__isnull": True,
            f"{patient}closed": "",
        }
    )
    return usable if settings.SEND_TEXTS else usable & Q(**{f"{point}channel": Channel.EMAIL})


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    """Questions the reminders ask."""

    def usable(self) -> "ContactPointQuerySet":
        """Contact points that may be written to: consent given and not withdrawn, address not known to be dead.

        None of somebody who died, nor of a record that was joined with another; no phone number where no texts are sent.
        """
        return self.filter(may_be_written_to("", "patient__"))

    def of_number(self, number: str) -> "ContactPointQuerySet":
        """Everybody's contact points with a phone number: a family may share one, and one person be at two clinics."""
        return self.filter(channel=Channel.SMS, address=number)

    def sharing_addresses_of(self, patient: "Patient") -> "ContactPointQuerySet":
        """A person's contact points and those of others at their clinic with the same address, with who noted consent."""
        own = self.filter(patient=patient).values("address")
        same = self.filter(clinic_id=patient.clinic_id, address__in=own)
        return same.select_related("patient", "consented_by", "withdrawn_by")


class ContactPoint(models.Model):
    """One phone number or email address of one person, with the consent given for it: when, how, and by whom it was noted.

    Withdrawn consent is the *Do not text* flag. It outlives the consent, so that an older list cannot bring it back.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="contact_points")
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_source = models.CharField(max_length=40, blank=True)
    # Who wrote it down; empty for a list that was read in and for the person's own text message.
    consented_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_source = models.CharField(max_length=40, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Set when a gateway says that the address does not exist or takes no messages, with its words.
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_reason = models.CharField(max_length=120, blank=True)
    history = HistoricalRecords()

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id", "channel"]
        indexes = [
            models.Index(fields=["clinic", "address"], name="contact_address"),
            # Who agreed to messages of late, and is welcomed.
            models.Index(fields=["consented_at"], name="contact_consented"),
            # A text message that comes in names no clinic.
            models.Index(fields=["address"], condition=Q(channel="sms"), name="contact_number"),
        ]
        constraints = [
            # One number and one address each: who has two says which one the clinic should use.
            models.UniqueConstraint(fields=["patient", "channel"], name="one_contact_point_per_channel"),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=True) | ~Q(consent_source=""),
                name="consent_says_where_it_came_from",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_source=""),
                name="withdrawal_says_how_it_came",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def trouble(self) -> str:
        """Why nothing is sent here, in two words; empty when it may be written to."""
        text = self.channel == Channel.SMS
        if self.failed_at:
            return "Phone not reachable" if text else "Email not reachable"
        if self.withdrawn_at:
            return "Do not text" if text else "Do not email"
        if not self.consented_at:
            return "Texts not agreed" if text else "Emails not agreed"
        return ""
