"""F23, F24: the desk's day without JavaScript, and with a line or a script that fails. The session form: see test_map."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic.demo.logins import PASSWORD
from tests.stack.running import Stack, run_beside
from tests.stack.windows import ADA, FRAN, PATIENCE, STILL_TO_COME, log_in, sign_out

pytestmark = [pytest.mark.stack, pytest.mark.browser]

NURSE = "nunez@lakeside.example"  # nobody else's tests sign in as her


@pytest.fixture
def plain(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window that runs no script."""
    with browser.new_context(base_url=stack.url, java_script_enabled=False) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def code(secret: str) -> str:
    """Return the six digits that an authenticator app shows now (RFC 6238)."""
    count = struct.pack(">Q", int(time.time()) // 30)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, count, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_f23_log_in_with_a_second_step(plain: Page) -> None:
    log_in(plain, NURSE)
    plain.goto("/me/second-step/app/")
    secret = plain.locator("main code").inner_text().strip()
    plain.locator("[name=code]").fill(code(secret))
    plain.get_by_role("button", name="Set up").click()
    spare = plain.locator("main li code").first.inner_text().strip()
    sign_out(plain)
    plain.goto("/log-in/")
    plain.get_by_label("Email").fill(NURSE)
    plain.get_by_label("Password").fill(PASSWORD)
    plain.get_by_role("button", name="Sign in").click()
    plain.wait_for_url("**/log-in/code/**")
    plain.locator("[name=code]").fill(spare)  # the app's own code is spent for half a minute
    plain.locator("main").get_by_role("button").first.click()
    plain.wait_for_url("**/today/")


def test_f23_find_somebody_book_and_mark_as_arrived(plain: Page, stack: Stack) -> None:
    log_in(plain, FRAN)
    plain.goto("/recall/")
    book = plain.get_by_role("link", name=re.compile("^Book for ")).first
    name = book.inner_text().rpartition("for ")[2].strip()
    plain.get_by_role("searchbox").fill(name)
    plain.keyboard.press("Enter")
    expect(plain.locator("main")).to_contain_text(name)
    plain.goto("/recall/")
    plain.get_by_role("link", name=f"Book for {name}").first.click()
    plain.locator("button.slot").first.click()
    expect(plain.locator("#messages")).to_contain_text(f"{name}: booked for")
    run_beside(stack, "tests.stack.late", "1")
    plain.goto("/today/")
    plain.locator(STILL_TO_COME).first.click()
    expect(plain.locator("#messages")).to_contain_text("arrived")


def test_f23_the_log_leaves_as_a_file(plain: Page) -> None:
    log_in(plain, ADA)
    plain.goto("/log/")
    with plain.expect_download() as download:
        plain.get_by_role("link", name="Export CSV").click()
    assert Path(str(download.value.path())).stat().st_size > 0


def test_f24_with_the_script_of_requests_missing_pages_still_work(browser_page: Page) -> None:
    browser_page.route(re.compile(r"/htmx[^/]*\.js"), lambda route: route.abort())
    log_in(browser_page, FRAN)
    assert browser_page.evaluate("typeof htmx") == "undefined"
    browser_page.goto("/recall/")
    browser_page.get_by_role("link", name=re.compile("^Book for ")).first.click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("Book next visit")
    browser_page.locator("button.slot").first.click()
    expect(browser_page.locator("#messages")).to_contain_text("booked for")


# Somebody quick presses once more while the next page is on its way.
PRESS_AGAIN_WHEN_ANSWERED = """document.addEventListener("htmx:afterRequest", () => {
    window.setTimeout(() => document.querySelector("#book-dialog button.slot").click());
})"""


def test_f24_offline_says_so_keeps_what_is_typed_and_books_once_however_often_pressed(browser_page: Page) -> None:
    page = log_in(browser_page, FRAN)
    page.goto("/recall/")
    page.get_by_role("link", name=re.compile("^Book for ")).first.click()
    dialog = page.locator("#book-dialog")
    slot = dialog.locator("button.slot").first
    page.get_by_label("Note (optional)").fill("rings back at ten")
    page.context.set_offline(True)
    slot.click()
    expect(dialog.locator("#failure")).to_contain_text("We could not reach the server. Nothing was changed. Try again.")
    expect(page.get_by_label("Note (optional)")).to_have_value("rings back at ten")
    page.context.set_offline(False)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(PRESS_AGAIN_WHEN_ANSWERED)
    slot.dblclick(no_wait_after=True)
    expect(page.locator("#messages")).to_contain_text("booked for")
    assert len(sent) == 1
