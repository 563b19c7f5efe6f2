"""All that is known of a person, as data and as a page to read."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, QuerySet, UUIDField
from django.template.loader import render_to_string

from clinic.fields import TextsInsideField, each_token, read
from clinic.models import User
from patients.models import Patient
from privacy.paths import records_of, rows_of, tables
from reminders.models import OneOff

# What would open a page, or says the same again in another form.
_LEFT_OUT = {"token_hash", "search_text", "password"}


@dataclass(frozen=True)
class Table:
    """The rows of one table about a person."""

    name: str
    title: str
    rows: list[dict[str, Any]]
    keys: frozenset[str] = frozenset()

    @property
    def lines(self) -> list[list[tuple[str, Any]]]:
        """The rows as a person reads them: names in words, without what is empty or only joins one row with another."""
        return [
            [
                (name.replace("_", " "), _in_words(value))
                for name, value in row.items()
                if name not in self.keys and _says(value)
            ]
            for row in self.rows
        ]


def portrait(patient: Patient) -> list[Table]:
    """Return every row that leads to the person or to a record that was joined with theirs."""
    people = records_of(patient)
    found = [_table(model, rows_of(model, people)) for model in tables()]
    # A message is written once and sent to several, so it names nobody; the reminder names it.
    written = OneOff.objects.filter(pk__in=[row["one_off"] for row in _rows(found, "reminders.Reminder")])
    return [table for table in (*found, _table(OneOff, written)) if table.rows]


def bundle(patient: Patient, made_at: dt.datetime) -> bytes:
    """Return a ZIP with the data as JSON and the same as a page, which needs nothing but a browser."""
    tables = portrait(patient)
    facts = {
        "clinic": patient.clinic.name,
        "record_number": patient.record_number,
        "made_at": made_at,
        "tables": {table.name: table.rows for table in tables},
    }
    page = render_to_string("privacy/portrait.html", {"patient": patient, "tables": tables, "made_at": made_at})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("person.json", json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        pack.writestr("person.html", page)
    return file.getvalue()


def _table(model: type[Model], rows: QuerySet[Any]) -> Table:
    fields = [field for field in model._meta.concrete_fields if field.name not in _LEFT_OUT]
    staff = {field.name for field in fields if field.related_model is User}
    found = rows.select_related(*staff).order_by("pk")
    title = str(model._meta.verbose_name_plural)
    keys = frozenset(field.name for field in fields if _is_key(field))
    return Table(model._meta.label, title[:1].upper() + title[1:], [dict(_values(row, fields)) for row in found], keys)


def _is_key(field: Field[Any, Any]) -> bool:
    """Return whether a field only joins rows; in the history of a row its ``id`` is a plain number."""
    other = field.related_model is not None and field.related_model is not User
    return other or field.primary_key or field.name == "id" or isinstance(field, UUIDField)


def _says(value: Any) -> bool:
    return value is not None and value != ""


def _in_words(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _values(row: Any, fields: list[Field[Any, Any]]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        value = getattr(row, field.attname)
        if field.related_model is User and value is not None:
            value = getattr(row, field.name).full_name
        elif isinstance(field, TextsInsideField):
            value = {key: _readable(one) for key, one in value.items()}
        elif field.choices and value not in (None, ""):
            value = str(getattr(row, f"get_{field.name}_display")())
        yield field.name, value


def _readable(value: Any) -> Any:
    """Return an encrypted text in words, and everything else as it is."""
    return each_token(value, read) if isinstance(value, str) else value


def _rows(tables: list[Table], name: str) -> list[dict[str, Any]]:
    return next(table.rows for table in tables if table.name == name)
