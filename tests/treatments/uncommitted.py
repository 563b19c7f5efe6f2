"""Two that write at once, for programs with a database of their own: the second begins before the first is committed."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connections, transaction

HELD = 0.7  # seconds: time for the second to read what was there before
Work = Callable[[], Any]


def at_once(first: Work, second: Work) -> Exception | None:
    """Do both; return what the second was refused with, None where it was not."""
    done = threading.Event()
    other = threading.Thread(target=_held, args=(first, done))
    other.start()
    done.wait(10)
    try:
        second()
    except Exception as error:
        return error
    finally:
        other.join()
    return None


def _held(work: Work, done: threading.Event) -> None:
    """Do the work, and commit it a moment later."""
    with transaction.atomic():
        work()
        done.set()
        time.sleep(HELD)
    connections.close_all()
