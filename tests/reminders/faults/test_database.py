"""The database restarted in the middle of a batch: what was committed stays, what was not is done again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.postgres import OPTIONS, postgres, restart
from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import SIZE, Scene, scene
from tests.servers.database import run_python
from tests.servers.migrated import BASE, migrate
from tests.servers.processes import wait_for

pytestmark = pytest.mark.stack

RESTARTS = 2
# As a clinic's server: what it called committed is written. (The other tests' server may forget it when it is restarted.)
COMMITTED_IS_WRITTEN = OPTIONS.replace("synchronous_commit=off", "synchronous_commit=on")


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A server that nobody else uses, with a crowd."""
    if connection.vendor != "postgresql":
        pytest.skip("there is no server to restart")
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgres(COMMITTED_IS_WRITTEN) as url:
        database = BASE | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
        migrate(database)
        run_python("-m", "tests.reminders.faults.crowd", str(SIZE), environment=database, seconds=600)
        with scene(tmp_path, database) as opened:
            yield opened


def test_a_database_restarted_without_mercy(own_server: Scene, tell: Tell) -> None:
    with own_server.workers(3):
        for share in range(1, RESTARTS + 1):
            wait_for(lambda share=share: own_server.arrived >= SIZE * share // 4, seconds=60)  # type: ignore[misc]
            restart(own_server.environment["DATABASE_URL"])
        tally = own_server.settle()
    tell(tally)
    assert (tally.sent, tally.lost, tally.repeated_texts) == (SIZE, 0, 0)
    # Each worker may have had one letter in its hands that it could not write down any more.
    assert tally.repeated_letters <= RESTARTS * 3
