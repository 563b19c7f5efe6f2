"""The secret address inside a message."""

import base64
import datetime as dt
import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from reminders import timing
from reminders.models import PatientLink, Reminder

# How long a link from the recall list leads to the clinic's number.
ASKED_FOR = dt.timedelta(days=28)
TOKEN_BYTES = 16  # 128 bits: as short as a text message wants it, as long as guessing forbids


def token_of(reminder: Reminder) -> str:
    """Return the token of a reminder: the same each time, so that a repeated message is the same text.

    Made with the server's key from the reminder's uid; who knows the uid but not the key cannot make it.
    """
    digest = salted_hmac("reminders.links", str(reminder.uid), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_for(reminder: Reminder, *, now: dt.datetime) -> str:
    """Return the full address of a reminder's link, which exists from now on."""
    token = token_of(reminder)
    PatientLink.objects.get_or_create(
        token_hash=hash_of(token),
        defaults={
            "clinic_id": reminder.clinic_id,
            "reminder": reminder,
            "session_id": reminder.session_id,
            "created_at": now,
            "expires_at": timing.link_end(_last_day(reminder), reminder.clinic.zone),
        },
    )
    return f"{settings.BASE_URL}{reverse('reminders:visit', args=[token])}"


def find(token: str) -> PatientLink | None:
    """Return the link of a token, ended or not."""
    links = PatientLink.objects.select_related(
        "clinic",
        "reminder__patient",
        "reminder__invitation__offer__injector",
        "reminder__invitation__offer__room",
        "session__course__patient",
        "session__injector",
        "session__room",
    )
    return links.filter(token_hash=hash_of(token)).first()


def _last_day(reminder: Reminder) -> dt.date:
    """Return the last day on which the link leads somewhere; one sent to somebody overdue ends after its use."""
    if reminder.invitation:
        return reminder.invitation.offer.starts_at.astimezone(reminder.clinic.zone).date()
    if reminder.asked_on:
        return reminder.asked_on + ASKED_FOR
    day = reminder.session.local_date if reminder.session else reminder.due_date
    if day is None:
        raise ValueError("a reminder is about a visit, a due date or an offer")
    return day
