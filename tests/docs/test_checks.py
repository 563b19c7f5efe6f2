"""docs/acceptance.md: each check names the files of the tests that carry its number, and no check is without one."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROWS = re.findall(
    r"^\| (\d+) \|[^|]*\|([^|]*`test_[^|]*)\|", (ROOT / "docs" / "acceptance.md").read_text(), re.MULTILINE
)


def carry(number: str) -> set[str]:
    """Return the files whose tests have the number of a check in their names."""
    begins = f"def test_f{int(number):02}_"
    return {path.name for path in (ROOT / "tests" / "acceptance").glob("test_*.py") if begins in path.read_text()}


@pytest.mark.parametrize(("number", "shown"), ROWS, ids=[number for number, _ in ROWS])
def test_a_check_names_every_file_that_shows_it(number: str, shown: str) -> None:
    assert carry(number)
    assert carry(number) <= set(re.findall(r"`(test_\w+\.py)`", shown))


def test_there_are_forty_checks() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 41))
