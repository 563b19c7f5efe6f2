"""A row may not name what another table bars."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model

from clinic.constraints.guard import Guard, column

# Conditions in SQL, on one line each: they stand inside of a trigger.
BARRED = (
    'EXISTS (SELECT 1 FROM "{table}" AS bar WHERE bar.clinic_id = NEW.clinic_id '
    'AND upper(bar."{key}") = upper(NEW."{own}") AND bar."{since}" <= NEW."{on}"{exception})'
)
EXCEPTION = (
    ' AND NOT EXISTS (SELECT 1 FROM "{table}" AS present JOIN "{table}" AS original '
    'ON original."{of}" = present."{of}" AND original."{corrects}" IS NULL '
    'WHERE present.id = NEW."{version}" AND present."{corrects}" IS NOT NULL '
    'AND original."{signed}" < bar."{known}")'
)
SAID_BEFORE = (
    ' AND NOT EXISTS (SELECT 1 FROM "{table}" AS present '
    'WHERE present.id = NEW."{version}" AND present."{said}" AND present."{began}" < bar."{known}")'
)


@dataclass(frozen=True)
class Correction:
    """What states what was, and is not refused: it corrects a record that was signed before the bar was known, or it
    began before that and says so.

    ``version``: the row's field to its version of the record. On the versions ``of`` is what they are versions of,
    ``corrects`` the version before (null for the first) and ``signed`` its moment, ``began`` when what it is about
    began and ``said`` whether it says that this was before; ``known`` is the bar's own.
    """

    version: str
    of: str
    corrects: str
    signed: str
    known: str
    began: str = ""
    said: str = ""

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return how migrations write it down."""
        return "clinic.constraints.Correction", [], asdict(self)


class NotBarred(Guard):
    """A row is refused while a row of ``barred_by`` ("app.Model") names the same ``key`` at the same clinic.

    ``key`` is a text field of both tables, compared whatever the case of its letters. It bars from its date ``since``
    on: the row's own date is in ``on``. Looked at when a row is added and when either is changed; older rows stay as they
    are: what was true then is not made untrue, and with ``unless`` a correction may still say it.
    """

    declared = ("barred_by", "key", "on", "since", "unless")

    def __init__(
        self,
        *,
        name: str,
        barred_by: str,
        key: str,
        on: str,
        since: str,
        unless: Correction | None = None,
        **words: Any,
    ) -> None:
        self.barred_by, self.key, self.on, self.since, self.unless = barred_by, key, on, since, unless
        super().__init__(name=name, **words)

    def statements(self, model: type[Model], vendor: str) -> Sequence[str]:
        """Return a trigger that looks into the other table first, or on SQLite one for each event."""
        changed = f'UPDATE OF "{column(model, self.key)}", "{column(model, self.on)}"'
        if vendor == "postgresql":
            return self.on_postgresql(model, f"INSERT OR {changed}", self._condition(model))
        return [self.on_sqlite(model, event, self._condition(model)) for event in ("INSERT", changed)]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Refuse the row in a form, in words; the database refuses it in any case."""
        conditions = {
            "clinic": instance.clinic,
            f"{self.key}__iexact": getattr(instance, self.key),
            f"{self.since}__lte": getattr(instance, self.on),
        }
        if self.unless and (before := self._stood_before(self.unless, instance, using)):
            conditions[f"{self.unless.known}__lte"] = min(before)
        bars = apps.get_model(self.barred_by)._default_manager.using(using).filter(**conditions)
        if instance.pk is None and bars.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _stood_before(self, unless: Correction, instance: Any, using: str) -> list[Any]:
        """Return the moments since which what the row states has stood, where it says so."""
        signed, version = self._signed_before(unless, instance, using), getattr(instance, unless.version)
        said = getattr(version, unless.began) if unless.said and getattr(version, unless.said) else None
        return [moment for moment in (signed, said) if moment]

    def _signed_before(self, unless: Correction, instance: Any, using: str) -> Any:
        """Return when the first version of what the row corrects was signed; None when it corrects nothing."""
        version = getattr(instance, unless.version)
        if getattr(version, unless.corrects) is None:
            return None
        first = {unless.of: getattr(version, unless.of), f"{unless.corrects}__isnull": True}
        versions = type(version)._default_manager.using(using)
        return versions.filter(**first).values_list(unless.signed, flat=True).first()

    def _condition(self, model: type[Model]) -> str:
        barred_by = apps.get_model(self.barred_by)
        key, since = column(barred_by, self.key), column(barred_by, self.since)
        return BARRED.format(
            table=barred_by._meta.db_table,
            key=key,
            since=since,
            own=column(model, self.key),
            on=column(model, self.on),
            exception=self._exception(model, barred_by),
        )

    def _exception(self, model: type[Model], barred_by: type[Model]) -> str:
        unless = self.unless
        if unless is None:
            return ""
        versions: Any = model._meta.get_field(unless.version).related_model
        table, of, corrects = versions._meta.db_table, column(versions, unless.of), column(versions, unless.corrects)
        names = {
            "table": table,
            "of": of,
            "corrects": corrects,
            "version": column(model, unless.version),
            "signed": column(versions, unless.signed),
            "known": column(barred_by, unless.known),
        }
        if not unless.said:
            return EXCEPTION.format(**names)
        said = {"said": column(versions, unless.said), "began": column(versions, unless.began)}
        return EXCEPTION.format(**names) + SAID_BEFORE.format(**names, **said)
