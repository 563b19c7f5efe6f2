"""Every page that has to do with booking, by axe: both widths, the three themes, one browser. And nothing runs off a phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from clinic.demo.logins import LOGINS, PASSWORD
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
# The theme changes colours alone: what is not about colour need not be asked three times.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
ALL = {"resultTypes": ["violations"]}
THEMES = {"dark": "dark", "dim": "dark"}

PAGES = (
    "/today/",
    "/today/walk-in/?q=a",
    "/today/still-open/",
    "/recall/",
    "/recall/?tab=soon",
    "/recall/?tab=asked",
    "/recall/?tab=waiting",
    "/recall/?tab=snoozed",
    "/calendar/",
    "/calendar/day/",
    "/calendar/all/",
    "/offers/",
    "/capacity/",
)
# Pages about one person or visit: where their address stands first.
LINKED = (
    ("/recall/", "main a[href*='/book/']"),
    ("/recall/", "main a[href*='/snooze/']"),
    ("/recall/", "main a[href*='/let-go/']"),
    ("/recall/", "main a[href*='/waiting/']"),
    ("/recall/", "main a[href^='/patients/'][data-open]"),
    ("/offers/", "main a[href*='/offers/new/']"),
    ("/calendar/", "td.free a"),
    ("/calendar/", "td.visit a.i-booked, td.visit a.i-confirmed"),
)
VISIT = ("card/", "cancel/", "move/")
SETTINGS = ("/settings/", "/calendar/feeds/")


@pytest.fixture(scope="module")
def window(browser: Browser, stack: Stack) -> Iterator[Page]:
    """One window for all pages."""
    context = browser.new_context(base_url=stack.url, viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def log_in(page: Page, email: str) -> None:
    """Sign in as somebody else."""
    page.context.clear_cookies()
    page.goto("/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")


def found(page: Page) -> Iterator[str]:
    """Yield the addresses of pages about one person or visit."""
    for where, link in LINKED:
        page.goto(where)
        if where == "/calendar/":
            page.get_by_role("link", name="Next week").click()
            page.wait_for_url("**/calendar/?*date=*")
        href = page.locator(link).first.get_attribute("href") or ""
        yield href
        if "/book/" in href:
            yield href + "&why=1"
        if href.startswith("/patients/"):
            yield href + "close/"
        if href.startswith("/sessions/"):
            yield from (href + more for more in VISIT)
            page.goto(href)
            yield page.locator("a[data-key=m]").first.get_attribute("href") or ""


def settings_pages(page: Page) -> list[str]:
    """Return one page of each kind in Settings."""
    page.goto("/settings/")
    links = page.locator("main a[href^='/settings/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    kinds = {re.sub(r"[0-9a-f-]{36}|\d+", "X", link): link for link in links}
    return [*SETTINGS, *kinds.values()]


def faults(page: Page, address: str) -> Iterator[str]:
    """Yield what axe finds on a page in all themes at one width, and whether it is wider than the screen."""
    answer = page.goto(address)
    assert answer
    assert answer.status == 200, address
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        yield f"{address} is wider than {width} px"
    page.evaluate(AXE_SCRIPT)
    yield from _found(page, f"{address} light {width}", ALL)
    for theme, mode in THEMES.items():
        page.evaluate(
            "([theme, mode]) => Object.assign(document.documentElement.dataset, {appTheme: theme, bsTheme: mode})",
            [theme, mode],
        )
        yield from _found(page, f"{address} {theme} {width}", COLOURS)


def _found(page: Page, where: str, options: dict[str, Any]) -> Iterator[str]:
    result = page.evaluate("options => axe.run(document, options)", options)
    for fault in result["violations"]:
        if fault["impact"] in SERIOUS:
            yield f"{where}: {fault['id']}: {fault['nodes'][0]['html'][:120]}"


def test_axe_finds_nothing_serious_at_the_desk_and_nothing_runs_off_the_screen(window: Page) -> None:
    log_in(window, LOGINS[0].email)
    pages = [*PAGES, *found(window)]
    assert len(pages) == len(set(pages)) == 27
    assert _all_faults(window, pages) == []


def test_axe_finds_nothing_serious_in_settings(window: Page) -> None:
    log_in(window, next(login.email for login in LOGINS if "admin" in login.roles.values()))
    assert _all_faults(window, settings_pages(window)) == []


def _all_faults(page: Page, pages: list[str]) -> list[str]:
    every: list[str] = []
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for address in pages:
            every += faults(page, address)
    return every
