"""What the front desk does all day."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.jobs.counting import Effort, Job, at, clicks, here, write
from tests.stack.windows import STILL_TO_COME

MESSAGES = "#messages .message"
NEW_PERSON = (
    ("given_name", "Wren"),
    ("family_name", "Harper"),
    ("birth_date_day", "5"),
    ("birth_date_month", "6"),
    ("birth_date_year", "1986"),
    ("phone", "07700 900979"),
)


def book_next(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Book for ")).first.click()
    page.locator("#book-dialog button.slot").first.click()
    expect(page.locator("#messages")).to_contain_text("booked for")


def arrive(page: Page) -> None:
    page.locator(STILL_TO_COME).last.click()
    expect(page.locator("#messages")).to_contain_text("arrived")


def find(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("san")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Santos")


def move(page: Page) -> None:
    row = page.locator("tr[id^=visit-]", has=page.locator(".btn-primary[data-key=a]")).last
    row.locator("a[data-menu]").click()
    row.get_by_role("link", name=re.compile("^Move")).click()
    page.locator("#book-dialog button.slot").first.click()
    expect(page.locator("#messages")).to_contain_text("moved")


def offer(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Offer this time")).last.click()
    page.get_by_role("button", name="Text the ticked people").click()
    expect(page.locator("#messages")).to_contain_text(re.compile("Offered to .* Messages leave (in|at) "))


def text_one(page: Page) -> None:
    others = page.locator("main [data-rows] a[data-key=t]").filter(
        has_not_text="Robin Late"
    )  # who was told a moment ago
    others.first.click()
    page.locator("main form[method=post] button[type=submit]").first.click()
    expect(page.locator(MESSAGES)).to_be_visible()


def no_answer(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^No answer")).first.click()
    expect(page.locator(MESSAGES)).to_be_visible()


def snooze(page: Page) -> None:
    page.locator("main [data-rows] summary[aria-label^='More for']").first.click()
    page.get_by_role("button", name="2 weeks").click()
    expect(page.locator(MESSAGES)).to_contain_text("Back on the list on")


def register(page: Page) -> Effort:
    for name, text in NEW_PERSON:
        write(page.locator(f"[name={name}]"), text)
    page.get_by_label("Yes", exact=True).click()
    page.get_by_role("button", name="Register").click()
    expect(page.locator(MESSAGES)).to_contain_text("Wren Harper is registered")
    expect(page.locator("main")).to_contain_text("A course opens on a signed assessment")
    return {"page": 1, "field": 5}


def on_paper(page: Page) -> None:
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Print list").click()
    assert page.evaluate("window.printed")


def jobs(begun: dict[str, Any]) -> tuple[Job, ...]:
    """Return the jobs of the front desk."""
    row = f"#visit-{begun['missing']}"

    def missed(page: Page) -> None:
        page.locator(row).get_by_role("button", name=re.compile("^No-show")).click()
        expect(page.locator(row)).to_contain_text("on Recall")

    def who_changed_it(page: Page) -> None:
        expect(page.locator(row)).to_contain_text("Fran Adeyemi, ")

    def history(page: Page) -> None:
        page.locator(row).get_by_role("link", name=re.compile("^Fran Adeyemi, ")).click()
        expect(page.get_by_role("region", name="History")).to_contain_text("no-show, Fran Adeyemi")

    return (
        # First: late in the day it is the last that is still to come, and so the one that the others would move.
        Job(
            "Somebody did not come: onto the recall list, and the text is queued",
            clicks(1),
            at("/today/"),
            missed,
            "Once the time of the visit is over; from its start on `x`, or two clicks",
        ),
        Job("Who changed this visit last: in its row", {}, here, who_changed_it),
        Job("Its whole history", clicks(1), here, history),
        Job("Book the next visit (from the recall list)", clicks(2), at("/recall/"), book_next),
        Job("Mark somebody as arrived", clicks(1), at("/today/"), arrive),
        Job("Find somebody on the phone: `/`, three letters, Enter", {"key": 5}, at("/calendar/"), find),
        Job("Move a visit", clicks(3), at("/today/"), move),
        Job(
            "Text somebody the booking link",
            clicks(1),
            at("/recall/"),
            text_one,
            "The first shows the words and whom they reach, the second sends them",
        ),
        Job("Offer a time that became free to people who are due", clicks(2), at("/offers/"), offer),
        Job("Note that nobody answered", clicks(1), at("/recall/"), no_answer),
        Job("Leave somebody alone for two weeks (snooze)", clicks(2), at("/recall/"), snooze),
        Job(
            "Register a person",
            {"page": 1, "field": 5},
            at("/patients/new/"),
            register,
            "The first visit is booked once a signed assessment has opened the course: two clicks more",
        ),
        Job("Print the day (then the browser's own *Print*)", clicks(2), at("/today/"), on_paper),
    )
