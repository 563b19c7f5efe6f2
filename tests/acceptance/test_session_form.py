"""The session form from opening to signing: two taps after the checks, by keys alone, on a phone, in every theme."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from clinic.demo.logins import PASSWORD
from tests.engines import once
from tests.stack.axe import DESK, PHONE, Axe
from tests.stack.focus import focused, hidden_focus, tab_to
from tests.stack.running import Stack, in_room
from tests.stack.windows import BELLO, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser]
# What happens in the browser alone.
on_screen = once("a page does the same on every database")

OpenForm = Callable[[Page], str]


@pytest.fixture(scope="module")
def open_form(stack: Stack) -> OpenForm:
    """Open the form of somebody who came into the room just now; returns its address."""

    def open_form(page: Page) -> str:
        address = in_room(stack)
        page.goto(address)
        return address

    return open_form


@pytest.fixture(scope="module")
def state(browser: Browser, stack: Stack) -> Iterator[object]:
    """Dr Osei's log-in, made once."""
    with browser.new_context(base_url=stack.url) as context:
        log_in(context.new_page(), OSEI)
        yield context.storage_state()


@pytest.fixture
def window(browser: Browser, stack: Stack, state: object) -> Iterator[BrowserContext]:
    """A fresh window of Dr Osei's."""
    context = browser.new_context(base_url=stack.url, storage_state=state, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def checks(page: Page) -> None:
    """Do what has to be asked and looked at: identity, side effects, safety questions, consent."""
    page.locator("#id_identity_checked").check()
    if not page.locator("[name=effects]:checked").count():
        page.locator("#id_no_effects").check()
    page.locator("#safety-h").scroll_into_view_if_needed()
    page.locator("[data-section=safety] .question").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="All asked, all No").click()
    page.locator("#id_consent_confirmed").check()


def fill_vial(page: Page) -> None:
    """Type the vial where no stock was there to suggest one."""
    if not page.locator("#id_lot").input_value():
        page.locator("#id_lot").fill("C4471")
        page.locator("#id_expires_on").fill("2031-11-30")


def test_a_standard_session_is_two_taps_after_the_checks(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    open_form(page)
    fill_vial(page)
    checks(page)
    page.evaluate("window.taps = 0; addEventListener('click', (event) => { if (event.isTrusted) taps += 1 }, true)")
    page.get_by_role("link", name=re.compile("^Standard")).click()
    assert page.evaluate("taps") == 1  # and the second one signs
    ticks = page.locator(".record-steps .tick:visible")
    expect(ticks).to_have_count(5)
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("155 units at 31 sites")
    expect(page.get_by_role("link", name="Book next").first).to_be_visible()


@on_screen
def test_f01_keys_alone_lead_from_log_in_to_signed_and_nothing_in_focus_is_hidden(
    browser_page: Page, stack: Stack
) -> None:
    page, address = browser_page, in_room(stack)
    page.goto("/log-in/")
    tab_to(page, "[name=login]")
    page.keyboard.type(OSEI)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")
    tab_to(page, f"a[href^='{address}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}**")
    answered, order = set[str](), list[str]()
    for _ in range(400):
        page.keyboard.press("Tab")
        assert hidden_focus(page) == ""
        here = focused(page)
        order.append(here)
        if here in {"id_identity_checked", "id_no_effects", "id_consent_confirmed"} - answered:
            page.keyboard.press("Space")
            answered.add(here)
        elif (question := re.fullmatch(r"(id_safety_\w+?)_\d", here)) and question[1] not in answered:
            page.keyboard.press("Space")  # the first answer is No
            answered.add(question[1])
        elif here == "id_lot" and not page.locator("#id_lot").input_value():
            page.keyboard.type("C4471")
        elif here == "id_expires_on" and not page.locator("#id_expires_on").input_value():
            page.keyboard.type("30112031")
        elif page.evaluate("document.activeElement.matches('[data-main]')"):
            break
    assert len(answered) == 3 + 11
    assert [place for place in order if place == "BODY"] == []
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("155 units at 31 sites")


@on_screen
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Ask for side effects since last time: tick them, or None.", "id_no_effects"),
        ("Choose at least one site.", "site_COR-R"),
        ("Enter at most 4 vials.", "id_second_vials"),  # folded away as long as no second lot is named
    ],
)
def test_f30_what_was_refused_leads_by_key_to_what_can_be_typed_into(
    window: BrowserContext, open_form: OpenForm, words: str, field: str
) -> None:
    page = window.new_page()
    open_form(page)
    page.get_by_role("link", name="Start empty").click()
    page.get_by_text("A second lot or size").click()
    page.locator("#id_second_vials").fill("9")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary").get_by_role("link", name=words).focus()
    page.keyboard.press("Enter")
    assert focused(page) == field
    assert hidden_focus(page) == ""


@on_screen
def test_f07_backwards_no_focus_hides_under_the_bars(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    page.set_viewport_size({"width": 1280, "height": 600})
    open_form(page)
    page.locator("[data-main]").focus()
    for _ in range(130):
        page.keyboard.press("Shift+Tab")
        assert hidden_focus(page) == ""


@on_screen
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_focus_hides_under_a_message_that_stands_on_the_totals(
    window: BrowserContext, browser: Browser, stack: Stack, open_form: OpenForm, size: ViewportSize
) -> None:
    with browser.new_context(base_url=stack.url) as context:
        theirs = log_in(context.new_page(), BELLO)
        address = open_form(theirs)
        theirs.locator("#id_identity_checked").check()
        expect(theirs.locator(".sign-bar")).to_contain_text("Draft saved")
    page = window.new_page()
    page.set_viewport_size(size)
    page.goto(address)
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".message")).to_be_visible()
    tab_to(page, "[data-main]")


@on_screen
def test_f06_the_total_is_spoken_once_not_site_by_site(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    open_form(page)
    page.get_by_role("link", name="Start empty").click()
    page.evaluate(
        """() => { window.spoken = [];
            new MutationObserver(() => spoken.push(document.querySelector('[data-total]').textContent))
                .observe(document.querySelector('[data-total]'), {childList: true, characterData: true, subtree: true}); }"""
    )
    page.get_by_role("link", name=re.compile("^Standard")).click()
    assert len(page.evaluate("spoken")) == 1
    assert page.locator("[aria-live]", has_text="155 U").count() == 1


@on_screen
def test_an_effect_asks_how_bad_and_none_takes_it_back(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    open_form(page)
    severity = page.get_by_text("How bad, at its worst?")
    expect(severity).to_be_hidden()
    page.get_by_label("Neck pain").check()
    expect(severity).to_be_visible()
    page.get_by_label("None", exact=True).check()
    expect(severity).to_be_hidden()
    expect(page.get_by_label("Neck pain")).not_to_be_checked()


@on_screen
def test_not_known_says_what_follows_and_all_no_leaves_it(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    open_form(page)
    pregnant = page.locator("#div_id_safety_pregnant")
    pregnant.get_by_label("Not known").check()
    expect(pregnant).to_contain_text("Not known is not No")
    page.locator("[data-section=safety] .question").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="All asked, all No").click()
    expect(pregnant.get_by_label("Not known")).to_be_checked()
    expect(page.locator("#div_id_safety_allergy").get_by_label("No", exact=True)).to_be_checked()


def test_f23_without_javascript_two_lots_and_a_side_effect_are_signed(
    browser: Browser, stack: Stack, state: object, open_form: OpenForm
) -> None:
    context = browser.new_context(
        base_url=stack.url,
        storage_state=state,  # type: ignore[arg-type]
        java_script_enabled=False,
        viewport={"width": 360, "height": 640},
    )
    page = context.new_page()
    open_form(page)
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator(".error-summary")).to_contain_text("Ask for side effects since last time")
    page.locator("#id_identity_checked").check()
    page.get_by_label("Neck pain").check()
    page.locator("#id_effects_severity_0").check()
    for question in page.locator("[data-section=safety] .question").all():
        question.get_by_label("No", exact=True).check()
    page.locator("#id_strength").select_option("100")
    page.locator("#id_vials").fill("1")
    page.locator("#id_lot").fill("NOJS1")
    page.locator("#id_expires_on").fill("2031-11-30")
    page.get_by_text("A second lot or size").click()
    page.locator("#id_second_strength").select_option("100")
    page.locator("#id_second_lot").fill("NOJS2")
    page.locator("#id_second_expires_on").fill("2031-12-31")
    page.locator("#id_consent_confirmed").check()
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("Lot NOJS2")
    expect(page.locator("main")).to_contain_text("55 given, 45 wasted")
    expect(page.locator("main")).to_contain_text("Since last time: side effects")
    context.close()


@on_screen
def test_f18_axe_finds_nothing_serious_on_the_form_and_the_record(window: BrowserContext, open_form: OpenForm) -> None:
    page = window.new_page()
    axe = Axe(page)
    open_form(page)
    fill_vial(page)
    page.get_by_label("Neck pain").check()
    page.locator("#div_id_safety_pregnant").get_by_label("Yes").check()
    page.get_by_text("A second lot or size").click()
    assert axe.faults([DESK]) == []
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert axe.faults([DESK]) == []
    page.locator("#id_effects_severity_0").check()
    page.locator("#div_id_safety_pregnant").get_by_label("No", exact=True).check()
    checks(page)
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("155 units at 31 sites")
    assert axe.faults([DESK]) == []
