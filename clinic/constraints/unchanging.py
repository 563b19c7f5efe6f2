"""A column that is written once."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

REPLACED = 'EXISTS (SELECT 1 FROM "{table}" AS old WHERE old.id = NEW.id AND old."{field}" IS NOT NEW."{field}")'


class Unchanging(Guard):
    """``field`` keeps what the row was inserted with, whoever writes and by whatever way."""

    declared = ("field",)

    def __init__(self, *, name: str, field: str, **words: Any) -> None:
        self.field = field
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return a trigger that refuses another value; on SQLite another one for REPLACE, which inserts."""
        field = column(model, self.field)
        if vendor == "postgresql":
            return self.on_postgresql(model, "UPDATE", f'OLD."{field}" IS DISTINCT FROM NEW."{field}"')
        return [
            self.on_sqlite(model, "UPDATE", f'OLD."{field}" IS NOT NEW."{field}"'),
            self.on_sqlite(model, "INSERT", REPLACED.format(table=table_name(model), field=field)),
        ]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Let forms pass: none has this field, and the database refuses in any case."""
