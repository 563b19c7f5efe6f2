"""How gunicorn serves the pages: ``gunicorn clinic.wsgi --config python:clinic.gunicorn``; what follows it wins.

The figures of all its processes are kept in one folder, which every start makes anew: whoever answers /metrics adds
them up.
"""

import os
import shutil
import tempfile
from typing import Any

# Before the library is loaded: it looks here once, and then keeps its figures in files or in memory for good.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="twelve-weeks-figures-"))

from prometheus_client import multiprocess

bind = "127.0.0.1:8000"
workers = 3
threads = 4
# A process that has grown is replaced, not all at the same moment.
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a process that ended; what it counted stays counted."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Take the folder away with the last process."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
