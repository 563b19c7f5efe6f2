"""What a person chooses about messages on their own page. Visits stay as they are."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry
from patients.actions import change_patient, set_contact, try_again, withdraw_consent
from patients.models import Channel, ContactPoint, Patient
from reminders.models import NudgeStop

SOURCE = "their own page"
LAST_DIGITS = 3


@dataclass(frozen=True)
class Reach:
    """How a person is written to now."""

    text: ContactPoint | None
    email: ContactPoint | None
    nudges: bool

    @property
    def texts(self) -> bool:
        """Whether text messages are sent."""
        return self.text is not None and not self.text.trouble

    @property
    def emails(self) -> bool:
        """Whether emails are sent."""
        return self.email is not None and not self.email.trouble

    @property
    def digits(self) -> str:
        """How the phone number ends: enough to know it by, too little to call it."""
        return self.text.address[-LAST_DIGITS:] if self.text else ""

    @property
    def choices(self) -> list[str]:
        """What can be chosen from here."""
        offered = {
            "no_nudges": self.nudges,
            "nudges": not self.nudges,
            "no_texts": self.texts,
            "no_emails": self.emails,
            "email": self.email is not None and (self.texts or not self.emails),
            "texts": self.text is not None and not self.texts,
        }
        return [choice for choice, possible in offered.items() if possible]


def reach_of(patient: Patient) -> Reach:
    """Return how a person is written to (3 queries, mostly). Where no texts are sent, no phone number counts."""
    points = {point.channel: point for point in ContactPoint.objects.filter(patient=patient)}
    nudges = not NudgeStop.objects.of_person(patient).exists()
    return Reach(points.get(Channel.SMS) if settings.SEND_TEXTS else None, points.get(Channel.EMAIL), nudges)


@transaction.atomic
def choose(*, patient: Patient, choice: str, at: dt.datetime) -> bool:
    """Do what the person chose, and return whether it was done: what cannot be chosen from where they are changes nothing."""
    reach = reach_of(patient)
    if choice not in reach.choices:
        return False
    if choice in {"nudges", "no_nudges"}:
        _set_nudges(patient, choice == "nudges", at)
    if choice in {"no_texts", "email"}:
        withdraw_consent(patient=patient, channel=Channel.SMS, source=SOURCE, by=None, at=at)
    if choice == "no_emails":
        withdraw_consent(patient=patient, channel=Channel.EMAIL, source=SOURCE, by=None, at=at)
    if choice == "email" and reach.email:
        _agree(patient, reach.email, at)
    if choice == "texts" and reach.text:
        _agree(patient, reach.text, at)
    return True


def _agree(patient: Patient, point: ContactPoint, at: dt.datetime) -> None:
    """Note that they want it there: an address whose owner chooses it is not dead."""
    channel = point.channel
    try_again(patient=patient, channel=channel, by=None, at=at)
    set_contact(patient=patient, channel=channel, address=point.address, by=None, at=at, consent_source=SOURCE)
    change_patient(patient=patient, values={"preferred_channel": channel}, by=None, at=at)


def _set_nudges(patient: Patient, wanted: bool, at: dt.datetime) -> None:
    if wanted:
        NudgeStop.objects.of_person(patient).delete()
    else:
        NudgeStop.objects.get_or_create(patient=patient, defaults={"clinic": patient.clinic, "since": at})
    audit.record(
        clinic=patient.clinic, by=None, at=at, action=AuditEntry.Action.CHANGE, kind="nudges", subject=patient.uid
    )
