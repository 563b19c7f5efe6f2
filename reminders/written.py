"""Messages that were written to files instead of sent."""

import email
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from patients.models import Channel
from reminders.channels.files import FOLDER, LETTERS

EMAIL_FOLDER = "email"
# What Django's file backend writes after each message.
_RULE = "-" * 79


@dataclass(frozen=True)
class Written:
    """One message in a file. ``key`` is the uid of its reminder."""

    key: uuid.UUID
    channel: Channel
    to: str
    subject: str
    body: str


def read_outbox(folder: Path, *, limit: int) -> list[Written]:
    """Return what the newest files hold, newest first; what is no message of ours is left out."""
    files = sorted(_files(folder), key=lambda path: path.stat().st_mtime, reverse=True)[:limit]
    return [message for path in files for message in _read(path)]


def _files(folder: Path) -> Iterator[Path]:
    for kind in (FOLDER, LETTERS):
        yield from (folder / kind).glob("*.json")
    yield from (folder / EMAIL_FOLDER).glob("*.log")


def _read(path: Path) -> Iterator[Written]:
    try:
        if path.suffix == ".json":
            channel = Channel.EMAIL if path.parent.name == LETTERS else Channel.SMS
            yield _from_json(json.loads(path.read_text(encoding="utf-8")), channel)
        else:
            for part in path.read_text(encoding="utf-8").split(_RULE):
                if part.strip():
                    yield _mail(part.lstrip())
    except (ValueError, KeyError, FileNotFoundError):
        return  # half written, or put there by somebody else


def _from_json(content: dict[str, str], channel: Channel) -> Written:
    return Written(uuid.UUID(content["key"]), channel, content["to"], content["subject"], content["body"])


def _mail(text: str) -> Written:
    # As bytes: what a letter holds beyond ASCII stands in it as it is, and would be lost as text.
    mail = email.message_from_bytes(text.encode(), _class=EmailMessage, policy=default)
    key = uuid.UUID(str(mail["Message-ID"]).strip("<>").partition("@")[0])
    return Written(key, Channel.EMAIL, str(mail["To"]), str(mail["Subject"]), str(mail.get_content()))
