"""Text messages as files, for a machine that should send none. The outbox page shows them."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from reminders.channels.base import Message

FOLDER = "sms"


class FileCarrier:
    """One file for each message, named by its key, so that a repeat changes nothing."""

    def send(self, message: Message) -> str:
        """Write the file; return its name."""
        path = _path(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(message), ensure_ascii=False), encoding="utf-8")
        return path.name

    def find(self, message: Message, *, since: dt.date) -> str | None:
        """Return the file's name if it is there."""
        path = _path(message)
        return path.name if path.exists() else None

    def close(self) -> None:
        """Nothing is open."""


def _path(message: Message) -> Path:
    return Path(settings.OUTBOX_DIR) / FOLDER / f"{message.key}.json"
