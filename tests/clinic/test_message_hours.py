"""When people may be written to: never in quiet hours, in any zone, and what is said of a message that waits for them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import message_hours
from tests.moments import LONDON, MOMENTS, NEW_YORK, ZONES, utc

AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-12-07 07:59", True),
        ("2026-12-07 08:00", False),
        ("2026-12-07 19:59", False),
        ("2026-12-07 20:00", True),
        ("2026-12-07 03:00", True),
    ],
)
def test_quiet_hours_are_from_eight_to_eight(moment: str, quiet: bool) -> None:
    assert message_hours.is_quiet(utc(moment), LONDON) is quiet


@pytest.mark.parametrize(
    ("zone", "moment", "allowed"),
    [
        pytest.param(LONDON, "2026-12-07 12:00", "2026-12-07 12:00", id="daytime-stays"),
        pytest.param(LONDON, "2026-12-07 21:00", "2026-12-08 08:00", id="evening-waits-for-the-morning"),
        pytest.param(LONDON, "2026-12-07 05:00", "2026-12-07 08:00", id="night-waits-for-the-same-morning"),
        pytest.param(LONDON, "2026-03-28 22:00", "2026-03-29 07:00", id="london-night-of-the-spring-change"),
        pytest.param(LONDON, "2026-10-24 22:00", "2026-10-25 08:00", id="london-night-of-the-autumn-change"),
        pytest.param(NEW_YORK, "2026-03-08 03:00", "2026-03-08 12:00", id="new-york-night-of-the-spring-change"),
        pytest.param(NEW_YORK, "2026-11-01 03:00", "2026-11-01 13:00", id="new-york-night-of-the-autumn-change"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_eight(zone: ZoneInfo, moment: str, allowed: str) -> None:
    assert message_hours.next_allowed(utc(moment), zone) == utc(allowed)


@given(MOMENTS, st.sampled_from(ZONES))
def test_no_moment_is_ever_put_off_into_quiet_hours(moment: dt.datetime, zone: ZoneInfo) -> None:
    allowed = message_hours.next_allowed(moment, zone)
    assert not message_hours.is_quiet(allowed, zone)
    assert moment <= allowed < moment + dt.timedelta(hours=13, minutes=1)


@pytest.mark.parametrize(
    ("zone", "leaves_at", "words"),
    [
        (LONDON, "2026-06-01 12:03", "in 3 minutes"),
        (LONDON, "2026-06-01 12:00:40", "in 1 minute"),
        (LONDON, "2026-06-02 07:00", "at 8am on Tuesday 2 June 2026"),
        (AUCKLAND, "2026-06-01 20:00", "at 8am on Tuesday 2 June 2026"),
    ],
)
def test_it_is_said_when_a_message_leaves(zone: ZoneInfo, leaves_at: str, words: str) -> None:
    assert message_hours.leaving_words(utc(leaves_at), utc("2026-06-01 12:00"), zone) == words
