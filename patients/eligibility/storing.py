"""What the rules took, as text that keeps every fact of a signed assessment with where it came from."""

import datetime as dt
import json
from dataclasses import asdict, fields
from typing import Any

from patients.eligibility.answers import Answer
from patients.eligibility.counts import Count
from patients.eligibility.findings import Findings
from patients.eligibility.medicines import PreventiveClass, Result, Trial
from patients.eligibility.overuse import Overuse

# These have columns of their own on the assessment.
COLUMNS = {"age", "headache_days", "long_headache_days", "migraine_days", "months_at_this_level", "days_recorded"}


def pack(findings: Findings) -> str:
    """Return all facts without a column of their own as JSON."""
    packed = {one.name: getattr(findings, one.name) for one in fields(Findings) if one.name not in COLUMNS}
    packed["preventives"] = [asdict(trial) for trial in findings.preventives]
    packed["overuse"] = findings.overuse and asdict(findings.overuse)
    packed["baseline"] = _plain(findings.baseline)
    packed["last_months"] = [_plain(one) for one in findings.last_months]
    packed["sources"] = dict(findings.sources)
    return json.dumps(packed, default=str, sort_keys=True)


def unpack(text: str) -> dict[str, Any]:
    """Return what ``pack`` wrote, as arguments of Findings; nothing for an empty text."""
    if not text:
        return {}
    stored: dict[str, Any] = json.loads(text)
    overuse = stored["overuse"]
    return stored | {
        "preventives": tuple(map(_trial, stored["preventives"])),
        "overuse": overuse and Overuse(**overuse | {"answer": Answer(overuse["answer"])}),
        "baseline": _count(stored["baseline"]),
        "last_months": tuple(map(_count, stored["last_months"])),
        "on": _day(stored["on"]),
        "diary_since": _day(stored["diary_since"]),
    }


def _plain(count: Count | None) -> dict[str, Any] | None:
    return None if count is None else asdict(count)


def _count(stored: dict[str, Any] | None) -> Count | None:
    return None if stored is None else Count(**stored)


def _trial(stored: dict[str, Any]) -> Trial:
    days = {name: _day(stored[name]) for name in ("started_on", "ended_on")}
    kinds = {"drug_class": PreventiveClass(stored["drug_class"]), "result": Result(stored["result"])}
    return Trial(**stored | days | kinds)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
