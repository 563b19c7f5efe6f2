"""Before treatment, with it, and the change: three facts for whoever is about to inject."""

from dataclasses import dataclass

from patients.diary import Window
from treatments.response.cycles import Response

_NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Summary:
    """Headache days in 28 before treatment and at the end of the newest cycle, and how they compare, in words."""

    before: str
    treated: str
    change: str


def summary(found: Response) -> Summary | None:
    """Return the summary, or None where no day of any period was recorded."""
    if not any(period.window.days_recorded for period in found.periods):
        return None
    first, newest = found.periods[0], found.periods[-1]
    before = _NOT_KNOWN if first.number else _days(first.window)
    treated = _days(newest.window) if newest.number else _NOT_KNOWN
    if newest.fewer is None:
        return Summary(before, treated, _NOT_KNOWN)
    return Summary(before, treated, newest.change)


def _days(window: Window) -> str:
    """Days are written as they were recorded; how many of 28 is said where some are missing."""
    if not window.enough:
        return _NOT_KNOWN
    missing = "" if not window.days_missing else f" in {window.days_recorded} days recorded"
    return f"{window.headache_days}{missing}"
