"""Moments as PostgreSQL writes them, read by the C of Python instead of a regular expression.

A page of 400 visits reads thousands of them. Django's own way, which takes apart each in Python, took 6.3 us where this
takes 0.5, as long as all else of a small row.
"""

import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader

_IN_UTC = "+00"


class MomentLoader(BaseTzLoader):  # type: ignore[misc]  # Django is typed as if psycopg 2 might stand there
    """Reads a ``timestamptz`` of a connection in UTC; what looks otherwise goes Django's way, errors with it."""

    timezone = dt.UTC

    def load(self, data: Any) -> dt.datetime:
        """Return the moment that the bytes of one value tell. Raises psycopg.DataError where Python has no such moment."""
        text = str(data, "ascii")
        if text.endswith(_IN_UTC):
            try:
                return dt.datetime.fromisoformat(text)
            except ValueError:  # after the year 9999
                pass
        moment: dt.datetime = super().load(data)
        return moment
