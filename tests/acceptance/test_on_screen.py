"""F30, F33, F35 and F37 where only a browser can tell: focus, a counter, a slow line, a device set to another country."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import PASSWORD
from tests.engines import once
from tests.stack import windows
from tests.stack.own_pages import links
from tests.stack.running import Stack, make_for_today
from tests.stack.windows import ADA, PATIENCE

__all__ = ["links"]

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a page does the same on every database")]

# What browsers' own tools call Slow 3G is slower than any clinic; this is 3G with a line of 400 ms.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
USABLE_MS = 2000
# Reckoned, not timed, for the machine of a test is busy with others: how often the page waits for the line before it can
# be used, once its files are at hand, and how much comes over it.
ASKED_OF_THE_LINE = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const waited = performance.getEntriesByType("resource")
    .filter((one) => one.renderBlockingStatus === "blocking" && one.transferSize > 0);
  return [1 + (waited.length ? 1 : 0), waited.reduce((sum, one) => sum + one.transferSize, page.transferSize)];
}"""
PRESS_TWICE = """() => {
    const button = document.querySelector("tr[id^=visit-] .btn-primary[data-key=a]"), size = button.offsetWidth;
    button.click();
    button.click();
    return {held: button.getAttribute("aria-disabled"), as_large: button.offsetWidth === size};
}"""
MOVED = """() => { window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    moved += one.value; })).observe({type: "layout-shift", buffered: true}); }"""


# How far below the last line of a long name its age stands.
BELOW_ITS_NAME = """(name) => {
    name.textContent = "Wilhelmina Alexandrina Featherstonehaugh ".repeat(4).trim();
    const age = document.createRange();
    age.selectNode(name.nextSibling);
    return age.getBoundingClientRect().bottom - [...name.getClientRects()].at(-1).bottom;
}"""


# What is left of the search box beside its words, with a long name at each end of the bar and much to do.
LEFT_BESIDE_THE_WORDS = """(box) => {
    document.querySelector(".app-brand").textContent = "Riverside Headache and Facial Pain Clinic";
    document.querySelector(".user-name").textContent = "Alexandra Featherstonehaugh";
    document.querySelectorAll(".app-nav .count").forEach((one) => { one.textContent = "128"; });
    const style = getComputedStyle(box), pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return room - pen.measureText(box.placeholder).width;
}"""


@pytest.fixture(scope="module")
def busy(stack: Stack) -> dict[str, str]:
    """A clinic with sixty visits today: how to log in there."""
    found: dict[str, str] = json.loads(make_for_today(stack, "tests.acceptance.busy_day"))
    return found


def log_in(context: BrowserContext, email: str) -> Page:
    """Sign in and open Today."""
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    return page


@pytest.fixture(scope="module")
def states(browser: Browser, stack: Stack, busy: dict[str, str]) -> dict[str, object]:
    """The log-ins of the front desk and the admin, made once."""
    found: dict[str, object] = {}
    for who in ("desk", "admin"):
        with browser.new_context(base_url=stack.url) as context:
            log_in(context, busy[who])
            found[who] = context.storage_state()
    return found


@pytest.fixture
def desk(browser: Browser, stack: Stack, states: dict[str, object]) -> Iterator[Page]:
    """A window of the front desk."""
    with browser.new_context(base_url=stack.url, storage_state=states["desk"]) as context:  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


@pytest.fixture
def admin(browser: Browser, stack: Stack, states: dict[str, object]) -> Iterator[Page]:
    """A window of the admin."""
    with browser.new_context(base_url=stack.url, storage_state=states["admin"]) as context:  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def test_f30_the_summary_has_the_focus_and_each_of_its_links_leads_into_its_field(desk: Page) -> None:
    desk.goto("/patients/new/")
    desk.get_by_label("First name").fill("Tom")
    desk.get_by_role("button", name="Register").click()
    expect(desk.locator(".error-summary")).to_be_focused()
    faults = desk.locator(".error-summary a")
    assert faults.count() >= 4
    for fault in faults.all():
        fault.click()
        field = str(fault.get_attribute("href"))
        expect(desk.locator(field)).to_be_focused()
        expect(desk.locator(field)).to_be_in_viewport()
    expect(desk.get_by_label("First name")).to_have_value("Tom")


def test_escape_closes_an_open_menu_and_nothing_else_wherever_the_focus_is(desk: Page) -> None:
    desk.goto("/patients/new/")
    menu = desk.locator(".app-nav .menu")
    menu.locator("summary").click()
    # Safari gives no focus to what is pressed with the mouse.
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    # What led back to the patients would have begun by now.
    expect(desk.get_by_label("First name")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.wait_for_url("**/patients/")


def test_escape_closes_the_menu_of_a_narrow_window_before_it_leads_back(desk: Page) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto("/patients/new/")
    button, recall = desk.get_by_role("button", name="Menu"), desk.get_by_role("link", name="Recall")
    button.press("Enter")
    recall.focus()
    desk.keyboard.press("Escape")
    expect(recall).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    desk.keyboard.press("Escape")
    desk.wait_for_url("**/patients/")


def test_escape_in_the_list_of_keys_leads_back_into_the_menu_that_it_was_opened_from(desk: Page) -> None:
    desk.goto("/today/")
    desk.locator(".app-nav .menu summary").press("Enter")
    opener = desk.get_by_role("button", name="Keyboard shortcuts")
    opener.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_closes_behind_whoever_tabs_on_and_hides_nothing(desk: Page) -> None:
    desk.goto("/today/")
    row = desk.locator("tr[id^=visit-]").first
    row.locator("[data-menu]").press("Enter")
    menu = row.locator("details.menu")
    expect(menu.locator("a").first).to_be_visible()
    desk.keyboard.press("Tab")
    expect(menu.locator(":focus")).to_have_count(1)
    for _ in range(menu.locator("a, button").count()):
        desk.keyboard.press("Tab")
    expect(desk.locator("tr[id^=visit-]").nth(1).locator(":focus")).to_have_count(1)
    expect(menu).not_to_have_attribute("open", "")


# All borders are in tests/reminders/wording/test_guard.py; here, that the page follows.
COUNTED = {
    "€" + "a" * 158: "160 of 160 characters · 1 text · GSM-7",
    "a" * 307: "307 of 459 characters · 3 texts · GSM-7",
    "’" + "a" * 70: "71 of 134 characters · 2 texts · long-code (UCS-2)",
}


def test_the_age_of_somebody_with_a_long_name_stands_beside_it(desk: Page) -> None:
    desk.set_viewport_size({"width": 1280, "height": 800})
    desk.goto("/today/walk-in/?q=Novak")
    assert desk.locator("tbody th a").first.evaluate(BELOW_ITS_NAME) < 6


def test_the_log_keeps_all_its_columns_whatever_an_injector_is_called(admin: Page) -> None:
    # Its frame cuts off what has no room, and cannot be scrolled.
    admin.goto("/log/")
    injector = admin.locator("main td[data-label=Injector]").first
    injector.evaluate("cell => { cell.textContent = 'Dr Alexandrina Featherstonehaugh-Cholmondeley-Marjoribanks'; }")
    assert admin.locator(".table-frame").evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0


def test_f33_the_counter_follows_what_is_typed_aloud_too_and_botox_is_not_saved(admin: Page) -> None:
    admin.goto("/settings/messages/")
    admin.get_by_role("link", name="3 days before").click()
    admin.locator("main a[href$='/sms/en/']").first.click()
    admin.wait_for_url("**/sms/en/")  # what is typed before the scripts listen is not counted
    body = admin.locator("#id_body")
    before = body.input_value()
    # A screen reader listens to what was there before: a region that comes with its words is not read aloud.
    listened_to = admin.locator("#shown").evaluate_handle("shown => shown.closest('[aria-live=polite]')")
    for text, words in COUNTED.items():
        body.fill(text)
        expect(admin.locator("#shown")).to_contain_text(words)
    assert listened_to.evaluate("region => region.contains(document.getElementById('shown'))")
    expect(admin.locator("#shown .bubble")).to_have_attribute("aria-live", "off")  # or all of it after each pause
    body.fill(f"{before} Botox")
    admin.get_by_role("button", name="Save new version").click()
    expect(admin.locator(".error-summary")).to_contain_text("Take out the word Botox")
    expect(body).to_have_value(f"{before} Botox")


def test_f35_on_a_slow_line_today_is_there_in_two_seconds_and_nothing_jumps(desk: Page) -> None:
    desk.goto("/today/")
    assert desk.locator("tr[id^=visit-]").count() == 60
    line = desk.context.new_cdp_session(desk)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    desk.add_init_script(f"({MOVED})()")
    desk.goto("/today/")
    trips, octets = desk.evaluate(ASKED_OF_THE_LINE)
    assert trips * SLOW["latency"] + octets / SLOW["downloadThroughput"] * 1000 < USABLE_MS
    presses: list[str] = []
    desk.on("request", lambda request: presses.append(request.url) if request.method == "POST" else None)
    assert desk.evaluate("moved") < 0.05
    assert desk.evaluate(PRESS_TWICE) == {"held": "true", "as_large": True}
    expect(desk.locator("#messages")).to_contain_text("arrived")
    assert len(presses) == 1
    assert desk.evaluate("moved") < 0.05


def test_f35_what_takes_a_moment_says_loading_in_words_that_stand_still(desk: Page, busy: dict[str, str]) -> None:
    desk.goto("/recall/?tab=soon")
    line = desk.context.new_cdp_session(desk)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    desk.evaluate(MOVED)
    desk.get_by_role("link", name="Book for Lea Novak").click()
    words = desk.locator("#loading")
    expect(words).to_have_text("Loading...")
    expect(words).to_be_visible()
    assert words.evaluate("one => getComputedStyle(one).animationName") == "none"
    expect(desk.locator("#book-dialog [data-key='1']")).to_be_focused()
    expect(words).to_be_hidden()
    assert desk.evaluate("moved") < 0.05


@pytest.mark.parametrize(("zone", "city"), [("America/New_York", "New York"), ("Asia/Tokyo", "Tokyo")])
def test_f37_a_device_set_to_another_country_shows_the_clinics_time_and_says_so(
    browser: Browser, stack: Stack, states: dict[str, object], links: dict[str, str], zone: str, city: str
) -> None:
    state = states["desk"]
    with browser.new_context(base_url=stack.url, storage_state=state, timezone_id=zone) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/today/")
        expect(page.locator("main")).to_contain_text(f"All times are London time (your device is set to {city})")
        times = page.locator("#day-rows > tr > td:first-child").all_inner_texts()
        assert [re.sub(r"\s+", " ", one).strip() for one in times][:4] == ["9am"] * 4
        page.goto(links["visit"])
        expect(page.locator("main")).to_contain_text("10:30am")
        expect(page.locator("[data-clinic-zone]")).to_contain_text("clinic time")
        expect(page.locator("[data-clinic-zone]")).to_be_visible()


def test_the_words_in_the_search_box_of_an_admin_are_whole_at_a_small_desk(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    windows.log_in(page, ADA)
    assert page.get_by_role("searchbox").evaluate(LEFT_BESIDE_THE_WORDS) >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    context.close()


def test_the_reader_s_name_is_cut_only_where_no_room_is_left_for_it(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 720})
    page = windows.log_in(context.new_page(), windows.FRAN)
    name = page.locator(".user-name")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
    name.evaluate("name => { name.textContent = 'Alexandra Featherstonehaugh'; }")
    beside = "name => name.closest('.menu').getBoundingClientRect().width - name.closest('summary').offsetWidth"
    assert name.evaluate(beside) < 1
    context.close()
