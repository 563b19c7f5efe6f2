"""Several processes at the same instant: the caps hold, one text is stored once, one opt-out confirmed once, one failure heeded once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reminders import hurry
from tests.servers.database import own_database, run_python

pytestmark = pytest.mark.stack


def test_what_several_do_at_once_is_done_once(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> None:
    with django_db_blocker.unblock(), own_database(tmp_path) as environment:
        told = json.loads(run_python("-m", "tests.reminders.hurry", environment=environment))
    assert told["caps"] == {"people": hurry.PEOPLE, "in_all": [3], "a_day": 1}
    assert told["receipts"] == {"said": [200], "state": "replaced", "emails": 1}
    assert told["calls"] == {"said": [200], "stored": 1, "confirmed": 1}
