"""A pytest plugin of `make test`: the summary also tells which database this was, and what the fault suite counted."""

import pytest
from django.db import connection


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write it above pytest's own last line."""
    for line in _faults(terminalreporter):
        terminalreporter.write_line(f"Reminders: {line}")
    terminalreporter.write_line(f"Database: {connection.display_name}")


def _faults(terminalreporter: pytest.TerminalReporter) -> list[str]:
    """Return what the fault suite counted."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    return [str(told) for report in reports for name, told in report.user_properties if name == "faults"]
