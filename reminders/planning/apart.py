"""What cannot be planned leaves the rest alone: it is found by halves, named in the log by its number, and seen to fail."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from reminders.watching.faults import Incomplete

logger = logging.getLogger(__name__)
# As many keys as every database takes in one statement.
KEYS = 1000
_inside = ContextVar("inside a transaction", default=False)


@contextmanager
def inside_a_transaction() -> Iterator[None]:
    """Keep faults apart in a transaction around all of it too: PostgreSQL does nothing more in one that met a fault."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def is_inside_a_transaction() -> bool:
    """Return whether there is one around all of it."""
    return _inside.get()


@contextmanager
def _by_itself() -> Iterator[None]:
    """Take back what ended in a fault, where a transaction goes on around it. What is only incomplete stays."""
    if not _inside.get():
        yield
        return
    point = transaction.savepoint()
    try:
        yield
    except Incomplete:
        transaction.savepoint_commit(point)
        raise
    except Exception:
        transaction.savepoint_rollback(point)
        raise
    transaction.savepoint_commit(point)


def in_turn(steps: Iterable[tuple[str, Callable[[], int]]]) -> list[int]:
    """Take every step, whatever becomes of the others; return what each made. Raises Incomplete in the end.

    A step is its name in the log, where people are numbers, and what to do.
    """
    made, failed = [], 0
    for name, take in steps:
        try:
            with _by_itself():
                made.append(take())
        except Incomplete:  # the log has what
            failed += 1
        except Exception:
            logger.exception("planning: %s could not be done", name)
            failed += 1
    if failed:
        raise Incomplete(f"{failed} steps of the planning could not be done")
    return made


def apart(rows: QuerySet[Any], work: Callable[[QuerySet[Any]], int]) -> int:
    """Do work on all rows of a query at once; where that fails, by halves, until what is at fault stands alone.

    Some of it is then done twice, which adds nothing. Returns how much was made; raises Incomplete where a row is left
    out.
    """
    try:
        with _by_itself():
            return work(rows)
    except Exception:
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise
    halves = [_by_halves(rows, keys[first : first + KEYS], work) for first in range(0, len(keys), KEYS)]
    if failed := sum(left_out for _, left_out in halves):
        raise Incomplete(f"{failed} could not be planned")
    return sum(made for made, _ in halves)


def _by_halves(rows: QuerySet[Any], keys: list[int], work: Callable[[QuerySet[Any]], int]) -> tuple[int, int]:
    """Return how much was made of the rows with these keys, and how many of them are left out."""
    try:
        with transaction.atomic():
            return work(rows.filter(pk__in=keys)), 0
    except Exception:
        if len(keys) == 1:
            logger.exception("%s %s could not be planned", rows.model._meta.label, keys[0])
            return 0, 1
    middle = len(keys) // 2
    first, second = (_by_halves(rows, some, work) for some in (keys[:middle], keys[middle:]))
    return first[0] + second[0], first[1] + second[1]
