"""Demand and hours in the weeks ahead."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.access import Capability, StaffRequest, may, requires
from treatments.capacity import Week, weeks_ahead

# The chart in its own units: one column a week, drawn by the server.
COLUMN, GAP, HEIGHT = 24, 6, 160


@dataclass(frozen=True)
class Column:
    """One week in the chart: how high its bars are and where they begin."""

    week: Week
    left: int
    middle: int
    booked: int
    due: int
    short: int
    times_top: int

    @property
    def due_top(self) -> int:
        """Where the bar of what falls due begins."""
        return HEIGHT - self.due

    @property
    def booked_top(self) -> int:
        """Where the bar of what is booked begins."""
        return HEIGHT - self.booked


@requires(Capability.VIEW)
def capacity(request: StaffRequest) -> HttpResponse:
    """Show 26 weeks as a chart with its table."""
    weeks = weeks_ahead(clinic=request.clinic, now=timezone.now())
    most = max([1, *(week.due for week in weeks), *(week.times for week in weeks)])
    context = {
        "weeks": weeks,
        "short": [week for week in weeks if week.short],
        "anybody": any(week.due for week in weeks),
        "hours": any(week.times for week in weeks),
        "columns": [_column(week, place, most) for place, week in enumerate(weeks)],
        "most": most,
        "width": COLUMN * len(weeks),
        "height": HEIGHT,
        "bar": COLUMN - GAP,
        "may_set_up": may(request.membership, Capability.SETUP),
    }
    return render(request, "treatments/capacity.html", context)


def _column(week: Week, place: int, most: int) -> Column:
    def scaled(number: int) -> int:
        return round(number * HEIGHT / most)

    left = place * COLUMN + GAP // 2
    return Column(
        week=week,
        left=left,
        middle=left + (COLUMN - GAP) // 2,
        booked=scaled(week.booked),
        due=scaled(week.due),
        short=scaled(week.due) - scaled(week.times) if week.short else 0,
        times_top=HEIGHT - scaled(week.times),
    )
