"""Nobody is booked twice, however many book at once; and who loses, hears it quickly."""

import json
from typing import Any

import pytest

from tests.servers.database import own_database, run_python
from tests.treatments.race import ATTEMPTS, MOVES, PROCESSES, ROUNDS

# One worker makes what all tests here look at.
pytestmark = pytest.mark.xdist_group("race")

# Sixteen plain INSERTs on one slot were seen to wait 14 to 15 seconds, one second per broken deadlock; a busy machine
# alone takes a second or two. How quick a loss really is, bench/ measures.
DEADLOCK_CHAIN_SECONDS = 12


@pytest.fixture(scope="module")
def outcome(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of the race: 16 processes, one slot at a time, one injector's day, and moving about."""
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("race")) as environment:
        return json.loads(run_python("-m", "tests.treatments.race", environment=environment))


def test_there_are_no_overlaps(outcome: Any) -> None:
    assert outcome["overlaps"] == 0


def test_of_sixteen_on_one_slot_exactly_one_wins(outcome: Any) -> None:
    assert outcome["slot"] == {"Taken": ROUNDS * (PROCESSES - 1), "won": ROUNDS}


def test_on_one_injectors_day_everyone_is_booked_or_told(outcome: Any) -> None:
    assert set(outcome["day"]) == {"Taken", "won"}
    assert sum(outcome["day"].values()) == PROCESSES * ATTEMPTS


def test_every_winner_is_stored_and_nobody_else(outcome: Any) -> None:
    assert outcome["stored"] == outcome["slot"]["won"] + outcome["day"]["won"]


def test_moves_in_any_order_end_in_a_move_or_a_word_never_in_a_deadlock(outcome: Any) -> None:
    assert set(outcome["move"]) <= {"Taken", "won"}
    assert sum(outcome["move"].values()) >= MOVES


@pytest.mark.parametrize("stage", ["slot", "day", "move"])
def test_nobody_waits_for_a_chain_of_deadlocks(outcome: Any, stage: str) -> None:
    assert outcome[f"{stage}_max"] < DEADLOCK_CHAIN_SECONDS
