"""A list with boxes to tick, in a browser: the button says how many it acts on."""

import pytest
from playwright.sync_api import Page, expect

from tests.engines import once
from tests.stack.windows import FRAN, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("ticks do the same in a page on every database")]

# As Firefox brings a tick back when a page is loaded anew: before it is shown, and without a word.
BROUGHT_BACK = """() => {
    document.querySelector("input[form=bulk]").checked = true;
    window.dispatchEvent(new PageTransitionEvent("pageshow"));
}"""


def test_ticks_that_the_browser_brings_back_are_counted(browser_page: Page) -> None:
    log_in(browser_page, FRAN)
    browser_page.goto("/recall/?tab=soon")
    button = browser_page.locator("[data-ticked=bulk]")
    expect(button).to_have_text("Text the ticked people")
    browser_page.evaluate(BROUGHT_BACK)
    expect(button).to_have_text("Text 1 person")
