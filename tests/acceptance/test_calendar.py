"""The calendar in a browser: one stop of the Tab key, arrows inside it, and a list on a phone."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.engines import once
from tests.stack.windows import FRAN, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("keys do the same in a page on every database")]

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# Whether anything of what has the focus is seen: the names above and the times beside it stay where they are.
IN_SIGHT = """() => {
    const {left, top, width, height} = document.activeElement.getBoundingClientRect();
    return document.activeElement.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
# Day, time, injector, and that it is free or who comes.
SPOKEN = re.compile(r"[A-Z]\w+day \d+ [A-Z]\w+, (\d+(:\d\d)?[ap]m|midday), (Dr|RN) \w+, \S.*")


@pytest.fixture
def calendar(browser_page: Page) -> Page:
    """Next week in the calendar, at the front desk."""
    browser_page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    log_in(browser_page, FRAN)
    browser_page.goto("/calendar/")
    browser_page.get_by_role("link", name="Next week").click()
    browser_page.wait_for_url("**/calendar/?*date=*")
    return browser_page


def focused(page: Page) -> str:
    """Return what a screen reader says of the focused time."""
    return str(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))


def column(page: Page) -> str:
    """Return the class of the day in which the focus is: d1 for the first."""
    return str(page.evaluate("/d\\d/.exec(document.activeElement.closest('td').className)[0]"))


def test_the_list_of_keys_tells_those_of_the_grid(calendar: Page) -> None:
    calendar.keyboard.press("?")
    keys = calendar.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Page up Page down in the calendar: previous week, next week")
    expect(keys).to_contain_text("m on a visit in the calendar: move it")


def test_f05_the_grid_is_one_stop_and_arrows_move_in_it(calendar: Page) -> None:
    grid = calendar.get_by_role("grid")
    stop = grid.locator("[tabindex='0']")
    expect(stop).to_have_count(1)
    stop.focus()
    assert ", 9am, " in focused(calendar)
    calendar.keyboard.press("ArrowDown")
    assert ", 9:15am, " in focused(calendar)
    here, day = focused(calendar), column(calendar)
    calendar.keyboard.press("ArrowRight")
    assert column(calendar) > day
    calendar.keyboard.press("ArrowLeft")
    assert focused(calendar) == here
    calendar.keyboard.press("ArrowUp")
    assert ", 9am, " in focused(calendar)
    calendar.keyboard.press("End")
    last = grid.locator("thead th").last.inner_text()  # the demo opens on the weekday it is looked at, too
    assert focused(calendar).startswith(last[:3])
    calendar.keyboard.press("Home")
    assert focused(calendar).startswith("Monday")
    expect(stop).to_have_count(1)


def test_f05_each_time_says_day_time_injector_and_free_or_who(calendar: Page) -> None:
    times = calendar.get_by_role("grid").locator("td.free a, td.visit a")
    names = times.evaluate_all("all => all.map((one) => one.ariaLabel || '')")
    assert len(names) > 30
    assert [name for name in names if not SPOKEN.fullmatch(name)] == []


def test_f07_going_up_the_day_of_all_by_keys_nothing_in_focus_hides_under_the_names(calendar: Page) -> None:
    calendar.set_viewport_size({"width": 1280, "height": 500})
    calendar.get_by_role("link", name="Day, everyone").click()
    calendar.wait_for_url("**/calendar/day/**")
    calendar.get_by_role("grid").locator("[tabindex='0']").focus()
    for _ in range(30):
        calendar.keyboard.press("ArrowDown")
    for _ in range(30):
        calendar.keyboard.press("ArrowUp")
        assert calendar.evaluate(IN_SIGHT), focused(calendar)


def test_f05_tab_leaves_the_grid_and_comes_back_to_the_same_time(calendar: Page) -> None:
    grid = calendar.get_by_role("grid")
    grid.locator("[tabindex='0']").focus()
    calendar.keyboard.press("ArrowDown")
    here = focused(calendar)
    calendar.keyboard.press("Tab")
    expect(grid.locator(":focus")).to_have_count(0)
    calendar.keyboard.press("Shift+Tab")
    assert focused(calendar) == here
    calendar.keyboard.press("Shift+Tab")
    expect(grid.locator(":focus")).to_have_count(0)


def test_f05_page_down_goes_a_week_on_and_page_up_back_and_both_stay_in_place(calendar: Page) -> None:
    calendar.get_by_role("grid").locator("[tabindex='0']").focus()
    before, here = calendar.url, focused(calendar)
    calendar.keyboard.press("PageDown")
    calendar.wait_for_url(lambda url: url != before)
    expect(calendar.get_by_role("grid").locator(":focus")).to_be_visible()
    assert focused(calendar) != here
    assert ", 9am, " in focused(calendar)
    calendar.keyboard.press("PageUp")
    calendar.wait_for_url(lambda url: url.rpartition("date=")[2] == before.rpartition("date=")[2])
    expect(calendar.get_by_role("grid").locator(":focus")).to_be_visible()
    assert focused(calendar) == here


def test_f05_enter_opens_the_page_that_asks_who_it_is_for(calendar: Page) -> None:
    free = calendar.get_by_role("grid").locator("td.free a").first
    free.focus()
    calendar.keyboard.press("Enter")
    calendar.wait_for_url("**/calendar/free/*")
    expect(calendar.get_by_text("Who is it for?")).to_be_visible()


def test_a_name_that_is_too_long_for_the_week_of_everyone_ends_in_an_ellipsis(calendar: Page) -> None:
    calendar.get_by_role("link", name="Week, everyone").click()
    visit = '<a class="i-booked" href="/">10:30 Featherstonehaugh-Montgomery-Vandersloot J</a>'
    calendar.locator(".calendar-all td").first.evaluate("(cell, visit) => { cell.innerHTML += visit; }", visit)
    cut, ending, box = calendar.locator(".calendar-all td > .i-booked").first.evaluate(
        "(link) => [link.scrollWidth > link.clientWidth, getComputedStyle(link).textOverflow, getComputedStyle(link).display]"
    )
    assert (cut, ending, box) == (True, "ellipsis", "block")  # only a block draws one


def test_what_was_noted_goes_along_to_the_calendar_from_week_to_week_and_back(calendar: Page) -> None:
    calendar.goto("/recall/?tab=soon")
    calendar.locator("[data-opens-dialog]").first.click()
    note = calendar.get_by_label("Note (optional)")
    note.fill("needs parking")
    calendar.get_by_text("More times", exact=True).click()
    for onward in ("Choose in the calendar", "Next week", "See the best times"):
        calendar.get_by_role("link", name=onward).click()
        expect(note).to_have_value("needs parking")
        assert "parking" not in calendar.url
    calendar.goto("/recall/?tab=soon")
    assert calendar.evaluate("sessionStorage.getItem('note-so-far')") is None


def test_on_a_phone_the_focus_goes_from_time_to_time_without_a_fault(calendar: Page) -> None:
    faults = list[str]()
    calendar.on("pageerror", lambda error: faults.append(str(error)))
    calendar.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(calendar.get_by_role("grid")).to_have_count(0)
    link = calendar.locator("[data-calendar] td:visible a").first
    link.focus()
    expect(link).to_be_focused()
    assert faults == []


def test_a_phone_shows_one_day_as_a_list(calendar: Page) -> None:
    calendar.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(calendar.get_by_role("grid")).to_have_count(0)
    visible = calendar.locator("[data-calendar] td:visible")
    asked = dt.date.fromisoformat(parse_qs(urlsplit(calendar.url).query)["date"][0])
    shown = visible.evaluate_all("cells => cells.map(cell => /d\\d/.exec(cell.className)[0])")
    head = calendar.locator(f"[data-calendar] th:has(a[href$='date={asked.isoformat()}'])")
    assert shown
    assert set(shown) == {head.get_attribute("class")}
    assert calendar.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    day = calendar.url
    calendar.get_by_role("link", name="Next day").click()
    calendar.wait_for_url(lambda url: url != day)
    assert re.search(r"date=\d{4}-\d\d-\d\d", calendar.url)
