"""F40: what is printed from a dark screen is black on white, and no sheet of it is nobody's."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.paper import sheets
from tests.engines import once
from tests.stack.axe import DESK
from tests.stack.running import Stack
from tests.stack.windows import OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a sheet looks the same on every database")]

PRINTED = re.compile(r"PrintedbyDrOseion[A-Z][a-z]+day\d+[A-Z]\w+,\w+:?\w*,Londontime")
FORMATS: tuple[Literal["A4", "Letter"], ...] = ("A4", "Letter")
# What may not be torn in two, and how a given and a free site look without colour.
LOOK = """() => ({
    torn: [...document.querySelectorAll("tr, .map-picture")].filter((one) => getComputedStyle(one).breakInside !== "avoid").length,
    paper: getComputedStyle(document.body).backgroundColor,
    given: [...document.querySelectorAll(".map-views .site.is-given .dot")].map((one) => getComputedStyle(one).fill),
    free: [...document.querySelectorAll(".map-views .site:not(.is-given):not(.site--spare) .dot")]
        .map((one) => [getComputedStyle(one).fill, getComputedStyle(one).stroke].join()),
})"""


@pytest.fixture(scope="module")
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Dr Osei's window, in the dark."""
    with browser.new_context(base_url=stack.url, color_scheme="dark") as context:
        context.set_default_timeout(PATIENCE)
        page = log_in(context.new_page(), OSEI)
        page.emulate_media(media="print")
        yield page


@pytest.fixture(scope="module")
def person(desk: Page) -> str:
    """The address of somebody who was treated."""
    desk.goto("/response/")
    return str(desk.locator("main a[href^='/patients/']").first.get_attribute("href"))


def record(page: Page, person: str) -> str:
    """Return the address of a signed record of theirs."""
    page.goto(person)
    visits = page.locator("main a[href^='/sessions/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for address in (visit for visit in visits if re.fullmatch(r"/sessions/[^/]+/", visit)):
        page.goto(address)
        if page.locator(".map-picture").count():
            return str(address)
    raise AssertionError(visits)


def printed(page: Page, size: Literal["A4", "Letter"]) -> list[str]:
    """Print the page as it is set up and return the words of each sheet."""
    found = sheets(page.pdf(format=size))
    for number, sheet in enumerate(found, start=1):
        assert f"Page{number}of{len(found)}" in sheet
        assert PRINTED.search(sheet), sheet
    return found


def test_f40_the_day_list_says_on_each_sheet_who_printed_it_and_when(desk: Page) -> None:
    desk.goto("/today/")
    for size in FORMATS:
        printed(desk, size)
    assert desk.evaluate(LOOK)["torn"] == 0


@pytest.mark.parametrize("size", FORMATS)
def test_a_record_is_two_sheets_at_most(desk: Page, person: str, size: Literal["A4", "Letter"]) -> None:
    desk.goto(record(desk, person))
    assert len(printed(desk, size)) <= 2


def test_f40_a_sheet_is_no_phone_however_narrow_a_browser_takes_it_to_be(desk: Page) -> None:
    # Firefox counts the margins out, which leaves 718 px of A4: on a screen, rows would be cards there.
    desk.set_viewport_size({"width": 718, "height": 1000})
    desk.goto("/today/")
    shown = desk.locator("table:has(#day-rows)").evaluate("table => getComputedStyle(table).display")
    desk.set_viewport_size(DESK)
    assert shown == "table"


def test_f40_record_summary_and_blank_diary_name_the_person_on_each_sheet(desk: Page, person: str) -> None:
    desk.goto(person)
    name = re.sub(r"\s", "", desk.locator("h1").inner_text())
    lengths = {}
    for address in (record(desk, person), f"{person}summary/", f"{person}diary/blank/"):
        desk.goto(address)
        who = re.sub(r"\s", "", desk.locator(".print-head").inner_text())
        assert re.match(re.escape(name) + r"·born\d+[A-Z][a-z]+\d{4}·RI\d{6}Printedby", who), who
        for size in FORMATS:
            found = printed(desk, size)
            assert all(who in sheet for sheet in found), found
            lengths[address, size] = len(found)
    assert max(lengths.values()) > 1  # a second sheet was there to look at
    assert {lengths[f"{person}diary/blank/", size] for size in FORMATS} == {1}, "28 days fit on one sheet"


def test_f40_sites_can_be_told_apart_in_black_and_white_and_nothing_is_torn(desk: Page, person: str) -> None:
    desk.goto(record(desk, person))
    expect(desk.locator(".app-bar")).to_be_hidden()
    look: dict[str, Any] = desk.evaluate(LOOK)
    assert look["torn"] == 0
    assert look["paper"] == "rgb(255, 255, 255)"
    assert set(look["given"]) == {"rgb(0, 0, 0)"}
    assert {one.rpartition("rgb")[0] for one in look["free"]} <= {"rgb(255, 255, 255),", "none,"}
    assert all(one.endswith("rgb(0, 0, 0)") for one in look["free"])


def test_f40_the_widest_table_is_no_wider_than_its_sheet(desk: Page) -> None:
    # What is wider is printed smaller, or not at all, as the browser likes.
    desk.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins
    desk.goto("/reports/sessions/")
    too_wide = desk.locator(".table-dense").evaluate("table => table.getBoundingClientRect().right - innerWidth")
    desk.set_viewport_size(DESK)
    assert too_wide <= 0


def test_f40_no_head_and_no_last_row_of_a_table_stands_alone_and_four_weeks_stay_together(
    desk: Page, person: str
) -> None:
    desk.goto(person)
    rows = desk.locator("tbody > tr:first-child, tbody > tr:last-child")
    kept = rows.evaluate_all("all => all.map(one => getComputedStyle(one).breakBefore)")
    assert set(kept) == {"avoid"}
    assert desk.locator(".diary-strip").evaluate("weeks => getComputedStyle(weeks).breakInside") == "avoid"
