"""Kinds of resources that are rows of a table: how one is found, and how many are searched, a page at a time."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from clinic.models import Clinic
from interface.fhir import dates
from interface.fhir.outcome import Json, not_found, refuse
from interface.fhir.query import Allowed, Query

Narrow = Callable[[str, Clinic], Q]
_COMMA, _BAR = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\,|$])")


@dataclass(frozen=True)
class Parameter:
    """One search parameter: its kind as the CapabilityStatement says it, what it means, and what it asks of a row."""

    name: str
    kind: str
    words: str
    narrow: Narrow
    private: bool = False


@dataclass(frozen=True)
class Page:
    """What a search found: (whose record, resource) in order, where it ended if there is more, how many in all if asked."""

    found: Sequence[tuple[uuid.UUID | None, Json]]
    after: tuple[Any, ...] | None = None
    total: int | None = None


@dataclass(frozen=True)
class Rows:
    """A kind of resource. ``rows`` are those of one clinic, each with ``updated``; ``shape`` writes one down.

    ``whose`` says whose record it is, for the trace that reading leaves; None where it is nobody's.
    """

    kind: str
    words: str
    rows: Callable[[Clinic], QuerySet[Any]]
    shape: Callable[[Any, Clinic], Json]
    whose: Callable[[Any], uuid.UUID | None]
    parameters: tuple[Parameter, ...]
    sorts: dict[str, str]
    # Reads for all rows of a page what no relation leads to.
    along: Callable[[Sequence[Any]], None] | None = None

    @property
    def allowed(self) -> Allowed:
        """What a search may name."""
        names = {one.name: one for one in self.all_parameters}
        private = frozenset(name for name, one in names.items() if one.private)
        return Allowed(self.kind, frozenset(names), private, frozenset(self.sorts))

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """The kind's own parameters and those that all have."""
        return (
            Parameter("_id", "token", "The record's own id.", among("uid", as_uid)),
            Parameter("_lastUpdated", "date", "When it last changed.", moment("updated")),
            *self.parameters,
        )

    def find(self, uid: str, clinic: Clinic, now: dt.datetime) -> tuple[uuid.UUID | None, Json]:
        """Return one record; the same 404 for another clinic's as for one that does not exist."""
        key = as_uid(uid, clinic)
        rows = list(self.rows(clinic).filter(uid=key)) if key else []
        if not rows:
            raise not_found()
        return self.shaped(rows, clinic)[0]

    def search(self, query: Query, clinic: Clinic, now: dt.datetime) -> Page:
        """Return a page of what a search asks for."""
        parameters = {one.name: one for one in self.all_parameters}
        found = self.rows(clinic)
        for name, value in query.asked:
            found = found.filter(parameters[name].narrow(value, clinic))
        total = found.count() if query.counted else None
        if not query.count:
            return Page([], total=total)
        return self._page(found, query, clinic, total)

    def _page(self, found: QuerySet[Any], query: Query, clinic: Clinic, total: int | None) -> Page:
        """Cut a page by key: what was sorted by, then the row. One row more than asked tells whether there is another."""
        backwards, field = query.sort.startswith("-"), self.sorts.get(query.sort.removeprefix("-"), "pk")
        order = [field] if field == "pk" else [field, "pk"]
        found = found.filter(**{f"{field}__isnull": False}).order_by(
            *(f"-{one}" if backwards else one for one in order)
        )
        if query.after:
            found = found.filter(_beyond(field, backwards, *query.after))
        rows = list(found[: query.count + 1])
        more, rows = len(rows) > query.count, rows[: query.count]
        after = (_plain(getattr(rows[-1], field)), rows[-1].pk) if more else None
        return Page(self.shaped(rows, clinic), after, total)

    def shaped(self, rows: Sequence[Any], clinic: Clinic) -> list[tuple[uuid.UUID | None, Json]]:
        """Return rows written down, each with whose record it is."""
        if self.along:
            self.along(rows)
        return [(self.whose(row), self.shape(row, clinic)) for row in rows]


def _beyond(field: str, backwards: bool, value: Any, pk: int) -> Q:
    way = "lt" if backwards else "gt"
    if field == "pk":
        return Q(**{f"pk__{way}": pk})
    return Q(**{f"{field}__{way}": value}) | Q(**{field: value, f"pk__{way}": pk})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def as_uid(text: str, clinic: Clinic) -> uuid.UUID | None:
    """Return an id, or None for what cannot be one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def id_in(reference: str, kind: str) -> str | None:
    """Return the id that a reference to a kind has, whole address or not, or None for one to something else.

    Of the server nothing is asked: ours may have several names, and no other has one of our ids.
    """
    found = re.fullmatch(rf"(?:https?://[^\s?#]+/)?{kind}/([^/]+)", reference)
    return found[1] if found else None


def among(field: str, read: Callable[[str, Clinic], Any]) -> Narrow:
    """One of several values, with commas between them. What cannot be read matches nothing."""

    def narrow(text: str, clinic: Clinic) -> Q:
        found = [read(part, clinic) for part in text.split(",")]
        return Q(**{f"{field}__in": [value for value in found if value is not None]})

    return narrow


def referring(field: str, kind: str) -> Narrow:
    """Return how to ask for a reference: Patient/ID, its whole address, or the id alone."""
    return among(field, lambda text, clinic: as_uid(id_in(text, kind) or text, clinic))


def moment(field: str) -> Narrow:
    """A date against a column of moments."""
    return lambda text, clinic: _within(field, text, clinic, whole_days=False)


def day(field: str) -> Narrow:
    """A date against a column of dates."""
    return lambda text, clinic: _within(field, text, clinic, whole_days=True)


def _within(field: str, text: str, clinic: Clinic, *, whole_days: bool) -> Q:
    found = Q()
    for span in _spans(text, clinic):
        span = span.in_days(clinic.zone) if whole_days else span
        holds = Q(**span.conditions(field))
        found |= ~holds if span.excludes else holds
    return found


def _spans(text: str, clinic: Clinic) -> Iterator[dates.Span]:
    for part in text.split(","):
        try:
            yield dates.read(part, clinic.zone)
        except dates.NotADate as error:
            raise refuse(400, "value", "Write dates such as ge2026-11-23 or 2026-11-23T10:00:00Z.") from error


def named(systems: dict[str, str]) -> Narrow:
    """A name within a system: SYSTEM|VALUE, VALUE alone, or SYSTEM| for any. ``systems`` says which column each system is."""

    def narrow(text: str, clinic: Clinic) -> Q:
        found = Q(pk__in=[])
        for system, value in tokens(text):
            for address, column in systems.items():
                if system in {None, address}:
                    found |= Q(**{column: value}) if value or not system else ~Q(**{column: ""})
        return found

    return narrow


def coded(system: str, codes: Mapping[str, Q]) -> Narrow:
    """One of several codes: CODE, SYSTEM|CODE, or SYSTEM| for any. ``codes`` says what each asks of a row."""

    def narrow(text: str, clinic: Clinic) -> Q:
        found = Q(pk__in=[])
        for of, code in tokens(text):
            if of in {None, system}:
                chosen = codes.values() if of and not code else [codes[code]] if code in codes else []
                found = reduce(or_, chosen, found)
        return found

    return narrow


def tokens(text: str) -> list[tuple[str | None, str]]:
    """Return several names, with commas between them, as system and value."""
    return [token(part) for part in _COMMA.split(text)]


def values(text: str) -> list[str]:
    """Return several texts, with commas between them."""
    return [_ESCAPED.sub(r"\1", part) for part in _COMMA.split(text)]


def token(text: str) -> tuple[str | None, str]:
    """Return a name as system and value; None without a bar, which is any system. A stroke before a bar or a comma makes it a letter.

    Source: https://hl7.org/fhir/R4/search.html#token and #escaping.
    """
    *system, value = (_ESCAPED.sub(r"\1", part) for part in _BAR.split(text, maxsplit=1))
    return (system[0] if system else None), value
