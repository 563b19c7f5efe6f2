"""All reports, by the name in their address."""

from collections.abc import Callable, Iterable

from reports import response as response_report
from reports import wear_off as wear_off_report
from reports.asked import Asked
from reports.cycles import Cycle
from reports.interval import interval
from reports.messages import messages
from reports.page import Report
from reports.product import product
from reports.response import response
from reports.utilisation import utilisation
from reports.visits import visits
from reports.wear_off import wear_off

# The first one is what the menu leads to.
REPORTS: dict[str, tuple[str, Callable[[Asked], Report]]] = {
    "no-shows": ("No-shows", visits),
    "response": ("Response", response),
    "wear-off": ("Wear-off", wear_off),
    "utilisation": ("Utilisation", utilisation),
    "interval": ("Interval", interval),
    "product": ("Product", product),
    "messages": ("Messages", messages),
}
FIRST = next(iter(REPORTS))

Members = Callable[[Asked, str, int | None], Iterable[Cycle]]
# Reports that count cycles: the words of their groups, and who is in each.
OF_CYCLES: dict[str, tuple[dict[str, str], Members]] = {
    "response": (response_report.GROUPS, response_report.members),
    "wear-off": (wear_off_report.GROUPS, wear_off_report.members),
}
