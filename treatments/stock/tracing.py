"""From a lot to the sessions it was used in and the people to call; and what was thrown away."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Sum
from django.db.models.functions import TruncMonth

from clinic.models import Clinic
from clinic.paging import page_after
from patients.models import ContactPoint
from treatments.days import given_between
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
    sessions = TreatmentSession.objects.filter(clinic=clinic, record__in=used.values("record"))
    listed = sessions.select_related("course__patient", "injector").prefetch_related(contacts)
    page = page_after(listed, after, PAGE, by="starts_at")
    recall = next(iter(recalls_of(clinic.pk, [key])), None)
    received = StockVial.objects.filter(clinic=clinic, lot=key).exists()
    return Trace(key, recall, received, sessions.order_by().count(), page.rows, page.cursor)


def waste_by_month(clinic: Clinic, first: dt.date, last: dt.date) -> list[Waste]:
    """Return what was wasted in each month, both ends included, the newest first (1 query)."""
    given = TreatmentSession.objects.filter(clinic=clinic, record__isnull=False, **given_between(first, last))
    months = (
        given.annotate(month=TruncMonth("given_on"))
        .values("month")
        .annotate(
            sessions=Count("pk"),
            drawn=Sum("record__units_drawn"),
            given=Sum("record__units_given"),
            wasted=Sum("record__units_wasted"),
        )
        .order_by("-month")
    )
    return [Waste(**month) for month in months]
