"""Making a copy, putting it back, and proving afterwards that everything is there."""

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import IntegrityError, connection

from clinic.backups import Unfit, archive, engines, sealing
from clinic.checks import guard_names, halfway, migrations_pending, newest_migrations, standing_guards, yet_to_come

AUDIT_COMMAND = "verify_audit"


def make(folder: Path, *, now: dt.datetime) -> Path:
    """Write a copy of everything into a folder; return the file."""
    target = folder / f"twelve-weeks-{now:%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise Unfit(f"{target} is there already.")
    keys = backup_keys()
    with archive.workshop(folder) as room:
        content = room / "content"
        rows = engines.dump(content)
        about = archive.About(
            engine=connection.vendor,
            made_at=now.isoformat(timespec="seconds"),
            migrations=newest_migrations(),
            rows=rows,
            field_keys=_field_keys(),
        )
        if keys:
            about = replace(about, locked_with=sealing.name_of(keys[0]))
        archive.pack(content, target, about, keys[0] if keys else None)
    return target


def put_back(path: Path, *, overwrite: bool) -> list[str]:
    """Replace the database by a copy; return what was found right, and raise Unfit when something is not."""
    with archive.unpacked(path, backup_keys()) as (about, content):
        if about.engine != connection.vendor:
            raise Unfit(
                f"This copy is of {about.engine}; the database is {connection.vendor}. Restore it to its own kind."
            )
        if between := halfway(about.migrations):
            raise Unfit(
                f"This copy is of an older version, at {', '.join(between)}, and this one cannot bring it up to date. "
                "Restore and migrate it with the version that docs/operations.md names under Updates; nothing was changed."
            )
        if engines.in_use() and not overwrite:
            raise Unfit("There are people in this database. To replace all of it by the copy, add --overwrite.")
        engines.load(content)
    return verify(about)


def verify(about: archive.About) -> list[str]:
    """Compare the database with what a copy said of itself; return what was checked, in words."""
    rows = engines.rows_now()
    wrong = sorted(table for table in rows.keys() | about.rows.keys() if rows.get(table) != about.rows.get(table))
    if wrong:
        raise Unfit(f"Not everything is back. Other numbers of rows in: {', '.join(wrong)}.")
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise Unfit("Rows point to rows that are not there.") from error
    checked = [f"{sum(rows.values())} rows in {len(rows)} tables, as many as were taken"]
    if migrations_pending():
        older = "the copy is of an older version: run migrate now, then check --database default"
        return [*checked, *_readable(about), older]
    missing = guard_names() - standing_guards()
    if missing:
        raise Unfit(f"The database does not keep these rules any more: {', '.join(sorted(missing))}.")
    checked.append(f"all {len(guard_names())} rules that the database keeps")
    return checked + _audit() + _readable(about) + _newer(about)


def _audit() -> list[str]:
    if AUDIT_COMMAND not in get_commands():
        return []
    call_command(AUDIT_COMMAND, verbosity=0)
    return ["the chain of the audit log"]


def _readable(about: archive.About) -> list[str]:
    if set(about.field_keys) & set(_field_keys()):
        return ["the key of the clinical notes"]
    return ["CAREFUL: none of FIELD_ENCRYPTION_KEYS was in use when this copy was made: clinical notes cannot be read"]


def _newer(about: archive.About) -> list[str]:
    newer = yet_to_come(about.migrations)
    return [f"CAREFUL: the copy is of a newer version, at {', '.join(newer)}: run that one"] if newer else []


def backup_keys() -> list[bytes]:
    """Return the keys that lock copies: the first locks, all open."""
    return [sealing.read_key(key) for key in settings.BACKUP_KEYS]


def _field_keys() -> list[str]:
    """Return names for the keys of the clinical notes, by which they are known again and not found out."""
    return [_digest(key) for key in settings.FIELD_ENCRYPTION_KEYS]


def _digest(key: str) -> str:
    return hashlib.sha256(f"twelve-weeks field key {key}".encode()).hexdigest()[:12]
