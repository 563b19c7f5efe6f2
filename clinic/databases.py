"""What each engine needs to be safe under several writers, and quick."""

from typing import Any

import environ

from clinic.env import env_text, read_address


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """Return Django's settings of the database at an address; ``pooled``: PgBouncer stands in between."""
    # Opening costs: SQLite then reads the whole schema and prepares each statement anew, 8 ms of the 13 of a booking.
    found = read_address("DATABASE_URL", url, _read, "postgresql://user:password@host:5432/name") | {"CONN_MAX_AGE": 60}
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return found | _SQLITE
    options = found.get("OPTIONS", {}) | _POSTGRESQL
    if pooled:
        # Each transaction may go to another connection: nothing is kept on one, and the pool keeps them open.
        more: dict[str, Any] = {"CONN_MAX_AGE": 0, "DISABLE_SERVER_SIDE_CURSORS": True}
        options["prepare_threshold"] = None
    else:
        # PostgreSQL compiles what it thinks costly: at 100,000 visits the recall list waited 1.6 s for that, and 0.2 s for
        # the answer. A pool hands nothing on to the server: there it is set for the role (docs/operations.md).
        more = {}
        # Ours stands in place of what PGOPTIONS asks for, such as a short wait for locks: so both are said.
        options.setdefault("options", f"-c jit=off {env_text('PGOPTIONS', '')}".strip())
    return found | more | {"ENGINE": "clinic.postgresql", "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def lost_to_another(error: Exception) -> bool:
    """Return whether PostgreSQL gave a transaction up for another one: a deadlock, or a lock that was waited for too long."""
    return getattr(error.__cause__, "sqlstate", None) in {"40P01", "55P03"}


def _read(url: str) -> dict[str, Any]:
    """Return what an address says; nothing where it is one of an engine that keeps none of our rules."""
    found: dict[str, Any] = environ.Env.db_url_config(url)
    return found if found.get("ENGINE") in _ENGINES and found["NAME"] else {}


_ENGINES = frozenset({"django.db.backends.sqlite3", "django.db.backends.postgresql"})
_SQLITE: dict[str, Any] = {
    "ENGINE": "clinic.sqlite",
    "OPTIONS": {
        # A deferred transaction that reads before it writes fails with "database is locked" under two writers.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # Migrations rebuild tables here; without `legacy_alter_table` a trigger that reads the table under repair stops them.
        # Without recursive triggers REPLACE deletes the row that is in its way and fires nothing that would refuse it.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA legacy_alter_table=ON; PRAGMA recursive_triggers=ON;"
        ),
    },
}
# What is asked again and again is planned once: half of what a booking cost the database was planning.
_POSTGRESQL: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 2}
