"""Take the pictures of the README and the guide from the demo, so that they never go stale: `make screenshots`.

Starts a demo of its own in a temporary folder, lets the day begin (somebody arrives, somebody is in the room), and
writes docs/images/*.png, one function for each page of the guide. Needs Chromium, as the browser tests do.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crunch import crunched
from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

from clinic.demo.logins import PASSWORD
from clinic.wording import MONTHS
from tests.stack.fixtures import BROWSER_OPTIONS, BROWSERS
from tests.stack.running import Demo, run_demo, wait_until_ready

IMAGES = Path(__file__).parent / "images"
DESKTOP = ViewportSize(width=1280, height=800)
TABLET = ViewportSize(width=768, height=900)
PHONE = ViewportSize(width=360, height=640)
# Days in a row on which the clinic is closed, at most, and nobody is to be called: a weekend with holidays.
CLOSED = 4


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, run_demo(Path(folder) / "demo", {}) as demo, chromium() as browser:
        wait_until_ready(demo)
        for guide in (front_desk, injector, patient, admin):
            guide(browser, demo)


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


def front_desk(browser: Browser, demo: Demo) -> None:
    """Walk through a day at the desk: who comes, who phones, who is due, who could not be told."""
    page = log_in(browser, demo, "fran@riverside.example")
    to_come = page.get_by_role("button", name=re.compile("^Arrived"))
    if to_come.count() < 2:
        sys.exit("The clinic's day is nearly over and nobody is to come: take the pictures before the late afternoon.")
    for _ in range(2):
        to_come.first.click()
    page.get_by_role("button", name=re.compile("^In room")).first.click()
    page.goto("/today/")
    take(page, "desk-today")
    page.goto("/patients/?q=san")
    take(page, "desk-find")
    page.goto("/recall/")
    take(page, "desk-recall")
    page.goto(address(page.get_by_role("link", name=re.compile("^Book for")).first))
    take(page, "desk-five-times")
    page.goto("/calendar/")
    take(page, "desk-calendar")
    page.goto("/reminders/")
    take(page, "desk-reminders")
    page.goto("/reminders/tomorrow/")
    for _ in range(CLOSED):
        if page.locator("main tbody tr").count():
            break
        page.get_by_role("link", name="Next day").click()
        page.wait_for_load_state()
    take(page, "desk-call-list")
    page.goto("/inbox/")
    take(page, "desk-inbox")
    page.set_viewport_size(PHONE)
    page.goto("/today/")
    take(page, "desk-today-phone")
    page.context.close()


def injector(browser: Browser, demo: Demo) -> None:
    """Walk through one session: the person, the questions, the map, the signed record."""
    page = log_in(browser, demo, "osei@riverside.example")
    page.goto("/response/")
    take(page, "session-response")
    page.goto("/today/")
    form = address(page.get_by_role("link", name=re.compile("^Start session")).first)
    page.goto(address(page.locator("tr", has_text=re.compile(r"Diary 2\d of 28")).locator("th a").first))
    person, signed = page.url.rstrip("/"), address(page.locator("li", has_text="units").locator("a").first)
    take(page, "session-person")
    page.goto(person + "/diary/")
    take(page, "session-days")
    page.goto(person + "/assess/")
    take(page, "session-assess")
    page.goto(form)
    take(page, "session-questions")
    page.set_viewport_size(TABLET)
    page.get_by_role("link", name=re.compile("^Standard")).click()
    take(page, "session-map", page.locator(".injmap"))
    page.set_viewport_size(PHONE)
    take(page, "session-map-phone", page.locator(".injmap"))
    page.set_viewport_size(DESKTOP)
    page.goto(signed)
    take(page, "session-signed")
    page.goto("/stock/")
    take(page, "session-stock")
    page.context.close()


def admin(browser: Browser, demo: Demo) -> None:
    """Walk through what an admin sets up, looks up and answers for."""
    page = log_in(browser, demo, "ada@riverside.example")
    choose_clinic(page, "Riverside")
    page.goto("/settings/")
    take(page, "admin-settings")
    page.goto(address(page.locator("tbody a").first))
    take(page, "admin-hours")
    page.goto("/settings/people/")
    take(page, "admin-people")
    page.goto("/settings/messages/")
    page.goto(address(page.locator("tbody a").first))
    page.goto(address(page.locator('main a[href*="/sms/en/"]').first))
    take(page, "admin-text")
    page.goto("/reports/no-shows/")
    take(page, "admin-report")
    page.goto("/patients/?q=san")
    page.goto(address(page.locator("tbody a").first).rstrip("/") + "/privacy/looks/")
    take(page, "admin-who-looked")
    page.emulate_media(color_scheme="dark")
    page.goto("/log/")
    take(page, "admin-log-dark")
    page.context.close()


def patient(browser: Browser, demo: Demo) -> None:
    """Answer a message on a phone, and keep the diary there."""
    page = browser.new_context(base_url=demo.url, viewport=PHONE, timezone_id="Europe/London").new_page()
    visit = unanswered(page, links(demo, "v"))
    take(page, "patient-visit")
    page.get_by_role("link", name="I cannot come").click()
    take(page, "patient-another-time")
    page.goto(visit)
    page.get_by_role("button", name="Yes, I will come").click()
    take(page, "patient-thanks")
    page.goto(visit + "stop/")
    take(page, "patient-stop")
    page.context.close()

    desk = log_in(browser, demo, "fran@riverside.example")
    desk.goto("/today/")
    desk.goto(address(desk.locator("tbody th a").last))
    born = desk.locator("main").inner_text()
    day, month, year = re.search(r"born (\d+) (\w+) (\d{4})", born).groups()  # type: ignore[union-attr]
    desk.goto(desk.url.rstrip("/") + "/links/")
    desk.get_by_role("button", name="Make a link to the diary").click()
    diary = desk.locator("main input[readonly]").input_value()
    desk.context.close()

    page = browser.new_context(base_url=demo.url, viewport=PHONE, timezone_id="Europe/London").new_page()
    page.goto(diary)
    take(page, "patient-born")
    for name, value in (("born_day", day), ("born_month", str(MONTHS.index(month) + 1)), ("born_year", year)):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Go on").click()
    take(page, "patient-day")
    page.goto(diary + "week/")
    take(page, "patient-week")
    page.context.close()


def links(demo: Demo, kind: str) -> list[str]:
    """Return the links of this kind in texts that Riverside sent, newest first."""
    sent = sorted((demo.folder / "outbox" / "sms").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    found = (re.search(rf"Riverside.*(/{kind}/[\w-]+/)", path.read_text()) for path in sent)
    return [match[1] for match in found if match]


def unanswered(page: Page, addresses: list[str]) -> str:
    """Open the first of some addresses whose page asks both questions; return it."""
    for one in addresses:
        page.goto(one)
        if page.get_by_role("link", name="I cannot come").count() and page.get_by_role("button", name="Yes").count():
            return one
    sys.exit("Nobody is left to answer.")


def log_in(browser: Browser, demo: Demo, email: str) -> Page:
    """Return a window in which this person is logged in, in the clinic's time zone."""
    context = browser.new_context(
        base_url=demo.url, viewport=DESKTOP, color_scheme="light", timezone_id="Europe/London", locale="en-GB"
    )
    page = context.new_page()
    page.goto("/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    return page


def choose_clinic(page: Page, name: str) -> None:
    """Switch to a clinic in the menu, unless it is shown already."""
    if name not in page.locator("header").inner_text():
        page.locator(".menu > summary").click()
        page.get_by_role("button", name=name).click()
        page.wait_for_load_state("networkidle")


def address(link: Locator) -> str:
    """Return where a link leads."""
    return str(link.get_attribute("href"))


def take(page: Page, name: str, top: Locator | None = None) -> None:
    """Write one picture of what is in sight, from ``top`` on where it is given."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    if top is None:
        page.evaluate("scrollTo(0, 0)")
    else:
        page.wait_for_timeout(500)  # until the page has settled at its new width
        top.evaluate("(element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 100)")
    (IMAGES / f"{name}.png").write_bytes(crunched(page.screenshot()))


if __name__ == "__main__":
    main()
