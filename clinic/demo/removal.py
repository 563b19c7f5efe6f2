"""Taking the demo clinic away, with everything that belongs to it.

Signed records and histories refuse to be deleted, by triggers, and rightly. For the length of one transaction, in which
nobody else can write to those tables, the triggers are lifted and put back as they were. What the log of access has
written is never deleted: its lines stay, and with them the bare names that they point to.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey, Model, Q, QuerySet

from clinic import audit
from clinic.checks import guard_names, standing_guards
from clinic.constraints import Frozen
from clinic.demo.installed import standing
from clinic.models import AuditEntry, Clinic, Membership, User
from reminders.channels.files import FOLDER, LETTERS, path_of
from reminders.models import Reminder


class NothingThere(Exception):
    """There is no demo clinic."""


def remove(*, here: Clinic, by: User, at: dt.datetime) -> int:
    """Delete the demo clinic and everything in it; return how many rows. The removal itself stays in the log."""
    with transaction.atomic():
        clinic = standing()
        if clinic is None:
            raise NothingThere
        written = [str(uid) for uid in Reminder.objects.filter(clinic=clinic).values_list("uid", flat=True)]
        deleted = _delete_all(clinic)
        audit.record(
            clinic=here, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="demo clinic removed", rows=deleted
        )
    _forget_messages(written)
    return deleted


def _delete_all(clinic: Clinic) -> int:
    staff = list(_staff_of(clinic).values_list("pk", flat=True))
    rows = [(model, _rows_of(model, clinic, staff)) for model in apps.get_models() if model not in _kept()]
    keys = [(model, list(found.values_list("pk", flat=True))) for model, found in rows if found is not None]
    with _lifted([model for model, found in keys if found]):
        return sum(_delete(model, found) for model, found in keys)


def _delete(model: type[Model], keys: list[Any]) -> int:
    """Delete rows by their keys, a piece at a time: SQLite takes only so many in one statement."""
    keys = _not_in_the_log(model, keys)
    for start in range(0, len(keys), 500):
        piece: Any = model._base_manager.filter(pk__in=keys[start : start + 500])
        piece._raw_delete(piece.db)
    return len(keys)


def _kept() -> set[type[Model]]:
    """Return the tables that nothing is deleted from: the log of access, and what is chained to it."""
    return {AuditEntry} | {
        model
        for model in apps.get_models()
        if any(isinstance(one, ForeignKey) and one.related_model is AuditEntry for one in model._meta.concrete_fields)
    }


def _not_in_the_log(model: type[Model], keys: list[Any]) -> list[Any]:
    """Leave the clinic and the people that lines of the log name."""
    named = {Clinic: "clinic", User: "actor"}.get(model)
    if named is None:
        return keys
    standing = set(AuditEntry.objects.filter(**{f"{named}__in": keys}).values_list(named, flat=True))
    return [key for key in keys if key not in standing]


def _staff_of(clinic: Clinic) -> QuerySet[User]:
    """Return the made-up staff: nobody who can log in, nor who works anywhere else."""
    elsewhere = Membership.objects.exclude(clinic=clinic).values("user")
    return User.objects.filter(memberships__clinic=clinic, is_active=False).exclude(pk__in=elsewhere)


def _rows_of(model: type[Model], clinic: Clinic, staff: list[int]) -> QuerySet[Any] | None:
    """Return what of a table belongs to the clinic or its made-up staff; None of tables that belong to no clinic."""
    condition = _way_to(model, clinic, staff, ())
    return None if condition is None else model._base_manager.filter(condition)


def _way_to(model: type[Model], clinic: Clinic, staff: list[int], seen: tuple[type[Model], ...]) -> Q | None:
    """Return how a table's rows lead to the clinic: by their own column, else by the first row they hang on."""
    if model is Clinic:
        return Q(pk=clinic.pk)
    if model is User:
        return Q(pk__in=staff)
    if model.__name__ == "HistoricalClinic":  # it is about the clinic, and names it by its key
        return Q(id=clinic.pk)
    fields = {field.name: field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
    if "clinic" in fields:
        return Q(clinic_id=clinic.pk)
    for name, field in fields.items():
        target = field.related_model
        if target not in (*seen, model) and not isinstance(target, str):
            way = _way_to(target, clinic, staff, (*seen, model))
            if way is not None:
                rows = target._base_manager.filter(way).values("pk")
                return Q(**{f"{name}__in": rows})
    return None


@contextmanager
def _lifted(models: list[type[Model]]) -> Iterator[None]:
    """Lift the triggers that refuse to delete, on these tables, until the block ends; on PostgreSQL others wait to write."""
    tables = sorted({m._meta.db_table for m in models if any(isinstance(c, Frozen) for c in m._meta.constraints)})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What was written before in this transaction is checked now: a table with checks to come cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        else:
            cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")
            triggers = [(name, sql) for name, sql, table in cursor.fetchall() if table in tables]
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield
            for _, sql in triggers:
                cursor.execute(sql)
    if missing := guard_names() - standing_guards():
        raise RuntimeError(f"These rules would be missing: {', '.join(sorted(missing))}")


def _forget_messages(keys: list[str]) -> None:
    """Delete what was written in place of being sent."""
    for key in keys:
        for folder in (FOLDER, LETTERS):
            path_of(key, folder).unlink(missing_ok=True)
