"""What a patient does on the phone; the tap that opens the link in a message is made before."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.jobs.counting import Effort, Job, at, clicks, here
from tests.stack.own_pages import tell_birth_date

WEEK = 7


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("h1")).to_have_text("Thank you")


def take_the_file(page: Page) -> None:
    with page.expect_download():
        page.get_by_role("link", name="Add to my calendar").click()


def ask_to_move(page: Page) -> None:
    page.get_by_role("link", name="I cannot come").click()
    page.locator("main fieldset input").first.click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Your time stays booked until we answer")


def choose_another(page: Page) -> None:
    page.get_by_role("link", name="I cannot come").click()
    page.locator("main button[name=slot]").first.click()
    expect(page.locator("h1")).to_have_text("Thank you")


def clear_day(page: Page) -> None:
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Saved")


def next_day(page: Page) -> None:
    """Begin where the page of a saved day leads: at the next one that is not filled in."""
    page.get_by_role("link", name="Write about").first.click()


def headache_day(page: Page) -> None:
    page.locator("summary", has_text="Yes").click()
    page.locator("[name=worst_pain]").nth(1).click()
    page.locator("[name=signs]").first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("Saved")


def catch_up(page: Page) -> Effort:
    days = page.locator("[data-day]")
    expect(days).to_have_count(WEEK)
    days.first.get_by_label("Headache", exact=True).click()
    for day in days.all()[1:]:
        day.get_by_label("Same as the day above").click()
    for day in days.all():
        expect(day.locator("[data-state]")).to_have_text("Saved")
    return {"page": 1}


def what_to_expect(page: Page) -> None:
    page.get_by_role("link", name="What to expect").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def stop(page: Page) -> None:
    page.locator("main fieldset input").first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved")


def jobs(begun: dict[str, Any]) -> tuple[Job, ...]:
    """Return the jobs of a patient."""
    visit, diary, place = begun["visit"], begun["diary"], begun["place"]

    def read_the_mail(page: Page) -> None:
        mail = begun["messages"]["email"]
        assert all(fact in mail for fact in (*place, "10:30am", begun["visit_date"]))

    def read_the_text(page: Page) -> Effort:
        text = begun["messages"]["sms"]
        assert all(fact in text for fact in ("10:30am", begun["visit_date"]))
        page.goto(begun["ask"])
        for fact in place:
            expect(page.locator("body")).to_contain_text(fact)
        return clicks(0 if all(fact in text for fact in place) else 1)

    return (
        Job("Where, when and whom to call: in an email", {}, at(visit), read_the_mail),
        Job(
            "Where, when and whom to call: in a text message",
            clicks(0),
            here,
            read_the_text,
            "Clinic, day and time are in the text; place and phone number are behind its link, for one text holds 160 characters",
        ),
        Job("Ask to move, at a clinic that answers itself", clicks(3), at(begun["ask"]), ask_to_move),
        Job("Say “I will come”", clicks(1), at(visit), confirm),
        Job("Put it into the calendar", clicks(1), here, take_the_file),
        Job("Know what to do before and after", clicks(1), at(visit), what_to_expect),
        Job("Choose another time, where the clinic lets patients", clicks(3), at(visit), choose_another),
        Job("A clear day in the diary", clicks(2), lambda page: tell_birth_date(page, diary), clear_day),
        Job("A day with headache, with one sign of migraine", clicks(5), next_day, headache_day),
        Job("Catch up on seven days, on one page", {"page": 1, "click": WEEK}, at(f"{diary}week/"), catch_up),
        Job("Stop messages, on the page for it", clicks(2), at(f"{visit}stop/"), stop),
    )
