"""The secret addresses of patients' own pages: in a message, or handed over by staff."""

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from clinic import audit
from clinic.models import AuditEntry, User
from clinic.tokens import hash_of
from patients.models import Patient
from reminders import timing
from reminders.models import DiaryLink, Kind, PatientLink, Reminder, SecretLink
from treatments.models.session import OPEN

# How long a link about no visit ahead leads to the clinic's number.
ASKED_FOR = dt.timedelta(days=28)
# A link to the diary lasts one cycle of 12 weeks and the four weeks around it.
DIARY_DAYS = 112
# Their visit is over: the link is about a new one, or about the person.
_AFTER_THE_VISIT = (Kind.MISSED, Kind.SIDE_EFFECTS)
# What they ask for is written in the diary.
_TO_THE_DIARY = (Kind.DIARY, Kind.EFFECT)
L = TypeVar("L", bound=SecretLink)
TOKEN_BYTES = 16  # 128 bits: as short as a text message wants it, as long as guessing forbids


def token_of(reminder: Reminder) -> str:
    """Return the token of a reminder: the same each time, so that a repeated message is the same text.

    Made with the server's key from the reminder's uid; who knows the uid but not the key cannot make it.
    """
    digest = salted_hmac("reminders.links", str(reminder.uid), algorithm="sha256").digest()
    return _spelt(digest[:TOKEN_BYTES])


def link_for(reminder: Reminder, *, now: dt.datetime) -> SecretLink:
    """Return the link of a reminder, not kept yet."""
    token, kind = token_of(reminder), reminder.rule.kind
    fields = {
        "clinic_id": reminder.clinic_id,
        "reminder": reminder,
        "token_hash": hash_of(token),
        "created_at": now,
        "expires_at": timing.link_end(_last_day(reminder, now), reminder.clinic.zone),
    }
    link: SecretLink
    if kind in _TO_THE_DIARY:
        link = DiaryLink(patient_id=reminder.patient_id, **fields)
    else:
        link = PatientLink(session_id=None if kind in _AFTER_THE_VISIT else reminder.session_id, **fields)
    link.token = token
    return link


def keep(links: Sequence[SecretLink]) -> None:
    """Store links (a query for each kind); one that is there already stays as it is."""
    visits = [link for link in links if isinstance(link, PatientLink)]
    diaries = [link for link in links if isinstance(link, DiaryLink)]
    PatientLink.objects.bulk_create(visits, ignore_conflicts=True)
    DiaryLink.objects.bulk_create(diaries, ignore_conflicts=True)


def address_of(link: SecretLink) -> str:
    """Return the full address of a link whose token is known."""
    return _address(type(link), link.token)


@transaction.atomic
def make_diary_link(*, patient: Patient, by: User, at: dt.datetime) -> tuple[DiaryLink, str]:
    """Return a new link to a person's diary and its address, which nobody can read again."""
    token = _spelt(secrets.token_bytes(TOKEN_BYTES))
    last = patient.clinic.date_at(at) + dt.timedelta(days=DIARY_DAYS)
    link = DiaryLink.objects.create(
        clinic=patient.clinic,
        patient=patient,
        token_hash=hash_of(token),
        created_at=at,
        made_by=by,
        expires_at=timing.link_end(last, patient.clinic.zone),
    )
    _trace(link, by, at)
    return link, _address(DiaryLink, token)


@transaction.atomic
def revoke(*, link: SecretLink, by: User, at: dt.datetime) -> None:
    """End a link now. One that has ended stays as it is."""
    changed = type(link)._default_manager.filter(pk=link.pk, revoked_at__isnull=True)
    if changed.update(revoked_at=at, revoked_by=by):
        _trace(link, by, at)


def live(patient: Patient, now: dt.datetime) -> list[SecretLink]:
    """Return the links of a person that still lead somewhere, the newest first (2 queries); none of a closed record."""
    if patient.closed:
        return []
    standing = Q(revoked_at__isnull=True, expires_at__gt=now)
    visits = PatientLink.objects.filter(standing, reminder__patient=patient).select_related(
        "reminder__rule", "session", "clinic"
    )
    diaries = DiaryLink.objects.filter(standing, patient=patient)
    found: list[SecretLink] = [*(link for link in visits if not link.has_ended(now)), *diaries]
    return sorted(found, key=lambda link: link.created_at, reverse=True)


def find(token: str) -> PatientLink | None:
    """Return the link of a token, ended or not."""
    links = PatientLink.objects.select_related(
        "clinic",
        "reminder__patient__clinic",
        "reminder__rule",
        "reminder__invitation__offer__injector",
        "reminder__invitation__offer__room",
        "session__course__patient",
        "session__injector",
        "session__room",
    )
    return _opened(links, token)


def find_diary(token: str) -> DiaryLink | None:
    """Return the diary link of a token, ended or not."""
    return _opened(DiaryLink.objects.select_related("clinic", "patient__clinic"), token)


def _opened(links: "QuerySet[L]", token: str) -> L | None:
    link = links.filter(token_hash=hash_of(token)).first()
    if link:
        link.token = token
    return link


def _spelt(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def _address(kind: type[SecretLink], token: str) -> str:
    return f"{settings.BASE_URL}{reverse(kind.first_page, args=[token])}"


def _last_day(reminder: Reminder, now: dt.datetime) -> dt.date:
    """Return the last day on which the link leads somewhere; one about no day ahead ends after its use."""
    if reminder.invitation:
        return reminder.clinic.date_at(reminder.invitation.offer.starts_at)
    if reminder.asked_on:
        return reminder.asked_on + ASKED_FOR
    session = reminder.session
    if session and session.status in OPEN:
        return session.local_date
    # It is about what comes instead of a visit, after one, or before the first.
    return reminder.due_date or reminder.clinic.date_at(now) + ASKED_FOR


def _trace(link: SecretLink, by: User, at: dt.datetime) -> None:
    audit.record(
        clinic=link.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="link", subject=link.person.uid
    )
