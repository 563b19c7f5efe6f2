"""What was drawn, given and thrown away."""

from typing import Any

from django.db.models import Count, F, Sum

from clinic.wording import MONTHS
from reports.asked import Asked
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, too_few
from reports.visits import month_days
from treatments.models import TreatmentSession, Vial
from treatments.stock.tracing import Waste, by_month

MOST_LOTS = 200
_ABOUT = "Units of the signed records of sessions given in these days; of a corrected record the newest version counts."


def product(asked: Asked) -> Report:
    """Sum units and vials, by month and by lot (2 queries)."""
    months, lots = _months(asked), _lots(asked)
    sums = {name: sum(getattr(row, name) for row in months) for name in ("sessions", "drawn", "given", "wasted")}
    vials = sum(row["vials"] for row in lots)
    counted, rows = f"n = {many(sums['sessions'], 'signed session')}", asked.given(record="signed")
    figures = [
        Figure("Units given", f"{sums['given']:,}", "Injected.", counted, rows),
        Figure("Units wasted", f"{sums['wasted']:,}", "Left in an opened vial: one vial serves one session.", counted,
               asked.given(wasted=1)),
        Figure("Wasted of drawn", Share(sums["wasted"], sums["drawn"]).words, "Units wasted out of units drawn.",
               f"n = {many(sums['drawn'], 'unit')}", rows),
        Figure("Vials", f"{vials:,}", "Vials opened, of any size.", counted, rows),
    ]  # fmt: skip
    tables = [
        Table("Units given by month", ("Month", "Given", "Wasted", "Sessions"), [_month(row, asked) for row in months]),
        Table("By lot", ("Lot", "Vials", "Units given", "Units wasted"), _by_lot(lots, asked),
              "Vials of old records may say no units of their own; they count as vials."),
    ]  # fmt: skip
    return Report("Product", _ABOUT, figures, tables, too_few(sums["sessions"], "signed session"))


def _months(asked: Asked) -> list[Waste]:
    signed = TreatmentSession.objects.filter(**asked.of(), given_on__range=asked.days, record__isnull=False)
    return by_month(signed)[::-1]


def _lots(asked: Asked) -> Any:
    used = Vial.objects.filter(
        **asked.of("record__session__"),
        record__session__given_on__range=asked.days,
        record__session__record=F("record"),
    )
    lots = used.order_by().values("lot")
    return list(
        lots.annotate(vials=Count("pk"), given=Sum("units_given"), wasted=Sum("units_wasted")).order_by("-vials", "lot")
    )


def _month(row: Waste, asked: Asked) -> Row:
    month = row.month
    cells = (
        f"{MONTHS[month.month - 1][:3]} {month.year}",
        *(f"{number:,}" for number in (row.given, row.wasted, row.sessions)),
    )
    return Row(cells, asked.given(record="signed", **month_days(month, asked)), float(row.given))


def _by_lot(lots: list[dict[str, Any]], asked: Asked) -> list[Row]:
    """Return the lots of which most was opened, and the others in one line: the table adds up to the figures."""
    shown = [Row(_lot(row["lot"], row), asked.given(lot=row["lot"])) for row in lots[:MOST_LOTS]]
    others = lots[MOST_LOTS:]
    if others:
        sums = {name: sum(row[name] or 0 for row in others) for name in ("vials", "given", "wasted")}
        shown.append(Row(_lot(many(len(others), "other lot"), sums)))
    return shown


def _lot(name: str, sums: dict[str, Any]) -> tuple[str, ...]:
    units = ("not known" if sums[one] is None else f"{sums[one]:,}" for one in ("given", "wasted"))
    return (name, f"{sums['vials']:,}", *units)
