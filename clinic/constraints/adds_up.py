"""What a row says is what its parts come to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

SUM = 'coalesce((SELECT {what} FROM "{table}" AS part WHERE part."{through}" = NEW.id{among}), 0)'
SET_NOW = 'NEW."{once}" IS NOT NULL AND ({faults})'


@dataclass(frozen=True)
class Sum:
    """What the parts of a row come to: the rows of ``parts`` ("app.Model") whose foreign key ``through`` names it.

    Their field ``of`` is summed, or with "" they are counted; with ``where`` only those whose text field of that name is
    ``among`` the given. The sum is what the row holds in its field ``total``, or, where that is "", at most ``most``.
    """

    parts: str
    through: str
    of: str = ""
    where: str = ""
    among: tuple[str, ...] = ()
    total: str = ""
    most: int = 0

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return how migrations write it down."""
        return "clinic.constraints.Sum", [], {name: value for name, value in asdict(self).items() if value}

    def fault(self, model: type[Model]) -> str:
        """Return SQL that is true when the new row of ``model`` and its parts say different things."""
        parts = apps.get_model(self.parts)
        texts = ", ".join(f"'{text}'" for text in self.among)
        found = SUM.format(
            what=f'sum(part."{column(parts, self.of)}")' if self.of else "count(*)",
            table=table_name(parts),
            through=column(parts, self.through),
            among=f' AND part."{column(parts, self.where)}" IN ({texts})' if self.where else "",
        )
        return f'{found} <> NEW."{column(model, self.total)}"' if self.total else f"{found} > {self.most}"


class AddsUp(Guard):
    """From the moment that the field ``once`` is set, each of ``sums`` holds.

    A row is written first and its parts after it, so they are looked at when the row is closed; whether they may change
    later is for ``Frozen`` to say. A row that is closed as it is inserted has no parts yet.
    """

    declared = ("once", "sums")

    def __init__(self, *, name: str, once: str, sums: Sequence[Sum], **words: Any) -> None:
        self.once, self.sums = once, list(sums)
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return a trigger that adds up when the field is set; on SQLite another one for rows that come with it."""
        if vendor == "postgresql":
            return [self._function(model), self._postgresql_trigger(model)]
        once, name, table = column(model, self.once), self.name, table_name(model)
        events = {"INSERT": "", f'UPDATE OF "{once}"': f'OLD."{once}" IS NULL AND '}
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{name}_{event.split()[0].lower()}" BEFORE {event} ON "{table}"\n'
            f"WHEN {before}{self._condition(model)} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            for event, before in events.items()
        ]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Let forms pass: none closes a row, and the database refuses in any case."""

    def _condition(self, model: type[Model]) -> str:
        faults = "\n  OR ".join(one.fault(model) for one in self.sums)
        return SET_NOW.format(once=column(model, self.once), faults=faults)

    def _function(self, model: type[Model]) -> str:
        return (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$\n'
            f"BEGIN\n"
            f"  IF TG_OP = 'UPDATE' AND OLD.\"{column(model, self.once)}\" IS NOT NULL THEN RETURN NEW; END IF;\n"
            f"  IF {self._condition(model)} THEN\n"
            f"    RAISE EXCEPTION USING MESSAGE = '{self.name}', ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';\n"
            f"  END IF;\n"
            f"  RETURN NEW;\n"
            f"END $body$"
        )

    def _postgresql_trigger(self, model: type[Model]) -> str:
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE INSERT OR UPDATE OF "{column(model, self.once)}" '
            f'ON "{table_name(model)}" FOR EACH ROW EXECUTE FUNCTION "{self.name}"()'
        )
