"""Patients' own pages on a small phone: every page in every language and theme, a scanner, a phone that drops."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.servers.processes import ROOT
from tests.stack.axe import PHONE, THEMES, faults
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]

NARROWEST: ViewportSize = {"width": 320, "height": 640}
LANGUAGES = ("en", "cy", "es", "pl", "ur")
PAGES = {
    "visit": ("", "ask/", "times/", "stop/", "about/"),
    "due": ("", "ask/", "times/"),
    "diary": ("", "week/"),
}
SCANNER_MS = 10_000
SEEN = re.compile("botox|migraine|headache|treatment", re.IGNORECASE)


def letterbox(stack: Stack, what: str) -> dict[str, Any]:
    """Run the helper on the stack's database; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.stack.letterbox", what],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.settings"} | stack.demo.settings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def links(stack: Stack) -> dict[str, str]:
    """The paths of the links: visit, due, diary."""
    return {name: urlsplit(address).path for name, address in letterbox(stack, "make").items()}


@pytest.fixture
def phone(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A phone, 360 px wide."""
    context = browser.new_context(base_url=stack.url, viewport=PHONE)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def tell_birth_date(page: Page, link: str) -> None:
    """Open a page that asks for the date of birth, and give it."""
    page.goto(link)
    for name, value in (("born_day", "17"), ("born_month", "4"), ("born_year", "1984")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()


def test_both_answers_are_in_sight_and_nothing_runs_off_the_side(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    for language in LANGUAGES:
        phone.add_cookies([{"name": "language", "value": language, "url": stack.url}])
        page.set_viewport_size(PHONE)
        page.goto(links["visit"])
        for answer in page.locator("main .btn").all():
            expect(answer).to_be_in_viewport(ratio=1)
            box = answer.bounding_box()
            assert box
            assert box["height"] >= 48
        page.set_viewport_size(NARROWEST)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], language
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"


def test_no_page_in_any_language_or_theme_has_a_serious_fault(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    wrong: list[str] = []
    for language in LANGUAGES:
        phone.add_cookies([{"name": "language", "value": language, "url": stack.url}])
        for link, pages in PAGES.items():
            for path in pages:
                page.goto(links[link] + path)
                page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                # Colours are the same in every language.
                themes = ("auto", *THEMES) if language == "en" else ("auto",)
                wrong += faults(page, [PHONE], themes)
    assert wrong == []


def test_a_scanner_that_runs_scripts_changes_nothing(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    before = letterbox(stack, "rows")
    pages = [phone.new_page() for _link in links]
    for page, link in zip(pages, links.values(), strict=True):
        page.goto(link)
        page.request.head(link)
    pages[0].wait_for_timeout(SCANNER_MS)
    for page in pages:
        assert not SEEN.search(page.title())
    assert letterbox(stack, "rows") == before


def test_a_phone_that_drops_after_three_days_keeps_three_days(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    days = page.locator("[data-day]")
    days.nth(0).get_by_label("No headache").check()
    days.nth(1).get_by_label("Migraine").check()
    days.nth(2).get_by_label("Same as the day above").check()
    for place in range(3):
        expect(days.nth(place).locator("[data-state]")).to_have_text("Saved")
    page.close()
    assert len(letterbox(stack, "rows")["DiaryDay"]) == 3


def test_a_day_chosen_without_a_connection_is_said_to_wait_and_goes_out_with_the_next(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    last = page.locator("[data-day]").last
    phone.set_offline(True)
    last.get_by_label("No headache").check()
    expect(last.locator("[data-state]")).to_have_text("Not sent yet")
    phone.set_offline(False)
    expect(last.locator("[data-state]")).to_have_text("Saved")


def test_without_scripts_a_patient_confirms_moves_and_keeps_the_diary(
    browser: Browser, stack: Stack, links: dict[str, str]
) -> None:
    context = browser.new_context(base_url=stack.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(links["visit"])
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    page.goto(links["visit"])
    expect(page.locator("h1")).to_have_text("You said you will come")
    page.get_by_role("link", name="I cannot come").click()
    page.locator("button[name=slot]").first.click()
    expect(page.locator("h1")).to_have_text("Thank you")
    tell_birth_date(page, links["diary"])
    page.get_by_text("Yes", exact=True).click()
    page.get_by_label("Severe").check()
    page.get_by_label("felt sick").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Saved")
    context.close()


def test_a_dark_page_is_dark_from_the_first_paint_and_stays_so(phone: BrowserContext, links: dict[str, str]) -> None:
    page = phone.new_page()
    page.goto(links["visit"])
    page.get_by_text("Theme").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.url.endswith(links["visit"])
    source = page.request.get(links["visit"]).text()
    assert 'data-bs-theme="dark"' in source
    assert 'data-bs-theme="dark"' in phone.new_page().request.get(f"{links['visit']}stop/").text()
