"""Commands, figures and checks that the documentation names: each is there, with the options and under the name it says."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from clinic.monitoring.readiness import CHECKS

ROOT = Path(settings.BASE_DIR)
PAGES = sorted((ROOT / "docs").rglob("*.md"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
# A line of a block goes on behind a backslash; a span ends with its backtick.
CALL = re.compile(r"(?:\btw|run manage) ([a-z_]+)((?:\\\n|[^`\n#&])*)")


def called() -> set[tuple[str, str]]:
    """Return every command that a page calls, with each option once, and once without."""
    calls = [call for page in PAGES for call in CALL.findall(page.read_text())]
    return {(name, option) for name, rest in calls for option in ["", *re.findall(r"--[a-z-]+", rest)]}


@pytest.mark.parametrize(("name", "option"), sorted(called()))
def test_a_page_calls_only_what_there_is(name: str, option: str) -> None:
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    assert not option or option in command.create_parser("manage.py", name)._option_string_actions


def test_the_pages_are_read_for_calls() -> None:
    assert {
        ("create_clinic", "--admin-name"),
        ("send_reminders", "--dry-run"),
        ("backup", ""),
        ("migrate", ""),
    } <= called()


def test_alarms_ask_for_figures_that_there_are() -> None:
    code = (ROOT / "clinic" / "monitoring" / "figures.py").read_text()
    asked = {name.removesuffix("_total") for name in re.findall(r"twelve_weeks_\w+", OPERATIONS)}
    assert asked
    assert [name for name in asked if f'"{name}"' not in code] == []


def test_a_balancer_leaves_out_checks_that_there_are() -> None:
    left_out = {name for names in re.findall(r"/readyz\?exclude=([\w,]+)", OPERATIONS) for name in names.split(",")}
    assert left_out
    assert left_out <= set(CHECKS)
