"""Workers that die, and many at once: nothing is lost, and nothing that can be asked for is repeated."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest

from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import LONG, SIZE, Scene
from tests.servers.processes import wait_for

pytestmark = pytest.mark.stack

KILLS = 20 * LONG
MANY = 10


def test_a_worker_killed_twenty_times_in_mid_batch(stage: Scene, tell: Tell) -> None:
    """At most the one message that a worker had in its hands is repeated, and only by mail, which cannot be asked."""
    rng = random.Random(7)
    with stage.workers(3):
        for kill in range(KILLS):
            share = (kill + 1) * SIZE * 2 // 3 // KILLS
            wait_for(lambda share=share: stage.arrived >= share, seconds=60)  # type: ignore[misc]
            with suppress(ProcessLookupError):
                os.kill(rng.choice(stage.living()), signal.SIGKILL)
        # Each wait above has its limit; how long twenty new workers take to start is the machine's.
        last_kill = time.time()
        stage.settle()
    tally = stage.tally(since=last_kill)
    tell(tally)
    assert (tally.lost, tally.repeated_texts, tally.late) == (0, 0, 0)
    assert tally.sent == SIZE
    assert tally.repeated_letters <= KILLS
    letters = stage.mail.received()
    assert len({(letter["message_id"], letter["body"]) for letter in letters}) == len(
        {letter["message_id"] for letter in letters}
    )


def test_ten_workers_on_one_batch(stage: Scene, tell: Tell) -> None:
    with stage.patient().workers(MANY):
        tally = stage.settle()
    tell(tally)
    assert (tally.sent, tally.lost, tally.repeated_texts, tally.repeated_letters) == (SIZE, 0, 0, 0)
    ((accepted,),) = stage.query("SELECT count(*) FROM reminders_delivery WHERE outcome = 'accepted'")
    assert accepted == SIZE


def test_a_gateway_that_takes_everything_and_confirms_nothing(stage: Scene, tell: Tell) -> None:
    """Each message is in doubt, stays in doubt until it may be asked about, and is sent no second time before that."""
    stage.gateway.tell("drop")
    stage.mail.tell("drop")
    with stage.patient().workers(3):
        wait_for(lambda: _in_doubt(stage) >= SIZE, seconds=60 * LONG)
        time.sleep(1)  # three rounds in which somebody could send again
    tally = stage.tally()
    tell(tally)
    assert (tally.sent, tally.repeated_texts, tally.repeated_letters) == (SIZE, 0, 0)
    assert _in_doubt(stage) == SIZE


def test_who_says_stop_while_their_text_is_in_doubt_hears_once(stage: Scene, tell: Tell) -> None:
    """What the gateway took stays a text, what it never got is a letter, and no text leaves after the STOP."""
    scene = stage.patient()
    scene.gateway.tell("drop")
    with scene.workers(3):
        wait_for(lambda: len(scene.gateway.received()) >= SIZE // 4, seconds=60 * LONG)
        scene.gateway.tell("refuse")
        wait_for(lambda: _in_doubt(scene) >= SIZE // 2, seconds=60 * LONG)
        scene.query(
            "UPDATE patients_contactpoint SET withdrawn_at = {now}, withdrawn_source = 'test' WHERE channel = 'sms'"
        )
        taken = len(scene.gateway.received())
        scene.gateway.tell("")
        scene.pass_waits()
        wait_for(lambda: scene.arrived >= SIZE, seconds=60 * LONG)
        tally = scene.settle()
    tell(tally)
    assert (tally.sent, tally.lost, tally.repeated_texts, tally.repeated_letters) == (SIZE, 0, 0, 0)
    assert len(scene.gateway.received()) == taken < SIZE // 2


def _in_doubt(stage: Scene) -> int:
    ((doubtful,),) = stage.query("SELECT count(*) FROM reminders_delivery WHERE outcome = 'unanswered'")
    return int(doubtful)
