"""What axe-core finds on the page that a window shows, in every theme and at the width of a desk and of a phone."""

from collections.abc import Iterable, Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
THEMES = ("light", "dark", "dim")
SERIOUS = {"serious", "critical"}
ALL = {"resultTypes": ["violations"]}
# A theme changes colours alone: what is not about colour need not be asked three times.
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}


def faults(page: Page, sizes: Iterable[ViewportSize] = (DESK, PHONE), themes: Iterable[str] = THEMES) -> list[str]:
    """Return the serious faults of a page, each with width and theme; that it is wider than the window is one, too.

    The page is loaded once: sizes and themes change in it, as a window and the theme menu change them.
    """
    page.evaluate(AXE_SCRIPT)
    return [fault for size in sizes for fault in _at(page, size, list(themes))]


def _at(page: Page, size: ViewportSize, themes: list[str]) -> Iterator[str]:
    page.set_viewport_size(size)
    width = size["width"]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        yield f"{page.url} is {wide} px wide in a window of {width}"
    for number, theme in enumerate(themes):
        show(page, theme)
        for fault in _violations(page, COLOURS if number else ALL):
            yield f"{page.url} {width} px {theme}: {fault['id']}: {fault['nodes'][0]['html'][:120]}"
    show(page, themes[0])


def show(page: Page, theme: str) -> None:
    """Show the page in a theme, as the theme menu does."""
    page.evaluate(
        "([theme, mode]) => Object.assign(document.documentElement.dataset, {appTheme: theme, bsTheme: mode})",
        [theme, "dark" if theme in {"dark", "dim"} else "light"],
    )


def _violations(page: Page, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    result = page.evaluate("options => axe.run(document, options)", options)
    yield from (fault for fault in result["violations"] if fault["impact"] in SERIOUS)
