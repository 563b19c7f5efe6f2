"""A real RabbitMQ, where one is installed: a node of its own in a folder, known to nobody else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.processes import free_port, kill_group, start, wait_for

# Debian's own command changes to a user of the system first; this one runs as whoever we are.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
BOOT_SECONDS = 90


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Run a node; give its address, as REDIS_URL takes it."""
    server, epmd = PROGRAMS / "rabbitmq-server", shutil.which("epmd")
    if not server.exists() or epmd is None:
        pytest.skip("no RabbitMQ on this machine")
    plugins = folder / "plugins"
    plugins.write_text("[].")
    port, names = free_port(), str(free_port())
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": names,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_NODENAME": "suite@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    log = folder / "rabbitmq.log"
    process = start([str(server)], environment=environment, log=log)
    try:
        wait_for(lambda: process.poll() is not None or "startup complete" in log.read_text(), seconds=BOOT_SECONDS)
        assert process.poll() is None, log.read_text()
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        kill_group(process)
        # The list of nodes is a process of its own, which outlives them, and ends only when it has noticed.
        end = [epmd, "-port", names, "-kill"]
        wait_for(lambda: b"Killed" in subprocess.run(end, capture_output=True, check=False).stdout)
