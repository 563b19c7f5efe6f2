"""The clinical record for everybody: every page of it through axe, in three themes, on a screen and on a phone."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from clinic.demo.logins import LOGINS, PASSWORD
from tests.stack.axe import faults
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

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


def test_every_page_of_the_record_can_be_used_by_everybody(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.url, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    person = open_person(page)
    wrong = []
    for path in (*PAGES, *(f"{person}{part}" for part in OF_A_PERSON)):
        page.goto(path)
        wrong += faults(page)
    context.close()
    assert wrong == []
