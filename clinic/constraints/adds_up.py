"""What a row says is what its parts come to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from clinic.constraints.guard import Guard, column, table_name

SUM = 'coalesce((SELECT {what} FROM "{table}" AS part WHERE part."{through}" = NEW.id{among}), 0)'


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
        once = column(model, self.once)
        faults = "\n  OR ".join(one.fault(model) for one in self.sums)
        came_set = f'NEW."{once}" IS NOT NULL AND ({faults})'
        is_set = f'OLD."{once}" IS NULL AND {came_set}'
        if vendor == "postgresql":  # where OLD is all NULL before an INSERT
            return self.on_postgresql(model, f'INSERT OR UPDATE OF "{once}"', is_set)
        return [
            self.on_sqlite(model, "INSERT", came_set),
            self.on_sqlite(model, f'UPDATE OF "{once}"', is_set),
        ]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Let forms pass: none closes a row, and the database refuses in any case."""
