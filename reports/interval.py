"""How far apart the sessions are."""

from collections import Counter

from django.db.models import Count

from reports.asked import Asked
from reports.numbers import Share, many, median
from reports.page import Figure, Report, Row, Table, too_few
from reports.rows import apart
from treatments.cycle import INTERVAL_DAYS, ON_TIME_DAYS
from treatments.models import TreatmentSession

ON_TIME = INTERVAL_DAYS + ON_TIME_DAYS
_LAST_WEEK = 26  # more weeks than these share one line
_ABOUT = (
    "Days from one session to the next of the same course, for sessions given in these days. "
    "A first session has none before it and is not counted."
)


def interval(asked: Asked) -> Report:
    """Count the days between sessions (1 query)."""
    given = apart(TreatmentSession.objects.filter(**asked.of(), given_on__range=asked.days))
    days = dict(given.order_by().values_list("gap").annotate(number=Count("pk")))
    total, middle = sum(days.values()), median(days)
    counted = f"n = {many(total, 'session')}"
    bands = (("Under 84 days", 0, INTERVAL_DAYS - 1, "Given early, with a prescriber's reason or by a day that was corrected since."),
             (f"{INTERVAL_DAYS} to {ON_TIME} days", INTERVAL_DAYS, ON_TIME, "On time where the interval is 84 days: from the due day on, at most two weeks later."),
             (f"Over {ON_TIME} days", ON_TIME + 1, None, "More than two weeks after the due day, where the interval is 84 days."))  # fmt: skip
    figures = [Figure("Median", "none to count" if middle is None else f"{middle:g} days",
                      "Half of the sessions came after fewer days, half after more.", counted, asked.given(gap_from=0))]  # fmt: skip
    for name, low, high, meaning in bands:
        number = sum(count for gap, count in days.items() if gap >= low and (high is None or gap <= high))
        bounds = {"gap_from": low} | ({} if high is None else {"gap_to": high})
        figures.append(Figure(name, Share(number, total).words, meaning, counted, asked.given(**bounds)))
    table = Table("By week", ("Weeks between", "Sessions"), _weeks(days, asked), "Whole weeks: 12 is 84 to 90 days.")
    return Report("Interval", _ABOUT, figures, [table], too_few(total, "session", " after another one"))


def _weeks(days: dict[int, int], asked: Asked) -> list[Row]:
    weeks = Counter[int]()
    for gap, number in days.items():
        weeks[min(gap // 7, _LAST_WEEK)] += number
    return [
        Row(
            (f"{week}{' or more' if week == _LAST_WEEK else ''} weeks", f"{weeks[week]:,}"),
            asked.given(gap_from=7 * week, **({} if week == _LAST_WEEK else {"gap_to": 7 * week + 6})),
            float(weeks[week]),
        )
        for week in sorted(weeks)
    ]
