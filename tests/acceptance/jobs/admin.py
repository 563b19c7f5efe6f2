"""What an administrator does now and then: at a clinic of the demo, and at one that is being set up."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.jobs.counting import Effort, Job, at, clicks, write

STEPS = 7
MESSAGES = "#messages .message"
VIEW = "For the audit"


def undelivered(page: Page) -> None:
    menu = page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(r"^Reminders\s+\d+"))
    expect(menu).to_be_visible()
    number = menu.locator(".count").inner_text().split()[0]
    expect(page.locator("main")).to_contain_text(re.compile(rf"{number} reminders? did not reach"))


def mend_and_send(page: Page) -> None:
    row = page.locator("main tr", has=page.locator("details .fix")).first
    # Which of the demo's dead addresses stands first goes by the day.
    address = "+1 212 555 0142" if "Text message" in row.inner_text() else "new@patients.example"
    row.locator("summary", has_text="Fix and send again").click()
    write(row.locator("input[name=address]"), address)
    row.get_by_role("button", name="Save and send").click()
    expect(page.locator(MESSAGES)).to_be_visible()


def kept_view(page: Page) -> None:
    """Begin with a view that was kept."""
    page.goto("/log/keep/?status=done")
    page.locator("main form input[type=text]").first.fill(VIEW)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/log/**")


def export(page: Page) -> None:
    page.get_by_role("link", name=VIEW).click()
    page.wait_for_url("**/log/?*status=done*")
    with page.expect_download():
        page.get_by_role("link", name="Export CSV").click()


def no_shows(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    expect(page.locator("main")).to_contain_text(re.compile("no-show", re.IGNORECASE))


def trace(page: Page) -> None:
    lot = page.locator("td[data-label=Lot]", has_text=re.compile(r"\w")).first.inner_text().split()[0]
    page.get_by_role("link", name="Lot trace").click()
    write(page.locator("#id_lot"), lot)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("People to call")


def set_up(page: Page) -> Effort:
    steps = page.locator(".first-steps > li").count()
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    for _ in range(steps):
        page.get_by_role("button", name="Done, go on").click()
        page.wait_for_load_state()
        if page.locator(".first-steps").count():
            break
    expect(page.locator(MESSAGES)).to_contain_text("The clinic is set up")
    return {"step": steps}


def a_text(page: Page) -> None:
    """Begin at the words of the first email."""
    page.goto("/settings/messages/")
    page.locator("main a[href^='/settings/messages/']").filter(
        has_text=re.compile("before", re.IGNORECASE)
    ).first.click()
    page.locator("main a[href$='/email/en/']").first.click()


def change_words(page: Page) -> None:
    body = page.locator("#id_body")
    words = body.input_value() + "\nThe lift is on the left."
    write(body, words)
    expect(page.locator("#shown-h + div")).to_contain_text("The lift is on the left")
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator(MESSAGES)).to_be_visible()
    page.get_by_role("button", name="Save new version").click()
    page.wait_for_load_state()


def at_a_clinic(begun: dict[str, Any]) -> tuple[Job, ...]:
    """Return the jobs at a clinic that works."""
    return (
        Job("Know that reminders fail: in the menu and on Today", {}, at("/today/"), undelivered),
        Job("Mend a number and send again (the number is typed)", clicks(2), at("/reminders/"), mend_and_send),
        Job("Export the log: a view that was kept, then the file", clicks(2), kept_view, export),
        Job("See how many did not come", clicks(1), at("/today/"), no_shows),
        Job("Trace a lot to the people to call (the lot is typed)", {"click": 1, "key": 1}, at("/log/"), trace),
    )


def setting_up(begun: dict[str, Any]) -> tuple[Job, ...]:
    """Return the jobs at a clinic that is being set up."""

    def leave(page: Page) -> Effort:
        page.get_by_role("link", name="Add leave").click()
        for label in ("First day", "Last day"):
            page.get_by_label(label).fill(begun["leave"])
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Save and move as chosen").click()
        expect(page.locator(MESSAGES)).to_contain_text("Saved")
        return {"page": 2}

    return (
        Job(
            "Set the clinic up",
            {"step": STEPS},
            at("/first-steps/"),
            set_up,
            "Clicks from step to step, with what is set up already; the pages that a step leads to are not counted",
        ),
        Job(
            "Give an injector leave: the visits in it listed, all moved (the days are typed)",
            {"page": 1},
            at(begun["injector"]),
            leave,
            "One page asks for the days, the next lists the visits in them; nothing is saved before that",
        ),
        Job("Change a message: look at it, send oneself a test, save", clicks(3), a_text, change_words),
    )
