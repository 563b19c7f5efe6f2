"""F25 and F26: two browsers press together, over HTTP with real server processes: one books, the other is told, nothing is lost."""

import json
from typing import Any

import pytest

from tests.acceptance.desks import ROUNDS, SAME_PATIENT_ROUNDS
from tests.servers.database import own_database, run_python

# One worker makes what all tests here look at.
pytestmark = pytest.mark.xdist_group("desks")


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What both desks were told, round by round."""
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("desks")) as environment:
        return json.loads(run_python("-m", "tests.acceptance.desks", environment=environment))


DESKS = ("Ana Kim", "Ben Ode")


def losers(rounds: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what those were told who did not get what they pressed."""
    return [answer for answers in rounds for answer in answers if answer["status"] != 302]


def test_f25_of_two_on_one_time_exactly_one_books(said: Any) -> None:
    assert [sorted(answer["status"] for answer in answers) for answers in said["same_time"]] == [[302, 409]] * ROUNDS
    assert said["stored"] == [1] * ROUNDS


def test_f25_the_other_reads_who_took_it_and_gets_three_fresh_times_with_the_note_kept(said: Any) -> None:
    for answers in said["same_time"]:
        for answer, other in zip(answers, reversed(DESKS), strict=True):
            if answer["status"] == 409:
                assert answer["heading"].rstrip(".").endswith(f"was just booked by {other}")
                assert (answer["fresh"], answer["note_kept"]) == (3, True)


def test_f26_two_desks_on_one_patient_book_one_visit_and_the_other_may_move_it(said: Any) -> None:
    rounds = said["same_patient"]
    assert [sorted(answer["status"] for answer in answers) for answers in rounds] == [[302, 409]] * SAME_PATIENT_ROUNDS
    assert said["per_patient"] == [1] * SAME_PATIENT_ROUNDS
    for answer in losers(rounds):
        assert answer["heading"].startswith("Maria already has a visit on")
        assert answer["move_offered"]
