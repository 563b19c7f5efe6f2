"""Moments and zones for tests of rules about time."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# Any minute of three years, in zones that change their clocks by an hour, by half of one, and never.
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: LONG_AGO + dt.timedelta(minutes=minutes))
ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")]


def utc(text: str) -> dt.datetime:
    """Return the moment that a text means in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
