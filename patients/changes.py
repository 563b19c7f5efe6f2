"""Who changed what about a person: the history rows, read as differences."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from clinic.models import User
from clinic.wording import born_words, day_words, moment_words
from patients.models import AcuteMedication, Authorization, Channel, ContactPoint, Patient, PreventiveTrial

# What is shown, with its word. Anything else in a history row is bookkeeping.
_PERSON = {
    "given_name": "first name",
    "family_name": "last name",
    "birth_date": "date of birth",
    "record_number": "record number",
    "language": "language",
    "preferred_channel": "preferred channel",
    "timezone": "own time zone",
    "referred_on": "referred on",
    "payer": "payer",
    "preventives_failed": "preventives tried",
    "safety_note": "safety note",
    "closed": "record closed",
    "closed_on": "closed on",
}
_CONTACT = {
    "address": "address",
    "consented_at": "consent given",
    "consent_source": "consent source",
    "withdrawn_at": "consent withdrawn",
    "withdrawn_source": "withdrawn how",
    "failed_at": "not reachable since",
    "failed_reason": "not reachable because",
}
_PREVENTIVE = {
    "drug": "medicine",
    "drug_class": "class",
    "dose": "dose",
    "started_on": "from",
    "ended_on": "to",
    "result": "outcome",
    "reason": "reason",
    "removed_at": "taken off the list",
}
_ACUTE = {
    "drug": "medicine",
    "drug_class": "class",
    "days_a_month": "days a month",
    "months": "months",
    "told_on": "told on",
    "removed_at": "taken off the list",
}
_AUTHORIZATION = {
    "payer": "payer",
    "number": "number",
    "valid_from": "from",
    "valid_to": "to",
    "visits": "visits allowed",
    "units_allowed": "units allowed",
    "counts_waste": "units include waste",
    "codes": "codes",
    "status": "status",
}
_LINES: dict[Any, dict[str, str]] = {
    ContactPoint: _CONTACT,
    PreventiveTrial: _PREVENTIVE,
    AcuteMedication: _ACUTE,
    Authorization: _AUTHORIZATION,
}
_LABELS: dict[str, dict[Any, Any]] = {
    "language": dict(Patient.Language.choices),
    "preferred_channel": dict(Channel.choices),
    "closed": dict(Patient.Closed.choices),
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
    """Return the changes to a person and to the lines of their record, the newest first (a query for each kind)."""
    person = patient.history.select_related("history_user").order_by("history_id")
    found = list(_differences(person, _PERSON))
    for model, names in _LINES.items():
        rows = model.history.filter(patient=patient).select_related("history_user").order_by("id", "history_id")
        found += _differences(rows, names)
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
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dt.datetime):
        return moment_words(localtime(value))
    if name == "birth_date":
        return born_words(value)
    if isinstance(value, dt.date):
        return day_words(value)
    if name in {"drug_class", "result", "status"}:
        return str(getattr(row, f"get_{name}_display")())
    return str(_LABELS.get(name, {}).get(value, value))


def _what(row: Any) -> str:
    if hasattr(row, "channel"):
        return str(row.get_channel_display())
    for mark, words in (("result", "Preventive"), ("days_a_month", "Acute medicine"), ("valid_from", "Authorization")):
        if hasattr(row, mark):
            return words
    return "Person"
