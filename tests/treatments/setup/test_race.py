"""Leave is saved while people book into it: whoever comes second hears of it, and no visit is left unseen."""

import json
from typing import Any

import pytest

from tests.servers.database import own_database, run_python
from tests.treatments.setup.race import BOOKERS, ROUNDS

# One worker makes what all tests here look at.
pytestmark = pytest.mark.xdist_group("leave race")


@pytest.fixture(scope="module")
def outcome(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of the race: eight bookers and one admin."""
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("leave")) as environment:
        return json.loads(run_python("-m", "tests.treatments.setup.race", environment=environment))


def test_no_visit_lies_in_leave_that_nobody_has_seen_there(outcome: Any) -> None:
    assert outcome["unseen"] == 0


def test_everybody_gets_an_answer_in_words(outcome: Any) -> None:
    assert set(outcome["outcomes"]) <= {"won", "Taken", "saved", "Unseen"}
    assert sum(outcome["outcomes"].values()) == (BOOKERS + 1) * ROUNDS


def test_what_was_promised_is_stored(outcome: Any) -> None:
    assert outcome["leave"] == outcome["outcomes"].get("saved", 0)
    assert outcome["booked"] == outcome["outcomes"].get("won", 0)
