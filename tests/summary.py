"""A pytest plugin of `make test`: the last summary also tells what failed before it."""

import os

import pytest
from django.db import connection


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what failed before this run, and which database this was, above pytest's own last line."""
    terminalreporter.write_line(f"Database: {connection.display_name}")
    for line in filter(None, os.environ.get("BROKEN_BEFORE", "").splitlines()):
        terminalreporter.write_line(line, red=True, bold=True)
