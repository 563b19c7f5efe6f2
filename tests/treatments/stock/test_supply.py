"""Whether the stock lasts, and how long a vial keeps: pure rules by tables of cases."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, TODAY
from treatments.stock.shelf import Shelf
from treatments.stock.supply import Need, Outlook, Supply, outlook, prepared_fault

DAY = dt.timedelta(days=1)
LATER = TODAY + 300 * DAY


def need(days: int = 1, units: int = 155, patient: int = 1) -> Need:
    return Need(TODAY + days * DAY, units, patient)


def test_a_vial_for_each_visit_is_enough() -> None:
    assert outlook([need(1), need(2)], [Supply(200, LATER), Supply(200, LATER)]) == Outlook(2, None, 0)


def test_the_first_visit_without_a_vial_is_named() -> None:
    found = outlook([need(3), need(1), need(2)], [Supply(200, LATER)])
    assert (found.covered, found.short, found.short_on) == (1, 2, TODAY + 2 * DAY)


def test_two_small_vials_serve_one_visit() -> None:
    assert outlook([need(units=155)], [Supply(100, LATER), Supply(100, LATER)]).covered == 1


def test_what_is_left_in_a_vial_serves_nobody_else() -> None:
    assert outlook([need(1, units=100), need(2, units=100)], [Supply(200, LATER)]).short == 1


@pytest.mark.parametrize(("expires", "covered"), [(0, 0), (1, 1), (2, 1)])
def test_a_vial_serves_up_to_its_day_of_expiry(expires: int, covered: int) -> None:
    assert outlook([need(1)], [Supply(200, TODAY + expires * DAY)]).covered == covered


def test_a_vial_kept_for_one_person_serves_nobody_else() -> None:
    assert outlook([need(patient=1)], [Supply(200, LATER, patient=2)]).short == 1


def test_a_persons_own_vial_is_taken_before_the_clinics() -> None:
    supplies = [Supply(200, LATER - DAY), Supply(200, LATER, patient=1)]
    assert outlook([need(1, patient=1), need(2, patient=2)], supplies).short == 0


@given(
    st.lists(st.builds(need, st.integers(0, 60), st.integers(1, 200), st.integers(1, 5)), max_size=12),
    st.lists(
        st.builds(Supply, st.sampled_from((100, 200)), st.just(LATER), st.none() | st.integers(1, 5)), max_size=12
    ),
)
def test_every_visit_is_counted_once_and_no_unit_twice(needs: list[Need], supplies: list[Supply]) -> None:
    found = outlook(needs, supplies)
    assert found.covered + found.short == len(needs)
    assert found.covered <= len(supplies)
    assert (found.short_on is None) == (found.short == 0)


@pytest.mark.parametrize(
    ("hours", "words"), [(-0.1, "after the session"), (0, ""), (24, ""), (24.1, "more than 24 hours ago")]
)
def test_a_reconstituted_vial_keeps_24_hours(hours: float, words: str) -> None:
    fault = prepared_fault(NOW - dt.timedelta(hours=hours), NOW, NOW)
    assert (words in fault) if words else not fault


@pytest.mark.parametrize(("on", "expired"), [(TODAY, False), (TODAY + DAY, True)])
def test_a_vial_may_be_used_on_the_day_of_its_expiry(on: dt.date, expired: bool) -> None:
    assert Shelf("C4471", 200, TODAY, None, 1).expired(on) is expired
