"""Who did not come."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractIsoWeekDay, TruncMonth

from clinic.wording import MONTHS, WEEKDAYS
from reports.asked import Asked
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, share_row, too_few
from reports.rows import CAME, KEPT_OR_MISSED, MISSED, REACHED, moved, reminded
from treatments.history import called_off
from treatments.models import Status, TreatmentSession

_ABOUT = (
    "No-shows out of all visits that were kept or missed: done, partly done and no-show. "
    "Cancelled visits are not in it; a moved one counts once, on the day it has now."
)
_HEAD = ("No-show rate", "No-shows of kept or missed")


def visits(asked: Asked) -> Report:
    """Count no-shows: in all, by month, injector, weekday, answer and reminders (3 queries)."""
    sums = _sums(asked)
    split = _split(asked)
    rate = Share(sums["missed"], sums["missed"] + sums["came"])
    return Report(
        "No-shows",
        _ABOUT,
        _figures(asked, sums, rate),
        [
            Table("By month", ("Month", *_HEAD[1:]), _months(asked)),
            Table("By injector", ("Injector", *_HEAD[1:]), _by(split, "injector", _injector_of(asked, split))),
            Table("By weekday", ("Weekday", *_HEAD[1:]), _by(split, "weekday", _weekday_of(asked))),
            Table("By their answer", ("Answer", *_HEAD[1:]), _by(split, "confirmed", _answer_of(asked))),
            Table("By reminders", ("Reminders before the visit", *_HEAD[1:]), _by(split, "reached", _reached_of(asked)),
                  "Delivered: the gateway said that at least one arrived. No receipt: sent, and nothing heard since."),
        ],
        too_few(rate.whole, "visit", " kept or missed"),
    )  # fmt: skip


def _of(asked: Asked) -> QuerySet[Any]:
    return TreatmentSession.objects.filter(**asked.of(), local_date__range=asked.days).order_by()


def _sums(asked: Asked) -> dict[str, int]:
    stopped = CAME & Q(record__isnull=False) & ~Q(record__stopped_reason="")
    sums: dict[str, int] = _of(asked).aggregate(
        came=Count("pk", filter=CAME),
        partly=Count("pk", filter=stopped),
        missed=Count("pk", filter=MISSED),
        cancelled=Count("pk", filter=called_off()),
        moved=Count("pk", filter=Q(moved()) & ~Q(status=Status.GIVEN_BEFORE)),
        all=Count("pk", filter=~Q(status=Status.GIVEN_BEFORE)),
    )
    return sums


def _figures(asked: Asked, sums: dict[str, int], rate: Share) -> list[Figure]:
    counted = f"n = {many(rate.whole, 'visit')}"
    all_visits = f"n = {many(rate.whole + sums['cancelled'], 'visit', ', kept, missed or cancelled')}"
    return [
        Figure("No-show rate", rate.words, "No-shows out of visits kept or missed.", counted, asked.rows(counted="true")),
        Figure("No-shows", f"{sums['missed']:,}", "Visits marked as no-show.", counted, asked.rows(status="no_show")),
        Figure("Done", f"{sums['came']:,}", f"Visits that took place, {sums['partly']:,} of them only in part.",
               counted, asked.rows(status="done")),
        Figure("Cancelled", f"{sums['cancelled']:,}", "Visits cancelled by whomever, but for bookings undone at once. Not in the rate.",
               all_visits, asked.rows(called_off="true")),
        Figure("Moved", f"{sums['moved']:,}", "Visits that got another time at least once, but for moves undone at once, whatever came of them.",
               f"n = {many(sums['all'], 'visit', ', open and cancelled ones too')}", asked.rows(moved="true")),
    ]  # fmt: skip


def _months(asked: Asked) -> list[Row]:
    months = (
        _of(asked)
        .filter(KEPT_OR_MISSED)
        .annotate(month=TruncMonth("local_date"))
        .values("month")
        .annotate(all=Count("pk"), missed=Count("pk", filter=MISSED))
        .order_by("month")
    )
    return [
        share_row(
            f"{MONTHS[row['month'].month - 1][:3]} {row['month'].year}",
            Share(row["missed"], row["all"]),
            href=asked.rows(counted="true", **month_days(row["month"], asked)),
        )
        for row in months
    ]


def month_days(month: dt.date, asked: Asked) -> dict[str, object]:
    """Return the days of a month that were asked for, as filters."""
    following = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return {"first": max(month, asked.first), "last": min(following - dt.timedelta(days=1), asked.last)}


def _split(asked: Asked) -> Sequence[dict[str, Any]]:
    """Count once by everything that the tables are split by: as many rows as there are combinations, not visits."""
    found = reminded(_of(asked).filter(KEPT_OR_MISSED)).annotate(weekday=ExtractIsoWeekDay("local_date"))
    rows = found.values("injector", "injector__name", "injector__uid", "weekday", "answer", "reached").annotate(
        all=Count("pk"), missed=Count("pk", filter=MISSED)
    )
    confirmed = TreatmentSession.Answer.CONFIRMED
    return [row | {"confirmed": row["answer"] == confirmed} for row in rows]


Named = Callable[[Any], tuple[str, str]]


def _by(rows: Iterable[dict[str, Any]], key: str, named: Named) -> list[Row]:
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        found[row[key]][0] += row["missed"]
        found[row[key]][1] += row["all"]
    lines = [share_row(named(one)[0], Share(*found[one]), href=named(one)[1]) for one in found]
    return sorted(lines, key=lambda line: line.cells[0]) if key == "injector" else [
        line for _, line in sorted(zip(found, lines, strict=True), key=lambda pair: _place(pair[0]))
    ]  # fmt: skip


def _place(key: Any) -> Any:
    """Weekdays in their order, yes before no, delivered before sent before none."""
    reached = [one for one, _ in REACHED]
    return reached.index(key) if key in reached else -key if isinstance(key, bool) else key


def _injector_of(asked: Asked, rows: Iterable[dict[str, Any]]) -> Named:
    known = {row["injector"]: (row["injector__name"], row["injector__uid"]) for row in rows}
    return lambda key: (known[key][0], asked.rows(counted="true", injector=known[key][1]))


def _weekday_of(asked: Asked) -> Named:
    return lambda key: (WEEKDAYS[key - 1], asked.rows(counted="true", weekday=key))


def _answer_of(asked: Asked) -> Named:
    words = {True: "Confirmed", False: "Not confirmed"}
    return lambda key: (words[key], asked.rows(counted="true", confirmed=str(key).lower()))


def _reached_of(asked: Asked) -> Named:
    words = dict(REACHED)
    return lambda key: (words[key], asked.rows(counted="true", reached=key))
