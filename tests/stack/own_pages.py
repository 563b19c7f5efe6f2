"""Patients' own pages on the stack: links to somebody's visit, due date and diary, and a phone to open them with."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.stack.axe import PHONE
from tests.stack.running import Stack, run_beside
from tests.stack.windows import PATIENCE

LANGUAGES = ("en", "cy", "es", "pl", "ur")
PAGES = {
    "visit": ("", "ask/", "times/", "stop/", "about/"),
    "due": ("", "ask/", "times/"),
    "diary": ("", "week/", "stop/", "about/"),
}


def letterbox(stack: Stack, *words: str) -> dict[str, Any]:
    """Run the helper on the stack's database; return what it printed."""
    found: dict[str, Any] = json.loads(run_beside(stack, "tests.stack.letterbox", *words))
    return found


@pytest.fixture(scope="module")
def links(stack: Stack) -> dict[str, str]:
    """The paths of the links (visit, due, diary) and the clinic they belong to, one for each file of tests."""
    return {name: urlsplit(address).path for name, address in letterbox(stack, "make").items()}


@pytest.fixture
def phone(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A phone, 360 px wide."""
    context = browser.new_context(base_url=stack.url, viewport=PHONE)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def tell_birth_date(page: Page, link: str) -> None:
    """Open a page that asks for the date of birth, and give it."""
    page.goto(link)
    for name, value in (("born_day", "17"), ("born_month", "4"), ("born_year", "1984")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()
