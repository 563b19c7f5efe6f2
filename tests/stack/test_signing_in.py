"""Signing in in a real browser: with a passkey, and again while a half-written session stands open."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic.demo.logins import PASSWORD
from tests.acceptance.test_session_form import fill_vial
from tests.stack.running import Stack, in_room
from tests.stack.windows import BELLO, FRAN, OSEI, PATIENCE, log_in, sign_out

pytestmark = [pytest.mark.stack, pytest.mark.browser]

# Nobody else signs in as her while these tests run.
READER = "lea@lakeside.example"
SIGNED_OUT = "You have been signed out."
# The log-in page names where it leads to at the end of its own address.
ON_TODAY = re.compile(r"^[^?]*/today/$")


@pytest.fixture
def phone(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window with a phone's passkeys. They belong to a name, so it uses one that every browser trusts without HTTPS."""
    context = browser.new_context(base_url=f"http://localhost:{stack.demo.port}")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield page
    context.close()


def test_a_passkey_is_added_signs_in_without_a_password_and_is_removed(phone: Page) -> None:
    log_in(phone, READER)
    phone.goto("/me/second-step/passkeys/new/")
    phone.get_by_label("Name", exact=True).fill("Work phone")
    if phone.get_by_role("checkbox").count():
        phone.get_by_role("checkbox").check()
    phone.get_by_label("Name", exact=True).press("Enter")
    phone.wait_for_url(lambda url: not url.endswith("/new/"))

    sign_out(phone)
    phone.goto("/today/")
    phone.wait_for_url("**/log-in/**")
    phone.get_by_role("button", name="Use a passkey").click()
    phone.wait_for_url(ON_TODAY)

    # A password alone opens nothing any more.
    sign_out(phone)
    phone.goto("/log-in/")
    phone.get_by_label("Email").fill(READER)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    phone.wait_for_url("**/log-in/code/")
    phone.goto("/today/")
    phone.get_by_role("button", name="Use a passkey").click()
    phone.wait_for_url(ON_TODAY)

    phone.goto("/me/second-step/passkeys/")
    phone.get_by_role("link", name="Remove Work phone").click()
    phone.get_by_role("button", name="Remove it").click()
    phone.wait_for_url("**/me/second-step/**")


def test_where_no_passkey_can_work_none_is_offered_and_the_reason_is_said_first(browser_page: Page) -> None:
    page, why = browser_page, "the address of this page is a number"
    log_in(page, READER)
    page.goto("/me/second-step/")
    expect(page.get_by_text(why)).to_be_visible()
    expect(page.get_by_role("link", name="Add a passkey")).to_be_hidden()
    page.goto("/me/second-step/passkeys/new/")
    expect(page.get_by_text(why)).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_hidden()
    sign_out(page)
    page.goto("/log-in/")
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()


def test_a_passkey_that_is_not_used_says_why(phone: Page) -> None:
    page = phone
    page.goto("/log-in/")
    use, words = page.get_by_role("button", name="Use a passkey"), page.locator("#failure")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    use.click()
    expect(words).to_contain_text("No passkey was used.")
    # Safari in a window of another program, and every browser without HTTPS.
    page.evaluate("delete window.PublicKeyCredential")
    use.click()
    expect(words).to_contain_text("This browser cannot use passkeys here.")


@pytest.fixture
def injector(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """Dr Osei's browser, signed in."""
    context = browser.new_context(base_url=stack.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    log_in(context.new_page(), OSEI)
    yield context
    context.close()


def test_what_was_typed_into_a_session_survives_being_signed_out(injector: BrowserContext, stack: Stack) -> None:
    page = injector.pages[0]
    page.goto(in_room(stack))
    fill_vial(page)
    line, note = page.locator("[data-draft-line]"), page.get_by_label("Note", exact=True)
    note.fill("kept before")
    expect(line).to_contain_text("Draft saved")

    # The session ends while more is typed: nothing leads away from the page, pressing the button neither.
    injector.clear_cookies(name="session")
    note.fill("kept before, and typed afterwards")
    page.get_by_role("button", name="Sign session").click()
    expect(line).to_contain_text(SIGNED_OUT)
    expect(note).to_have_value("kept before, and typed afterwards")

    # Signed in again in another tab, the page goes on where it was.
    log_in(injector.new_page(), OSEI)
    line.get_by_role("button", name="Try again").click()
    expect(line).to_contain_text("Draft saved")
    page.reload()
    expect(note).to_have_value("kept before, and typed afterwards")


def test_a_session_that_is_sent_after_being_signed_out_stands_there_again_after_the_log_in(
    injector: BrowserContext, stack: Stack
) -> None:
    page = injector.pages[0]
    page.goto(in_room(stack))
    note = page.get_by_label("Note", exact=True)
    note.fill("sore on the left")
    expect(page.locator("[data-draft-line]")).to_contain_text("Draft saved")
    injector.clear_cookies(name="session")
    page.get_by_role("button", name="Sign session").click()
    page.get_by_label("Email").fill(OSEI)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(note).to_have_value("sore on the left")


def come_back_to(page: Page) -> None:
    """Turn to this tab again, as somebody does who signed in in another one."""
    with page.expect_response("**/me/stay/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_form_that_stood_open_is_taken_once_its_writer_has_signed_in_again(browser_page: Page) -> None:
    page = log_in(browser_page, FRAN)
    page.goto("/patients/new/")
    page.get_by_label("First name").fill("Robin")
    page.context.clear_cookies(name="session")
    log_in(page.context.new_page(), FRAN)
    come_back_to(page)
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".error-summary")).to_contain_text("Enter the last name.")
    expect(page.get_by_label("First name")).to_have_value("Robin")


def test_a_page_is_neither_read_nor_sent_by_another_who_signed_in_meanwhile(browser_page: Page) -> None:
    page = log_in(browser_page, FRAN)
    page.goto("/patients/new/")
    page.context.clear_cookies(name="session")
    come_back_to(page)
    expect(page.locator("#rest-dialog")).to_contain_text("You were signed out")
    expect(page.get_by_label("First name")).to_be_hidden()
    log_in(page.context.new_page(), OSEI)
    come_back_to(page)
    expect(page.get_by_label("First name")).to_be_hidden()
    page.get_by_label("First name").evaluate("box => box.form.submit()")
    expect(page.locator("h1")).to_have_text("This page was open too long")


def test_what_one_person_typed_into_a_session_does_not_become_another_s_who_signed_in_meanwhile(
    injector: BrowserContext, stack: Stack
) -> None:
    page = injector.pages[0]
    page.goto(in_room(stack))
    line, note = page.locator("[data-draft-line]"), page.get_by_label("Note", exact=True)
    injector.clear_cookies(name="session")
    note.fill("never saved before")
    expect(line).to_contain_text(SIGNED_OUT)

    other = log_in(injector.new_page(), BELLO)
    line.get_by_role("button", name="Try again").click()
    expect(line).to_contain_text("Somebody else is signed in here now")
    page.get_by_role("button", name="Sign session").click()
    expect(line).to_contain_text("Somebody else is signed in here now")
    expect(note).to_have_value("never saved before")

    # Once the one who typed it is back, it is saved, as theirs.
    sign_out(other)
    log_in(other, OSEI)
    line.get_by_role("button", name="Try again").click()
    expect(line).to_contain_text("Draft saved")


def test_a_session_form_says_that_a_second_step_is_asked_for_and_not_that_its_writer_is_signed_out(
    injector: BrowserContext, stack: Stack
) -> None:
    page = injector.pages[0]
    page.goto(in_room(stack))
    line, note = page.locator("[data-draft-line]"), page.get_by_label("Note", exact=True)
    page.route("**/draft/", lambda route: route.fulfill(status=302, headers={"Location": "/me/second-step/"}))
    note.fill("typed while the clinic began to ask")
    expect(line).to_contain_text("You need a second step here now.")

    page.unroute("**/draft/")
    line.get_by_role("button", name="Try again").click()
    expect(line).to_contain_text("Draft saved")
    page.reload()
    expect(note).to_have_value("typed while the clinic began to ask")


def test_a_device_whose_clock_is_wrong_tells_nobody_that_they_are_signed_out(browser_page: Page) -> None:
    browser_page.clock.install(time=time.time() + 3600)
    page = log_in(browser_page, FRAN)
    page.goto("/patients/new/")
    page.clock.run_for(6000)
    expect(page.locator("#rest-dialog")).to_be_hidden()
    page.route("**/me/stay/", lambda route: route.abort())
    page.clock.run_for(14 * 60 * 1000)
    expect(page.locator("#rest-dialog")).to_contain_text("Less than a minute left.")


def test_who_is_signed_out_leaves_nothing_to_read_until_they_are_back(browser_page: Page) -> None:
    browser_page.clock.install()
    page = log_in(browser_page, FRAN)
    page.goto("/patients/new/")
    page.get_by_label("Last name").fill("Santos")
    page.route("**/me/stay/", lambda route: route.abort())
    page.clock.run_for(14 * 60 * 1000)
    expect(page.get_by_label("Last name")).to_be_visible()
    page.clock.run_for(2 * 60 * 1000)
    expect(page.locator("#rest-dialog")).to_contain_text("You were signed out")
    expect(page.get_by_label("Last name")).to_be_hidden()
    page.unroute("**/me/stay/")
    page.clock.run_for(25_000)
    expect(page.get_by_label("Last name")).to_be_visible()
    expect(page.get_by_label("Last name")).to_have_value("Santos")


def test_the_tab_of_who_is_signed_out_says_no_name_until_they_are_back(browser_page: Page) -> None:
    page = log_in(browser_page, FRAN)
    link = page.locator("#day-live a[href^='/patients/']").first
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/patients/**")
    title = page.title()
    assert name in title
    page.context.clear_cookies(name="session")
    come_back_to(page)
    expect(page).to_have_title("Signed out - Twelve Weeks")
    other = log_in(page.context.new_page(), BELLO)
    come_back_to(page)
    expect(page).to_have_title("Signed out - Twelve Weeks")
    sign_out(other)
    log_in(other, FRAN)
    come_back_to(page)
    expect(page).to_have_title(title)


def test_a_second_step_asked_for_since_lands_in_no_part_of_an_open_page(browser_page: Page) -> None:
    browser_page.clock.install()
    page = log_in(browser_page, FRAN)
    rows, title = page.locator("#day-live tr[id^=visit-]").count(), page.title()
    for part in ("**/reminders/line/", "**/today/changes/**"):
        page.route(part, lambda route: route.fulfill(status=302, headers={"Location": "/me/second-step/"}))
    page.clock.run_for(61_000)
    expect(page.locator("#failure")).to_contain_text("You need a second step here now.")
    expect(page.locator("#failure").get_by_role("link", name="Set it up")).to_have_attribute("href", "/me/second-step/")
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("#day-live tr[id^=visit-]")).to_have_count(rows)
    assert page.title() == title


def test_who_wants_to_stay_and_reaches_no_server_is_told(browser_page: Page) -> None:
    browser_page.clock.install()
    page = log_in(browser_page, FRAN)
    page.goto("/patients/new/")
    page.route("**/me/stay/", lambda route: route.abort())
    page.clock.run_for(14 * 60 * 1000)
    dialog = page.locator("#rest-dialog")
    dialog.get_by_role("button", name="Stay").click()
    failure = dialog.get_by_text("We could not keep you signed in. Try again.")
    expect(failure).to_be_visible()
    page.unroute("**/me/stay/")
    dialog.get_by_role("button", name="Stay").click()
    expect(dialog).to_be_hidden()
    page.route("**/me/stay/", lambda route: route.abort())
    page.clock.run_for(14 * 60 * 1000)
    expect(dialog).to_be_visible()
    expect(failure).to_be_hidden()
