"""What the two runs of the suite share: everything, but for what no database has a part in.

As a plugin (`-p tests.engines`, in the second run of `make test`) it leaves out what cannot ask a database: pytest-django
refuses the database to a test that has not asked for it, so such a test says the same on every engine.
"""

from collections.abc import Iterable

import pytest
from django.db import connection

ASKING = frozenset({"db", "transactional_db", "django_db_blocker", "live_server"})
# What leads to a database past pytest-django: processes of a test's own, and the engine's name.
AROUND = frozenset({"connection", "own_database", "run_python", "subprocess"})
THEIRS = "pytest_django.fixtures", "pytest_django.plugin"
LEFT_OUT = pytest.StashKey[int]()


def once(why: str) -> pytest.MarkDecorator:
    """Run this only where the suite runs on SQLite, and say why in the summary of the other run."""
    return pytest.mark.skipif(connection.vendor != "sqlite", reason=f"{why}: tested in the run on SQLite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was tested in the run on SQLite, and count it."""
    gone = left_out(items)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=list(gone))
    if hasattr(config, "workeroutput"):
        config.workeroutput["left out"] = len(gone)


def left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Return the tests that cannot see which engine they run on."""
    unseeing = {item for item in items if not touches_database(item)}
    # A fixture that opens the database for a whole file opens it for those too that have not asked.
    open_files = {item.path for item in items if "django_db_blocker" in _asked(item)}
    return {item for item in unseeing if item.path not in open_files}


def touches_database(item: pytest.Item) -> bool:
    """Return whether a test asks for a database, or has a way around asking."""
    marked = any(item.get_closest_marker(name) for name in ("django_db", "stack", "browser"))
    return marked or bool(ASKING & _asked(item)) or bool(AROUND & vars(getattr(item, "module")).keys())  # noqa: B009


def _asked(item: pytest.Item) -> set[str]:
    """Return the fixtures that a test and our own fixtures name; pytest-django's stand around every test."""
    found = getattr(item, "_fixtureinfo")  # noqa: B009 (mypy knows nothing private)
    ours = [one for made in found.name2fixturedefs.values() for one in made if one.func.__module__ not in THEIRS]
    return {name for one in ours for name in one.argnames}.union(found.initialnames)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Keep what a worker counted."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's
    config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many were left out."""
    number = config.stash.get(LEFT_OUT, 0)
    terminalreporter.write_line(f"{number} tests that ask for no database ran in the run on SQLite alone")
