"""Take the pictures of the README and the guide from the demo, so that they never go stale: `make screenshots`.

Starts a demo of its own in a temporary folder, lets the day begin (somebody arrives, somebody is in the room), and
writes docs/images/*.png. Needs Chromium, as the browser tests do.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from clinic.demo.logins import PASSWORD
from tests.stack.fixtures import BROWSER_OPTIONS, BROWSERS
from tests.stack.running import Demo, run_demo, wait_until_ready

IMAGES = Path(__file__).parent / "images"
DESKTOP = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=360, height=640)


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, run_demo(Path(folder) / "demo", {}) as demo, chromium() as browser:
        wait_until_ready(demo)
        staff(browser, demo)
        patient(browser, demo)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("Chromium is not installed; put it on the PATH or its path into CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(BROWSER_OPTIONS))
        yield browser
        browser.close()


def staff(browser: Browser, demo: Demo) -> None:
    """Walk through the pages as a prescriber, and through the log as an admin."""
    page = log_in(browser, demo, "osei@riverside.example")
    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Arrived")).first.click()
    page.get_by_role("button", name=re.compile("^In room")).first.click()
    page.goto("/today/")
    take(page, "today")
    page.goto(str(page.locator("tbody th a").first.get_attribute("href")))
    take(page, "patient")
    page.goto("/calendar/")
    take(page, "calendar")
    page.goto("/recall/")
    take(page, "recall")
    page.goto(str(page.get_by_role("link", name=re.compile("^Book for")).first.get_attribute("href")))
    take(page, "times")
    page.goto("/reminders/")
    take(page, "reminders")
    page.goto("/today/")
    page.goto(str(page.get_by_role("link", name=re.compile("^Start session")).first.get_attribute("href")))
    take(page, "session")
    page.context.close()
    page = log_in(browser, demo, "ada@riverside.example", dark=True)
    page.goto("/log/")
    take(page, "log-dark")
    page.context.close()


def patient(browser: Browser, demo: Demo) -> None:
    """Open the newest link that was sent, on a phone."""
    sent = sorted((demo.folder / "outbox" / "sms").rglob("*"), key=lambda path: path.stat().st_mtime)
    links = [
        found[0] for path in sent if path.is_file() for found in [re.search(r"/v/\S+/", path.read_text())] if found
    ]
    page = browser.new_context(base_url=demo.url, viewport=PHONE).new_page()
    for link in reversed(links):
        page.goto(link)
        if page.get_by_role("button", name="Yes, I will come").count():
            break
    take(page, "phone")
    page.context.close()


def log_in(browser: Browser, demo: Demo, email: str, *, dark: bool = False) -> Page:
    """Return a window in which this person is logged in, in the clinic's time zone."""
    context = browser.new_context(
        base_url=demo.url,
        viewport=DESKTOP,
        color_scheme="dark" if dark else "light",
        timezone_id="Europe/London",
    )
    page = context.new_page()
    page.goto("/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    return page


def take(page: Page, name: str) -> None:
    """Write one picture."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
