"""From a lot to the sessions it was used in and the people to call; and what was thrown away."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet, Sum

from clinic.models import Clinic
from clinic.paging import page_after
from patients.models import ContactPoint
from treatments.models import LotRecall, StockVial, TreatmentSession, Vial
from treatments.stock.lot_numbers import clean_lot, recalls_of, spellings

PAGE = 200


@dataclass(frozen=True)
class Trace:
    """One lot: its recall, if any, how many sessions it was used in, and a page of them, the newest first.

    ``received``: whether a vial of it ever came in. ``after`` is where the next page begins, "" at the end.
    """

    lot: str
    recall: LotRecall | None
    received: bool
    number: int
    sessions: list[TreatmentSession]
    after: str = ""


@dataclass(frozen=True)
class Waste:
    """What the sessions of one month drew, gave and threw away, in units."""

    month: dt.date
    sessions: int
    drawn: int
    given: int
    wasted: int

    @property
    def percent(self) -> float:
        """The share of what was drawn that was thrown away."""
        return 100 * self.wasted / self.drawn if self.drawn else 0.0


def trace(clinic: Clinic, lot: str, after: str = "") -> Trace:
    """Return where a lot went (5 queries): sessions with their patient and the ways to reach them, a page at a time.

    Lots are kept as `clean_lot` writes them, so that the index on them is used.
    """
    key = clean_lot(lot)
    used = Vial.objects.filter(clinic=clinic, lot__in=spellings(lot))
    contacts = Prefetch("course__patient__contact_points", queryset=ContactPoint.objects.order_by("-channel"))
    # The vials are the clinic's; said of their sessions too, SQLite would look through all of the clinic's.
    sessions = TreatmentSession.objects.filter(record__in=used.values("record"))
    listed = sessions.select_related("course__patient", "injector").prefetch_related(contacts)
    page = page_after(listed, after, PAGE, by="starts_at")
    recall = next(iter(recalls_of(clinic.pk, [key])), None)
    received = StockVial.objects.filter(clinic=clinic, lot=key).exists()
    return Trace(key, recall, received, sessions.order_by().count(), page.rows, page.cursor)


def waste_by_month(clinic: Clinic, first: dt.date, last: dt.date) -> list[Waste]:
    """Return what was wasted in each month, both ends included, the newest first (1 query)."""
    signed = TreatmentSession.objects.filter(clinic=clinic, record__isnull=False, given_on__range=(first, last))
    return by_month(signed)


def by_month(signed: QuerySet[TreatmentSession]) -> list[Waste]:
    """Sum the records of signed sessions by the month in which they were given, the newest first (1 query).

    The database sums days: on SQLite the month of a date is reckoned in Python, for each of a million sessions.
    """
    numbers = [Count("pk"), *(Sum(f"record__units_{name}") for name in ("drawn", "given", "wasted"))]
    months = defaultdict[dt.date, Counter[int]](Counter)
    for day, *sums in signed.order_by().values_list("given_on").annotate(*numbers):
        months[day.replace(day=1)].update(dict(enumerate(sums)))
    return [Waste(month, *(months[month][place] for place in range(4))) for month in sorted(months, reverse=True)]
