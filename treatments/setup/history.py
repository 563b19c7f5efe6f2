"""Who changed the set-up of a clinic, and when."""

import datetime as dt
from dataclasses import dataclass
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
    """Return the latest changes of a clinic's set-up, newest first (one query for each of six tables)."""
    lines = []
    for what, model, related in KINDS:
        rows = model.history.filter(clinic=clinic).select_related("history_user", *related)
        lines += [_line(what, row) for row in rows.order_by("-history_date", "-history_id")[:LATEST]]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:LATEST]


def _line(what: str, row: Any) -> Line:
    by = row.history_user.full_name if row.history_user else "the system"
    return Line(row.history_date, by, what, VERBS[row.history_type], _about(row))


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
