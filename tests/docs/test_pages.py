"""The pages of the documentation: what they link to is there, and pictures are neither missing, nor left over, nor heavy."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

from clinic.health_words import blocked_words

ROOT = Path(settings.BASE_DIR)
IMAGES = ROOT / "docs" / "images"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
MOST_BYTES = 150_000


def anchors(page: Path) -> set[str]:
    """Return what a link to a place on a page may name: its headings, as GitHub spells them."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for path, place in LINK.findall(page.read_text()):
        target = (page.parent / unquote(path)).resolve() if path else page
        assert target.exists(), path
        assert not place or place in anchors(target), f"{path}#{place}"


def test_every_picture_is_shown_on_a_page() -> None:
    shown = {(page.parent / path).resolve() for page in PAGES for path, _ in LINK.findall(page.read_text())}
    assert [path.name for path in sorted(IMAGES.iterdir()) if path not in shown] == []


def test_every_picture_of_a_page_is_taken_from_the_demo() -> None:
    taken = set(re.findall(r'take\(page, "([\w-]+)"', (ROOT / "docs" / "screenshots.py").read_text()))
    assert {path.stem for path in IMAGES.glob("*.png")} == taken


def test_pictures_are_light_and_their_names_tell_nobody_s_illness() -> None:
    for path in IMAGES.iterdir():
        assert path.stat().st_size < MOST_BYTES, path.name
        assert not blocked_words(path.stem.replace("-", " ")), path.name


def test_each_page_of_the_guide_has_pictures_but_not_too_many() -> None:
    for page in (ROOT / "docs" / "guide").glob("*.md"):
        count = page.read_text().count("](../images/")
        assert page.name == "README.md" or 4 <= count <= 9, (page.name, count)
