"""What the whole database holds, to be compared before and after an attack."""

import hashlib
from collections.abc import Collection
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

# Who looked is written down, and where a log-in stands: these may change by looking.
TRACES = frozenset({"clinic.AuditEntry", "sessions.Session"})


def everything(but: Collection[str] = TRACES) -> dict[str, str]:
    """Return a digest of all rows by model."""
    models = [model for model in apps.get_models() if model._meta.label not in but]
    return {model._meta.label: _digest(model) for model in models}


def of_clinic(clinic_id: int) -> dict[str, str]:
    """Return a digest by model of the rows of a clinic, their versions included."""
    models = [model for model in apps.get_models() if any(one.name == "clinic" for one in model._meta.concrete_fields)]
    return {model._meta.label: _digest(model, clinic_id=clinic_id) for model in models}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the models whose rows are not as they were."""
    return {label for label in before if before[label] != after[label]}


def _digest(model: type[Model], **of: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(*_question(model, **of))
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


@cache
def _question(model: type[Model], **of: int) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL for all columns, and its parameters: to put it together anew takes longer than to ask it."""
    return model._base_manager.filter(**of).order_by("pk").query.sql_with_params()
