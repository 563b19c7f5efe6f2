"""Encrypting what a column held so far, for the migration that makes it an encrypted one."""

from collections.abc import Callable
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast

from clinic.fields import cipher


def encrypt(app: str, *columns: tuple[str, str]) -> Callable[[Any, Any], None]:
    """Return the step for RunPython; it leaves alone what is encrypted already, so it can be run again."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for model, name in columns:
            rows = apps.get_model(app, model)._base_manager.annotate(stored=Cast(name, TextField())).exclude(stored="")
            for pk, text in list(rows.values_list("pk", "stored")):
                if not text.startswith("gAAAA"):  # how each token of Fernet begins
                    token = cipher().encrypt(text.encode()).decode()
                    rows.filter(pk=pk).update(**{name: Value(token, output_field=TextField())})

    return forwards


def decrypt(app: str, *columns: tuple[str, str]) -> Callable[[Any, Any], None]:
    """Return the way back: the texts as they were typed."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        for model, name in columns:
            rows = apps.get_model(app, model)._base_manager.annotate(stored=Cast(name, TextField())).exclude(stored="")
            for pk, text in list(rows.values_list("pk", "stored")):
                if text.startswith("gAAAA"):
                    plain = cipher().decrypt(text.encode()).decode()
                    rows.filter(pk=pk).update(**{name: Value(plain, output_field=TextField())})

    return backwards
