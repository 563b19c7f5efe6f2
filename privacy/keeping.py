"""How long a clinical record is kept."""

import datetime as dt

# United Kingdom: adult health records 8 years after the person was last seen; children's until the 25th birthday, or the
# 26th of who was 17 (NHS England, Records Management Code of Practice, appendix II). Elsewhere 10 years after treatment
# ended, as German law says (Civil Code, section 630f(3)); a clinic sets what its own country says.
RECORD_YEARS = {"GB": 8}
RECORD_YEARS_ELSEWHERE = 10
ADULT = 18
CHILD_UNTIL = 25
# No source: texts are looked at while a complaint about a message may still come.
TEXT_DAYS = 365


def record_years(country: str) -> int:
    """Return for how many years a clinic of this country keeps a record, unless it says otherwise."""
    return RECORD_YEARS.get(country, RECORD_YEARS_ELSEWHERE)


def keep_until(last_seen: dt.date, born: dt.date, years: int) -> dt.date:
    """Return the last day on which the record of somebody is kept who was last seen on a day."""
    until = anniversary(last_seen, years)
    age = last_seen.year - born.year - ((last_seen.month, last_seen.day) < (born.month, born.day))
    if age >= ADULT:
        return until
    return max(until, anniversary(born, CHILD_UNTIL + (age == ADULT - 1)))


def anniversary(day: dt.date, years: int) -> dt.date:
    """Return the same day some years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
