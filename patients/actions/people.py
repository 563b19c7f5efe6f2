"""Adding and changing people."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from patients.actions.contacts import TypedAddress, set_contact, withdraw_consent, write_typed
from patients.actions.holding import hold_to_write
from patients.actions.search_text import find_text
from patients.models import Channel, ContactPoint, Patient
from patients.models.patient import PatientQuerySet
from patients.search import fold, plainest

CHANGEABLE = (
    "record_number",
    "given_name",
    "family_name",
    "birth_date",
    "language",
    "preferred_channel",
    "timezone",
    "referred_on",
    "payer",
    "preventives_failed",
    "safety_note",
)
# A number typed by hand may be the next free one at the same moment; then it is looked for again.
_TRIES = 5
_DIGITS = 6


class RecordNumberTaken(Exception):
    """Another person at this clinic has this record number."""


@dataclass(frozen=True)
class Newcomer:
    """What is known of a person who is new here; phone and email as they were typed.

    ``consent_source`` says where it came from that they agreed to messages on both; empty: they did not. With
    ``refusal_source`` they said No, which is kept, so that a list read in later does not turn it into a Yes. Without a
    record number the clinic's next free one is given, without a preferred channel it is the phone if there is one.
    """

    given_name: str
    family_name: str
    birth_date: dt.date
    record_number: str = ""
    phone: str = ""
    email: str = ""
    consent_source: str = ""
    refusal_source: str = ""
    language: str = Patient.Language.ENGLISH
    preferred_channel: str = ""
    timezone: str = ""
    payer: str = ""
    referred_on: dt.date | None = None
    preventives_failed: int | None = None

    @property
    def channel(self) -> str:
        """The channel to write on."""
        return self.preferred_channel or first_channel(self.phone, self.email)


def first_channel(phone: str, email: str) -> Channel:
    """Return by what somebody who prefers nothing is written to."""
    return Channel.SMS if phone or not email else Channel.EMAIL


@transaction.atomic
def register_patient(*, clinic: Clinic, person: Newcomer, by: User | None, at: dt.datetime) -> Patient:
    """Add a person and their contact points.

    Raises RecordNumberTaken, and ValidationError in words for a phone or email that is none.
    """
    patient = Patient(
        clinic=clinic,
        given_name=person.given_name.strip(),
        family_name=person.family_name.strip(),
        birth_date=person.birth_date,
        record_number=person.record_number.strip(),
        language=person.language,
        preferred_channel=person.channel,
        timezone=person.timezone,
        payer=person.payer,
        referred_on=person.referred_on,
        preventives_failed=person.preventives_failed,
        created_at=at,
    )
    _insert(patient, by=by, at=at)
    audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="patient", subject=patient.uid)
    for channel, address in ((Channel.SMS, person.phone), (Channel.EMAIL, person.email)):
        set_contact(
            patient=patient, channel=channel, address=address, by=by, at=at, consent_source=person.consent_source
        )
        if person.refusal_source:
            withdraw_consent(patient=patient, channel=channel, source=person.refusal_source, by=by, at=at)
    return patient


@transaction.atomic
def edit_patient(
    *, patient: Patient, values: Mapping[str, object], addresses: Iterable[TypedAddress], by: User, at: dt.datetime
) -> None:
    """Write what staff changed of a person and of how to reach them, both or neither; raises what `change_patient` raises."""
    change_patient(patient=patient, values=values, by=by, at=at)
    for typed in addresses:
        write_typed(typed, patient=patient, by=by, at=at)


@transaction.atomic
def change_patient(
    *, patient: Patient, values: Mapping[str, object], by: User | None, at: dt.datetime
) -> tuple[str, ...]:
    """Set some of the CHANGEABLE fields and return the names of those that differed; nothing is written when none did.

    Raises RecordNumberTaken, KeyError for a field that is not changed this way, and PermissionDenied for a person who
    was erased: nobody may be written into an empty record.
    """
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise KeyError(*unknown)
    hold_to_write(patient)
    changed = tuple(name for name, value in values.items() if getattr(patient, name) != value)
    if not changed:
        return ()
    for name in changed:
        setattr(patient, name, values[name])
    patient.search_text = find_text(patient)
    _save_unless_taken(patient, by=by, at=at)
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="patient", subject=patient.uid
    )
    return changed


def same_person(
    *, clinic: Clinic, given_name: str, family_name: str, birth_date: dt.date, phone: str
) -> PatientQuerySet:
    """Return people here who may be this one: the same name, however it is spelt, and date of birth, or the same phone
    (E.164, may be empty).
    """
    name = fold(f"{given_name.strip()} {family_name.strip()}")
    plain = plainest(name)
    spelt = Q(search_text__startswith=f"{name} ") | Q(search_text__startswith=f"{plain} ")
    named = Q(birth_date=birth_date) & (spelt | Q(search_text__endswith=f" {plain}"))
    phoned = Q(
        pk__in=ContactPoint.objects.filter(clinic=clinic, channel=Channel.SMS, address=phone).values("patient_id")
    )
    return Patient.objects.filter(named | phoned if phone else named, clinic=clinic)


def _insert(patient: Patient, *, by: User | None, at: dt.datetime) -> None:
    if patient.record_number:
        patient.search_text = find_text(patient)
        return _save_unless_taken(patient, by=by, at=at)
    # Desks that ask for a number wait for one another; rows that only point to the clinic do not wait.
    Clinic.objects.select_for_update(no_key=True).get(pk=patient.clinic_id)
    for _ in range(_TRIES - 1):
        try:
            return _insert_with_next_number(patient, by=by, at=at)
        except RecordNumberTaken:
            continue
    return _insert_with_next_number(patient, by=by, at=at)


def _insert_with_next_number(patient: Patient, *, by: User | None, at: dt.datetime) -> None:
    patient.record_number = next_record_number(patient.clinic)
    patient.search_text = find_text(patient)
    _save_unless_taken(patient, by=by, at=at)


def _save_unless_taken(patient: Patient, *, by: User | None, at: dt.datetime) -> None:
    others = Patient.objects.filter(clinic=patient.clinic, record_number=patient.record_number).exclude(pk=patient.pk)
    try:
        with transaction.atomic():
            audit.save_as(patient, by=by, at=at)
    except IntegrityError as error:
        if others.exists():
            raise RecordNumberTaken from error
        raise


def next_record_number(clinic: Clinic) -> str:
    """Return the number after the highest of the clinic's own series: two letters of its name and six digits.

    More digits where those are full: lists from elsewhere call somebody 999999 who is nobody.
    """
    prefix = re.sub(r"[^A-Z]", "", clinic.slug.upper())[:2] or "P"
    number, digits = 1, _DIGITS
    while last := _last_number(clinic, prefix, digits):
        number = int(last.removeprefix(prefix)) + 1
        if len(str(number)) <= digits:
            break
        digits += 1
    return f"{prefix}{number:0{_DIGITS}}"


def _last_number(clinic: Clinic, prefix: str, digits: int) -> str | None:
    own = Patient.objects.filter(
        clinic=clinic, record_number__startswith=prefix, record_number__regex=rf"^{prefix}[0-9]{{{digits}}}$"
    )
    return own.order_by("-record_number").values_list("record_number", flat=True).first()
