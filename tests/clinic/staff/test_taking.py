"""Two letters of one clinic to one address, taken in two browsers in one moment."""

import json
from pathlib import Path

from tests.servers.database import own_database, run_python


def test_one_lets_in_and_the_other_is_used_up(django_db_setup: None, tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        found = json.loads(run_python("-m", "tests.clinic.staff.taking", environment=environment))
    assert found == {"outcomes": ["Refused", "let in"], "members": 1}
