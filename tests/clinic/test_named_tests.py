"""What the security page, the hazard log and the architecture name is there: files, and tests by name."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`([\w./-]+\.(?:py|html|toml|txt|json|md)|deploy/\w+)(?:::(\w+))?`")


@pytest.mark.parametrize("page", ["docs/security.md", "docs/hazards.md", "docs/architecture.md"])
def test_every_file_and_test_that_a_page_names_is_there(page: str) -> None:
    named = set(NAMED.findall((ROOT / page).read_text()))
    missing = [
        f"{path}::{test}"
        for path, test in sorted(named)
        if not (ROOT / path).is_file() or (test and f"def {test}(" not in (ROOT / path).read_text())
    ]
    assert missing == []
    assert len(named) > 20


def test_nothing_in_the_tables_looks_like_a_test_and_is_none() -> None:
    for page in ("docs/security.md", "docs/hazards.md"):
        text = (ROOT / page).read_text()
        assert text.count("::test_") == len(re.findall(r"`[\w./-]+\.py::test_\w+`", text))
