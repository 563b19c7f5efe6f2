"""Limits on patients' pages, which hold whichever process answers."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.test import Client, RequestFactory

from clinic.network import caller
from reminders.models import Tries
from reminders.own_pages import limits
from tests.builders import NOW
from tests.reminders.reading import words

FEW = limits.Limit("few", 3, dt.timedelta(minutes=10))
TEN = dt.timedelta(minutes=10)


def test_tries_within_the_limit_are_free_and_the_next_one_waits(db: None) -> None:
    answers = [limits.spend(FEW, "a", NOW) for _ in range(4)]
    assert answers == [None, None, None, NOW + TEN]
    assert limits.used_up(FEW, "a", NOW) == NOW + TEN


def test_one_does_not_use_up_anothers_tries(db: None) -> None:
    for _ in range(5):
        limits.spend(FEW, "a", NOW)
    assert limits.spend(FEW, "b", NOW) is None


def test_after_the_stretch_there_are_new_tries(db: None) -> None:
    for _ in range(5):
        limits.spend(FEW, "a", NOW)
    assert limits.used_up(FEW, "a", NOW + TEN) is None
    assert [limits.spend(FEW, "a", NOW + TEN) for _ in range(4)] == [None, None, None, NOW + 2 * TEN]


def test_the_count_is_in_the_database_and_holds_no_address(db: None) -> None:
    limits.spend(FEW, "203.0.113.9", NOW)
    row = Tries.objects.get()
    assert row.number == 1
    assert "203.0" not in row.key


def test_old_counts_are_thrown_away(db: None) -> None:
    limits.spend(FEW, "a", NOW)
    limits.spend(FEW, "b", NOW + dt.timedelta(days=2))
    assert Tries.objects.count() == 1


def test_a_count_that_still_holds_is_not_thrown_away_for_somebody_new(db: None) -> None:
    for _ in range(FEW.most):
        limits.spend(FEW, "a", NOW)
    limits.spend(FEW, "b", NOW + dt.timedelta(minutes=9))
    assert limits.used_up(FEW, "a", NOW + dt.timedelta(minutes=9)) == NOW + TEN


def test_a_right_try_gives_all_back(db: None) -> None:
    for _ in range(3):
        limits.spend(FEW, "a", NOW)
    limits.forgive(FEW, "a")
    assert limits.used_up(FEW, "a", NOW) is None


def test_a_right_try_gives_nobody_elses_back_nor_those_at_something_else(db: None) -> None:
    other = limits.Limit("other", 3, TEN)
    for limit, who in ((FEW, "a"), (FEW, "b"), (other, "a")):
        for _ in range(3):
            limits.spend(limit, who, NOW)
    limits.forgive(FEW, "a")
    assert limits.used_up(FEW, "b", NOW) == limits.used_up(other, "a", NOW) == NOW + TEN


def test_who_guesses_addresses_is_refused_for_a_while_in_words(phone: Client, link: str) -> None:
    for guess in range(limits.WRONG_ADDRESSES.most):
        assert phone.get(f"/v/guess-{guess}/").status_code == 404
    refused = phone.get(link)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "600"
    assert "Wait 10 min, then try again." in words(refused.content)
    assert "The number is on your letters." in words(refused.content)
    with time_machine.travel(NOW + TEN, tick=False):
        assert phone.get(link).status_code == 200


def test_who_waits_as_long_as_the_page_says_is_let_in(phone: Client, link: str) -> None:
    for guess in range(limits.WRONG_ADDRESSES.most):
        phone.get(f"/v/guess{guess}/")
    with time_machine.travel(NOW + TEN - dt.timedelta(seconds=84), tick=False):
        assert "Wait 2 min, then try again." in words(phone.get(link).content)
    with time_machine.travel(NOW + TEN + dt.timedelta(seconds=36), tick=False):
        assert phone.get(link).status_code == 200


def test_another_caller_is_not_refused(phone: Client, link: str) -> None:
    for guess in range(limits.WRONG_ADDRESSES.most):
        phone.get(f"/v/guess-{guess}/")
    assert phone.get(link, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_who_presses_without_end_is_refused(phone: Client, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PRESSES", limits.Limit("press", 2, TEN))
    answers = [phone.post(f"{link}yes/", {"version": "1"}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "who"),
    [
        (False, "198.51.100.1", "127.0.0.1"),
        (True, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (True, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (True, "::ffff:198.51.100.1", "198.51.100.1"),
        (True, "198.51.100.1:50123", "198.51.100.1"),  # some balancers say the port, which is another each time
        (True, "[2001:db8:1:2:3:4:5:6]:50123", "2001:db8:1:2::/64"),
        (True, "[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"),
        (True, "nonsense", "nonsense"),
        (True, "nonsense:1", "nonsense:1"),
    ],
)
def test_a_caller_is_who_the_nearest_proxy_saw(
    monkeypatch: pytest.MonkeyPatch, behind_proxy: bool, forwarded: str, who: str
) -> None:
    monkeypatch.setattr(settings, "BEHIND_PROXY", behind_proxy)
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert caller(request) == who
