"""What is signed or logged stays as it is."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name


class Frozen(Guard):
    """Rows may not be changed or deleted.

    ``once``: only from the moment that this field is not null (None: from the start, an append-only table).
    ``parent``: the field ``once`` is on the row this foreign key points to; then rows may not be added either.
    """

    def __init__(
        self,
        *,
        name: str,
        once: str | None = None,
        parent: str | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.once, self.parent = once, parent
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return how migrations write this constraint down."""
        path, args, kwargs = super().deconstruct()
        return path.replace(".frozen", ""), args, kwargs | {"once": self.once, "parent": self.parent}

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return one trigger for each event that is refused."""
        if vendor == "postgresql":
            return [self._function(model), self._postgresql_trigger(model)]
        return [self._sqlite_trigger(model, event) for event in self._events()]

    def removal(self, model: type[Model]) -> Sequence[str]:
        """Return the statements that drop the trigger and its function."""
        return [f'DROP TRIGGER "{self.name}" ON "{table_name(model)}"', f'DROP FUNCTION "{self.name}"()']

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Refuse a change in a form, in words; the database refuses it in any case."""
        holder = getattr(instance, self.parent) if self.parent else instance
        stored = type(holder)._default_manager.using(using).filter(pk=holder.pk)
        if self.once:
            stored = stored.filter(**{f"{self.once}__isnull": False})
        if holder.pk and stored.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _events(self) -> tuple[str, ...]:
        return ("INSERT", "UPDATE", "DELETE") if self.parent else ("UPDATE", "DELETE")

    def _condition(self, model: type[Model], *rows: str) -> str:
        """Return SQL that is true when the row is frozen; ``rows`` are OLD and NEW as far as the event has them."""
        if self.once is None:
            return "1 = 1"
        if self.parent is None:
            return f'OLD."{column(model, self.once)}" IS NOT NULL'
        parent: Any = model._meta.get_field(self.parent).related_model
        keys = ", ".join(f'{row}."{column(model, self.parent)}"' for row in rows)
        return (
            f'EXISTS (SELECT 1 FROM "{table_name(parent)}" AS holder '
            f'WHERE holder.id IN ({keys}) AND holder."{column(parent, self.once)}" IS NOT NULL)'
        )

    def _sqlite_trigger(self, model: type[Model], event: str) -> str:
        rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
        return (
            f'CREATE TRIGGER IF NOT EXISTS "{self.name}_{event.lower()}" BEFORE {event} ON "{table_name(model)}"\n'
            f"WHEN {self._condition(model, *rows)} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
        )

    def _function(self, model: type[Model]) -> str:
        return (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f"  IF {self._condition(model, 'OLD', 'NEW')} THEN\n"
            f"    RAISE EXCEPTION USING MESSAGE = '{self.name}', ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';\n"
            f"  END IF;\n"
            f"  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n"
            f"  RETURN NEW;\n"
            f"END $body$"
        )

    def _postgresql_trigger(self, model: type[Model]) -> str:
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {" OR ".join(self._events())} ON "{table_name(model)}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"()'
        )
