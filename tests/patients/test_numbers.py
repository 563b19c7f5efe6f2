"""Record numbers are given out once, however many desks register at once."""

import json
from pathlib import Path

import pytest

from tests.patients.numbers import DESKS, PEOPLE
from tests.servers.database import own_database, run_python


@pytest.mark.django_db
def test_desks_that_register_at_once_give_out_each_number_once(tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        given_out = json.loads(run_python("-m", "tests.patients.numbers", environment=environment))
    assert sorted(given_out) == [f"RI{number + 1:06d}" for number in range(DESKS * PEOPLE)]
