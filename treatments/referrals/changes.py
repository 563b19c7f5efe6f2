"""What a row of the list changes, collected before anything is written."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from treatments.cycle import instant
from treatments.referrals.rows import Referral
from treatments.referrals.stored import Stored

REFERRAL_LIST = "referral list"  # the source of consent, and the reason in every history
NOON = dt.time(12)  # no clinic's clocks change at midday


@dataclass(frozen=True)
class Setting:
    """Where and when a list is read: the clinic, its injectors by email in lower case, who reads it, the moment."""

    clinic: Clinic
    injectors: Mapping[str, Injector]
    by: User | None
    at: dt.datetime

    @property
    def today(self) -> dt.date:
        """The date at the clinic."""
        return self.clinic.date_at(self.at)

    def noon(self, date: dt.date) -> dt.datetime:
        """Return midday at the clinic: the moment of something of which only the date is known."""
        return instant(date, NOON, self.clinic.zone)


@dataclass(frozen=True)
class FirstDay:
    """A first injection that the list takes to another day: the level before treatment is kept under that day."""

    patient: Patient
    before: dt.date
    after: dt.date


@dataclass
class Change:
    """Rows to create about a person, and stored rows with the names of the fields to update."""

    patient: Patient
    created: list[Model] = field(default_factory=list)
    updated: list[tuple[Model, frozenset[str]]] = field(default_factory=list)
    first_day: FirstDay | None = None

    def __bool__(self) -> bool:
        return bool(self.created or self.updated)

    def set(self, row: Model, values: Mapping[str, Any]) -> frozenset[str]:
        """Put values on a stored row, note the fields that differ, and return their names."""
        differing = frozenset(name for name, value in values.items() if getattr(row, name) != value)
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            self.updated.append((row, differing))
        return differing

    def was_read_from(self, stored: Patient) -> bool:
        """Tell whether the person still stands as when they were compared, but for what is to be updated."""
        ours = {name for row, names in self.updated if row is self.patient for name in names}
        others = (one.attname for one in Patient._meta.concrete_fields if one.name not in ours)
        return all(getattr(stored, name) == getattr(self.patient, name) for name in others)


@dataclass(frozen=True)
class Comparison:
    """One row of the list beside what is stored about that person, and what comes of it."""

    setting: Setting
    referral: Referral
    stored: Stored
    news: Collection[str]  # the fields in which the list says something else than last time
    change: Change

    def any_news(self, *names: str) -> bool:
        """Tell whether the list says something else in one of these fields."""
        return any(name in self.news for name in names)
