"""Which sessions the log shows: filters that stand in the address, so that a view can be kept and sent on."""

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from clinic.access import StaffRequest
from clinic.models import Injector
from clinic.wording import day_words
from clinic.written_out import written_out
from patients.forms.fields import FIRST_YEAR, LAST_YEAR, parse_day
from treatments.cycle import INTERVAL_DAYS
from treatments.days import given_before
from treatments.effects.catalogue import EFFECTS
from treatments.models import SessionDraft, SessionRecord, SideEffect, Status, Vial
from treatments.models.course import AddDays
from treatments.models.session import OPEN, SELDOM
from treatments.stock.lot_numbers import spellings

RECORDS = (
    ("draft", "Draft, not signed"),
    ("signed", "Signed"),
    ("corrected", "Signed, later corrected"),
    ("partly", "Signed, partly done"),
)

# What stands behind "More filters" on the page.
MORE = ("given_first", "given_last", "record", "lot", "effect", "above", "below", "wasted", "early")


def _injectors(request: StaffRequest) -> QuerySet[Injector]:
    return Injector.objects.filter(clinic=request.clinic)


def _date(label: str, lookup: str, field: str = "local_date") -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(
        field_name=field, lookup_expr=lookup, label=label, widget=widget, validators=[_day_planned_for]
    )


def _day_planned_for(day: dt.date) -> None:
    """Refuse a year that no page's form has."""
    if parse_day(day.isoformat()) is None:
        raise ValidationError(f"Enter a date between {FIRST_YEAR} and {LAST_YEAR}.")


class _Units(django_filters.NumberFilter):  # type: ignore[misc]
    """Units are whole, and so is what they are compared with: below 155.5 is below 156."""

    def filter(self, qs: QuerySet[Any], value: Decimal | None) -> QuerySet[Any]:
        """Narrow to what lies on the right side of the bound."""
        if value is not None and self.lookup_expr != "gt":  # above 155.5 is above 155
            value = Decimal(math.ceil(value))
        return super().filter(qs, value)  # type: ignore[no-any-return]


def _units(label: str, field: str, lookup: str) -> _Units:
    widget = forms.NumberInput(attrs={"min": 0, "max": 1000, "inputmode": "numeric"})
    return _Units(
        field_name=f"record__{field}", lookup_expr=lookup, label=label, widget=widget, min_value=0, max_value=1000
    )


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the log. Dates include both ends; units are those of the newest signed record.

    A session may be given on another day than that of its visit.
    """

    first = _date("From", "gte")
    last = _date("To", "lte")
    given_first = _date("Given from", "gte", "given_on")
    given_last = _date("Given to", "lte", "given_on")
    injector = django_filters.ModelChoiceFilter(queryset=_injectors, to_field_name="uid", empty_label="All")
    status = django_filters.ChoiceFilter(choices=Status.choices, empty_label="All", method="with_status")
    record = django_filters.ChoiceFilter(choices=RECORDS, empty_label="All", method="with_record")
    lot = django_filters.CharFilter(label="Lot", method="of_lot", max_length=30)
    effect = django_filters.ChoiceFilter(
        label="Side effect",
        choices=[("any", "Any"), *((effect.key, effect.label) for effect in EFFECTS.values())],
        empty_label="All",
        method="with_effect",
    )
    above = _units("Units above", "units_given", "gt")
    below = _units("Units below", "units_given", "lt")
    wasted = _units("Units wasted, at least", "units_wasted", "gte")
    early = django_filters.BooleanFilter(
        label=f"Under {INTERVAL_DAYS} days since the last", widget=forms.CheckboxInput, method="within_the_interval"
    )

    def with_status(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to one status. Of a rare one it is said that it is rare: those have an index of their own."""
        found = rows.filter(status=value)
        return found.filter(status__in=written_out(SELDOM)) if value in SELDOM else found

    def with_record(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to how far the record of a session has come."""
        if value == "draft":
            # Of a visit that was cancelled in the middle nobody is asked to sign what was typed until then.
            drafts = SessionDraft.objects.filter(clinic=self.request.clinic)
            return rows.filter(pk__in=drafts.values("session"), status__in=OPEN)
        found = rows.filter(record__isnull=False)
        if value == "corrected":
            return found.filter(record__corrects__isnull=False)
        return found.exclude(record__stopped_reason="") if value == "partly" else found

    def of_lot(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to sessions in which a vial of this lot was used."""
        used = Vial.objects.filter(clinic=self.request.clinic, lot__in=spellings(value))
        return rows.filter(Exists(used.filter(record=OuterRef("record"))))

    def with_effect(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to sessions after which somebody reported it."""
        reported = SideEffect.objects.filter(session=OuterRef("pk"))
        return rows.filter(Exists(reported if value == "any" else reported.filter(effect=value)))

    def within_the_interval(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Narrow to sessions less than the interval after the one before.

        Each of those has a reason, which the database sees to, unless the day of the one before was corrected since;
        asking for both first leaves few rows to reckon.
        """
        if not value:
            return rows
        since = AddDays(Coalesce(OuterRef("given_on"), OuterRef("local_date")), Value(-INTERVAL_DAYS))
        # Not "is not null": SQLite would read all records instead of the index of the few that correct one.
        corrected = SessionRecord.objects.filter(clinic=self.request.clinic, corrects__gt=0)
        few = Q(early_by__isnull=False) | Q(course__in=corrected.values("session__course"))
        return rows.filter(few, Exists(given_before().filter(given_on__gt=since)))


def ready_views(today: dt.date) -> tuple[tuple[str, str], ...]:
    """Return name and query of the views that every clinic has, as of today at the clinic."""
    month = today.replace(day=1)
    return (
        ("Unsigned drafts", "record=draft"),
        (f"Under {INTERVAL_DAYS} days", "early=true"),
        ("Over 155 units", "above=155"),
        # By the day it was given, as the waste of a month is counted.
        ("Waste this month", f"wasted=1&given_first={month}&given_last={today}"),
    )


def date_chips(today: dt.date) -> tuple[tuple[str, dt.date, dt.date], ...]:
    """Return name, first and last day of the stretches that people ask for most."""
    quarter = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    return (("Today", today, today), ("7 days", today - dt.timedelta(days=6), today), ("This quarter", quarter, today))


def said(chosen: django_filters.FilterSet) -> list[tuple[str, str]]:
    """Return the filters that are set, with their values in words."""
    set_ones = [bound for bound in chosen.form if bound.name in chosen.data and bound.data not in (None, "")]
    return [(bound.label, _value(bound.field, chosen.form.cleaned_data[bound.name])) for bound in set_ones]


def _value(field: object, value: object) -> str:
    if isinstance(value, dt.date):
        return day_words(value)
    words = dict(getattr(field, "choices", ()) or ()) if isinstance(value, str) else {}
    return "yes" if value is True else "no" if value is False else str(words.get(value, value))
