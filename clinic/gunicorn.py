"""How gunicorn serves the pages: ``gunicorn clinic.wsgi --config python:clinic.gunicorn``; what follows it wins.

The figures of all its processes are kept in one folder, which every start makes anew: whoever answers /metrics adds
them up.
"""

import gc
import os
import shutil
import signal
import tempfile
from typing import Any

# Before the library is loaded: it looks here once, and then keeps its figures in files or in memory for good.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="twelve-weeks-figures-")

from gunicorn import systemd
from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from clinic import logs
from clinic.unread_bodies import post_request  # noqa: F401  # gunicorn finds it by its name


class JsonLogger(Logger):  # type: ignore[misc]
    """Writes gunicorn's own lines as we write ours. There is no access log: addresses hold secrets and names."""

    def setup(self, cfg: Any) -> None:
        """Set the handlers up, then their lines."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())


# Nothing of what is loaded is garbage, and to look for some takes a fifth of the start; `on_starting` has it look again.
gc.disable()

bind = "127.0.0.1:8000"
workers = 3
threads = 4
# Everything is loaded once, and then the processes part: they hold it together. So SIGHUP brings no new code, SIGUSR2 does.
preload_app = True
# A process that has grown is replaced, not all at the same moment.
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
logger_class = JsonLogger


def on_starting(server: Any) -> None:
    """Load every page before the first is asked for, and keep what is loaded out of the collector's way.

    It looks at everything there is, again and again, which stops all of a process: 90 ms with what stands here for good,
    3 ms without. And it writes on all that it looks at, which no process shares any more with the others then.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  # read, and so loaded
    gc.collect()
    gc.freeze()
    gc.enable()


def pre_exec(server: Any) -> None:
    """Hand the one that SIGUSR2 starts over to systemd, which waits at its stop only for a child of its own."""
    if os.fork():
        os._exit(0)


def when_ready(server: Any) -> None:
    """Take over from the one beside which SIGUSR2 started this: it answered until now, and finishes what it began."""
    if server.master_pid:
        systemd.sd_notify(f"MAINPID={os.getpid()}", server.log)
        os.kill(server.master_pid, signal.SIGTERM)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a process that ended; what it counted stays counted."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Take the folder away with the last process."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
