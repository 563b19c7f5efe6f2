"""What is wrong with the sending, in words: a table of what is known, and what is said of it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from reminders.watching.health import Facts, troubles

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 7, 6, 9, 41, tzinfo=dt.UTC)  # 10:41 on London's clock
MINUTE = dt.timedelta(minutes=1)
EIGHT = dt.datetime(2026, 7, 6, 7, 2, tzinfo=dt.UTC)


def said(**facts: object) -> str:
    return " ".join(f"{one.what} {one.why}" for one in troubles(Facts(now=NOW, **facts), LONDON))  # type: ignore[arg-type]


def test_nothing_known_is_nothing_wrong() -> None:
    assert said() == ""


def test_a_worker_that_is_silent_for_four_minutes_is_named_with_the_time_of_its_last_sign() -> None:
    assert said(worker_at=NOW - 4 * MINUTE + MINUTE / 60, beat_at=NOW) == ""
    assert "since 10:37am. The sender service does not answer." in said(worker_at=NOW - 4 * MINUTE, beat_at=NOW)
    assert said(worker_at=EIGHT, beat_at=NOW).startswith("No message has gone out since 8:02am.")


def test_another_day_is_named() -> None:
    assert "since 8:02am on Sunday 5 July 2026." in said(worker_at=EIGHT - dt.timedelta(days=1))


def test_a_clock_that_stopped_is_named_before_the_worker_that_it_no_longer_wakes() -> None:
    assert "clock of the sender service has stopped" in said(worker_at=EIGHT, beat_at=EIGHT)
    assert "does not answer" not in said(worker_at=EIGHT, beat_at=EIGHT)


def test_a_gateway_that_takes_nothing_is_named_by_what_it_carries() -> None:
    assert said(refusing={"text message": NOW - 3 * MINUTE}) == ""
    assert said(refusing={"text message": EIGHT}).startswith("No text message has gone out since 8:02am.")


@pytest.mark.parametrize(
    ("due", "words"),
    [(1, "1 message is late."), (42, "42 messages are late. The oldest should have gone out at 8:02am")],
)
def test_a_backlog_says_how_many_and_since_when(due: int, words: str) -> None:
    assert words in said(due=due, oldest_due=EIGHT)


def test_what_is_due_for_less_than_five_minutes_is_no_backlog() -> None:
    assert said(due=42, oldest_due=NOW - 5 * MINUTE + MINUTE / 60) == ""


def test_what_is_in_doubt_is_said_and_calls_nobody() -> None:
    (one,) = troubles(Facts(now=NOW, in_doubt=2), LONDON)
    assert (one.what, one.calls) == ("2 messages may or may not have arrived.", False)


def test_where_everything_stands_still_nothing_is_said_of_what_is_late() -> None:
    assert "late" not in said(worker_at=EIGHT, beat_at=NOW, due=42, oldest_due=EIGHT)
