"""How SQLite finds the rows of a statement, with the parameters that it was asked with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.engines import once

on_sqlite = once("reads how SQLite goes about a question")


@contextmanager
def plans() -> Iterator[list[str]]:
    """Give a list that holds a line for each step of each SELECT and each UPDATE that is made meanwhile."""
    asked: list[tuple[str, Any]] = []
    found: list[str] = []

    def listen(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((statement, params))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(listen):
        yield found
    with connection.cursor() as cursor:
        for statement, params in asked:
            if statement.startswith(("SELECT", "UPDATE")):
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", params)
                found += [step for *_, step in cursor.fetchall()]


def steps(found: list[str], word: str) -> list[str]:
    """Return the steps that name a table or an index."""
    return [step for step in found if word in step.replace("(", " ").split()]
