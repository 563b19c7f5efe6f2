"""F11 to F16: a patient with one hand, a scanner of mail, and staff with a phone or a tablet."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from clinic.demo.logins import LOGINS
from tests.engines import once
from tests.stack.axe import PHONE
from tests.stack.own_pages import LANGUAGES, letterbox, links, phone, tell_birth_date
from tests.stack.running import Stack, in_room, run_beside
from tests.stack.windows import ADA, OSEI, PATIENCE, STILL_TO_COME, log_in

__all__ = ["links", "phone"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]
# What happens in the browser alone.
on_screen = once("a page does the same on every database")

NARROWEST: ViewportSize = {"width": 320, "height": 640}
AT_400_PERCENT: ViewportSize = {"width": 320, "height": 256}  # a window of 1280 x 1024, four times as large
TABLET: ViewportSize = {"width": 768, "height": 1024}
SCANNER_MS = 10_000
SEEN = re.compile("botox|migraine|headache|treatment", re.IGNORECASE)
CUT_OFF = """all => all.map((one) => [one, one.closest(".table-frame")]).filter(([one, frame]) =>
    one.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1).map(([one]) => one.outerHTML)"""
# What is seen in the cards of a list; menus are closed.
IN_CARDS = (
    ".table-frame > .table-cards > tbody :not(:is(.visually-hidden, .menu-list), :is(.visually-hidden, .menu-list) *)"
)
# By how much the words beside a box stand apart from those of the box below, the next but one.
APART = """all => { const words = all.map((one) => { const range = document.createRange();
    range.selectNodeContents(one.lastChild); return range.getBoundingClientRect(); });
    return words.slice(2).map((one, place) => one.top - words[place].bottom); }"""
TWICE_THE_TEXT = "document.documentElement.style.fontSize = '200%'"
AS_LARGE_AS_EVER = "document.documentElement.style.fontSize = ''"
HOLDS_WHAT_IT_SAYS = "one => one.clientWidth > 0 && one.scrollWidth <= one.clientWidth"
COUNT_TAPS = "window.taps = 0; addEventListener('click', (event) => { if (event.isTrusted) taps += 1 }, true)"


@pytest.fixture
def hand(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A phone of the clinic, touched by fingers."""
    context = browser.new_context(base_url=stack.url, viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def wider_than_its_window(page: Page) -> int:
    """Return by how many pixels a page runs off the side. A phone's innerWidth grows with what does."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@on_screen
def test_f11_both_answers_are_in_sight_and_nothing_runs_off_the_side(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    for language in LANGUAGES:
        phone.add_cookies([{"name": "language", "value": language, "url": stack.url}])
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(links["visit"])
        answers = page.locator("main .btn")
        assert answers.count() >= 2, language
        for answer in answers.all():
            expect(answer).to_be_in_viewport(ratio=1)
            box = answer.bounding_box()
            assert box
            assert box["height"] >= 48
        for size in (NARROWEST, AT_400_PERCENT):
            page.set_viewport_size(size)
            assert wider_than_its_window(page) <= 0, language
        page.set_viewport_size({"width": 360, "height": 640})
        page.evaluate(TWICE_THE_TEXT)
        assert wider_than_its_window(page) <= 0, f"{language}, text twice as large"
    page.goto(links["visit"])
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"


@on_screen
def test_f11_words_of_two_lines_beside_a_box_stand_apart_from_those_of_the_next(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    phone.add_cookies([{"name": "language", "value": "es", "url": stack.url}])
    page.goto(f"{links['due']}ask/")
    apart = page.locator(".half-days > label").evaluate_all(APART)
    assert len(apart) > 5
    assert min(apart) >= 10, "or the words of two boxes read as one"


@on_screen
def test_f11_text_twice_as_large_leaves_room_for_a_birth_date_and_for_the_themes(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    for language in ("en", "ur"):  # from left to right and from right to left
        phone.add_cookies([{"name": "language", "value": language, "url": stack.url}])
        page.goto(links["diary"])
        page.evaluate(TWICE_THE_TEXT)
        for box, digits in (("born_day", "27"), ("born_month", "12"), ("born_year", "1984")):
            page.locator(f"[name={box}]").fill(digits)
            assert page.locator(f"[name={box}]").evaluate(HOLDS_WHAT_IT_SAYS), (language, box)
        page.locator(".patient-bar summary").click()
        for theme in page.locator("[name=theme]").all():
            expect(theme).to_be_in_viewport(ratio=1)


@on_screen
def test_f11_an_afternoon_stands_beside_its_morning_in_a_wide_window_too(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{links['due']}ask/")
    tops = page.locator(".half-days > label").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert tops[::2] == tops[1::2]


def test_f13_opened_by_programs_and_by_a_browser_that_runs_scripts_a_link_changes_nothing(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    before = letterbox(stack, "rows", links["clinic"])
    pages = [links[name] for name in ("visit", "due", "diary")]
    for link in pages:
        page = phone.new_page()
        page.clock.install()
        page.goto(link)
        page.clock.run_for(SCANNER_MS)  # whatever waits for its time, has it
        assert not SEEN.search(page.title())
        for program in (phone.request.get, phone.request.head):
            assert program(link).ok
    assert letterbox(stack, "rows", links["clinic"]) == before


def test_f12_one_tap_confirms_and_the_link_opened_again_says_so(phone: BrowserContext, links: dict[str, str]) -> None:
    page = phone.new_page()
    page.goto(links["visit"])
    when = page.locator("main").inner_text()
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    thanks = page.locator("main").inner_text()
    day = re.search(r"\w+day \d+ \w+ \d{4}", when)
    assert day
    assert day[0] in thanks
    assert "10:30am" in thanks
    page.goto(links["visit"])
    expect(page.locator("h1")).to_have_text("You said you will come")
    expect(page.locator(".error-summary")).to_have_count(0)


def test_f14_a_clear_day_is_two_taps_and_a_phone_that_is_lost_keeps_three_days(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(links["diary"])  # the first tap, in the message
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Saved")
    page.goto(f"{links['diary']}week/")
    page.evaluate(COUNT_TAPS)
    days = page.locator("[data-day]")
    days.nth(0).get_by_label("No headache").check()
    days.nth(1).get_by_label("Migraine").check()
    days.nth(2).get_by_label("Same as the day above").check()
    for place in range(3):
        expect(days.nth(place).locator("[data-state]")).to_have_text("Saved")
    assert page.evaluate("taps") == 3  # a tap a day: seven are well under a minute
    page.close()
    again = phone.new_page()
    again.goto(f"{links['diary']}week/")
    for place, answer in enumerate(("No headache", "Migraine", "Migraine")):
        expect(again.locator("[data-day]").nth(place).get_by_label(answer)).to_be_checked()


@on_screen
def test_f11_text_twice_as_large_leaves_staffs_pages_within_a_phones_window(hand: BrowserContext) -> None:
    page = log_in(hand.new_page(), ADA)
    page.goto("/log/?status=done")
    record = page.locator("main tbody a[href^='/sessions/']").first.get_attribute("href")
    page.goto("/response/")
    person = page.locator("main a[href^='/patients/']").first.get_attribute("href")
    for address in ("/calendar/", "/calendar/all/", "/settings/policies/", str(record), str(person)):
        page.goto(address)
        page.evaluate(TWICE_THE_TEXT)
        assert wider_than_its_window(page) <= 0, address


@on_screen
@pytest.mark.parametrize(
    ("whose", "lists"),
    [
        (OSEI, ("/reminders/", "/reminders/?tab=sent", "/inbox/", "/effects/", "/recall/?tab=asked")),
        (ADA, ("/settings/people/", "/settings/changes/", "/log/?status=done")),
    ],
    ids=["of_the_prescriber", "of_the_admin"],
)
def test_f11_text_twice_as_large_cuts_nothing_off_the_cards_of_a_list(
    hand: BrowserContext, whose: str, lists: tuple[str, ...]
) -> None:
    page = log_in(hand.new_page(), whose)
    for address in lists:
        page.goto(address)
        page.evaluate(TWICE_THE_TEXT)
        assert page.locator(IN_CARDS).evaluate_all(CUT_OFF) == [], address


@on_screen
def test_what_is_said_before_the_buttons_of_a_card_or_names_a_files_column_takes_no_room_beside_them(
    hand: BrowserContext,
) -> None:
    page = log_in(hand.new_page(), ADA)
    page.goto("/recall/?tab=soon")
    at = page.locator("tbody .actions:has(.btn)").first.evaluate(
        """(actions) => {
            actions.before(Object.assign(document.createElement("span"), { className: "meta", textContent: "RN Bello is on this" }));
            return [...actions.querySelectorAll(".btn")].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().top);
        }"""
    )
    assert len(at) > 1
    assert len(set(at)) == 1, "the buttons stand side by side"
    page.goto("/import/")
    facts = page.locator(".facts")
    widths = facts.locator("dd").evaluate_all("all => all.map(one => one.offsetWidth / one.parentElement.offsetWidth)")
    assert min(widths) > 0.9


@on_screen
@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_f15_every_site_of_the_session_form_can_be_hit_and_the_totals_stay_in_sight(
    hand: BrowserContext, stack: Stack, size: ViewportSize
) -> None:
    page = log_in(hand.new_page(), OSEI)
    page.set_viewport_size(size)
    page.goto(in_room(stack))
    page.get_by_role("link", name=re.compile("^Standard")).click()
    marks = page.locator(".map-crops [data-site]:not(.site--spare) .dot")
    boxes = marks.evaluate_all("""all => all.map((one) =>
        [one.closest("[data-site]").dataset.site, one.getBoundingClientRect().width]).filter(([, width]) => width)""")
    assert len({site for site, _ in boxes}) >= 39
    assert min(width for _, width in boxes) >= 24
    for place in ("#who-h", "#since-h", "#safety-h", "#sites-h", "#sign-h"):
        page.locator(place).scroll_into_view_if_needed()
        expect(page.locator("[data-total]")).to_be_in_viewport()
    bar = page.locator(".sign-bar").bounding_box()
    assert bar
    assert bar["height"] < size["height"] / 3
    for width in (size["width"], 1024, 1200):  # and on its side, or at a desk
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert wider_than_its_window(page) <= 0, width
    page.set_viewport_size(size)
    page.evaluate(TWICE_THE_TEXT)
    assert wider_than_its_window(page) <= 0, "text twice as large"


@on_screen
def test_f16_on_a_phone_the_day_is_cards_whose_next_step_is_in_sight_and_large(
    hand: BrowserContext, stack: Stack
) -> None:
    run_beside(stack, "tests.stack.late", "1")
    page = log_in(hand.new_page(), LOGINS[0].email)
    rows = page.locator("#day-rows > tr")
    assert {row.evaluate("one => getComputedStyle(one).display") for row in rows.all()} <= {"block", "grid", "flex"}
    expect(page.locator(STILL_TO_COME).first).to_be_visible()
    small = page.locator("#day-rows :is(a.btn, button, summary, [data-menu])").evaluate_all(
        """all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == []
    assert wider_than_its_window(page) <= 0
    expect(page.get_by_label("Status")).to_be_hidden()  # folded away, so that rows come first
    page.locator(".fold > summary").click()
    expect(page.get_by_label("Status")).to_be_visible()
    page.evaluate(TWICE_THE_TEXT)
    assert page.locator("#day-rows .chip").evaluate_all(CUT_OFF) == []
    page.evaluate(AS_LARGE_AS_EVER)
    page.set_viewport_size(TABLET)  # a table there: nothing is cut off by its frame
    assert page.locator("#day-rows :is(a.btn, button, summary, [data-menu])").evaluate_all(CUT_OFF) == []


@on_screen
def test_what_closes_the_free_times_is_in_sight_on_a_phone_and_hides_nothing_in_focus(
    hand: BrowserContext, stack: Stack
) -> None:
    page = log_in(hand.new_page(), LOGINS[0].email)
    page.goto("/recall/?tab=soon")
    page.locator("[data-opens-dialog]").first.click()
    dialog = page.locator("#book-dialog")
    expect(dialog.locator("[data-key='1']")).to_be_focused()
    close = dialog.get_by_role("button", name="Close")
    expect(close).to_be_in_viewport(ratio=1)
    # A name of sixty letters breaks rather than run out of the dialog.
    name = dialog.get_by_role("heading", name="Book next visit")
    assert name.evaluate("(one) => { one.textContent += 'W'.repeat(60); return one.scrollWidth <= one.clientWidth; }")
    for _ in range(dialog.locator("button, input, a, summary").count()):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
                const [{left, top, width, height}] = document.activeElement.getClientRects(); // of its first line
                const there = document.elementFromPoint(left + width / 2, top + height / 2);
                return document.activeElement.contains(there) || document.activeElement === document.body;
            }"""
        ), page.evaluate("document.activeElement.outerHTML")
    close.click()
    expect(dialog).to_be_hidden()
