"""How many clicks and keys each job of the day takes, counted in the browser beside what was promised.

The table stands in docs/acceptance.md; with WRITE_JOBS=1 a run writes it anew, without it a run checks it.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.acceptance.test_session_form import checks, fill_vial
from tests.servers.processes import ROOT
from tests.stack.own_pages import links, tell_birth_date
from tests.stack.running import Stack, in_room
from tests.stack.windows import ADA, FRAN, OSEI, STILL_TO_COME, log_in, sign_out

__all__ = ["links"]
pytestmark = [pytest.mark.stack, pytest.mark.browser]

DOCS = ROOT / "docs" / "acceptance.md"
TABLE = re.compile(r"(<!-- jobs -->\n).*(<!-- /jobs -->)", re.DOTALL)
# Counted by the page itself, over all pages of a job: what a hand does, not what a script fires.
COUNT = """
const add = (name) => sessionStorage.setItem(name, String(Number(sessionStorage.getItem(name)) + 1));
addEventListener("click", (event) => { if (event.isTrusted && event.detail) add("clicks"); }, true);
addEventListener("keydown", (event) => { if (event.isTrusted && !event.repeat) add("keys"); }, true);
"""
COUNTED = "['clicks', 'keys'].map((name) => Number(sessionStorage.getItem(name)))"


@dataclass(frozen=True)
class Job:
    """Something to get done: in words, what was promised as clicks and keys, and how it is done from where it begins."""

    words: str
    clicks: int
    keys: int
    begin: Callable[[Page], object]
    do: Callable[[Page], object]


def at(address: str) -> Callable[[Page], object]:
    """Begin on a page."""
    return lambda page: page.goto(address)


def day_with_work(page: Page) -> None:
    """Begin on the first day from today on which somebody is still to come."""
    page.goto("/today/")
    for _ in range(7):
        if page.locator(STILL_TO_COME).count():
            return
        with page.expect_navigation():
            page.get_by_role("link", name="Next day", exact=True).click()


def book_next(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Book for ")).first.click()
    page.locator("#book-dialog button.slot").first.click()
    expect(page.locator("#messages")).to_contain_text("booked for")


def arrive(page: Page) -> None:
    page.locator(STILL_TO_COME).first.click()
    expect(page.locator("#messages")).to_contain_text("arrived")


def find(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("san")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Santos")


def move(page: Page) -> None:
    row = page.locator("tr[id^=visit-]", has=page.locator(".btn-primary[data-key=a]")).first
    row.locator("a[data-menu]").click()
    row.get_by_role("link", name=re.compile("^Move")).click()
    page.locator("#book-dialog button.slot").first.click()
    expect(page.locator("#messages")).to_contain_text("moved")


def text_one(page: Page) -> None:
    page.locator("main [data-rows] a[data-key=t]").first.click()
    page.locator("main form[method=post] button[type=submit]").first.click()
    expect(page.locator("#messages .message")).to_be_visible()


def no_answer(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^No answer")).first.click()
    expect(page.locator("#messages .message")).to_be_visible()


def press_standard_and_sign(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Standard")).click()
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("155 units at 31 sites")


def toggle_a_site(page: Page) -> None:
    page.locator('.map-views [data-site="PRO"]').click()
    expect(page.locator("#site_PRO")).not_to_be_checked()


def export(page: Page) -> None:
    page.get_by_role("link", name="This quarter").or_(page.locator(".log-views a").first).first.click()
    page.wait_for_url("**/log/?*")
    with page.expect_download():
        page.get_by_role("link", name="Export CSV").click()


def no_shows(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    expect(page.locator("main")).to_contain_text(re.compile("no-show", re.IGNORECASE))


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("h1")).to_have_text("Thank you")


def take_the_file(page: Page) -> None:
    with page.expect_download():
        page.get_by_role("link", name="Add to my calendar").click()


def clear_day(page: Page) -> None:
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Saved")


DESK = (
    Job("Book the next visit (from the recall list)", 2, 0, at("/recall/"), book_next),
    Job("Mark somebody as arrived", 1, 0, day_with_work, arrive),
    Job("Find somebody on the phone: `/`, three letters, Enter", 0, 5, at("/calendar/"), find),
    Job("Move a visit", 3, 0, day_with_work, move),
    Job("Text somebody the booking link", 2, 0, at("/recall/"), text_one),
    Job("Note that nobody answered", 1, 0, at("/recall/"), no_answer),
)
ADMIN = (
    Job("Export the log: a view, then the file", 2, 0, at("/log/"), export),
    Job("See how many did not come", 1, 0, at("/today/"), no_shows),
)


@pytest.fixture
def counting(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A browser that counts."""
    with browser.new_context(base_url=stack.url) as context:
        context.set_default_timeout(20_000)
        context.add_init_script(COUNT)
        yield context


def counted(page: Page, jobs: tuple[Job, ...]) -> list[str]:
    """Do the jobs; return their rows of the table."""
    rows = []
    for job in jobs:
        job.begin(page)
        page.evaluate("sessionStorage.removeItem('clicks'); sessionStorage.removeItem('keys')")
        job.do(page)
        clicks, keys = page.evaluate(COUNTED)
        assert clicks <= job.clicks, job.words
        assert keys <= job.keys, job.words
        rows.append(f"| {job.words} | {said(job.clicks, job.keys)} | {said(clicks, keys)} |")
    return rows


def said(clicks: int, keys: int) -> str:
    """Return the number of clicks and keys in words."""
    numbers = ((clicks, "click"), (keys, "key"))
    return ", ".join(f"{number} {name}{'s' * (number > 1)}" for number, name in numbers if number) or "0"


def test_no_job_takes_more_clicks_and_keys_than_promised(
    counting: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = counting.new_page()
    rows = counted(log_in(page, FRAN), DESK)
    sign_out(page)
    log_in(page, OSEI)

    def asked_and_looked(page: Page) -> None:
        page.goto(in_room(stack))
        fill_vial(page)
        checks(page)

    rows += counted(
        page,
        (
            Job(
                "Record a standard session and sign, after the checks", 2, 0, asked_and_looked, press_standard_and_sign
            ),
            Job("Leave a site out", 1, 0, asked_and_looked, toggle_a_site),
        ),
    )
    sign_out(page)
    rows += counted(log_in(page, ADA), ADMIN)
    tell_birth_date(page, links["diary"])
    rows += counted(
        page,
        (
            Job("Patient: say “I will come”", 1, 0, at(links["visit"]), confirm),
            Job("Patient: put it into the calendar", 1, 0, lambda page: page.title(), take_the_file),
            Job("Patient: a clear day in the diary", 2, 0, at(links["diary"]), clear_day),
        ),
    )
    table = "\n".join(["| Job | Promised | Counted |", "| --- | --- | --- |", *rows, ""])
    text = DOCS.read_text()
    if os.environ.get("WRITE_JOBS"):
        DOCS.write_text(TABLE.sub(lambda around: around[1] + table + around[2], text))
    assert table in DOCS.read_text(), "run with WRITE_JOBS=1 to write the table anew"
