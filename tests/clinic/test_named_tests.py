"""What the documentation names is there: files, and tests by name."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`([\w./-]+\.(?:py|html|toml|txt|json|md)|deploy/\w+)(?:::(\w+))?`")


PAGES = sorted([ROOT / "README.md", ROOT / "clinic" / "demo" / "README.md", *(ROOT / "docs").rglob("*.md")])
# What a page names without its folder lies there, or beside the page.
SHORT = {"docs/acceptance.md": ROOT / "tests" / "acceptance"}


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_every_file_and_test_that_a_page_names_is_there(page: str) -> None:
    near = SHORT.get(page, (ROOT / page).parent)
    missing = []
    for name, test in sorted(set(NAMED.findall((ROOT / page).read_text()))):
        path = ROOT / name if (ROOT / name).is_file() else near / name
        if not path.is_file() or (test and f"def {test}(" not in path.read_text()):
            missing.append(f"{name}::{test}")
    assert missing == []


@pytest.mark.parametrize("page", ["security.md", "hazards.md", "architecture.md", "acceptance.md"])
def test_such_a_page_names_many(page: str) -> None:
    assert len(set(NAMED.findall((ROOT / "docs" / page).read_text()))) > 20


def test_nothing_in_the_tables_looks_like_a_test_and_is_none() -> None:
    for page in ("docs/security.md", "docs/hazards.md"):
        text = (ROOT / page).read_text()
        assert text.count("::test_") == len(re.findall(r"`[\w./-]+\.py::test_\w+`", text))
