"""Messages as files, for a machine or a clinic that should send none. The outbox page shows them."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from reminders.channels.base import Message

FOLDER, LETTERS = "sms", "letters"


class FileCarrier:
    """One file for each message, named by its key, so that a repeat changes nothing."""

    def __init__(self, folder: str = FOLDER) -> None:
        self._folder = folder

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Write the file; return its name."""
        path = path_of(message.key, self._folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(message), ensure_ascii=False), encoding="utf-8")
        return path.name

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Return the file's name if it is there."""
        path = path_of(message.key, self._folder)
        return [path.name] if path.exists() else []

    def close(self) -> None:
        """Nothing is open."""


def path_of(key: str, folder: str) -> Path:
    """Return where a message is written."""
    return Path(settings.OUTBOX_DIR) / folder / f"{key}.json"
