"""Settings that follow from where DATABASE_URL and REDIS_URL lead."""

import json
from typing import Any

import pytest

from tests.servers.database import run_python

SHOW = (
    "import json; from clinic import settings as s; d = s.DATABASES['default'];"
    "print(json.dumps({'queue': s.CELERY_TASK_QUEUES['celery'].get('queue_arguments'), 'options': s.CELERY_BROKER_TRANSPORT_OPTIONS,"
    " 'kept': d.get('CONN_MAX_AGE'), 'cursors': not d.get('DISABLE_SERVER_SIDE_CURSORS'),"
    " 'prepared': d.get('OPTIONS', {}).get('prepare_threshold')}))"
)


def settings_with(**environment: str) -> dict[str, Any]:
    """Return what the settings make of an environment."""
    given = {"DEBUG": "true", "DATABASE_URL": "postgresql://clinic@database/clinic"} | environment
    found: dict[str, Any] = json.loads(run_python("-c", SHOW, environment=given))
    return found


def test_rabbitmq_gets_a_quorum_queue_and_says_when_it_has_a_task() -> None:
    found = settings_with(REDIS_URL="amqp://guest:guest@broker:5672//")
    assert found["queue"] == {"x-queue-type": "quorum"}
    assert found["options"] == {"confirm_publish": True}


def test_redis_gives_the_tasks_of_the_dead_back_soon() -> None:
    found = settings_with(REDIS_URL="redis://broker:6379/0")
    assert found["options"]["unacked_restore_interval"] == 5
    assert not found["queue"]


def test_behind_pgbouncer_nothing_is_kept_on_a_connection() -> None:
    found = settings_with(PGBOUNCER="true")
    assert (found["kept"], found["cursors"], found["prepared"]) == (0, False, None)
    assert settings_with()["cursors"]


@pytest.mark.parametrize("url", ["postgresql://clinic@database/clinic", "sqlite:////data/clinic.sqlite3"])
def test_a_connection_is_kept_from_one_request_to_the_next(url: str) -> None:
    assert settings_with(DATABASE_URL=url)["kept"] == 60
