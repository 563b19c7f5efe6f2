"""How much of what a payer agreed to was used: visits and units of the sessions inside its window.

Most payers count the units that were given; some count waste as well, what is left in the vials, and pay for 200 units
where 155 were given (clinical rule 27). An authorization says which (``counts_waste``).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from clinic.models import Clinic
from clinic.wording import day_words
from patients.authorizing import RENEW_DAYS, Agreement, Window, shortfall
from patients.models import Assessment, Authorization
from patients.renewals import unfollowed
from treatments.cycle import INTERVAL_DAYS, due_on
from treatments.models import Course, TreatmentSession
from treatments.protocol import STANDARD_UNITS, units_opened
from treatments.units import units_given


@dataclass(frozen=True)
class Use:
    """Visits and units used, and whether nothing is left of either."""

    visits: int
    units: int
    spent: bool


class Given(NamedTuple):
    """The day of a session, the units given and those wasted, each where it is known.

    Of one from before records were kept here nobody knows the waste: only what a list told counts. A vial that a
    pharmacy sent counts as any other: it was paid for whole.
    """

    day: dt.date | None
    units: int | None
    wasted: int | None = None

    def used(self, *, counts_waste: bool) -> int:
        """Return the units that a payer counts of it."""
        return (self.units or 0) + (self.wasted or 0) * counts_waste

    def again(self, *, counts_waste: bool) -> int:
        """Return the units that a payer will count of one more like it: from such vials, as a clinic need not have all sizes.

        Where nobody knows which were opened for it, from the fewest units that hold the dose.
        """
        dose = self.units or 0
        if not counts_waste:
            return dose
        return units_opened(dose) if self.wasted is None else dose + self.wasted


_STANDARD = Given(None, STANDARD_UNITS)


def use_of(authorizations: Iterable[Authorization], given: Iterable[Given]) -> dict[int, Use]:
    """Return the use of one person's authorizations, by their id; ``given`` is each session given.

    A session counts for each agreement that covers its day: which one a payer takes it from is the payer's to say.
    """
    rows = list(given)
    return {one.pk: _use(one, rows) for one in authorizations}


def _use(one: Authorization, rows: Iterable[Given]) -> Use:
    inside = [row for row in rows if row.day and one.valid_from <= row.day <= one.valid_to]
    visits, units = len(inside), sum(row.used(counts_waste=one.counts_waste) for row in inside)
    no_visits = one.visits is not None and visits >= one.visits
    no_units = one.units_allowed is not None and units >= one.units_allowed
    return Use(visits, units, no_visits or no_units)


def windows_of(patient_id: int) -> tuple[Window, ...]:
    """Return the dates that payers agreed to for a person (1 query)."""
    agreed = Authorization.objects.filter(patient=patient_id, status=Authorization.Status.APPROVED)
    return tuple(Window(*dates) for dates in agreed.values_list("valid_from", "valid_to"))


@dataclass(frozen=True)
class Record:
    """One person's agreements that were approved, the sessions given, and like which of them the next one is planned.

    ``asks`` is the policy of the newest signature and its days between sessions: a payer may have come to ask for more
    than the course began with (clinical rule 9).
    """

    agreed: list[Authorization]
    given: list[Given] = field(default_factory=list)
    like: Given = _STANDARD
    asks: tuple[str, int] = ("", INTERVAL_DAYS)

    def lacks_days(self, date: dt.date) -> str:
        """Return why the payer may not pay for a session so soon after the last one, or ""."""
        policy, interval = self.asks
        last = max((one.day for one in self.given if one.day and one.day < date), default=None)
        if last is None or interval <= INTERVAL_DAYS or date >= due_on(last, interval):
            return ""
        return f"{day_words(date)} is day {(date - last).days} after the last session, and {policy} asks for {interval}"

    def pays_from(self, window: Window) -> Window | None:
        """Return the part of a window that is not too soon for the payer; None where nothing is left of it."""
        last = max((one.day for one in self.given if one.day), default=None)
        first = max(window.first, due_on(last, self.asks[1])) if last else window.first
        return Window(first, window.last) if first <= window.last else None

    @property
    def pays(self) -> bool:
        """Whether enough is left of one of the agreements for one more visit."""
        return any(not one.lacks for one in self.agreements)

    @property
    def agreements(self) -> list[Agreement]:
        """Each agreement with what was used of it."""
        return [_agreement(one, _use(one, self.given), self.like) for one in self.agreed]


def _read(patients: Collection[int]) -> dict[int, Record]:
    """Read what payers agreed to and what was used of it, by person; only those a payer agreed to (3 queries at most)."""
    records = _used(Authorization.objects.filter(patient__in=patients, status=Authorization.Status.APPROVED))
    asks = _asks(records) if records else {}
    return {patient: replace(one, asks=asks.get(patient, one.asks)) for patient, one in records.items()}


def _used(rows: Iterable[Authorization]) -> dict[int, Record]:
    """Read what was used of agreements, by person (1 query beside them).

    The next one is planned like the last session that was not stopped before its end, or as the standard set.
    """
    agreed: dict[int, list[Authorization]] = defaultdict(list)
    for one in rows:
        agreed[one.patient_id].append(one)
    if not agreed:
        return {}
    given: dict[int, list[Given]] = defaultdict(list)
    like: dict[int, Given] = {}
    sessions = TreatmentSession.objects.filter(course__patient__in=agreed, given_on__isnull=False).order_by("given_on")
    facts = ("given_on", units_given(), "record__units_wasted", "record__stopped_reason")
    for patient, day, units, wasted, stopped in sessions.values_list("course__patient_id", *facts):
        given[patient].append(last := Given(day, units, wasted))
        if units and not stopped:
            like[patient] = last
    return {patient: Record(rows, given[patient], like.get(patient, _STANDARD)) for patient, rows in agreed.items()}


def used_up(clinic: Clinic, today: dt.date) -> list[Authorization]:
    """Return the agreements to renew although they last, the first to end first: what is left pays for no other visit.

    Of people in treatment, for whom no other agreement pays either (3 queries at most).
    """
    in_treatment = Course.objects.filter(patient=OuterRef("patient"), closed_on__isnull=True)
    limited = ~Q(visits__isnull=True, units_allowed__isnull=True)
    horizon = today + dt.timedelta(days=RENEW_DAYS)
    last = list(unfollowed(clinic).filter(limited, Exists(in_treatment), valid_to__gt=horizon))
    still = Authorization.objects.filter(status=Authorization.Status.APPROVED, valid_to__gte=today)
    records = _used(still.filter(patient__in=[one.patient_id for one in last]))
    return [one for one in last if not records[one.patient_id].pays]


def _asks(patients: Collection[int]) -> dict[int, tuple[str, int]]:
    """Return the policy by which each person was last signed, and its days between sessions (1 query)."""
    signed = Assessment.objects.filter(patient__in=patients, signed_at__isnull=False).order_by("signed_at", "pk")
    return {one.patient_id: (one.rules.name, one.rules.interval_days) for one in signed.only("patient", "policy_rules")}


def shortfalls(patients: Collection[int], date: dt.date) -> dict[int, str]:
    """Return why no payer's agreement pays for a visit on a date, by person; only those it is so for (3 queries)."""
    found = {
        patient: shortfall(record.agreements, date) or record.lacks_days(date)
        for patient, record in _read(patients).items()
    }
    return {patient: words for patient, words in found.items() if words}


def paying_windows_of(patient_id: int) -> tuple[Window, ...] | None:
    """Return the dates on which an agreement still pays for one more visit; None where nobody ever asked a payer."""
    record = _read([patient_id]).get(patient_id)
    if record is None:
        return None
    paying = [record.pays_from(one.window) for one in record.agreements if not one.lacks]
    return tuple(filter(None, paying))


def _agreement(one: Authorization, use: Use, like: Given) -> Agreement:
    window = Window(one.valid_from, one.valid_to)
    planned = like.again(counts_waste=one.counts_waste)
    used = (one.visits, use.visits, one.units_allowed, use.units)
    return Agreement(one.number, window, *used, planned, one.counts_waste)
