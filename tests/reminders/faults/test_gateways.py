"""Gateways that fail in every way they can, then are well again: nothing is lost, and nothing is repeated that can be asked for."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import LONG, Scene, scene
from tests.servers.database import copied_database, own_database, run_python
from tests.servers.processes import wait_for

pytestmark = pytest.mark.stack

PEOPLE = 12 * LONG
LETTERS = PEOPLE // 2
UNANSWERED, UNREACHABLE = "unanswered", "unreachable"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database with a few people who are to hear something now, half of them by email."""
    with own_database(tmp_path_factory.mktemp("few")) as environment:
        run_python("-m", "tests.reminders.faults.crowd", str(PEOPLE), environment=environment)
        yield environment


@pytest.fixture
def failing(few: dict[str, str], tmp_path: Path) -> Iterator[Scene]:
    """Those people, and servers that can be told to fail."""
    with copied_database(few, tmp_path) as database, scene(tmp_path, database) as opened:
        yield opened.patient()


@pytest.mark.parametrize(
    ("texts", "letters", "outcomes", "again"),
    [
        pytest.param("refuse", "refuse", (UNANSWERED, UNREACHABLE), 0, id="refuses"),
        pytest.param("hang", "hang", (UNANSWERED, UNREACHABLE), 0, id="hangs"),
        pytest.param("429", "451", (UNREACHABLE, UNREACHABLE), 0, id="answers_429"),
        pytest.param("500", "421", (UNANSWERED, UNREACHABLE), 0, id="answers_500"),
        pytest.param("drop", "drop", (UNANSWERED, UNANSWERED), LETTERS, id="drops_the_line_after_accepting"),
        pytest.param("silent", "silent", (UNANSWERED, UNANSWERED), LETTERS, id="accepts_and_never_confirms"),
    ],
)
def test_a_gateway_that(
    failing: Scene, tell: Tell, texts: str, letters: str, outcomes: tuple[str, str], again: int
) -> None:
    """Every message is tried, waits its five minutes, and goes out when all is well.

    A letter that was taken without a yes comes once more, ``again`` in all: mail cannot be asked. It has the same
    Message-ID. A call to the gateway is all of a text at once, and may have arrived; of a letter nothing is out before
    the server wants it.
    """
    failing.gateway.tell(texts)
    failing.mail.tell(letters)
    with failing.workers(3):
        wait_for(lambda: _put_off(failing, outcomes) == PEOPLE, seconds=60 * LONG)
        failing.gateway.tell("")
        failing.mail.tell("")
        well = time.time()
        failing.pass_waits()
        tally = failing.settle()
    tell(tally)
    tally = failing.tally(since=well)
    assert (tally.sent, tally.lost, tally.repeated_texts) == (PEOPLE, 0, 0)
    # Once more for each attempt that nobody answered: more than one where a busy machine held a worker up past its lease.
    assert again <= tally.repeated_letters <= _letters_in_doubt(failing)
    assert LONG > 1 or tally.late == 0


def _put_off(stage: Scene, outcomes: tuple[str, str]) -> int:
    """Count the messages that wait after an attempt that ended as it should: of the texts, of the letters.

    Messages, not attempts: a slow machine may make two attempts of one before it comes to another.
    """
    rows = stage.query(
        "SELECT waiting.id, waiting.channel, attempt.outcome FROM reminders_reminder waiting"
        " JOIN reminders_delivery attempt ON attempt.reminder_id = waiting.id AND attempt.finished_at IS NOT NULL"
        " WHERE waiting.state = 'waiting' AND waiting.due_at > {now}"
    )
    of = dict(zip(("sms", "email"), outcomes, strict=True))
    return len({message for message, channel, how in rows if of[channel] == how})


def _letters_in_doubt(stage: Scene) -> int:
    """Count the attempts of letters of which the ledger says that they may have arrived."""
    [(number,)] = stage.query(
        "SELECT count(*) FROM reminders_delivery attempt"
        " JOIN reminders_reminder letter ON letter.id = attempt.reminder_id AND letter.channel = 'email'"
        " WHERE attempt.outcome IN ('started', 'unanswered')"
    )
    return int(number)
