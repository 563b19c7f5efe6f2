"""F28: one session form, two people. The second reads who writes, both versions are seen, taking over is written down."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stack.running import Stack, in_room
from tests.stack.windows import BELLO, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.fixture(scope="module")
def two(browser: Browser, stack: Stack) -> Iterator[tuple[Page, Page]]:
    """The windows of Dr Osei and RN Bello, each with their own log-in."""
    contexts = [browser.new_context(base_url=stack.url) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(PATIENCE)
    mine, theirs = (log_in(one.new_page(), who) for one, who in zip(contexts, (OSEI, BELLO), strict=True))
    yield mine, theirs
    for context in contexts:
        context.close()


def write(page: Page, words: str) -> None:
    """Type a note and wait until it is kept."""
    page.get_by_label("Note", exact=True).fill(words)
    expect(page.locator("[data-draft-line]")).to_contain_text("Draft saved")


def test_f28_the_second_reads_who_writes_and_may_take_over_which_is_written_down(two: Any, stack: Stack) -> None:
    mine, theirs = two
    address = in_room(stack)
    mine.goto(address)
    write(mine, "sore on the left")
    theirs.goto(address)
    expect(theirs.locator("main")).to_contain_text("Dr Osei is writing this")
    expect(theirs.locator("main")).to_contain_text("sore on the left")
    expect(theirs.locator("main :is(input:not([type=hidden]), textarea, select)")).to_have_count(0)
    theirs.get_by_role("button", name="Take over").click()
    expect(theirs.get_by_label("Note", exact=True)).to_have_value("sore on the left")
    theirs.goto(address.removesuffix("record/"))
    expect(theirs.get_by_role("region", name="History")).to_contain_text("Taken over, RN Bello")


def test_f28_who_had_it_open_before_anything_was_typed_sees_both_versions(two: Any, stack: Stack) -> None:
    mine, theirs = two
    address = in_room(stack)
    mine.goto(address)
    theirs.goto(address)  # nobody has typed yet
    write(mine, "sore on the left")
    theirs.get_by_label("Note", exact=True).fill("sore on the right")
    theirs.locator("#site_PRO").uncheck()
    theirs.get_by_role("button", name="See both versions").click()
    expect(theirs.locator("main")).to_contain_text("Dr Osei is writing this session")
    expect(theirs.get_by_role("row", name=re.compile("^Note"))).to_contain_text("sore on the rightsore on the left")
    theirs.locator("#theirs_sign").check()
    theirs.get_by_role("button", name="Take over with this").click()
    expect(theirs.get_by_label("Note", exact=True)).to_have_value("sore on the left")
    expect(theirs.locator("#site_PRO")).not_to_be_checked()
    mine.get_by_label("Note", exact=True).fill("sore on the left, more")
    expect(mine.locator("[data-draft-line]")).to_contain_text("RN Bello is writing this session.")


def test_f28_both_versions_can_be_read_on_a_phone(two: Any, stack: Stack) -> None:
    mine, theirs = two
    address = in_room(stack)
    mine.goto(address)
    theirs.goto(address)
    mine.locator("#id_identity_checked").check()  # a question of many words beside answers of one
    write(mine, "sore on the left")
    theirs.get_by_label("Note", exact=True).fill("sore on the right")
    with theirs.expect_navigation():
        theirs.get_by_role("button", name="See both versions").click()
    theirs.set_viewport_size({"width": 360, "height": 640})
    shown = "(cells) => cells.filter((cell) => cell.checkVisibility()).map((cell) => cell.clientWidth)"
    widths = theirs.locator(".both :is(th, td)").evaluate_all(shown)
    assert widths
    assert min(widths) > 70  # wide enough for one word of an answer
