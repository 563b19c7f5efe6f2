"""The broker holds nothing worth keeping: emptied, restarted or away, it costs delay. Two clocks do no harm."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import LONG, SIZE, Scene
from tests.servers.broker import broker_at
from tests.servers.database import run_python
from tests.servers.processes import free_port, kill_group, wait_for

pytestmark = pytest.mark.stack

CELERY = ("-m", "celery", "-A", "clinic")
# In the long run the broker is away for ten minutes.
AWAY_SECONDS = 2 if LONG == 1 else 600
OUT_WITHIN_SECONDS = 120
BOOKINGS = 20


@pytest.fixture
def celery(stage: Scene, tmp_path: Path) -> Iterator[tuple[Scene, int]]:
    """Two beats and a worker of two processes, on a broker that the test may stop; the scene and the broker's port."""
    port = free_port()
    scene = stage.patient(REDIS_URL=f"redis://127.0.0.1:{port}/0")
    with ExitStack() as running:
        for name in ("beat-1", "beat-2"):
            beat = scene.run(*CELERY, "beat", "--schedule", str(tmp_path / name), "--pidfile=", name=name)
            running.callback(kill_group, beat)
        worker = scene.run(*CELERY, "worker", "--concurrency", "2", "--without-mingle", name="worker")
        running.callback(kill_group, worker)
        yield scene, port


def test_two_beats_and_a_broker_that_is_emptied_restarted_and_away(
    celery: tuple[Scene, int], tmp_path: Path, tell: Tell
) -> None:
    scene, port = celery
    with broker_at(port, tmp_path) as address:
        wait_for(lambda: scene.arrived >= SIZE // 4, seconds=60)
        redis.Redis(port=urlsplit(address).port or 0).flushall()
        wait_for(lambda: scene.arrived >= SIZE // 2, seconds=60)
    with broker_at(port, tmp_path):
        scene.settle()
        alive = {part for (part,) in scene.query("SELECT part FROM reminders_heartbeat")}
    assert alive >= {"beat", "worker"}
    before = scene.tally()
    # Away: bookings go on as if nothing were, and their messages are out soon after it is back.
    time.sleep(AWAY_SECONDS)
    booked = run_python("-m", "tests.reminders.faults.bookings", str(BOOKINGS), environment=scene.environment)
    assert booked.split() == [str(BOOKINGS)]
    back = time.time()
    with broker_at(port, tmp_path):
        wait_for(lambda: scene.arrived >= before.sent + BOOKINGS, seconds=OUT_WITHIN_SECONDS)
        scene.settle()
    tally = scene.tally(since=back)
    tell(tally)
    assert tally.sent == SIZE + BOOKINGS
    assert (tally.lost, tally.repeated_texts, tally.repeated_letters, tally.late) == (0, 0, 0, 0)
