"""Today in a browser: keys and focus around the dialog of free times, and a refresh that moves nothing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.stack.focus import tab_to
from tests.stack.running import Stack, make_for_today
from tests.stack.windows import FRAN, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SETTLES = 200  # milliseconds in which a scroll that goes on would show


@pytest.fixture(scope="module")
def late(stack: Stack) -> None:
    """People whom all tests of this file may take for still to come, also in the evening."""
    make_for_today(stack, "tests.stack.late", "12")


@pytest.fixture
def desk(browser_page: Page, late: None) -> Page:
    """Fran's window, on Today."""
    return log_in(browser_page, FRAN)


@pytest.fixture
def other(desk: Page, browser: Browser, stack: Stack) -> Iterator[Page]:
    """The window of a second person, on the same day."""
    context = browser.new_context(base_url=stack.url)
    context.set_default_timeout(PATIENCE)
    page = log_in(context.new_page(), OSEI)
    page.goto(desk.url)
    yield page
    context.close()


def booked(page: Page, number: int) -> str:
    """Return the id of one of the rows whose next step is *Arrived*."""
    rows = page.locator("tr[id^=visit-]", has=page.locator(".btn-primary[data-key=a]"))
    return str(rows.nth(number).get_attribute("id"))


def walk_to(page: Page, row: str) -> Locator:
    """Press k until the first row is the current one, then j until this is."""
    target = page.locator(f"#{row}")
    page.locator("body").press("j")
    for _ in range(page.locator("tr[id^=visit-]").count()):
        page.keyboard.press("k")
    for _ in range(page.locator("tr[id^=visit-]").count()):
        if target.get_attribute("data-current") is not None:
            break
        page.keyboard.press("j")
    expect(target).to_be_focused()
    return target


def top_of(row: Locator) -> float:
    """Return where on the screen a row begins, once the browser has scrolled to what got the focus."""
    before = None
    while (box := row.bounding_box()) != before:
        before = box
        row.page.wait_for_timeout(SETTLES)
    assert box
    return box["y"]


def refresh(page: Page) -> None:
    """Let the 20 seconds be over."""
    with page.expect_response(re.compile("/today/changes/")):
        page.evaluate("htmx.trigger('#day-live', 'refresh')")


def test_f03_b_opens_the_times_escape_gives_the_row_back_and_1_books_with_undo_in_focus(desk: Page) -> None:
    row = booked(desk, 0)
    walk_to(desk, row)
    with desk.expect_navigation():
        desk.keyboard.press("x")
    expect(desk.locator(f"#{row} [data-key=b]")).to_be_visible()
    expect(desk.locator(f"#{row}")).to_have_attribute("data-current", "")
    desk.keyboard.press("b")
    dialog = desk.locator("#book-dialog")
    expect(dialog.locator("[data-key]")).to_have_count(5)
    expect(dialog.locator("[data-key='1']")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.locator(f"#{row}")).to_be_focused()
    desk.keyboard.press("b")
    expect(dialog.locator("[data-key='1']")).to_be_focused()
    desk.keyboard.press("1")
    expect(desk.get_by_role("button", name="Undo")).to_be_focused()
    expect(desk.locator("#messages")).to_contain_text("booked for")


def test_a_button_of_a_row_pressed_with_enter_leaves_the_next_key_at_that_row(desk: Page) -> None:
    row = walk_to(desk, booked(desk, 1))
    row.get_by_role("button", name="Arrived").focus()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Undo")).to_be_focused()
    with desk.expect_navigation():
        desk.keyboard.press("u")
    expect(row).to_be_focused()


@pytest.mark.parametrize("key", ["u", "Enter"])
def test_undo_by_key_gives_the_focus_back_to_the_row(desk: Page, key: str) -> None:
    row = walk_to(desk, booked(desk, 0))
    with desk.expect_navigation():
        desk.keyboard.press("a")
    expect(desk.get_by_role("button", name="Undo")).to_be_focused()
    with desk.expect_navigation():
        desk.keyboard.press(key)
    expect(desk.locator("#messages")).to_contain_text("Undone.")
    expect(row).to_be_focused()


def test_a_message_that_is_closed_by_key_gives_the_focus_back_to_the_row(desk: Page) -> None:
    row = walk_to(desk, booked(desk, 0))
    with desk.expect_navigation():
        desk.keyboard.press("a")
    expect(desk.get_by_role("button", name="Undo")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator("#messages .message")).to_have_count(0)
    expect(row).to_be_focused()


def test_on_a_phone_a_step_leaves_the_list_where_it_was_read(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 640})
    row = desk.locator(f"#{booked(desk, -1)}")
    row.scroll_into_view_if_needed()
    before = top_of(row)
    with desk.expect_navigation():
        row.locator("[data-key=a]").click()
    # What is counted above the list may take a line more or less.
    assert top_of(row) == pytest.approx(before, abs=60)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Undo").click()
    assert top_of(row) == pytest.approx(before, abs=60)


def test_on_a_phone_no_focus_hides_under_the_message_about_a_step(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 640})
    with desk.expect_navigation():
        desk.locator(f"#{booked(desk, 0)} [data-key=a]").click()
    expect(desk.get_by_role("button", name="Undo")).to_be_focused()
    tab_to(desk, ".message [data-dismiss]")
    desk.keyboard.press("Tab")  # over the end of the page
    tab_to(desk, ".message [data-key=u]")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")


def test_undo_where_there_are_no_rows_gives_the_focus_to_what_it_says(desk: Page) -> None:
    visit = desk.locator(f"#{booked(desk, 0)} a[href*='/sessions/']").first
    desk.goto(str(visit.get_attribute("href")))
    with desk.expect_navigation():
        desk.keyboard.press("a")
    with desk.expect_navigation():
        desk.keyboard.press("u")
    expect(desk.locator("#messages [data-announce]")).to_be_focused()


def test_f04_with_the_keys_switched_off_letters_do_nothing_and_tab_and_enter_still_do_all(desk: Page) -> None:
    row = booked(desk, 0)
    desk.keyboard.press("?")
    switch = desk.get_by_label("Use single-letter keys on this device")
    expect(switch).to_be_checked()
    desk.keyboard.press("Tab")
    expect(switch).to_be_focused()
    desk.keyboard.press("Space")
    desk.keyboard.press("Escape")
    place, before = desk.url, desk.locator(f"#{row}").get_attribute("data-state")
    desk.locator(f"#{row}").evaluate("(row) => { row.tabIndex = -1; row.focus(); }")
    for key in ("a", "b", "x", "j", "?"):
        desk.keyboard.press(key)
    expect(desk.locator("dialog[open]")).to_have_count(0)
    assert (desk.url, desk.locator(f"#{row}").get_attribute("data-state")) == (place, before)
    for _ in range(20):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.dataset.key") == "a":
            break
    desk.keyboard.press("Enter")
    expect(desk.locator("#messages")).to_contain_text("arrived")


def test_the_list_of_keys_says_what_each_does_in_any_row_and_names_nobody(desk: Page) -> None:
    names = desk.locator("#day-rows > tr > th > a").all_inner_texts()
    desk.keyboard.press("?")
    keys = desk.locator("[data-keys-here]")
    for words in ("a Arrived", "x No-show", "u Undo last step"):
        key, does = words.split(" ", 1)
        line = keys.get_by_role("listitem").filter(has=desk.locator("kbd", has_text=re.compile(f"^{key}$")))
        expect(line).to_contain_text(does)
    assert [name for name in names if name in keys.inner_text()] == []


def test_n_registers_a_person_from_any_page_but_not_from_within_a_form(desk: Page) -> None:
    for address in ("/today/", "/recall/"):
        desk.goto(address)
        with desk.expect_navigation(url="**/patients/new/"):
            desk.keyboard.press("n")
    desk.get_by_label("First name").fill("Wren")
    desk.get_by_label("Yes", exact=True).focus()
    desk.keyboard.press("n")
    desk.wait_for_timeout(SETTLES)
    expect(desk.get_by_label("First name")).to_have_value("Wren")


def test_f04_letters_typed_into_the_search_are_letters(desk: Page) -> None:
    place = desk.url
    desk.get_by_role("searchbox").focus()
    desk.keyboard.type("box")
    expect(desk.get_by_role("searchbox")).to_have_value("box")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    assert desk.url == place


def test_f08_a_refresh_changes_the_other_rows_and_leaves_the_one_in_focus_where_it_is(desk: Page, other: Page) -> None:
    mine, theirs = booked(desk, 1), booked(desk, 0)
    row = walk_to(desk, mine)
    before = top_of(row)
    other.locator(f"#{theirs} [data-key=a]").click()
    expect(other.locator("#messages")).to_contain_text("arrived")
    refresh(desk)
    expect(desk.locator(f"#{theirs}")).to_contain_text("Waiting")
    expect(desk.locator("#announce")).to_have_text("1 change")
    expect(row).to_be_focused()
    assert top_of(row) == pytest.approx(before, abs=1)  # pages scroll by whole pixels


def test_f08_a_refresh_of_the_board_leaves_the_focus_on_the_link_that_refreshes(desk: Page, other: Page) -> None:
    theirs = booked(desk, 0)
    desk.get_by_role("button", name="Board").click()
    arrived = desk.locator("#count-arrived")
    before = int(arrived.inner_text())
    link = desk.locator("#day-counts").get_by_role("link", name="Refresh")
    link.focus()
    other.locator(f"#{theirs} [data-key=a]").click()
    expect(other.locator("#messages")).to_contain_text("arrived")
    refresh(desk)
    expect(arrived).to_have_text(str(before + 1))
    expect(link).to_be_focused()
    desk.get_by_role("button", name="List", exact=True).click()  # what is chosen stays with the person


def test_f08_on_a_phone_a_refresh_of_the_board_leaves_what_is_read_where_it_is(desk: Page, other: Page) -> None:
    theirs, read = booked(desk, 0), booked(desk, 2)
    desk.set_viewport_size({"width": 360, "height": 640})
    desk.get_by_role("button", name="Board").click()
    arrived = desk.locator("#count-arrived")
    before = int(arrived.inner_text())
    desk.mouse.move(1, 1)  # a finger points at nothing
    card = desk.locator(f"#{read}")
    card.evaluate("card => window.scrollBy(0, card.getBoundingClientRect().top - 100)")
    place = top_of(card)
    other.locator(f"#{theirs} [data-key=a]").click()
    expect(other.locator("#messages")).to_contain_text("arrived")
    refresh(desk)
    expect(arrived).to_have_text(str(before + 1))
    assert top_of(card) == pytest.approx(place, abs=1)
    desk.get_by_role("button", name="List", exact=True).click()


def test_f08_a_refresh_leaves_the_row_under_the_mouse_where_it_is(desk: Page, other: Page) -> None:
    theirs, mine = booked(desk, 0), desk.locator(f"#{booked(desk, 1)}")
    mine.scroll_into_view_if_needed()
    mine.hover()
    before = top_of(mine)
    other.locator(f"#{theirs} [data-key=a]").click()
    expect(other.locator("#messages")).to_contain_text("arrived")
    refresh(desk)
    expect(desk.locator(f"#{theirs}")).to_contain_text("Waiting")
    assert top_of(mine) == pytest.approx(before, abs=1)
    assert mine.evaluate("row => row.matches(':hover')")


def test_f08_a_row_that_changes_while_it_has_the_focus_waits_until_it_is_left(desk: Page, other: Page) -> None:
    mine = booked(desk, 0)
    row = walk_to(desk, mine)
    other.locator(f"#{mine} [data-key=a]").click()
    expect(other.locator("#messages")).to_contain_text("arrived")
    refresh(desk)
    expect(desk.locator("#announce")).to_have_text("1 change")
    expect(row).to_be_focused()
    expect(row).not_to_contain_text("Waiting")
    desk.locator("h1").click()
    expect(row).to_contain_text("Waiting")


def test_f24_without_the_server_the_page_says_since_when_it_is_not_up_to_date(desk: Page) -> None:
    desk.route(re.compile("/today/changes/"), lambda route: route.abort())
    desk.evaluate("htmx.trigger('#day-live', 'refresh')")
    expect(desk.locator("#day-stale")).to_contain_text("Not up to date. Last checked")
    expect(desk.locator("#failure")).to_be_hidden()
    desk.unroute(re.compile("/today/changes/"))
    refresh(desk)
    expect(desk.locator("#day-stale")).to_be_hidden()


def test_f24_what_the_page_asks_by_itself_is_not_said_to_have_failed(browser_page: Page, late: None) -> None:
    browser_page.clock.install()
    desk = log_in(browser_page, FRAN)
    desk.route("**/reminders/line/", lambda route: route.abort())
    with desk.expect_event("requestfailed"):
        desk.clock.run_for(61_000)
    desk.clock.run_for(1000)
    expect(desk.locator("#failure")).to_be_hidden()


def test_f24_what_a_press_said_stays_when_the_page_asks_by_itself(browser_page: Page, late: None) -> None:
    browser_page.clock.install()
    desk = log_in(browser_page, FRAN)
    desk.route("**/sessions/*/move/**", lambda route: route.abort())
    walk_to(desk, booked(desk, 0))
    desk.keyboard.press("m")
    expect(desk.locator("#failure")).to_contain_text("We could not reach the server")
    with desk.expect_response("**/reminders/line/"):
        desk.clock.run_for(61_000)
    expect(desk.locator("#failure")).to_be_visible()
