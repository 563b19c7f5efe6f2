"""Quiet hours in tests that run on the real clock."""

import datetime as dt


def midday_zone(now: dt.datetime) -> str:
    """Return a time zone in which it is about midday at this moment, so that messages may go out."""
    ahead = 12 - now.astimezone(dt.UTC).hour
    # The names count westwards: Etc/GMT-5 is five hours ahead.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
