"""What was typed into the session form, in words, section by section; and two versions of it side by side."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from patients.forms.fields import parse_day
from treatments import protocol
from treatments.forms.record.form import RecordForm
from treatments.forms.record.sections import SECTIONS, Section, section_of
from treatments.forms.record.vials import SECOND

Fields = Mapping[str, Sequence[str]]
EMPTY = "–"
# Said with their sites, or of no use to a reader.
_SILENT = ("units_", "skip_", "sites", "screened_on")
# Boxes of a second lot that are never empty: of no use either where nobody names one.
_OF_NO_SECOND = tuple(SECOND + name for name in ("strength", "vials", "prepared_day"))


@dataclass(frozen=True)
class Line:
    """One thing, as I typed it and as they did."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Part:
    """A section, with the lines that are worth reading in it."""

    section: Section
    lines: list[Line]


def differences(mine: Fields, theirs: Fields) -> list[Part]:
    """Return the sections in which two versions differ, with each line that does."""
    return _parts(mine, theirs, lambda line: line.mine != line.theirs)


def in_words(fields: Fields) -> list[Part]:
    """Return everything that was filled in; the words stand on the side of ``mine``."""
    return _parts(fields, {}, lambda line: line.mine not in (EMPTY, "not ticked"))


def merged(mine: Fields, theirs: Fields, take: Collection[str]) -> dict[str, list[str]]:
    """Return my fields, with those of the sections in ``take`` (their keys) as they are in the other version."""
    kept = {name: list(values) for name, values in mine.items() if section_of(name).key not in take}
    return kept | {name: list(values) for name, values in theirs.items() if section_of(name).key in take}


def _parts(mine: Fields, theirs: Fields, wanted: Any) -> list[Part]:
    lines: dict[Section, list[Line]] = {section: [] for section in SECTIONS}
    named = {parse_day(text) for fields in (mine, theirs) for text in fields.get("given_on", [])}
    form = RecordForm(since=dt.date.min.replace(year=2000), days=sorted(filter(None, named)))
    silent = _SILENT if _second_named(mine) or _second_named(theirs) else _SILENT + _OF_NO_SECOND
    for name, field in form.fields.items():
        if not name.startswith(silent):
            label = (
                f"Second lot: {field.label or name}" if name.startswith(SECOND) else str(field.label or _label(name))
            )
            lines[section_of(name)].append(Line(label, _words(name, field, mine), _words(name, field, theirs)))
    here = next(section for section in SECTIONS if section.key == "sites")
    lines[here] += [Line(site.label, _site(site, mine), _site(site, theirs)) for site in protocol.SITES.values()]
    parts = [Part(section, [line for line in found if wanted(line)]) for section, found in lines.items()]
    return [part for part in parts if part.lines]


def _second_named(fields: Fields) -> bool:
    return any("".join(fields.get(SECOND + name, [])) for name in ("lot", "expires_on"))


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(name: str, field: forms.Field, fields: Fields) -> str:
    values = [value for value in fields.get(name, []) if value]
    if isinstance(field, forms.BooleanField):
        return "ticked" if values else "not ticked"
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = {str(value): str(label) for value, label in choices}
        values = [labels.get(value, value) for value in values]
    return ", ".join(values) or EMPTY


def _site(site: protocol.Site, fields: Fields) -> str:
    if site.code in fields.get("sites", []):
        units = "".join(fields.get(f"units_{site.code}", [])[:1]) or str(site.units)
        return f"{units} units"
    reason = "".join(fields.get(f"skip_{site.code}", [])[:1])
    return f"left out: {protocol.SKIP_REASONS.get(reason, reason).lower()}" if reason else EMPTY
