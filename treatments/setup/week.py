"""An injector's weekly hours as they stand on a door: days that are alike together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from clinic.models import OpeningHours
from clinic.wording import WEEKDAYS, clock_words, day_words

# Fewer days in a row are named one by one: "Monday to Tuesday" would be no shorter.
RUN = 3


def week_words(rows: Iterable[OpeningHours], today: dt.date) -> list[str]:
    """Return a line for each group of weekdays with the same hours: `Monday to Friday: 9am to 5pm`.

    ``rows`` are one injector's. A first day that is past is not told; one to come and a last day are.
    """
    by_weekday: dict[int, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.weekday, row.valid_from or dt.date.min, row.opens)):
        by_weekday[row.weekday].append(_interval_words(row, today))
    alike: dict[str, list[int]] = defaultdict(list)
    for weekday, intervals in by_weekday.items():
        alike[", ".join(intervals)].append(weekday)
    return [f"{_days_words(weekdays)}: {hours}" for hours, weekdays in alike.items()]


def _interval_words(row: OpeningHours, today: dt.date) -> str:
    words = f"{clock_words(row.opens)} to {clock_words(row.closes)}"
    if row.valid_from and row.valid_from > today:
        words += f" from {day_words(row.valid_from)}"
    if row.valid_until:
        words += f" until {day_words(row.valid_until)}"
    return words


def _days_words(weekdays: Sequence[int]) -> str:
    """Name weekdays (1 is Monday), those in a row by the first and the last."""
    runs: list[list[int]] = []
    for weekday in weekdays:
        if runs and runs[-1][-1] == weekday - 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    return ", ".join(_run_words([WEEKDAYS[weekday - 1] for weekday in run]) for run in runs)


def _run_words(names: Sequence[str]) -> str:
    return f"{names[0]} to {names[-1]}" if len(names) >= RUN else ", ".join(names)
