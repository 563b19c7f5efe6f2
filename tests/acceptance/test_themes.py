"""F17, F19 to F22: a screen that does not hurt during an attack, in the dark, without colours and on paper."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.engines import once
from tests.stack.running import Stack, in_room
from tests.stack.windows import ADA, FRAN, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a page looks the same on every database")]

DARK_GROUND, DIM_GROUND = "rgb(20, 25, 28)", "rgb(15, 20, 18)"
# The theme as the browser knows it before anything is painted: when the first stylesheet has come.
FIRST_GROUNDS = """
window.grounds = new Set();
const look = () => {
    if (document.body) window.grounds.add(getComputedStyle(document.body).backgroundColor);
    if (document.readyState !== "complete") requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
# What they were once a frame was drawn: on a busy machine a page is asked before its first.
GROUNDS = "new Promise((tell) => requestAnimationFrame(() => tell([...grounds])))"
# States that are brighter than the words of the page.
BRIGHTER = """() => {
    const light = (one) => {
        const [red, green, blue] = getComputedStyle(one).color.match(/[\\d.]+/g);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    return [...document.querySelectorAll(".chip")].filter((one) => light(one) > light(document.body)).map((one) => one.className);
}"""
# All that could move or blink, whatever the device prefers.
MOVING = """() => document.getAnimations().length + [...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    return style.animationName !== "none" || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0.12)
        || style.scrollBehavior === "smooth" || ["BLINK", "MARQUEE"].includes(one.tagName);
}).length"""
# A tick box that the browser draws has the browser's own frame.
BORDERS = """(what) => [...document.querySelectorAll(what)].filter((one) => one.checkVisibility()).map((one) => {
    const {appearance, borderTopWidth, borderTopStyle, outlineStyle} = getComputedStyle(one);
    return (parseFloat(borderTopWidth) > 0 && borderTopStyle !== "none") || outlineStyle !== "none"
        || (one.matches(".form-check-input") && appearance === "auto");
})"""
FRAMED = (".chip", ".btn", ".form-control, .form-select", ".form-check-input")
# What tells one state from another once colour is gone: words, icons, marks.
STATES = """() => [...document.querySelectorAll(".chip")].map((one) =>
    [one.className, one.textContent.trim(), one.querySelector("use")?.getAttribute("href") || ""])"""


@pytest.fixture(scope="module")
def osei(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Dr Osei's window on a device that is dark."""
    with browser.new_context(base_url=stack.url, color_scheme="dark") as context:
        context.set_default_timeout(PATIENCE)
        yield log_in(context.new_page(), OSEI)


@pytest.fixture(scope="module")
def room(stack: Stack) -> str:
    """The session form of somebody who came into the room just now."""
    return in_room(stack)


@pytest.mark.parametrize(("theme", "ground"), [("Dark", DARK_GROUND), ("Low light", DIM_GROUND)])
def test_f17_dark_and_low_light_are_so_from_the_first_frame_and_outlive_log_in_and_tab(
    browser: Browser, stack: Stack, theme: str, ground: str
) -> None:
    with browser.new_context(base_url=stack.url, color_scheme="light") as context:
        context.add_init_script(FIRST_GROUNDS)
        page = log_in(context.new_page(), FRAN)
        page.locator(".app-bar .menu > summary").last.click()
        page.get_by_role("button", name=theme).click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        for address in ("/today/", "/calendar/", "/recall/"):
            page.goto(address)
            assert page.evaluate(GROUNDS) == [ground], address
        page.locator(".app-bar .menu > summary").last.click()
        page.get_by_role("button", name=re.compile("sign out")).click()
        page.wait_for_url("**/log-in/**")
        assert log_in(page, ADA).evaluate(GROUNDS) == [ground]
        tab = context.new_page()
        tab.goto("/patients/")
        assert tab.evaluate(GROUNDS) == [ground]


def test_f17_in_low_light_no_state_is_brighter_than_the_words_around_it(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url) as context:
        context.add_cookies([{"name": "theme", "value": "dim", "url": stack.url}])
        page = log_in(context.new_page(), OSEI)
        for address in ("/today/", "/calendar/", "/recall/", "/reminders/"):
            page.goto(address)
            assert page.locator(".chip").count(), address
            assert page.evaluate(BRIGHTER) == [], address


def test_f17_another_theme_takes_nothing_that_is_typed(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url, color_scheme="light") as context:
        page = log_in(context.new_page(), FRAN)
        page.goto("/patients/new/")
        page.locator("[name=family_name]").fill("Whitlock")
        page.locator(".app-bar .menu > summary").last.click()
        page.get_by_role("button", name="Low light").click()
        expect(page.locator("html")).to_have_attribute("data-app-theme", "dim")
        expect(page.get_by_role("button", name="Low light")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[name=family_name]")).to_have_value("Whitlock")
        page.get_by_role("button", name="Auto").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-app-theme", "auto")


def test_f17_another_theme_is_shown_though_no_answer_comes(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url, color_scheme="light") as context:
        page = log_in(context.new_page(), FRAN)
        page.route("**/theme/", lambda route: None)
        page.locator("[name=theme][value=dark]").first.evaluate("button => button.click()")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_f17_auto_follows_the_device_from_the_first_frame_and_when_it_changes(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url, color_scheme="dark") as context:
        context.add_init_script(FIRST_GROUNDS)
        page = context.new_page()
        page.goto("/log-in/")
        assert page.evaluate(GROUNDS) == [DARK_GROUND]
        page.emulate_media(color_scheme="light")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_f19_nothing_moves_or_blinks_whatever_the_device_prefers(osei: Page, room: str) -> None:
    for address in ("/today/", "/calendar/", room):
        osei.goto(address)
        for motion in ("reduce", "no-preference"):
            osei.emulate_media(reduced_motion=motion)
            assert osei.evaluate(MOVING) == 0, (address, motion)


def test_f20_more_contrast_and_forced_colours_keep_borders_and_states(osei: Page, room: str) -> None:
    met = set[str]()
    for address in ("/today/", "/calendar/", "/recall/", room):
        osei.goto(address)
        for media in (
            {"contrast": "more", "forced_colors": "none"},
            {"contrast": "no-preference", "forced_colors": "active"},
        ):
            osei.emulate_media(**media)  # type: ignore[arg-type]
            for what in FRAMED:
                shown = osei.evaluate(BORDERS, what)
                assert all(shown), (address, media, what)
                met |= {what} if shown else set()
    osei.emulate_media(contrast="no-preference", forced_colors="none")
    assert met == set(FRAMED)


def test_f20_in_forced_colours_a_visit_in_the_calendar_stands_in_a_frame(osei: Page) -> None:
    osei.goto("/calendar/day/")
    osei.emulate_media(forced_colors="active")
    shown = osei.evaluate(BORDERS, "td.visit > a")
    osei.emulate_media(forced_colors="none")
    assert shown
    assert all(shown)


def test_f20_in_forced_colours_the_browser_draws_what_is_ticked(osei: Page, room: str) -> None:
    # On the page's own ground no tick of ours is seen in every scheme: whether a site was given could not be read.
    osei.goto(room)
    osei.emulate_media(forced_colors="active")
    drawn = osei.locator("main .form-check-input:checked").evaluate_all("""all => all.map(one => {
        const {appearance, backgroundImage} = getComputedStyle(one);
        return [appearance, backgroundImage];
    })""")
    osei.emulate_media(forced_colors="none")
    assert drawn
    assert {tuple(one) for one in drawn} == {("auto", "none")}


def test_f21_printed_from_the_dark_a_page_is_black_on_white(osei: Page, room: str) -> None:
    for address in ("/today/", "/calendar/", room):
        osei.goto(address)
        osei.emulate_media(media="print")
        colours = osei.evaluate(
            """() => [document.body, ...document.querySelectorAll("main *")].filter((one) => one.checkVisibility())
                .map((one) => getComputedStyle(one)).flatMap(({color, backgroundColor}) => [color, backgroundColor])"""
        )
        osei.emulate_media(media="screen")
        assert set(colours) <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}, address


def test_f22_every_state_has_words_or_a_mark_of_its_own(osei: Page) -> None:
    looks: dict[str, set[str]] = {}
    osei.goto("/response/")
    person = osei.locator("main a[href^='/patients/']").first.get_attribute("href")
    pages = ("/today/", "/reminders/", "/reminders/?tab=sent", "/recall/", f"{person}", f"{person}assess/")
    for address in pages:
        osei.goto(address)
        for kind, words, icon in osei.evaluate(STATES):
            assert words, (address, kind)
            looks.setdefault(f"{words} {icon}", set()).add(kind)
    assert len(looks) > 5
    assert {look: kinds for look, kinds in looks.items() if len(kinds) > 1} == {}


def test_f22_sites_given_and_free_differ_without_colour(osei: Page, room: str) -> None:
    """Given is filled, free is a ring, what follows the pain is dashed: shapes, seen in grey."""
    osei.goto(room)
    osei.get_by_role("link", name=re.compile("^Standard")).click()
    marks = osei.evaluate(
        """() => Object.fromEntries([["given", ".site.is-given .dot"], ["free", ".site:not(.is-given) .dot"]].map(
            ([name, what]) => [name, [...new Set([...document.querySelectorAll(`.map-views ${what}`)].map((one) => {
                const {fill, strokeDasharray} = getComputedStyle(one);
                return `${fill === getComputedStyle(one).stroke || fill} ${strokeDasharray}`;
            }))]]))"""
    )
    assert not set(marks["given"]) & set(marks["free"])
