"""How long a clinical record is kept."""

import datetime as dt

# Years after the person was last seen, by country. No number is made up for any other: the clinic says which it keeps to.
RECORD_YEARS = {
    # Adult health records (NHS England, Records Management Code of Practice, updated August 2023, appendix II).
    "GB": 8,
    # After treatment ended (Civil Code, section 630f(3)).
    "DE": 10,
}
# A child's record: until the 25th birthday, or the 26th of who was 17 (the same appendix II).
ADULT = 18
CHILD_UNTIL = 25
# No source: texts are looked at while a complaint about a message may still come.
TEXT_DAYS = 365
# No source: a week in which somebody sees what a rule takes that was saved just now, people or words, and for good.
RULE_WAITS = dt.timedelta(days=7)
# No source: days after an invitation to staff ended untaken, while somebody may still ask whom it went to.
INVITATION_DAYS = 30


def record_years(country: str) -> int | None:
    """Return for how many years a clinic of this country keeps a record unless it says otherwise; None where it must say."""
    return RECORD_YEARS.get(country)


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
