"""Who changed what about a person: the history rows, read as differences."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from clinic.models import User
from clinic.wording import day_words, moment_words
from patients.models import Channel, ContactPoint, Patient

# What is shown, with its word. Anything else in a history row is bookkeeping.
_PERSON = {
    "given_name": "first name",
    "family_name": "last name",
    "birth_date": "date of birth",
    "record_number": "record number",
    "language": "language",
    "preferred_channel": "preferred channel",
    "referred_on": "referred on",
    "payer": "payer",
    "preventives_failed": "preventives tried",
}
_CONTACT = {
    "address": "address",
    "consented_at": "consent given",
    "consent_source": "consent source",
    "withdrawn_at": "consent withdrawn",
    "failed_at": "not reachable since",
}
_LABELS: dict[str, dict[Any, Any]] = {
    "language": dict(Patient.Language.choices),
    "preferred_channel": dict(Channel.choices),
}
MOST = 200


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words; empty where there was or is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change: what it was made to, when, by whom (None: the system or the patient), and the fields."""

    what: str
    at: dt.datetime
    by: User | None
    fields: tuple[FieldChange, ...]


def changes_of(patient: Patient) -> list[Change]:
    """Return the changes to a person and their contact points, the newest first (two queries)."""
    person = patient.history.select_related("history_user").order_by("history_id")
    contacts = ContactPoint.history.filter(patient=patient).select_related("history_user").order_by("id", "history_id")
    found = [*_differences(person, _PERSON), *_differences(contacts, _CONTACT)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _differences(rows: Iterable[Any], names: dict[str, str]) -> Iterable[Change]:
    """Compare each history row with the one before it of the same object. Moments are in the active zone."""
    before: Any = None
    for row in rows:
        previous = before if before and before.id == row.id and before.history_type != "-" else None
        fields = tuple(_fields(previous, row, names))
        if fields:
            yield Change(_what(row), row.history_date, row.history_user, fields)
        before = row


def _fields(before: Any, after: Any, names: dict[str, str]) -> Iterable[FieldChange]:
    removed = after.history_type == "-"
    for name, words in names.items():
        old = _words(before, name) if before else ""
        new = "" if removed else _words(after, name)
        if old != new:
            yield FieldChange(words, old, new)


def _words(row: Any, name: str) -> str:
    """Return a value as it is read aloud: the label of a choice, a day, a moment."""
    value = getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return moment_words(localtime(value))
    if isinstance(value, dt.date):
        return day_words(value)
    return str(_LABELS.get(name, {}).get(value, value))


def _what(row: Any) -> str:
    return str(row.get_channel_display()) if hasattr(row, "channel") else "Person"
