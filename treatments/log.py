"""The session log: every session with what was given, filtered by the address, exported as it is filtered."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet

from clinic.models import Clinic, Injector
from treatments.days import with_cycle
from treatments.models import Status, TreatmentSession, Vial

COLUMNS = (
    "date",
    "time",
    "record_number",
    "patient",
    "cycle",
    "days_since_last",
    "injector",
    "status",
    "units",
    "sites",
    "wasted",
    "lots",
    "signed_by",
    "signed_at",
)
# A cell that begins so is run as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands each written line straight back, so that a CSV can stream."""

    def write(self, line: str) -> str:
        return line


def _injectors(request: Any) -> QuerySet[Injector]:
    return Injector.objects.filter(clinic=request.clinic)


def _date(label: str, lookup: str) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(field_name="local_date", lookup_expr=lookup, label=label, widget=widget)


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the log: dates (both ends included), injector, status."""

    first = _date("From", "gte")
    last = _date("To", "lte")
    injector = django_filters.ModelChoiceFilter(queryset=_injectors, to_field_name="uid", empty_label="All")
    status = django_filters.ChoiceFilter(choices=Status.choices, empty_label="All")


def sessions(clinic: Clinic) -> QuerySet[Any]:
    """Return the clinic's sessions, the newest first, with all that a row shows (1 query and 1 for the vials)."""
    vials = Prefetch("record__vials", queryset=Vial.objects.only("lot", "record_id"))
    rows = with_cycle(TreatmentSession.objects.filter(clinic=clinic))
    return (
        rows.select_related("course__patient", "injector", "record__signed_by")
        .prefetch_related(vials)
        .order_by("-starts_at", "-pk")
    )


def page_after(rows: QuerySet[Any], cursor: str, size: int) -> tuple[list[Any], str]:
    """Return ``size`` rows behind the cursor and the cursor of the next page ("" at the end).

    Pages go by the key of the last row, not by counting: page 10,000 costs what page 1 costs.
    """
    starts, _, key = cursor.rpartition("_")
    if starts and key.isdigit():
        try:
            at = dt.datetime.fromisoformat(starts)
        except ValueError:
            return [], ""
        rows = rows.filter(Q(starts_at__lt=at) | Q(starts_at=at, pk__lt=int(key)))
    found = list(rows[: size + 1])
    more = len(found) > size
    last = found[size - 1] if more else None
    return found[:size], f"{last.starts_at:%Y-%m-%dT%H:%M:%S+00:00}_{last.pk}" if last else ""


def safe_cell(value: object) -> str:
    """Return the cell as text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def export_lines(rows: Iterable[Any], clinic: Clinic, filters: str) -> Iterator[str]:
    """Yield the lines of a CSV: a byte order mark for spreadsheets, the filters, the head, one line per session."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([f"Sessions of {clinic.name}", filters or "no filters"])
    yield writer.writerow(COLUMNS)
    for session in rows:
        yield writer.writerow([safe_cell(value) for value in _cells(session, clinic)])


def _cells(session: Any, clinic: Clinic) -> list[object]:
    local = session.starts_at.astimezone(clinic.zone)
    record = session.record
    patient = session.course.patient
    known_time = session.status != Status.GIVEN_BEFORE
    return [
        session.local_date.isoformat(),
        local.strftime("%H:%M") if known_time else "",
        patient.record_number,
        patient.full_name,
        session.cycle,
        session.days_since_last or "",
        session.injector.name,
        session.get_status_display(),
        *(_record_cells(record, clinic) if record else [""] * 6),
    ]


def _record_cells(record: Any, clinic: Clinic) -> list[object]:
    return [
        record.units_given,
        record.sites_given,
        record.units_wasted,
        " ".join(sorted({vial.lot for vial in record.vials.all()})),
        record.signed_by.full_name,
        record.signed_at.astimezone(clinic.zone).strftime("%Y-%m-%d %H:%M"),
    ]
