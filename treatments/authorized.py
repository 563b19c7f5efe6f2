"""How much of what a payer agreed to was used: visits and units of the sessions inside its window."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from patients.authorizing import Window
from patients.models import Authorization


@dataclass(frozen=True)
class Use:
    """Visits and units used, and whether nothing is left of either."""

    visits: int
    units: int
    spent: bool


Given = tuple[dt.date | None, int | None]


def use_of(authorizations: Iterable[Authorization], given: Iterable[Given]) -> dict[int, Use]:
    """Return the use of one person's authorizations, by their id; ``given`` is the day and units of each session given.

    A session counts for each agreement that covers its day: which one a payer takes it from is the payer's to say.
    """
    rows = list(given)
    return {one.pk: _use(one, rows) for one in authorizations}


def _use(one: Authorization, rows: Iterable[Given]) -> Use:
    inside = [units or 0 for date, units in rows if date and one.valid_from <= date <= one.valid_to]
    visits, units = len(inside), sum(inside)
    no_visits = one.visits is not None and visits >= one.visits
    no_units = one.units_allowed is not None and units >= one.units_allowed
    return Use(visits, units, no_visits or no_units)


def windows_of(patient_id: int) -> tuple[Window, ...]:
    """Return the dates that payers agreed to for a person (1 query)."""
    agreed = Authorization.objects.filter(patient=patient_id, status=Authorization.Status.APPROVED)
    return tuple(Window(*dates) for dates in agreed.order_by("valid_from").values_list("valid_from", "valid_to"))
