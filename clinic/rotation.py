"""Writing encrypted texts anew under the newest key, a few rows at a time, while the clinic works on."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db.models import JSONField, Model, TextField, Value
from django.db.models.functions import Cast

from clinic.fields import EncryptedTextField, TextsInsideField, cipher, each_token
from clinic.models import Opening

BATCH = 500
# What the log-in library keeps, locked by us: the secrets of apps and recovery codes (see clinic.signing_in.adapter).
_OF_THE_LIBRARY: dict[type[Model], tuple[str, ...]] = {Authenticator: ("data",)}


@dataclass(frozen=True)
class Batch:
    """What became of some rows of a table: how many texts were written anew, and which rows no key can read."""

    table: str
    rewritten: int
    unreadable: tuple[Any, ...]


def encrypted_tables() -> dict[type[Model], tuple[str, ...]]:
    """Return every table with encrypted texts in it, the histories and the second steps of the log-in included."""
    fields = {model: model._meta.concrete_fields for model in apps.get_models()}
    found = {
        model: tuple(one.name for one in own if isinstance(one, EncryptedTextField | TextsInsideField))
        for model, own in fields.items()
    }
    return {model: names for model, names in found.items() if names} | _OF_THE_LIBRARY


def rotate(*, at: dt.datetime, size: int = BATCH) -> Iterator[Batch]:
    """Write all texts anew that are not under the first key yet, each batch for itself.

    It can be stopped at any moment and begun again: what is done already is recognised by its key and left alone.
    """
    for model, names in encrypted_tables().items():
        last: Any = None
        while rows := _read(model, names, last, size):
            yield _rewrite(model, names, rows, at)
            last = rows[-1]["pk"]


def _read(model: type[Model], names: tuple[str, ...], last: Any, size: int) -> list[dict[str, Any]]:
    """Return some rows with their texts as they are stored."""
    found = model._base_manager.order_by("pk").annotate(**{f"stored_{name}": _stored(name) for name in names})
    if last is not None:
        found = found.filter(pk__gt=last)
    return list(found.values("pk", *(f"stored_{name}" for name in names))[:size])


def _rewrite(model: type[Model], names: tuple[str, ...], rows: list[dict[str, Any]], at: dt.datetime) -> Batch:
    changes, unreadable = [], []
    for row in rows:
        for name in names:
            stored = row[f"stored_{name}"] or ""
            try:
                after = each_token(stored, _renewed)
            except InvalidToken:
                unreadable.append(row["pk"])
                continue
            if after != stored:
                changes.append((row["pk"], name, stored, after))
    if changes:
        with Opening.of_signed_texts(kind=Opening.Kind.ROTATE, by=None, at=at):
            for pk, name, before, after in changes:
                # Only what is still as it was read: a text that somebody changes meanwhile is under the new key anyway.
                same = model._base_manager.annotate(stored=_stored(name)).filter(pk=pk, stored=before)
                inside = isinstance(model._meta.get_field(name), JSONField)
                same.update(**{name: json.loads(after) if inside else Value(after, output_field=TextField())})
    return Batch(model._meta.label, len(changes), tuple(dict.fromkeys(unreadable)))


def _stored(name: str) -> Cast:
    return Cast(name, TextField())


def _renewed(token: str) -> str:
    """Return a text under the first key: itself where it is so already."""
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return cipher().rotate(token.encode()).decode()
    return token
