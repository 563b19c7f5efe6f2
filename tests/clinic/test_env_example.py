""".env.example: every setting that the code reads, and none that it does not."""

import re
from pathlib import Path

from django.conf import settings

READ = re.compile(r'env_(?:text|secret|keys|bool|int|list|choice|decimal|networks|address|site|sender)\(\s*"([A-Z_]+)"')
DEFAULT = re.compile(r'env_\w+\(\s*"([A-Z_]+)"(?:, (?:default=)?(?:"([^"]*)"|(\w+)))?')
SHOWN = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)
# Of one setting with one value: what stands in words, or for several at once, is for people.
ROW = re.compile(r"^\| `([A-Z_]+)` \|.*\| `?((?!none)[\w.:/@-]+)`? \|$", re.MULTILINE)
LISTED = re.compile(r"^(?:# )?([A-Z_]+)=", re.MULTILINE)


def test_lists_exactly_what_the_settings_read() -> None:
    base = Path(settings.BASE_DIR)
    read = set(READ.findall((base / "clinic" / "settings.py").read_text()))
    assert set(LISTED.findall((base / ".env.example").read_text())) == read


def holds_unless_set() -> dict[str, str]:
    """Return what the settings take for each where nothing is said."""
    code = (Path(settings.BASE_DIR) / "clinic" / "settings.py").read_text()
    named = dict(re.findall(r'^(\w+) = "(.*)"$', code, re.MULTILINE))
    return {name: text or named.get(word, word.replace("_", "").lower()) for name, text, word in DEFAULT.findall(code)}


def test_a_line_that_is_commented_out_shows_what_holds_without_it() -> None:
    shown = dict(SHOWN.findall((Path(settings.BASE_DIR) / ".env.example").read_text()))
    holds = holds_unless_set()
    assert {name: value for name, value in shown.items() if value != holds[name]} == {}


def test_the_table_for_who_runs_it_says_what_holds_unless_set() -> None:
    rows = dict(ROW.findall((Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()))
    assert len(rows) > 8
    holds = holds_unless_set()
    assert {name: value for name, value in rows.items() if value != holds[name]} == {}


def test_the_page_for_who_runs_it_speaks_of_each() -> None:
    base = Path(settings.BASE_DIR)
    page = (base / "docs" / "operations.md").read_text()
    listed = LISTED.findall((base / ".env.example").read_text())
    assert [name for name in listed if f"`{name}" not in page] == []
