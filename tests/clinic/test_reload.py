"""New code in a running web server, by the signal that `systemctl reload` gives it."""

import os
import signal
import sys
import urllib.request
from pathlib import Path

from tests.servers.migrated import BASE
from tests.servers.processes import free_port, kill_group, start, wait_for

# Started as by deploy/run: gunicorn starts its successor by the words with which it was started itself.
GUNICORN = [str(Path(sys.executable).with_name("gunicorn")), "clinic.wsgi", "--config", "python:clinic.gunicorn"]


def code(port: int) -> int:
    """Return what the server answers; 0 when nobody listens or the connection ends without an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_a_reload_refuses_no_request_and_ends_with_the_old_server(tmp_path: Path) -> None:
    port = free_port()
    words = [*GUNICORN, "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    old = start(words, environment=BASE | {"VAR_DIR": str(tmp_path)}, log=tmp_path / "web.log")
    try:
        wait_for(lambda: code(port) == 200, seconds=60)
        os.kill(old.pid, signal.SIGUSR2)
        wait_for(lambda: code(port) != 200 or old.poll() is not None, seconds=60)
        assert old.returncode == 0
        assert code(port) == 200
    finally:
        kill_group(old)
