"""What must hold of windows and sums whatever the diary: found by trying diaries at random."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from patients.authorizing import Agreement, Window, shortfall
from patients.diary import SYMPTOMS, Day, count
from patients.eligibility import Answer, Count, Scale
from treatments.response.cycles import no_longer_chronic, wear_off_week
from treatments.scores.bands import QUARTER_DAYS, midas_doubts

LAST = dt.date(2026, 11, 22)
HOURS = st.one_of(st.none(), st.decimals(0, 24, places=2))


@st.composite
def day(draw: st.DrawFn, date: dt.date) -> Day:
    """Draw one day that the diary would take."""
    hours = draw(HOURS)
    headache = hours is None or hours > 0
    migraine = headache and draw(st.booleans())
    symptoms = draw(st.frozensets(st.sampled_from(sorted(SYMPTOMS)))) if headache else frozenset()
    told = draw(st.sampled_from([True, True, True, False]))  # a sheet of letters tells neither
    return Day(date, hours, migraine, symptoms if told else None, medicine=draw(st.booleans()) if told else None)


@st.composite
def diary(draw: st.DrawFn, most: int = 120) -> list[Day]:
    """Draw a diary with gaps that begins before the window and ends after it."""
    back = draw(st.sets(st.integers(-10, most - 11)))
    return [draw(day(LAST - dt.timedelta(days=one))) for one in sorted(back)]


@given(diary())
def test_every_count_of_a_window_lies_within_the_ones_it_is_part_of(days: list[Day]) -> None:
    window = count(days, LAST)
    assert 0 <= window.migraine_days <= window.headache_days <= window.days_recorded <= 28
    assert window.long_headache_days + window.hours_unknown <= window.headache_days
    assert window.days_recorded + window.days_missing == 28
    assert all(number <= window.headache_days for number in window.symptoms.values())
    assert window.medicine_days is None or window.medicine_days <= window.days_recorded
    assert 0 <= window.hours <= 24 * window.headache_days


@given(diary())
def test_days_outside_the_window_change_nothing(days: list[Day]) -> None:
    inside = [one for one in days if dt.timedelta(0) <= LAST - one.date < dt.timedelta(days=28)]
    assert count(days, LAST) == count(inside, LAST)


@given(diary(), diary())
def test_two_windows_side_by_side_add_up(first: list[Day], second: list[Day]) -> None:
    days = list({one.date: one for one in (*first, *second)}.values())
    whole = [one for one in days if dt.timedelta(0) <= LAST - one.date < dt.timedelta(days=56)]
    halves = count(days, LAST), count(days, LAST - dt.timedelta(days=28))
    assert sum(half.days_recorded for half in halves) == len(whole)
    assert sum(half.headache_days for half in halves) == sum(one.headache for one in whole)


@given(st.integers(0, 28), st.integers(0, 28), st.integers(1, 28), st.sampled_from(Scale))
def test_a_count_never_answers_both_ways(days: int, recorded: int, limit: int, scale: Scale) -> None:
    found = Count(min(days, recorded), recorded)
    least, most = found.bounds(scale) if recorded else (0, 28)
    assert least <= most
    answer = found.at_least(limit, scale)
    assert (answer is Answer.MET) <= (least >= limit)
    assert (answer is Answer.NOT_MET) <= (most < limit)


@given(
    st.lists(st.tuples(st.integers(0, 28), st.integers(0, 28)), min_size=3, max_size=3),
    st.integers(0, 60),
    st.integers(0, 2),
)
def test_a_stop_is_proposed_only_where_no_month_can_be_chronic(
    months: list[tuple[int, int]], days_ago: int, earlier: int
) -> None:
    windows = [
        count(
            [Day(LAST - dt.timedelta(days=back), Decimal(5 if back < headache else 0), migraine=False)
             for back in range(recorded)],
            LAST,
        )
        for headache, recorded in months
    ]  # fmt: skip
    if no_longer_chronic(windows, LAST - dt.timedelta(days=days_ago), earlier):
        assert days_ago >= 27 or earlier
        assert all(one.enough and one.headache_days + one.days_missing < 15 for one in windows)


@given(diary())
def test_the_week_it_wore_off_is_one_of_the_last_four(days: list[Day]) -> None:
    assert 9 <= wear_off_week(LAST - dt.timedelta(days=84), days) <= 12


@given(st.lists(st.integers(0, QUARTER_DAYS), min_size=5, max_size=5))
def test_midas_doubts_are_about_what_cannot_be_added(counts: list[int]) -> None:
    assert bool(midas_doubts(counts)) is (counts[0] + counts[1] > 92 or counts[2] + counts[3] > 92)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 800), st.integers(0, 800), st.integers(1, 195))
def test_a_payer_pays_when_one_more_visit_fits_and_never_otherwise(
    visits: int, used: int, units: int, units_used: int, planned: int
) -> None:
    one = Agreement("PA-1", Window(LAST, LAST), visits, used, units, units_used, planned)
    fits = used + 1 <= visits and units_used + planned <= units
    assert (shortfall([one], LAST) == "") is fits
