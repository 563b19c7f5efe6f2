"""Every page that has to do with booking, by axe: both widths, the three themes, one browser. And nothing runs off a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from clinic.demo.logins import LOGINS, PASSWORD
from tests.stack.axe import DESK, faults
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

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
    context = browser.new_context(base_url=stack.url, viewport=DESK)
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
    for address in pages:
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, address
        every += faults(page)
    return every
