"""Public holidays by country and region: pure data, so worked out once per process and year."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import holidays


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[dt.date, str]:
    """Return the dates and names of a year's public holidays; none for a country or region that nobody has listed.

    ``country`` is an ISO code, ``subdivision`` the region's own code or empty.
    """
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        return MappingProxyType({})
    return MappingProxyType(dict(found))
