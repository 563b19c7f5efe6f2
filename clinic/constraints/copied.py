"""A column that always repeats what another table says."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

ORIGINAL = '(SELECT "{source}" FROM "{table}" WHERE id = NEW."{through}")'
TRIGGER = """CREATE TRIGGER IF NOT EXISTS "{name}_{suffix}" AFTER {which} ON "{table}"
WHEN {when} BEGIN UPDATE "{table}" SET "{field}" = {original} WHERE id = NEW.id; END"""


class Copied(Guard):
    """``field`` holds what ``source`` holds in the row that the foreign key ``through`` points to.

    The database writes it on every insert, and again whenever ``through`` or the field itself is set to something
    else: whoever writes, by whatever way, cannot give it another value. Other constraints can then rest on it. When the
    other table changes, the rows that should follow are updated by whoever changes it.
    """

    declared = ("field", "through", "source")

    def __init__(
        self,
        *,
        name: str,
        field: str,
        through: str,
        source: str,
        **words: Any,
    ) -> None:
        self.field, self.through, self.source = field, through, source
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return a trigger that fills the new row, or on SQLite, which cannot, two that fill it right after."""
        if vendor == "postgresql":
            return [self._function(model), self._postgresql_trigger(model)]
        return [self._sqlite_trigger(model, event) for event in ("INSERT", "UPDATE")]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Let every form pass: whatever it says, the database writes the right value."""

    def _original(self, model: type[Model]) -> str:
        """Return SQL for what the other table says of the new row."""
        other: Any = model._meta.get_field(self.through).related_model
        return ORIGINAL.format(
            source=column(other, self.source), table=table_name(other), through=column(model, self.through)
        )

    def _function(self, model: type[Model]) -> str:
        field, through = column(model, self.field), column(model, self.through)
        return (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f'  IF TG_OP = \'INSERT\' OR NEW."{through}" IS DISTINCT FROM OLD."{through}"\n'
            f'     OR NEW."{field}" IS DISTINCT FROM OLD."{field}" THEN\n'
            f'    NEW."{field}" := {self._original(model)};\n'
            f"  END IF;\n"
            f"  RETURN NEW;\n"
            f"END $body$"
        )

    def _postgresql_trigger(self, model: type[Model]) -> str:
        field, through = column(model, self.field), column(model, self.through)
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE INSERT OR UPDATE OF "{through}", "{field}" '
            f'ON "{table_name(model)}" FOR EACH ROW EXECUTE FUNCTION "{self.name}"()'
        )

    def _sqlite_trigger(self, model: type[Model], event: str) -> str:
        field, through = column(model, self.field), column(model, self.through)
        table, original = table_name(model), self._original(model)
        when, which = f'NEW."{field}" IS NOT {original}', event
        if event == "UPDATE":
            which = f'UPDATE OF "{through}", "{field}"'
            changed = f'(NEW."{through}" IS NOT OLD."{through}" OR NEW."{field}" IS NOT OLD."{field}")'
            when = f"{changed} AND {when}"
        names = {"name": self.name, "suffix": event.lower(), "table": table, "field": field}
        return TRIGGER.format(which=which, when=when, original=original, **names)
