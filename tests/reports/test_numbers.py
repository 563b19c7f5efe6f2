"""Shares and medians: few people are never made to look like many."""

import pytest

from reports.numbers import Share, median
from reports.page import Row, Table, share_row, too_few


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (3, 9, "3 of 9"),  # nine are too few
        (3, 10, "30% (3 of 10)"),
        (0, 0, "none to count"),
        (1, 8, "1 of 8"),
        (25, 200, "13% (25 of 200)"),  # a half goes up
        (0, 12, "0% (0 of 12)"),
        (1, 1000, "under 1% (1 of 1,000)"),  # little is not nothing
        (996, 1000, "over 99% (996 of 1,000)"),  # nearly all is not all
        (1000, 1000, "100% (1,000 of 1,000)"),
        (1005, 1000, "101% (1,005 of 1,000)"),
        (1234, 5000, "25% (1,234 of 5,000)"),
    ],
)
def test_a_share_says_what_it_was_counted_from(part: int, whole: int, words: str) -> None:
    assert Share(part, whole).words == words


@pytest.mark.parametrize(
    ("counts", "middle"),
    [({}, None), ({84: 1}, 84), ({84: 1, 90: 1}, 87), ({84: 3, 200: 1}, 84), ({84: 2, 90: 2, 300: 1}, 90)],
)
def test_the_median_of_counted_numbers(counts: dict[int, int], middle: float | None) -> None:
    assert median(counts) == middle


def test_a_share_of_fewer_than_ten_has_no_bar() -> None:
    table = Table("t", ("a", "b"), [share_row("few", Share(3, 9)), share_row("many", Share(5, 10))])
    few, many = table.lines
    assert (few.width, few.words) == (0, "3 of 9")
    assert many.width > 0
    assert many.words == "50% of 10"


def test_a_bar_is_as_long_as_its_share_of_the_whole() -> None:
    rows = [share_row("little", Share(4, 1000)), share_row("half", Share(5, 10)), share_row("all", Share(10, 10))]
    little, half, whole = Table("t", ("a", "b"), rows).lines
    assert (little.width, little.words) == (0, "under 1% of 1,000")
    assert half.width * 2 == whole.width
    only = Table("t", ("a", "b"), rows[:2]).lines[1]
    assert only.width == half.width, "one half does not fill the chart because nobody has more"


def test_a_table_without_bars_is_not_drawn() -> None:
    assert Table("t", ("a", "b"), [Row(("x", "1"))]).lines == []


def test_too_little_is_said_with_what_it_needs() -> None:
    assert too_few(3, "visit", " kept") == "Not enough data: 3 visits kept, needs 10."
    assert too_few(1, "visit", " kept") == "Not enough data: 1 visit kept, needs 10."
    assert too_few(10, "visit") == ""
