"""What is signed or logged stays as it is."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name
from clinic.fields import EncryptedTextField, TextsInsideField

# True inside a transaction that opened signed texts to be written anew and has not closed them (clinic.models.Opening).
_OPENED = (
    "EXISTS (SELECT 1 FROM clinic_opening AS opened WHERE opened.closes_id IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM clinic_opening AS closing WHERE closing.closes_id = opened.id))"
)


class Frozen(Guard):
    """Rows may not be changed, deleted or swept away with TRUNCATE.

    Encrypted texts alone may be written anew while an opening stands: their key changes, or the person is erased.
    ``once``: only from the moment that this field is not null (None: from the start, an append-only table).
    ``parent``: the field ``once`` is on the row this foreign key points to; then rows may not be added either.
    """

    declared = ("once", "parent")

    def __init__(
        self,
        *,
        name: str,
        once: str | None = None,
        parent: str | None = None,
        **words: Any,
    ) -> None:
        self.once, self.parent = once, parent
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return one trigger for each event that is refused."""
        if vendor == "postgresql":
            events, condition = " OR ".join(self._events()), self._condition(model, "OLD", "NEW")
            before = self._held(model) if self.parent else self._unless_opened(model)
            refused = self.on_postgresql(model, events, condition, before=before)
            return [*refused, *self._not_truncated(model)]
        return [self._sqlite_trigger(model, event) for event in self._events()]

    def removal(self, model: type[Model]) -> Sequence[str]:
        """Return the statements that drop the trigger and its function."""
        names = (self.name, f"{self.name}_truncate")
        return [
            *(f'DROP TRIGGER IF EXISTS "{name}" ON "{table_name(model)}"' for name in names),
            *(f'DROP FUNCTION IF EXISTS "{name}"()' for name in names),
        ]

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
        return f'EXISTS (SELECT 1 {self._holder(model, *rows)} AND holder."{column(parent, self.once)}" IS NOT NULL)'

    def _holder(self, model: type[Model], *rows: str) -> str:
        """Return SQL that finds the row on which it hangs whether these are frozen."""
        parent: Any = model._meta.get_field(str(self.parent)).related_model
        keys = ", ".join(f'{row}."{column(model, str(self.parent))}"' for row in rows)
        return f'FROM "{table_name(parent)}" AS holder WHERE holder.id IN ({keys})'

    def _held(self, model: type[Model]) -> str:
        """Return the statement that waits for a signature under way, and lets the next one wait for this change."""
        return f"  PERFORM 1 {self._holder(model, 'OLD', 'NEW')} FOR SHARE;\n"

    def _texts(self, model: type[Model]) -> list[str]:
        """Return the columns that may be written anew while an opening stands."""
        if self.parent:
            return []
        fields = model._meta.concrete_fields
        return [str(field.column) for field in fields if isinstance(field, EncryptedTextField | TextsInsideField)]

    def _sqlite_trigger(self, model: type[Model], event: str) -> str:
        rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
        condition, texts = self._condition(model, *rows), self._texts(model)
        if texts and event == "UPDATE":
            others = [field.column for field in model._meta.concrete_fields if field.column not in texts]
            same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in others)
            condition = f"{condition} AND NOT ({same} AND {_OPENED})"
        return self.on_sqlite(model, event, condition)

    def _unless_opened(self, model: type[Model]) -> str:
        """Return the way out for a change of nothing but texts; columns that are added later are compared too."""
        texts = ", ".join(f"'{name}'" for name in self._texts(model))
        if not texts:
            return ""
        same = f"to_jsonb(NEW) - ARRAY[{texts}] = to_jsonb(OLD) - ARRAY[{texts}]"
        return f"  IF TG_OP = 'UPDATE' THEN\n    IF {same} AND {_OPENED} THEN RETURN NEW; END IF;\n  END IF;\n"

    def _not_truncated(self, model: type[Model]) -> list[str]:
        name = f"{self.name}_truncate"
        function = (
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f"  RAISE EXCEPTION USING MESSAGE = '{self.name}', ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';\n"
            f"END $body$"
        )
        trigger = (
            f'CREATE TRIGGER "{name}" BEFORE TRUNCATE ON "{table_name(model)}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()'
        )
        return [function, trigger]
