"""Nobody has two sets of weekly hours for the same time."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

FIELDS = ("injector", "weekday", "opens", "closes", "valid_from", "valid_until")

TRIGGER = """CREATE TRIGGER IF NOT EXISTS "{name}_{suffix}" BEFORE {event} ON "{table}"
WHEN time(NEW.{opens}, '0 seconds') IS NOT NEW.{opens} OR time(NEW.{closes}, '0 seconds') IS NOT NEW.{closes}
  OR date(NEW.{first}) IS NOT NEW.{first} OR date(NEW.{last}) IS NOT NEW.{last}
  OR EXISTS (SELECT 1 FROM "{table}" AS other
    WHERE other.{injector} = NEW.{injector} AND other.{weekday} = NEW.{weekday}
      AND other.id IS NOT NEW.id
      AND other.{opens} < NEW.{closes} AND other.{closes} > NEW.{opens}
      AND coalesce(other.{first}, '0001-01-01') <= coalesce(NEW.{last}, '9999-12-31')
      AND coalesce(NEW.{first}, '0001-01-01') <= coalesce(other.{last}, '9999-12-31'))
BEGIN SELECT RAISE(ABORT, '{name}'); END"""


class NoDoubleHours(Guard):
    """Two rows of one injector and weekday may not overlap both in the time of day and in the dates they hold for.

    An empty ``valid_from`` or ``valid_until`` has no end on that side. An exclusion constraint on PostgreSQL, triggers
    on SQLite (which has one writer at a time, so that a search before the write is exact).
    """

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return an exclusion constraint, or a trigger for inserts and one for updates."""
        if vendor == "postgresql":
            return [self._exclusion(model)]
        return [self._trigger(model, event) for event in ("INSERT", "UPDATE")]

    def removal(self, model: type[Model]) -> Sequence[str]:
        """Return the statement that drops the exclusion constraint."""
        return [f'ALTER TABLE "{table_name(model)}" DROP CONSTRAINT "{self.name}"']

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Refuse a clash in a form, in words; the database refuses it in any case."""
        rows = model._default_manager.using(using).filter(
            injector=instance.injector, weekday=instance.weekday, opens__lt=instance.closes, closes__gt=instance.opens
        )
        if instance.valid_until:
            rows = rows.exclude(valid_from__gt=instance.valid_until)
        if instance.valid_from:
            rows = rows.exclude(valid_until__lt=instance.valid_from)
        if rows.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _exclusion(self, model: type[Model]) -> str:
        injector, weekday, opens, closes, first, last = (f'"{column(model, field)}"' for field in FIELDS)
        return (
            f'ALTER TABLE "{table_name(model)}" ADD CONSTRAINT "{self.name}" EXCLUDE USING gist '
            f"(int8range({injector}, {injector}, '[]') WITH &&, "
            f"int4range({weekday}::int, {weekday}::int, '[]') WITH &&, "
            f"int4range(extract(epoch FROM {opens})::int, extract(epoch FROM {closes})::int) WITH &&, "
            f"daterange({first}, {last}, '[]') WITH &&)"
        )

    def _trigger(self, model: type[Model], event: str) -> str:
        injector, weekday, opens, closes, first, last = (f'"{column(model, field)}"' for field in FIELDS)
        # Times and dates are text here: only one spelling of each compares rightly, so any other is refused; with a step of
        # nothing SQLite reckons a time anew, and does not hand 24:00:00 back as it stands.
        return TRIGGER.format(
            name=self.name,
            suffix=event.lower(),
            event=event,
            table=table_name(model),
            injector=injector,
            weekday=weekday,
            opens=opens,
            closes=closes,
            first=first,
            last=last,
        )
