"""Work that runs by itself: one thing that cannot be done stops no other, and whoever watches the machine sees it."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DatabaseError, models
from django.utils import timezone

from reminders.models import Heartbeat

logger = logging.getLogger(__name__)
T = TypeVar("T", bound=models.Model)


class Incomplete(Exception):
    """Some of the work could not be done; the log names what, by numbers."""


@contextmanager
def watched(part: Heartbeat.Part) -> Iterator[None]:
    """Write down how a run ended. A fault goes on to the log; a database that takes no note is seen by itself."""
    try:
        yield
    except Exception:
        _note(Heartbeat.note_fault, part)
        raise
    _note(Heartbeat.note_done, part)


def _note(how: Callable[[Heartbeat.Part, dt.datetime], None], part: Heartbeat.Part) -> None:
    try:
        how(part, timezone.now())
    except DatabaseError:
        logger.warning("%s could not note how it ended", part)


def note_chain(wrong: str) -> None:
    """Write down how a look at the audit log's chain ended: ``wrong`` says what is not as it was written, in numbers."""
    if wrong:
        logger.error("the audit log is not intact: %s", wrong)
    _note(Heartbeat.note_fault if wrong else Heartbeat.note_done, Heartbeat.Part.INTACT)


def each(rows: Iterable[T], do: Callable[[T], object]) -> None:
    """Do something for each row; a fault with one leaves the others alone. Raises Incomplete in the end."""
    failed = 0
    for row in rows:
        try:
            do(row)
        except Exception:
            logger.exception("%s %s could not be worked on", row._meta.label, row.pk)
            failed += 1
    if failed:
        raise Incomplete(f"{failed} could not be worked on")
