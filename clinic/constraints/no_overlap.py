"""No resource is in two places at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

# No session lasts longer; whoever looks for what runs at a moment need not look further back.
LONGEST = dt.timedelta(hours=8)


TRIGGER = """CREATE TRIGGER IF NOT EXISTS "{name}_{suffix}" BEFORE {event} ON "{table}"
WHEN datetime(NEW.{starts}) IS NOT NEW.{starts} OR datetime(NEW.{ends}) IS NOT NEW.{ends}
  OR NEW.{ends} > datetime(NEW.{starts}, '+{seconds} seconds')
  OR (NEW.{status} IN ({occupying}) AND EXISTS (
    SELECT 1 FROM "{table}" AS other
    WHERE other.{resource} = NEW.{resource} AND other.id IS NOT NEW.id
      AND other.{status} IN ({occupying})
      AND other.{starts} > datetime(NEW.{starts}, '-{seconds} seconds')
      AND other.{starts} < NEW.{ends} AND other.{ends} > NEW.{starts}))
BEGIN SELECT RAISE(ABORT, '{name}'); END"""


class NoOverlap(Guard):
    """Two rows of one ``resource`` may not overlap in time while their status is one of ``occupying``.

    PostgreSQL keeps it with an exclusion constraint over boxes, from resource to resource and from the first microsecond
    to the last. They need no extension; ranges say the same, take five times as long to build and twice as long with each
    booking. SQLite has no such thing but only one writer at a time, so a trigger that looks for a clash is exact there;
    on PostgreSQL a trigger would let two concurrent writers through.

    ``longest`` bounds a row's length, and with it the trigger's search: unbounded it slows with every row stored.
    A row without a resource clashes with nobody.
    """

    declared = ("resource", "occupying", "starts", "ends", "status", "longest")

    def __init__(
        self,
        *,
        name: str,
        resource: str,
        occupying: Iterable[str],
        starts: str = "starts_at",
        ends: str = "ends_at",
        status: str = "status",
        longest: dt.timedelta = LONGEST,
        **words: Any,
    ) -> None:
        self.resource, self.starts, self.ends, self.status = resource, starts, ends, status
        self.occupying, self.longest = tuple(occupying), longest
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return an exclusion constraint, or a trigger for inserts and one for updates."""
        if vendor == "postgresql":
            return [self._exclusion(model)]
        return [self._trigger(model, event) for event in ("INSERT", "UPDATE")]

    def removal(self, model: type[Model]) -> Sequence[str]:
        """Return the statement that drops the exclusion constraint and the check beside it."""
        table = table_name(model)
        return [f'ALTER TABLE "{table}" DROP CONSTRAINT "{self.name}", DROP CONSTRAINT "{self.name}_longest"']

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Refuse a clash in a form, in words; the database refuses it in any case."""
        if getattr(instance, self.status) not in self.occupying or getattr(instance, self.resource) is None:
            return
        clashes = model._default_manager.using(using).filter(
            **{
                self.resource: getattr(instance, self.resource),
                f"{self.status}__in": self.occupying,
                f"{self.starts}__lt": getattr(instance, self.ends),
                f"{self.ends}__gt": getattr(instance, self.starts),
            }
        )
        if clashes.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _columns(self, model: type[Model]) -> tuple[str, str, str, str]:
        resource, starts, ends, status = (
            f'"{column(model, field)}"' for field in (self.resource, self.starts, self.ends, self.status)
        )
        return resource, starts, ends, status

    def _occupying_sql(self) -> str:
        return ", ".join(f"'{status}'" for status in self.occupying)

    def _exclusion(self, model: type[Model]) -> str:
        resource, starts, ends, status = self._columns(model)
        # A box around nobody is NULL and clashes with nothing; left out, it takes no room either.
        named = f" AND {resource} IS NOT NULL" if model._meta.get_field(self.resource).null else ""
        return (
            f'ALTER TABLE "{table_name(model)}" ADD CONSTRAINT "{self.name}" EXCLUDE USING gist '
            f"(box(point({resource}, {_microseconds(starts)}), point({resource}, {_microseconds(ends)} - 1)) WITH &&) "
            f"WHERE ({status} IN ({self._occupying_sql()}){named}), "
            f'ADD CONSTRAINT "{self.name}_longest" '
            f"CHECK ({ends} <= {starts} + interval '{int(self.longest.total_seconds())} seconds')"
        )

    def _trigger(self, model: type[Model], event: str) -> str:
        resource, starts, ends, status = self._columns(model)
        table = table_name(model)
        seconds = int(self.longest.total_seconds())
        # Times are text here: only one spelling compares rightly, so any other (with a T, with fractions) is refused.
        return TRIGGER.format(
            name=self.name,
            suffix=event.lower(),
            event=event,
            table=table,
            resource=resource,
            starts=starts,
            ends=ends,
            status=status,
            occupying=self._occupying_sql(),
            seconds=seconds,
        )


def _microseconds(moment: str) -> str:
    """Return SQL for a moment as a whole number, since boxes that touch overlap.

    Rounded, the floats of PostgreSQL give the very microsecond until 2106; its decimals, which know no end, take a tenth
    longer to build.
    """
    return f"round(date_part('epoch', {moment} AT TIME ZONE 'UTC') * 1000000)"
