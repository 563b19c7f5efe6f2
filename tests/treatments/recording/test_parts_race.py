"""What comes to a record in the moment of its signature."""

import json

import pytest
from pytest_django import DjangoDbBlocker

from tests.servers.database import own_database, run_python

# Who is first, and which guard refuses the other one.
REFUSED = {"part": "signed_record_adds_up", "signature": "signed_{part}_is_frozen"}


@pytest.fixture(scope="module")
def outcomes(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What became of whoever came second, each time."""
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("parts")) as environment:
        found: dict[str, str] = json.loads(
            run_python("-m", "tests.treatments.recording.parts_race", environment=environment)
        )
    return found


@pytest.mark.parametrize("first", ["part", "signature"])
@pytest.mark.parametrize(("part", "guarded"), [("site", "injection"), ("vial", "vial")])
def test_nothing_comes_to_a_record_while_it_is_being_signed(
    outcomes: dict[str, str], part: str, guarded: str, first: str
) -> None:
    assert REFUSED[first].format(part=guarded) in outcomes[f"{part}, {first} first"]
