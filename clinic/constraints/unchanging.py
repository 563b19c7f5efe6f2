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
        return self._postgresql(model) if vendor == "postgresql" else self._sqlite(model)

    def _sqlite(self, model: type[Model]) -> Sequence[str]:
        field, table = column(model, self.field), table_name(model)
        changed = f'OLD."{field}" IS NOT NEW."{field}"'
        replaced = REPLACED.format(table=table, field=field)
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{self.name}_{event.lower()}" BEFORE {event} ON "{table}"\n'
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
            for event, condition in (("UPDATE", changed), ("INSERT", replaced))
        ]

    def _postgresql(self, model: type[Model]) -> Sequence[str]:
        name, field = self.name, column(model, self.field)
        function = (
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f'  IF OLD."{field}" IS DISTINCT FROM NEW."{field}" THEN\n'
            f"    RAISE EXCEPTION USING MESSAGE = '{name}', ERRCODE = 'check_violation', CONSTRAINT = '{name}';\n"
            f"  END IF;\n"
            f"  RETURN NEW;\n"
            f"END $body$"
        )
        trigger = (
            f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table_name(model)}" FOR EACH ROW EXECUTE FUNCTION "{name}"()'
        )
        return [function, trigger]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Let forms pass: none has this field, and the database refuses in any case."""
