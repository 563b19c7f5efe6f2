"""The time zones that a form offers: those of the world's places. Names without a place are for machines."""

from functools import cache
from zoneinfo import available_timezones

AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def of_places() -> tuple[tuple[str, str], ...]:
    """Return each zone's name and its words, such as America/New_York and "America, New York", in their order."""
    names = sorted(name for name in available_timezones() if "/" in name and name.partition("/")[0] in AREAS)
    return tuple((name, name.replace("_", " ").replace("/", ", ")) for name in names)
