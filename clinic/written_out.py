"""Words of ours that stand in the statement itself, so that a database sees which index answers it.

An index of some rows is used where its condition is seen to hold. SQLite does not see that of a list of parameters,
whatever they are, nor PostgreSQL once it has planned a statement for all parameters alike.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Value


class Word(Value):
    """One word of a `TextChoices`, written as the condition of an index writes it."""

    def __init__(self, word: str) -> None:
        if not re.fullmatch("[a-z_]+", word):
            raise ValueError(f"Not a word of ours: {word!r}")
        super().__init__(str(word), output_field=CharField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Write it with no parameter."""
        return f"'{self.value}'", ()


def written_out(words: Iterable[str]) -> list[Word]:
    """Return words for ``__in``, in the order in which the index has them: SQLite compares them one by one."""
    return [Word(word) for word in words]
