"""Somebody who works at two clinics has both open, in two windows: what the first one sends is not lost to the second."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stack.windows import ADA, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser]

NOTE = "needs parking"


@pytest.fixture
def recall(browser_page: Page) -> Page:
    """Ada's window on the recall list of Riverside."""
    log_in(browser_page, ADA).goto("/recall/?tab=soon")
    return browser_page


def go_to_lakeside(page: Page) -> None:
    """Go to the other clinic in a second window."""
    second = page.context.new_page()
    second.goto("/today/")
    second.locator(".app-bar summary").click()
    second.get_by_role("button", name="Lakeside").click()
    expect(second.locator(".app-brand")).to_contain_text("Lakeside")
    second.close()


def first_time(page: Page) -> Locator:
    """Open the times of the first person of the list; return the first of them."""
    page.locator("[data-opens-dialog]").first.click()
    time = page.locator("#book-dialog [data-key='1']")
    expect(time).to_be_focused()
    return time


def test_a_time_chosen_in_the_dialog_is_booked_where_it_belongs_with_the_note(recall: Page) -> None:
    time = first_time(recall)
    recall.get_by_label("Note (optional)").fill(NOTE)
    go_to_lakeside(recall)
    time.click()
    recall.get_by_role("button", name="Send it at Riverside").click()
    expect(recall.locator("#messages")).to_contain_text("booked for")
    expect(recall.locator(".app-brand")).to_contain_text("Riverside")
    expect(recall.get_by_role("heading", name="Recall")).to_be_visible()


def test_other_times_asked_for_in_the_dialog_are_shown_where_they_belong_with_the_note(recall: Page) -> None:
    first_time(recall)
    recall.get_by_label("Note (optional)").fill(NOTE)
    recall.get_by_text("More times", exact=True).click()
    go_to_lakeside(recall)
    recall.get_by_role("button", name="+16 weeks").click()
    recall.get_by_role("button", name="Send it at Riverside").click()
    expect(recall.get_by_label("Note (optional)")).to_have_value(NOTE)
    assert "not_before" in recall.url


def test_times_of_a_person_of_the_other_clinic_say_where_one_is_and_lead_there(recall: Page) -> None:
    go_to_lakeside(recall)
    recall.locator("[data-opens-dialog]").first.click()
    expect(recall.get_by_role("button", name="Go to Riverside")).to_be_visible()
