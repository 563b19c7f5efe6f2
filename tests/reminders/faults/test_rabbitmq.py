"""The story of the reminders with RabbitMQ as the broker: two beats, a worker, and a queue that is a quorum queue."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import SIZE, Scene
from tests.reminders.faults.test_broker import CELERY
from tests.servers.processes import kill_group
from tests.servers.rabbitmq import rabbitmq

pytestmark = pytest.mark.stack


def test_everybody_hears_once_over_rabbitmq(stage: Scene, tmp_path: Path, tell: Tell) -> None:
    with rabbitmq(tmp_path) as address, ExitStack() as running:
        scene = stage.patient(REDIS_URL=address)
        for name in ("beat-1", "beat-2"):
            beat = scene.run(*CELERY, "beat", "--schedule", str(tmp_path / name), "--pidfile=", name=name)
            running.callback(kill_group, beat)
        worker = scene.run(*CELERY, "worker", "--concurrency", "2", "--without-mingle", name="rabbit-worker")
        running.callback(kill_group, worker)
        scene.settle()
    tally = scene.tally()
    tell(tally)
    assert (tally.sent, tally.lost, tally.repeated_texts, tally.repeated_letters) == (SIZE, 0, 0, 0)
