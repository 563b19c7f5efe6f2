"""Taking indexes away."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation


class NoIndexOfItsOwn(Operation):
    """Drop the indexes that foreign keys have by themselves; the columns and what guards them stay untouched.

    For the same, AlterField has SQLite build each table anew, and Django the classes of all tables with each column: an
    empty database took half as long again.
    """

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self.columns = columns

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Let the fields say so; the classes are made when the first of them is asked for."""
        state.is_delayed = True
        state.clear_delayed_apps_cache()
        for model, names in self.columns.items():
            fields = state.models[app_label, model.lower()].fields
            for name in names:
                fields[name] = fields[name].clone()
                fields[name].db_index = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop each by the name that it has in the database."""
        for table, field in self._fields(app_label, from_state):
            for name in schema_editor._constraint_names(table, [field.column], index=True, unique=False):
                schema_editor.execute(schema_editor._delete_index_sql(table, name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make them again."""
        for table, field in self._fields(app_label, to_state):
            schema_editor.execute(schema_editor._create_index_sql(table, fields=[field]))

    def describe(self) -> str:
        """Say what it does where migrations are listed."""
        return f"Drop what repeats the beginning of another index, or is never asked: {', '.join(self.columns)}"

    def _fields(self, app_label: str, state: Any) -> list[tuple[Any, Any]]:
        tables = ((state.apps.get_model(app_label, model), names) for model, names in self.columns.items())
        return [(table, table._meta.get_field(name)) for table, names in tables for name in names]
