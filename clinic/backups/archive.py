"""The file of a copy: a tar with ``manifest.json``, which says what is inside, and ``database``, which may be locked.

Unlocked it can be unpacked and put back by the tools of every system, without us.
"""

import hashlib
import json
import os
import shutil
import signal
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from clinic.backups import Unfit, sealing

FORMAT = 1
MANIFEST, CONTENT = "manifest.json", "database"
_PREFIX = ".copy-"
# No copy takes a day.
_OLD_SECONDS = 24 * 3600


@dataclass(frozen=True)
class About:
    """What a copy says of itself. Numbers and names of tables only: the manifest is never locked."""

    engine: str
    made_at: str
    migrations: dict[str, str]
    rows: dict[str, int]
    field_keys: list[str]
    locked_with: str = ""
    format: int = FORMAT

    def sealed_in(self) -> bytes:
        """Return what is bound to a locked content, so that neither can be exchanged."""
        return json.dumps(asdict(self), sort_keys=True).encode()


def pack(content: Path, target: Path, about: About, key: bytes | None) -> None:
    """Write a copy. It appears under its name when it is complete, or not at all; nobody else may read it."""
    with workshop(target.parent) as folder:
        if key:
            locked = folder / "locked"
            with content.open("rb") as source, locked.open("wb") as sealed:
                sealing.seal(source, sealed, key=key, about=about.sealed_in())
            content = locked
        manifest = folder / MANIFEST
        manifest.write_text(json.dumps(asdict(about) | {"sha256": checksum(content)}, indent=2, sort_keys=True))
        half = folder / "half"
        with tarfile.open(half, "x") as box:
            box.add(manifest, MANIFEST)
            box.add(content, CONTENT)
        half.chmod(0o600)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(target)


@contextmanager
def unpacked(path: Path, keys: list[bytes]) -> Iterator[tuple[About, Path]]:
    """Open a copy; give what it says of itself and a file with what is in it, checked to the last bit."""
    with workshop(path.parent) as folder:
        try:
            about, content = _opened(path, folder, keys)
        except OSError as error:  # a disk that is full is no damage
            raise Unfit(
                f"{path} cannot be read, or unpacked beside it: {error.strerror}. Nothing was touched."
            ) from error
        yield about, content


def _opened(path: Path, folder: Path, keys: list[bytes]) -> tuple[About, Path]:
    try:
        with tarfile.open(path, "r:") as box:
            for name in (MANIFEST, CONTENT):
                _take_out(box, name, folder / name)
        said = json.loads((folder / MANIFEST).read_text())
        expected = said.pop("sha256")
        about = About(**said)
    except (tarfile.TarError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unfit("This is not one of our copies, or it is damaged.") from error
    content = folder / CONTENT
    if about.format != FORMAT:
        raise Unfit(f"This copy has format {about.format}; this version reads {FORMAT}. Use the version that made it.")
    if checksum(content) != expected:
        raise Unfit("The checksum is wrong: the file was changed or is damaged. Nothing was touched.")
    return about, _unlocked(content, about, keys)


def _take_out(box: tarfile.TarFile, name: str, target: Path) -> None:
    """Write what is in a copy under a name to a file of ours, whatever place and rights the copy says it should have."""
    source = box.extractfile(name)
    if source is None:
        raise KeyError(name)
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def _unlocked(content: Path, about: About, keys: list[bytes]) -> Path:
    if not about.locked_with:
        return content
    key = next((key for key in keys if sealing.name_of(key) == about.locked_with), None)
    if key is None:
        raise Unfit(f"This copy is locked with the key {about.locked_with}, which is not in BACKUP_KEYS.")
    opened = content.with_name("opened")
    with content.open("rb") as source, opened.open("wb") as target:
        sealing.unseal(source, target, key=key, about=about.sealed_in())
    return opened


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """Give a folder for ourselves on the same disk, emptied in the end: what lies in it is everybody's record, unlocked.

    So it is when the run is told to stop; what one that was killed left goes when nobody can be at work in it any more.
    """
    _sweep(beside)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=beside))
    except OSError as error:
        raise Unfit(f"Nothing can be written to {beside}: {error.strerror}.") from error
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def _end(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _sweep(beside: Path) -> None:
    for left in beside.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # whoever works in it has just ended
            if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
