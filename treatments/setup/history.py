"""Who changed the set-up of a clinic, and when."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room, WorkedHoliday
from treatments.setup.spans import span_words

LATEST = 50
KINDS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("Hours", OpeningHours, ("injector", "room")),
    ("Leave", Absence, ("injector", "clinic")),
    ("Closure", Closure, ("room", "clinic")),
    ("Holiday worked", WorkedHoliday, ()),
    ("Room", Room, ()),
    ("Injector", Injector, ()),
)
# What the clinic says of itself, by the names of the boxes.
DETAILS = {
    "name": "name",
    "message_name": "name in messages",
    "phone": "phone",
    "address": "address",
    "country": "country",
    "subdivision": "region",
    "timezone": "time zone",
    "session_minutes": "minutes that a visit takes",
    "late_after_minutes": "minutes after which waiting is long",
    "patients_book": "patients may choose a free time themselves",
    "rest_minutes": "minutes after which people are signed out",
    "second_factor_for_all": "everybody needs a second step to sign in",
}
VERBS = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True)
class Line:
    """One change of one row."""

    at: dt.datetime
    by: str
    what: str
    verb: str
    about: str


def changed_since(clinic: Clinic, at: dt.datetime) -> bool:
    """Return whether anything of a clinic's set-up was saved at a moment or after it (six queries at most)."""
    return any(model.history.filter(clinic=clinic, history_date__gte=at).exists() for _, model, _ in KINDS)


def latest(clinic: Clinic) -> list[Line]:
    """Return the latest changes of a clinic's set-up, newest first (one query for each of seven tables)."""
    lines = _details(clinic)
    for what, model, related in KINDS:
        rows = model.history.filter(clinic=clinic).select_related("history_user", *related)
        lines += [_line(what, row) for row in rows.order_by("-history_date", "-history_id")[:LATEST]]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:LATEST]


def _details(clinic: Clinic) -> list[Line]:
    """Return what was changed of the clinic's own details, each version held against the one before."""
    rows = Clinic.history.filter(id=clinic.pk).select_related("history_user")
    versions = list(rows.order_by("-history_date", "-history_id")[: LATEST + 1])
    compared = ((row, _differing(row, before)) for row, before in pairwise(versions))
    return [Line(row.history_date, _by(row), "Clinic details", VERBS["~"], words) for row, words in compared if words]


def _differing(row: Any, before: Any) -> str:
    said = (
        (words, getattr(row, name)) for name, words in DETAILS.items() if getattr(row, name) != getattr(before, name)
    )
    return "; ".join(f"{words}, now {_plain(value)}" for words, value in said)


def _plain(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _by(row: Any) -> str:
    return row.history_user.full_name if row.history_user else "the system"


def _line(what: str, row: Any) -> Line:
    return Line(row.history_date, _by(row), what, VERBS[row.history_type], _about(row))


def _about(row: Any) -> str:
    who = getattr(row, "injector", None) or getattr(row, "room", None)
    text = str(row.instance) + _when(row)
    return f"{who}: {text}" if who else text


def _when(row: Any) -> str:
    if hasattr(row, "starts_at"):
        return f", {span_words(row)}"
    last = getattr(row, "valid_until", None)
    if last:
        return f", until {last.day} {last:%B %Y}"
    if getattr(row, "active", True) is False:
        return ", no longer in use"
    return ""
