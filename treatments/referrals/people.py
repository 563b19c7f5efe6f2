"""Who somebody is and how to reach them, as far as the list says something new about it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from clinic.wording import born_words
from patients.models import Channel, ContactPoint, Patient
from patients.search import search_text
from treatments.models import ReferralLine
from treatments.referrals.changes import REFERRAL_LIST, Change, Comparison, Setting
from treatments.referrals.rows import Referral

PERSON = (
    "given_name",
    "family_name",
    "birth_date",
    "language",
    "preferred_channel",
    "referred_on",
    "payer",
    "preventives_failed",
)
_COLUMN = {Channel.SMS: "phone", Channel.EMAIL: "email"}


def new_patient(setting: Setting, referral: Referral) -> Patient:
    """Return the person, not yet stored."""
    values = {name: getattr(referral, name) for name in PERSON}
    patient = Patient(clinic=setting.clinic, record_number=referral.record_number, created_at=setting.at, **values)
    patient.search_text = _search_text(patient, referral.phone)
    return patient


def wrong_record(patient: Patient, referral: Referral, news: Collection[str]) -> str:
    """Return why nothing of a row may be written to the record with its number, or "".

    Somebody's name changes, and a date of birth is corrected; both at once are another person.
    """
    if patient.merged_into:
        return f"The record {patient.record_number} was joined with {patient.merged_into.record_number}. Write that number."
    names = [name for name in ("given_name", "family_name") if name in news]
    renamed = any(getattr(patient, name).casefold() != getattr(referral, name).casefold() for name in names)
    if "birth_date" in news and patient.birth_date != referral.birth_date and renamed:
        here = f"{patient.full_name} here, born {born_words(patient.birth_date)}"
        return f"{patient.record_number} is {here}, and this row is of somebody else. Correct the number, or the person here."
    return ""


def update_person(both: Comparison) -> None:
    """Update what the list says differently now, and the search text, of which the phone number is a part."""
    patient = both.stored.patient
    if patient._state.adding:
        return
    fresh = Patient(record_number=patient.record_number)
    for name in PERSON:
        setattr(fresh, name, getattr(both.referral if name in both.news else patient, name))
    values: dict[str, Any] = {name: getattr(fresh, name) for name in PERSON}
    both.change.set(patient, values | {"search_text": _search_text(fresh, _phone(both))})


def update_contacts(both: Comparison) -> None:
    """Update phone and email, each with the consent that came with it."""
    referral, heard = both.referral, both.stored.heard(both.referral)
    if both.any_news("phone", "sms_consent_on"):
        _update_contact(both, Channel.SMS, heard["phone"], referral.sms_consent_on)
    if both.any_news("email", "email_consent_on"):
        _update_contact(both, Channel.EMAIL, heard["email"], referral.email_consent_on)


def _update_contact(both: Comparison, channel: Channel, address: str | None, consent_on: dt.date | None) -> None:
    """Store one contact point. What was withdrawn here stays withdrawn, whatever an old list says.

    An address that the list names as before and that was corrected or removed here stays so: its consent is of no other.
    """
    stored, named = both.stored.contacts.get(channel), _COLUMN[channel] in both.news
    if not address or (not named and (stored is None or stored.address != address)):
        return
    consent = {
        "consented_at": both.setting.noon(consent_on) if consent_on else None,
        "consent_source": REFERRAL_LIST if consent_on else "",
        "consented_by_id": None,
    }
    if stored is None:
        patient, clinic = both.stored.patient, both.setting.clinic
        both.change.created.append(
            ContactPoint(clinic=clinic, patient=patient, channel=channel, address=address, **consent)
        )
        return
    moved = stored.address != address
    values: dict[str, Any] = {"address": address, "failed_at": None, "failed_reason": ""} if moved else {}
    # Consent belongs to one address: a new one has what came with it, whoever recorded consent for the old one.
    if stored.withdrawn_at is None and (moved or stored.consent_source in {"", REFERRAL_LIST}):
        values |= consent
    both.change.set(stored, values)


def remember(both: Comparison, change: Change) -> None:
    """Keep what the list said, to be compared with what it says next time."""
    values: dict[str, Any] = {"said": both.stored.heard(both.referral), "read_at": both.setting.at}
    if both.stored.line:
        change.set(both.stored.line, values)
    else:
        line = ReferralLine(clinic=both.setting.clinic, patient=both.stored.patient, **values)
        change.created.append(line)


def _phone(both: Comparison) -> str:
    """Return the phone number as it will be."""
    if both.referral.phone and "phone" in both.news:
        return both.referral.phone
    stored = both.stored.contacts.get(Channel.SMS)
    return stored.address if stored else ""


def _search_text(patient: Patient, phone: str) -> str:
    return search_text(patient.full_name, patient.record_number, patient.birth_date, [phone] if phone else [])
