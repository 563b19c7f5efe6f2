"""Bringing the guards of a database that runs already to what the code says today."""

from typing import Any

from django.db.migrations.operations.base import Operation

from clinic.constraints.guard import Guard


class RaiseAgain(Operation):
    """Take a guard down and raise it as its class writes it now. Rebuilds no table, unlike removing and adding it."""

    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name, self.name = model_name, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing of what the models declare."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Write the triggers again."""
        model = to_state.apps.get_model(app_label, self.model_name)
        guards = (one for one in model._meta.constraints if isinstance(one, Guard))
        guard = next(one for one in guards if one.name == self.name)
        vendor = schema_editor.connection.vendor
        old = guard.removal(model) if vendor == "postgresql" else self._sqlite_triggers()
        for statement in (*old, *guard.statements(model, vendor)):
            # Bodies of functions hold no parameters; None keeps their percent signs as they are.
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Leave the newer guard: it refuses all that the older one did."""

    def describe(self) -> str:
        """Say what it does where migrations are listed."""
        return f"Raise the guard {self.name} again"

    def _sqlite_triggers(self) -> list[str]:
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{event}"' for event in ("insert", "update", "delete")]
