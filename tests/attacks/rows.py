"""What the whole database holds, to be compared before and after an attack."""

import hashlib
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

# Who looked is written down, and where a log-in stands: these may change by looking.
TRACES = frozenset({"clinic.AuditEntry", "sessions.Session"})


def everything(but: Collection[str] = TRACES) -> dict[str, str]:
    """Return a digest of all rows by model."""
    models = [model for model in apps.get_models() if model._meta.label not in but]
    return {model._meta.label: _digest(model._base_manager.all()) for model in models}


def of_clinic(clinic_id: int) -> dict[str, str]:
    """Return a digest by model of the rows of a clinic, their versions included."""
    models = [model for model in apps.get_models() if any(one.name == "clinic" for one in model._meta.concrete_fields)]
    return {model._meta.label: _digest(model._base_manager.filter(clinic_id=clinic_id)) for model in models}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the models whose rows are not as they were."""
    return {label for label in before if before[label] != after[label]}


def _digest(rows: "QuerySet[Any]") -> str:
    return hashlib.sha256(repr(list(rows.order_by("pk").values_list())).encode()).hexdigest()
