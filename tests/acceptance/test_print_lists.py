"""F21, F40: the lists that a clinic prints, from a dark screen: black on white, whole, and each says whose it is."""

import json
import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.paper import sheets
from tests.builders import PASSWORD
from tests.engines import once
from tests.stack.axe import DESK
from tests.stack.running import Stack, run_beside
from tests.stack.windows import PATIENCE

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a sheet looks the same on every database")]

FORMATS: tuple[Literal["A4", "Letter"], ...] = ("A4", "Letter")
PRINTED = re.compile(r"PrintedbyAdaMosson[A-Z][a-z]+day\d+[A-Z]\w+,\w+:?\w*,Londontime")
# What each list is for: the words of its first and of its last row, as a sheet has them, without spaces.
LISTS = {
    "call": ("/reminders/tomorrow/?date={tomorrow}", "Vale00", "Vale59"),
    "recall": ("/recall/", "Lark000", "Lark049"),
    "log": ("/log/?first={tomorrow}&last={tomorrow}", "Vale59", "Vale10"),
    "lot": ("/stock/trace/?lot=C4471", "RobinWren", "RobinWren"),
    "report": ("/reports/no-shows/print/", "Report:No-shows", "Nothingtocount"),
    "week": ("/calendar/?date={next_week}", "9:00free", "16:45free"),
    "day": ("/calendar/day/?date={tomorrow}", "9:00Vale00R", "16:52Vale59R"),
    "capacity": ("/capacity/", "nohoursforthese", "Note"),
}
COLOURS = """() => [...new Set([document.body, ...document.querySelectorAll("main *")].filter((one) => one.checkVisibility())
    .map((one) => getComputedStyle(one)).flatMap(({color, backgroundColor}) => [color, backgroundColor]))]"""
BLACK_ON_WHITE = {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
TORN = """() => [...document.querySelectorAll("tr:not(.calendar tr), .calendar td:not([rowspan])")]
    .filter((one) => getComputedStyle(one).breakInside !== "avoid").length"""


@pytest.fixture(scope="module")
def made(stack: Stack) -> dict[str, str]:
    """A clinic whose lists are longer than a sheet: an admin, and the days that are asked for."""
    found: dict[str, str] = json.loads(run_beside(stack, "tests.acceptance.long_lists"))
    return found


@pytest.fixture(scope="module")
def admin(browser: Browser, stack: Stack, made: dict[str, str]) -> Iterator[Page]:
    """Ada's window, in the dark, that prints."""
    with browser.new_context(base_url=stack.url, color_scheme="dark") as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/log-in/")
        page.get_by_label("Email").fill(made["admin"])
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/today/")
        page.emulate_media(media="print")
        yield page


@pytest.mark.parametrize("name", LISTS)
def test_f40_a_list_is_whole_and_says_on_each_sheet_who_printed_it_and_when(
    admin: Page, made: dict[str, str], name: str
) -> None:
    address, first, last = LISTS[name]
    admin.goto(address.format(**made))
    for size in FORMATS:
        found = sheets(admin.pdf(format=size))
        for number, sheet in enumerate(found, start=1):
            assert f"Page{number}of{len(found)}" in sheet
            assert PRINTED.search(sheet), sheet
        assert first in found[0], "the list begins on the first sheet"
        assert last in "".join(found)
    assert admin.evaluate(TORN) == 0


@pytest.mark.parametrize("name", LISTS)
def test_f21_a_list_printed_from_the_dark_is_black_on_white(admin: Page, made: dict[str, str], name: str) -> None:
    admin.goto(LISTS[name][0].format(**made))
    assert set(admin.evaluate(COLOURS)) <= BLACK_ON_WHITE


@pytest.mark.parametrize(
    ("name", "said"), [("log", "60 sessions, 50 of them on this page."), ("recall", "1 to 50 of 60")]
)
def test_f40_a_sheet_that_holds_a_part_of_a_list_says_so(
    admin: Page, made: dict[str, str], name: str, said: str
) -> None:
    admin.goto(LISTS[name][0].format(**made))
    expect(admin.get_by_text(said)).to_be_visible()


def test_f40_the_day_has_a_column_for_each_injector_on_its_sheet(admin: Page, made: dict[str, str]) -> None:
    # What is wider than the sheet is not on it: with six injectors the last had no column.
    admin.goto(LISTS["day"][0].format(**made))
    admin.evaluate(
        """() => document.querySelectorAll(".calendar tr").forEach((row) => {
            for (let more = 0; more < 8; more += 1) row.append(row.lastElementChild.cloneNode(true));
        })"""
    )
    admin.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins
    too_wide = admin.locator(".calendar").evaluate("calendar => calendar.scrollWidth - innerWidth")
    admin.set_viewport_size(DESK)
    assert too_wide <= 0
