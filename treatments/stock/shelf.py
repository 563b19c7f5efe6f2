"""What is in stock, and what may be used for whom."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic
from patients.models import Patient
from treatments.models import Course, StockVial, TreatmentSession
from treatments.models.session import OPEN
from treatments.protocol import STANDARD_UNITS
from treatments.stock.supply import Need, Outlook, Supply, outlook
from treatments.units import units_given

AHEAD_DAYS = 28  # how far low stock is looked for: a delivery takes days, a booking four weeks ahead is firm


@dataclass(frozen=True)
class Shelf:
    """Vials that are alike: lot, strength, expiry and owner, and how many there are."""

    lot: str
    strength: int
    expires_on: dt.date
    owner: Patient | None
    number: int

    def expired(self, on: dt.date) -> bool:
        """Return whether it may no longer be used on a day; the day of expiry itself still counts."""
        return self.expires_on < on


def keeps_stock(clinic: Clinic) -> bool:
    """Return whether the clinic has ever put a vial into stock here; one that does not is not nagged about it."""
    return StockVial.objects.filter(clinic=clinic).exists()


def in_stock(clinic: Clinic) -> QuerySet[StockVial]:
    """Return the vials that have not been used, discarded or set aside."""
    return StockVial.objects.filter(clinic=clinic, state=StockVial.State.IN_STOCK).select_related("owner")


def shelves(vials: Iterable[StockVial]) -> list[Shelf]:
    """Put vials that are alike together, the first to expire first."""
    numbers = Counter((vial.expires_on, vial.lot, vial.strength, vial.owner) for vial in vials)
    found = [
        Shelf(lot, strength, expires, owner, number) for (expires, lot, strength, owner), number in numbers.items()
    ]
    return sorted(found, key=lambda shelf: (shelf.expires_on, shelf.lot, -shelf.strength))


def usable(clinic: Clinic, patient: Patient, on: dt.date) -> list[Shelf]:
    """Return what may be used for a person on a day: what is kept for them first, then the first to expire."""
    vials = in_stock(clinic).filter(expires_on__gte=on)
    owners = [None, *patient.joined()]
    mine = [vial for vial in vials if vial.owner_id in owners]
    return sorted(shelves(mine), key=lambda shelf: (shelf.owner is None, shelf.expires_on))


def look_ahead(clinic: Clinic, on: dt.date) -> Outlook:
    """Return how far the stock lasts for the visits booked in the next four weeks (3 queries).

    Who is here already needs a vial as well: it leaves the stock when the session is signed.
    """
    booked = TreatmentSession.objects.filter(
        clinic=clinic, status__in=OPEN, local_date__range=(on, on + dt.timedelta(days=AHEAD_DAYS))
    ).values_list("local_date", "course_id", "course__patient_id")
    given = _last_units({course for _day, course, _patient in booked})
    needs = [Need(day, given.get(course, STANDARD_UNITS), patient) for day, course, patient in booked]
    supplies = [Supply(vial.strength, vial.expires_on, _whose(vial.owner)) for vial in in_stock(clinic)]
    return outlook(needs, supplies)


def _whose(owner: Patient | None) -> int | None:
    """Return the record under which a vial's owner is treated."""
    return owner.kept_as().pk if owner else None


def _last_units(courses: set[int]) -> dict[int, int]:
    """Return the units of each course's last session that was not stopped: what the next one will probably take."""
    given = TreatmentSession.objects.filter(course=OuterRef("pk"), given_on__isnull=False)
    whole = given.filter(Q(record__isnull=True) | Q(record__stopped_reason=""))
    known = whole.annotate(units=units_given()).filter(units__isnull=False)
    last = Subquery(known.order_by("-given_on").values("units")[:1])
    rows = Course.objects.filter(pk__in=courses).annotate(last_units=last).filter(last_units__isnull=False)
    return dict(rows.order_by().values_list("pk", "last_units"))


def used_without_stock(clinic: Clinic, since: dt.date) -> list[str]:
    """Return lots that visits since a day used although fewer vials of them had been received."""
    visits = TreatmentSession.objects.filter(clinic=clinic, local_date__gte=since, record__vials__isnull=False)
    taken = StockVial.objects.filter(clinic=clinic, state=StockVial.State.USED, session__local_date__gte=since)
    used, matched = _counted(visits, "record__vials__lot"), _counted(taken, "lot")
    return sorted(lot for lot, number in used.items() if number > matched[lot])


def _counted(rows: QuerySet[Any], lot: str) -> Counter[str]:
    """Count the vials of each lot."""
    return Counter(dict(rows.order_by().values_list(lot).annotate(number=Count("pk"))))
