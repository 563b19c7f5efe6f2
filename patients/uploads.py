"""Keeping an uploaded list between its preview and the answer: private, out of the web's reach, for a day at most.

A file lies in a folder of its clinic and its user under a name nobody can guess, so an address that leaks opens nothing
for anybody else. It is on this machine's disk: where several web servers run, VAR_DIR must be one they share.
"""

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from clinic.models import Clinic, User

LONGEST = dt.timedelta(days=1)


@dataclass(frozen=True)
class Owner:
    """Who sent a file, to which clinic, and as which list: nobody else gets at it, at no other clinic, as nothing else."""

    clinic: Clinic
    user: User
    kind: str


class Gone(Exception):
    """There is no such upload any more: imported, thrown away, or too old."""


def keep(file: "UploadedFile[Any]", *, owner: Owner, at: dt.datetime) -> uuid.UUID:
    """Store an uploaded file, throw away what is too old, and return the name to find it by."""
    sweep(at)
    uid = uuid.uuid4()
    path = _path(uid, owner)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        for chunk in file.chunks():
            stream.write(chunk)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return uid


@contextmanager
def opened(uid: uuid.UUID, *, owner: Owner, at: dt.datetime) -> Iterator[BinaryIO]:
    """Open a kept file for reading. Raises Gone, for the file of another user or clinic too."""
    try:
        stream = _path(uid, owner).open("rb")
    except FileNotFoundError as error:
        raise Gone from error
    with stream:
        if _too_old(os.fstat(stream.fileno()), at):
            raise Gone
        yield stream


def drop(uid: uuid.UUID, *, owner: Owner) -> bool:
    """Throw a kept file away. Returns False when it was not here any more."""
    try:
        _path(uid, owner).unlink()
    except FileNotFoundError:
        return False
    return True


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "uploads"


def _path(uid: uuid.UUID, owner: Owner) -> Path:
    return _folder() / str(owner.clinic.uid) / str(owner.user.uid) / f"{owner.kind}-{uid}.csv"


def _too_old(file: os.stat_result, at: dt.datetime) -> bool:
    return file.st_mtime < (at - LONGEST).timestamp()


def sweep(at: dt.datetime) -> None:
    """Throw away what nobody answered for a day: within the hour after it, or with the next file."""
    for path in _folder().glob("*/*/*.csv"):
        with suppress(FileNotFoundError):  # somebody answered at this moment, or looks through them as well
            if _too_old(path.stat(), at):
                path.unlink()
