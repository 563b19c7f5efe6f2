"""The clinical record for everybody: every page of it through axe, in three themes, on a screen and on a phone."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from clinic.demo.logins import LOGINS, PASSWORD
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

THEMES = ("light", "dark", "dim")
SIZES = (ViewportSize(width=1280, height=900), ViewportSize(width=360, height=640))
PAGES = ("/stock/", "/effects/", "/response/", "/settings/policies/", "/authorizations/")
OF_A_PERSON = ("", "diary/", "assess/", "medicines/", "effects/new/", "scores/new/", "doses/new/", "summary/")


def open_person(page: Page) -> str:
    """Open somebody who had a session, as a prescriber, and return the address of their page."""
    page.goto("/log-in/")
    page.get_by_label("Email").fill(LOGINS[1].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    return urlsplit(str(page.locator("tbody th a").first.get_attribute("href"))).path


def faults(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than the window."""
    found = [f"{one['id']}: {json.dumps([node['target'] for node in one['nodes']][:3])}" for one in _axe(page)]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wider} px wider than the window"] if wider > 0 else [])]


def _axe(page: Page) -> list[dict[str, list[dict[str, str]]]]:
    violations: list[dict[str, list[dict[str, str]]]] = Axe().run(page).response["violations"]
    return violations


def test_every_page_of_the_record_can_be_used_by_everybody(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    context = browser.new_context(base_url=stack.url, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    person = open_person(page)
    wrong = {}
    for theme in THEMES:
        context.add_cookies([{"name": "theme", "value": theme, "url": stack.url}])
        for path in (*PAGES, *(f"{person}{part}" for part in OF_A_PERSON)):
            page.goto(path)
            for size in SIZES:
                page.set_viewport_size(size)
                if found := faults(page):
                    wrong[f"{path} {theme} {size['width']}"] = found
    context.close()
    assert wrong == {}
