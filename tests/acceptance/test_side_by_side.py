"""What stands side by side: nothing jumps from page to page, nothing runs into its neighbour, nothing is said twice."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.engines import once
from tests.stack.axe import DESK, PHONE
from tests.stack.running import Stack
from tests.stack.windows import ADA, FRAN, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a page looks the same on every database")]

LEFT_EDGES = "all => all.map((one) => one.getBoundingClientRect().left)"
RIGHT_EDGES = "all => all.map((one) => one.getBoundingClientRect().right)"
# How far the words beside a box stand from it, and how far what comes next in the line stands from them.
TO_ITS_BOX_AND_ON = """all => all.flatMap((one, place) => {
    const box = one.querySelector("input").getBoundingClientRect(), words = document.createRange();
    words.selectNodeContents(one.lastChild);
    const next = all[place + 1]?.querySelector("input").getBoundingClientRect(), {left, right} = words.getBoundingClientRect();
    return next?.top === box.top ? [[left - box.right, next.left - right]] : [];
})"""
# By how much what belongs to a name begins below it.
BELOW = "all => all.map((one) => one.getBoundingClientRect().top - one.previousElementSibling.getBoundingClientRect().bottom)"
# By how much the words of a column stand apart from the numbers of the one before it.
APART_FROM_NUMBERS = """all => all.map((one) => { const [before, words] = [one.previousElementSibling, one].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect(); });
    return words.left - before.right; })"""
# By how much the words of a heading end before the last of the buttons below it.
ENDS_BEFORE_ITS_BUTTONS = """(head) => { const words = document.createRange();
    words.selectNodeContents(head);
    const buttons = [...head.closest("table").querySelectorAll("tbody .actions")].map((one) => one.lastElementChild);
    return Math.max(...buttons.map((one) => one.getBoundingClientRect().right)) - words.getBoundingClientRect().right; }"""
CUT_OFF = "all => all.filter((one) => one.scrollHeight > one.clientHeight).map((one) => one.textContent)"
# Buttons that stand nearer to the next one, beside or below them, than half a line.
TOO_NEAR = """all => all.filter((one) => one.checkVisibility()).flatMap((one, place, seen) => {
    const {right, bottom} = one.getBoundingClientRect(), next = seen[place + 1]?.getBoundingClientRect();
    return next && Math.max(next.left - right, next.top - bottom) < 8 ? [one.textContent] : []; })"""
LOWER_THAN_A_FINGER = """all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
    .map((one) => one.outerHTML)"""
SAID_TWICE = (
    "all => all.filter((one) => one.innerText.trim().startsWith(one.dataset.label)).map((one) => one.outerHTML)"
)
WIDER_THAN_ITS_PAGE = "one => one.offsetWidth - document.querySelector('.page-header').offsetWidth"
BROKEN_WORDS = r"""all => all.flatMap((one) => [...one.textContent.matchAll(/\S+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(one.firstChild, word.index);
    range.setEnd(one.firstChild, word.index + word[0].length);
    return range.getClientRects().length > 1; }).map(String))"""


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window of a small desk."""
    with browser.new_context(base_url=stack.url, viewport=DESK) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A phone of the clinic."""
    with browser.new_context(base_url=stack.url, viewport=PHONE, has_touch=True, is_mobile=True) as context:
        context.set_default_timeout(PATIENCE)
        yield log_in(context.new_page(), OSEI)


def test_from_page_to_page_the_top_bar_stays_where_it_is(desk: Page) -> None:
    log_in(desk, OSEI)
    bar = desk.locator(".app-bar > *, .app-bar nav a")
    stood = bar.evaluate_all(LEFT_EDGES)
    for address in ("/calendar/", "/reminders/", "/reports/", "/me/"):
        desk.goto(address)
        assert bar.evaluate_all(LEFT_EDGES) == stood, address


def test_of_whom_the_bar_has_room_for_the_whole_name_is_read(desk: Page) -> None:
    name = log_in(desk, FRAN).locator(".user-name")
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_box_stands_nearer_to_its_own_words_than_to_those_before_it(desk: Page) -> None:
    _go_to_somebody(log_in(desk, OSEI), "effects/new/")
    gaps = desk.locator(".choices > label").evaluate_all(TO_ITS_BOX_AND_ON)
    assert len(gaps) > 5
    assert [gap for gap in gaps if gap[1] < 2 * gap[0]] == []


def test_the_numbers_of_a_column_stand_apart_from_the_words_of_the_next(desk: Page) -> None:
    log_in(desk, ADA).goto("/log/?status=done")
    gaps = desk.locator("main tbody .num + :not(.num)").evaluate_all(APART_FROM_NUMBERS)
    assert min(gaps) >= 20


def test_the_heading_of_a_column_of_buttons_ends_where_they_do(desk: Page) -> None:
    log_in(desk, ADA)
    for address in ("/today/", "/recall/", "/settings/"):
        desk.goto(address)
        heads = desk.locator(".table:has(tbody .actions) thead > :last-child > :last-child")
        assert heads.last.evaluate(ENDS_BEFORE_ITS_BUTTONS) <= 1, address


def test_no_word_of_an_injectors_name_is_broken_where_the_day_has_room_beside_it(desk: Page) -> None:
    injector = log_in(desk, FRAN).locator("#day-rows > tr > td:nth-child(3)").first
    injector.evaluate("cell => { cell.textContent = 'Dr Bartholomew Llewellyn'; }")
    assert injector.evaluate_all(BROKEN_WORDS) == []


def test_what_could_not_be_saved_is_shown_whole(desk: Page) -> None:
    _go_to_somebody(log_in(desk, OSEI), "effects/new/")
    desk.locator("main textarea").fill("Called about the lift. " * 80)
    desk.locator("main [name=csrfmiddlewaretoken]").evaluate("box => { box.value = 'x'.repeat(64); }")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Write down").click()
    assert desk.locator("textarea").evaluate("one => one.scrollHeight - one.clientHeight") <= 0


def test_the_tries_of_a_message_are_seen_to_open_and_are_large_enough_to_press(phone: Page) -> None:
    phone.goto("/reminders/?tab=sent")
    tries = phone.locator("main td summary")
    assert tries.count()
    assert tries.evaluate_all("all => all.filter((one) => getComputedStyle(one).display !== 'list-item').length") == 0
    assert tries.evaluate_all(LOWER_THAN_A_FINGER) == []


def test_buttons_beside_or_below_each_other_stand_apart(phone: Page) -> None:
    for part in ("edit/", "authorizations/new/"):
        _go_to_somebody(phone, part)
        assert phone.locator("main .btn").evaluate_all(TOO_NEAR) == [], part
    phone.goto("/reports/")
    assert phone.locator("main .btn").evaluate_all(TOO_NEAR) == []


def test_vials_are_discarded_in_a_menu_that_moves_no_column_and_closes_with_escape(desk: Page) -> None:
    log_in(desk, OSEI).goto("/stock/")
    heads = desk.locator("main thead th")
    stood = heads.evaluate_all(LEFT_EDGES)
    discard = desk.locator("main summary").first
    discard.press("Enter")
    expect(desk.get_by_label("Number of vials").first).to_be_focused()
    assert heads.evaluate_all(LEFT_EDGES) == stood
    desk.keyboard.press("Escape")
    expect(discard).to_be_focused()
    expect(desk.get_by_label("Number of vials").first).to_be_hidden()


def test_the_summary_leads_to_the_reason_that_is_missing_where_vials_are_discarded(desk: Page) -> None:
    log_in(desk, OSEI).goto("/stock/")
    desk.locator("main summary").first.click()
    with desk.expect_navigation():
        desk.locator("details[open]").get_by_role("button", name="Discard").click()
    desk.get_by_role("link", name="Say why the vials are discarded.").click()
    expect(desk.locator("#id_reason")).to_be_focused()


def test_each_link_of_everybodys_week_is_large_enough_to_press_on_a_phone(phone: Page) -> None:
    phone.goto("/calendar/all/")
    links = phone.locator(".calendar-all a")
    assert links.count()
    assert links.evaluate_all(LOWER_THAN_A_FINGER) == []
    assert phone.locator(".calendar-all tbody th").evaluate_all(CUT_OFF) == []


def test_that_the_next_visit_is_not_booked_is_read_in_one_line(desk: Page) -> None:
    log_in(desk, OSEI)
    lines = desk.locator("#day-rows .meta", has_text=re.compile("^not booked$")).evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight))"
    )
    assert lines
    assert max(lines) < 1.5


def test_a_record_number_stands_below_its_name_in_the_card_of_a_list_too(phone: Page) -> None:
    for address in ("/authorizations/", "/response/", "/inbox/?tab=all"):
        phone.goto(address)
        below = phone.locator(".table-cards th > .meta").evaluate_all(BELOW)
        assert below, address
        assert min(below) > -4, address  # half of the room between two lines


def test_the_next_step_of_every_visit_is_as_wide_on_a_phone(phone: Page) -> None:
    phone.goto("/today/")
    steps = phone.locator("#day-rows > tr > .actions:has(> [data-menu]:nth-child(2))")
    widths = steps.evaluate_all(
        "all => all.map((one) => Math.round(one.firstElementChild.getBoundingClientRect().width))"
    )
    assert len(widths) > 2
    assert len(set(widths)) == 1


def test_no_cell_of_a_card_says_its_heading_twice(phone: Page) -> None:
    for address in ("/authorizations/", "/reminders/tomorrow/", "/effects/", "/recall/"):
        phone.goto(address)
        assert phone.locator(".table-cards td[data-label]").evaluate_all(SAID_TWICE) == [], address


def test_the_headings_of_a_blank_diary_are_whole_words_on_a_phone(phone: Page) -> None:
    _go_to_somebody(phone, "diary/blank/")
    assert phone.locator(".blank-diary thead th").evaluate_all(BROKEN_WORDS) == []
    assert phone.locator(".blank-diary").evaluate(WIDER_THAN_ITS_PAGE) <= 0


def test_two_dates_stand_side_by_side_also_where_one_of_them_is_wrong(desk: Page) -> None:
    _go_to_somebody(log_in(desk, OSEI), "effects/new/")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Write down").click()
    assert desk.get_by_label("Began on").bounding_box()["y"] == desk.get_by_label("Ended on").bounding_box()["y"]  # type: ignore[index]


def test_no_line_of_a_chart_runs_through_the_words_at_its_end(desk: Page) -> None:
    _go_to_somebody(log_in(desk, OSEI), "")
    ends = desk.locator(".chart-mark, .chart-share").evaluate_all(RIGHT_EDGES)
    words = desk.locator(".chart-share-label").evaluate_all(LEFT_EDGES)
    assert max(ends) + 4 < min(words)


def test_each_injector_has_as_much_of_the_day_whoever_comes_to_them(desk: Page) -> None:
    log_in(desk, OSEI).goto("/calendar/day/")
    desk.locator(".calendar td > a").first.evaluate(f"one => {{ one.textContent = '{'Featherstonehaugh ' * 4}'; }}")
    heads = desk.locator(".calendar thead th + th")
    widths = heads.evaluate_all("all => all.map((one) => Math.round(one.getBoundingClientRect().width))")
    assert len(widths) > 2
    assert max(widths) - min(widths) <= 1


def _go_to_somebody(page: Page, part: str) -> None:
    page.goto("/response/")
    person = page.locator("main a[href^='/patients/']").first.get_attribute("href")
    page.goto(f"{person}{part}")
