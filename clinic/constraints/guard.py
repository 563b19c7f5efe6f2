"""What the constraint classes share: a constraint that lives in statements of its own, and survives rebuilt tables."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model


def table_name(model: type[Model]) -> str:
    """Return the table that triggers must name: SQLite rebuilds a table as ``new__name`` and then renames it."""
    return model._meta.db_table.removeprefix("new__")


def column(model: type[Model], field: str) -> str:
    """Return the column of a field."""
    concrete: Any = model._meta.get_field(field)
    return str(concrete.column)


class Guard(BaseConstraint, ABC):
    """A constraint written as statements to run after the table exists.

    They go through ``deferred_sql``: triggers made by ``RunSQL`` are silently lost when SQLite rebuilds the table
    for a later migration, whereas a model's constraints are written again with every rebuild. ``declared`` are the parts
    of its declaration, beside the name and the words for who is refused.
    """

    declared: ClassVar[tuple[str, ...]] = ()

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return how migrations write this constraint down."""
        _path, args, kwargs = super().deconstruct()
        kwargs |= {name: getattr(self, name) for name in self.declared}
        return f"clinic.constraints.{type(self).__name__}", args, kwargs

    @abstractmethod
    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return the statements that raise the guard on a database of this vendor."""

    def removal(self, model: type[Model]) -> Sequence[str]:
        """Return the statements that take the guard away on PostgreSQL: where nothing else is said, a trigger with its function.

        SQLite drops it with the old table.
        """
        return [f'DROP TRIGGER "{self.name}" ON "{table_name(model)}"', f'DROP FUNCTION "{self.name}"()']

    def on_sqlite(self, model: type[Model], event: str, condition: str) -> str:
        """Return a trigger that refuses a row before ``event``, such as ``UPDATE OF "lot"``, where the SQL holds."""
        return (
            f'CREATE TRIGGER IF NOT EXISTS "{self.name}_{event.split()[0].lower()}" BEFORE {event} '
            f"ON \"{table_name(model)}\"\nWHEN {condition} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
        )

    def on_postgresql(self, model: type[Model], events: str, condition: str, before: str = "") -> list[str]:
        """Return a trigger that refuses a row before ``events``, joined by OR, where the SQL holds, and its function.

        ``before``: statements that come before it, and may return.
        """
        function = (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f"{before}"
            f"  IF {condition} THEN\n"
            f"    RAISE EXCEPTION USING MESSAGE = '{self.name}', ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';\n"
            f"  END IF;\n"
            f"  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n"
            f"  RETURN NEW;\n"
            f"END $body$"
        )
        trigger = (
            f'CREATE TRIGGER "{self.name}" BEFORE {events} ON "{table_name(model)}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"()'
        )
        return [function, trigger]

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """Add nothing to CREATE TABLE itself; queue the guard behind it."""
        schema_editor.deferred_sql.extend(self.statements(model, schema_editor.connection.vendor))
        return ""

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """Return one script for a table that exists already (PostgreSQL only: SQLite rebuilds)."""
        return ";\n".join(self.statements(model, schema_editor.connection.vendor))

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """Return one script that takes the guard away (PostgreSQL only)."""
        return ";\n".join(self.removal(model))

    def __eq__(self, other: object) -> bool:
        """Compare by declaration: without it makemigrations sees a change every time."""
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)
