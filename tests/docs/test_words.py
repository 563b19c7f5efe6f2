"""The guide names buttons, links and pages by the words that stand on them."""

import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(
    [*(ROOT / "docs" / "guide").glob("*.md"), ROOT / "docs" / "interface.md", ROOT / "docs" / "visit-steps.md"]
)
ROOMS = ("clinic", "patients", "treatments", "reminders", "interface", "reports", "privacy", "templates", "static/js")
# Words in italics; what is bold is a heading, and what stands in a span is typed.
NAMED = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
# Put together from pieces as the page is drawn.
OF_PIECES = {"Send by email instead", "asked today about Tue 1 Dec 10:00: no"}


@cache
def on_pages() -> str:
    """Return all that pages are made of, with one space where there are several."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in {".html", ".py", ".js"}]
    return re.sub(r"\s+", " ", unescape("\n".join(path.read_text() for path in files)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_the_guide_calls_by_name_is_called_so(page: Path) -> None:
    named = set(NAMED.findall(re.sub(r"`[^`]*`", "", page.read_text()))) - OF_PIECES
    assert sorted(words for words in named if words.replace("’", "'") not in on_pages()) == []


def test_most_of_it_is_found_in_italics() -> None:
    assert len(NAMED.findall((ROOT / "docs" / "guide" / "admin.md").read_text())) > 30
