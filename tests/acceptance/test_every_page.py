"""F2, F9 to F11, F18, F20: every page that there is, walked once in one window and looked at from all sides."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.rarely_met import rarely_met
from tests.acceptance.walking import Walk
from tests.addresses import ALL, BY_TOKEN, FOR_MACHINES, SIGNED
from tests.engines import once
from tests.servers.processes import ROOT
from tests.stack.axe import DESK, Axe
from tests.stack.own_pages import links
from tests.stack.running import Stack, in_room
from tests.stack.windows import ADA, FRAN, OSEI, PATIENCE, log_in, sign_out

__all__ = ["links"]
# That every page answers on both engines is in tests/attacks/test_crawler.py; here is what axe sees in its HTML and colours.
pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a page looks the same on every database")]

FOR_PROGRAMS = (*BY_TOKEN, *SIGNED, *FOR_MACHINES)
NO_PAGES = {
    "clinic:home",  # leads on to Today or to the log-in
    "account_stay",  # scripts ask these for a few words
    "mfa_login_webauthn",
    "reminders:line",
    "treatments:changes",
    "treatments:feed",  # calendars ask for it
    "reminders:visit_file",
}
# What the first Tab leads to, and where its Enter leads.
FIRST_TAB = "document.activeElement.matches('.skip-link') && document.activeElement.hash === `#${document.querySelector('main').id}`"
# What a screen reader would read wrongly: tables without a name, icons that speak, the same words for two people's buttons.
READ_ALOUD = """() => {
    const shown = (one) => one.checkVisibility();
    const name = (one) => (one.ariaLabel || one.textContent).replace(/\\s+/g, " ").trim();
    const found = [...document.querySelectorAll("table")].filter((one) =>
        shown(one) && !one.caption && !one.ariaLabel && !one.getAttribute("aria-labelledby")).map(() => "a table without a caption");
    for (const icon of document.querySelectorAll("svg.icon"))
        if (icon.getAttribute("aria-hidden") !== "true") found.push("an icon that is read aloud");
    for (const chip of document.querySelectorAll(".chip")) if (shown(chip) && !name(chip)) found.push("a chip without words");
    const people = new Map();
    for (const row of document.querySelectorAll("[data-rows] tbody > tr, [data-rows] [data-row]"))
        for (const one of row.querySelectorAll("a.btn, button, summary")) {
            const person = row.querySelector("a[href^='/patients/']")?.textContent;
            if (!shown(one) || !person) continue;
            if ((people.get(name(one)) || person) !== person) found.push(`two people's rows have a "${name(one)}"`);
            people.set(name(one), person);
        }
    return [...new Set(found)];
}"""
# A frame cuts off what its table has no room for: nobody could press what stands there.
CUT_OFF = """() => [...document.querySelectorAll(".table-frame")].filter((one) =>
    one.checkVisibility() && getComputedStyle(one).overflowX !== "auto" && one.scrollWidth > one.clientWidth + 1).map((one) => `${innerWidth} px cut a table off`)"""
# The first is a phone of 360 px whose scroll bar takes room, as in Firefox.
WIDTHS = (345, 768, 992, 1024, 1200, 1280)
# Grounds that dazzle, and stripes.
GROUNDS = """() => [document.body, ...document.querySelectorAll("tbody tr, main .panel, .message")].flatMap((one) => {
    const {backgroundColor, backgroundImage} = getComputedStyle(one);
    const bad = ["rgb(255, 255, 255)", "rgb(0, 0, 0)"].includes(backgroundColor) || backgroundImage.includes("gradient");
    return bad ? [`${one.tagName} is ${backgroundColor} ${backgroundImage}`] : [];
})"""


class Looker:
    """Somebody who looks at a page from all sides and writes down what is wrong there."""

    def __init__(self, page: Page) -> None:
        self.page, self.axe = page, Axe(page)
        self.wrong: dict[str, list[str]] = defaultdict(list)
        self.seen = set[str]()

    def look(self) -> None:
        """Look at the page that is shown, at the desk and on a phone, in three themes."""
        page = self.page
        with suppress(Resolver404):
            self.seen.add(resolve(urlsplit(page.url).path).view_name)
        self._note("aloud", page.evaluate(READ_ALOUD))
        if page.evaluate("document.activeElement === document.body"):
            page.keyboard.press("Tab")
            self._note("tab", [] if page.evaluate(FIRST_TAB) else ["the first Tab is not Skip to content"])
            page.evaluate("document.activeElement.blur()")
        self._note("grounds", page.evaluate(GROUNDS))
        self._note("drag", ["something wants to be dragged"] * page.locator("[draggable=true]").count())
        self.wrong["axe"] += self.axe.faults()
        for width in WIDTHS if page.locator(".table-frame").count() else ():
            page.set_viewport_size({"width": width, "height": DESK["height"]})
            self._note("cut", page.evaluate(CUT_OFF))
        page.set_viewport_size(DESK)

    def _note(self, kind: str, faults: list[str]) -> None:
        self.wrong[kind] += [f"{self.page.url}: {fault}" for fault in faults]


@pytest.fixture(scope="module")
def walked(browser: Browser, stack: Stack, links: dict[str, str]) -> Iterator[tuple[Walk, Looker]]:
    """All pages, looked at. Passkeys belong to a name, so it uses one that every browser trusts without HTTPS."""
    with browser.new_context(base_url=f"http://localhost:{stack.demo.port}", viewport=DESK) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        walk, looker = Walk(page), Looker(page)
        for email, starts in ((OSEI, _of_osei), (ADA, _of_ada), (FRAN, _of_fran)):
            sign_out(page)
            log_in(page, email)
            for _address in walk.through(starts(page, stack)):
                looker.look()
        for _ in rarely_met(page, stack, links):
            looker.look()
        yield walk, looker


def _next_week(page: Page, calendar: str = "/calendar/") -> str:
    page.goto(calendar)
    page.get_by_role("link", name="Next week").click()
    page.wait_for_url(f"**{calendar}?*date=*")
    return page.url


def _booked(page: Page) -> str:
    """Return a visit that is to come, next week or in this one: on a Monday, all who come soon come in the same week."""
    visits = page.locator("main a.i-booked, main a.i-confirmed")
    _next_week(page, "/calendar/all/")
    if not visits.count():
        page.goto("/calendar/all/")
    return str(visits.last.get_attribute("href"))


def _of_osei(page: Page, stack: Stack) -> list[str]:
    booked = _booked(page)
    page.goto("/response/")
    person = _first(page, "main a[href^='/patients/']")
    page.goto(person)
    visits = page.locator("main a[href^='/sessions/']").evaluate_all(
        "all => all.map((one) => one.getAttribute('href'))"
    )
    page.goto("/recall/")
    return [
        "/today/",
        in_room(stack),
        booked,
        person,
        *visits[-2:],
        _first(page, "main a[href^='/patients/'][data-open]"),
    ]


def _of_ada(page: Page, stack: Stack) -> list[str]:
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(ROOT / "tests" / "data" / "referrals.csv")
    page.get_by_role("button", name="Check the list").click()
    page.wait_for_url("**/import/*/")
    uploaded = page.url
    page.goto("/import/diaries/")
    page.locator("input[type=file]").set_input_files(ROOT / "tests" / "data" / "diary.csv")
    page.get_by_role("button", name="Check the list").click()
    page.wait_for_url("**/import/diaries/*/")
    days = page.url
    page.goto("/log/?status=done")
    record = _first(page, "main tbody a[href^='/sessions/']")
    page.goto("/patients/?q=an")
    return [
        "/today/",
        "/settings/",
        "/me/",
        "/first-steps/",
        record,
        reverse("setup:outside"),
        uploaded,
        days,
        "/import/",
        "/calendar/feeds/",
        _first(page, "main tbody a[href^='/patients/']"),
    ]


def _of_fran(page: Page, stack: Stack) -> list[str]:
    return ["/today/", "/today/still-open/", _next_week(page), "/recall/"]  # of this week all may be over


def _first(page: Page, what: str) -> str:
    return str(page.locator(what).first.get_attribute("href"))


def test_f18_axe_finds_nothing_serious_on_any_page_in_any_theme(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["axe"] == []


def test_f18_no_page_was_left_out(walked: tuple[Walk, Looker]) -> None:
    walk, looker = walked
    left_out = set(ALL) - looker.seen - walk.files - NO_PAGES
    assert [name for name in sorted(left_out) if not name.startswith(FOR_PROGRAMS) and walk.answers_reading(name)] == []


def test_f02_the_first_tab_on_every_page_is_skip_to_content(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["tab"] == []


def test_f02_enter_on_it_leads_into_main_and_the_next_tab_goes_on_there(
    browser_page: Page, links: dict[str, str]
) -> None:
    log_in(browser_page, FRAN)
    browser_page.goto("/recall/")  # people stand there on every day, also after a midnight within the run
    for address in ("/today/", "/recall/", _first(browser_page, "main a[href^='/patients/']"), links["visit"]):
        browser_page.goto(address)
        _skip(browser_page)


def _skip(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_f09_nothing_asks_to_be_dragged(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["drag"] == []


def test_f10_tables_icons_chips_and_buttons_read_well_aloud(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["aloud"] == []


def test_f11_no_table_is_cut_off_on_a_phone_a_tablet_or_a_desk(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["cut"] == []


def test_f20_no_ground_is_pure_white_or_black_and_no_table_has_stripes(walked: tuple[Walk, Looker]) -> None:
    assert walked[1].wrong["grounds"] == []
