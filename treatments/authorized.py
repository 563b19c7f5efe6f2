"""How much of what a payer agreed to was used: visits and units of the sessions inside its window."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from patients.authorizing import Agreement, Window, shortfall
from patients.models import Authorization
from treatments.models import TreatmentSession
from treatments.protocol import STANDARD_UNITS


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


def shortfalls(patients: Collection[int], date: dt.date) -> dict[int, str]:
    """Return why no payer's agreement pays for a visit on a date, by person; only those it is so for (2 queries).

    As many units are planned as the last session had that was not stopped before its end, or the standard set.
    """
    agreed: dict[int, list[Authorization]] = defaultdict(list)
    for one in Authorization.objects.filter(patient__in=patients, status=Authorization.Status.APPROVED):
        agreed[one.patient_id].append(one)
    if not agreed:
        return {}
    given: dict[int, list[Given]] = defaultdict(list)
    planned = dict.fromkeys(agreed, STANDARD_UNITS)
    sessions = TreatmentSession.objects.filter(course__patient__in=agreed, given_on__isnull=False).order_by("given_on")
    facts = ("given_on", "record__units_given", "record__stopped_reason")
    for patient, day, units, stopped in sessions.values_list("course__patient_id", *facts):
        given[patient].append((day, units))
        if units and not stopped:
            planned[patient] = units
    found = {patient: _shortfall(rows, given[patient], date, planned[patient]) for patient, rows in agreed.items()}
    return {patient: words for patient, words in found.items() if words}


def _shortfall(agreed: list[Authorization], given: list[Given], date: dt.date, planned: int) -> str:
    return shortfall([_agreement(one, _use(one, given)) for one in agreed], date, planned)


def _agreement(one: Authorization, use: Use) -> Agreement:
    window = Window(one.valid_from, one.valid_to)
    return Agreement(one.number, window, one.visits, use.visits, one.units_allowed, use.units)
