"""The pages that no walk along links comes to: they are there for a moment, for somebody else, or once in a clinic's life."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from playwright.sync_api import Locator, Page, Route

from tests.builders import PASSWORD
from tests.stack.own_pages import PAGES, tell_birth_date
from tests.stack.running import Stack, run_beside
from tests.stack.windows import sign_out

SIGNED_OUT = (
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
)
SECOND_STEP = (
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
)
PASSKEYS = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
READY = {"isUserVerified": True, "automaticPresenceSimulation": True}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def rarely_met(page: Page, stack: Stack, links: dict[str, str]) -> Iterator[None]:
    """Show one page after the other; where this stops, one is shown."""
    rare: dict[str, Any] = json.loads(run_beside(stack, "tests.acceptance.making_rarely_met"))
    yield from _of_nobody(page, rare)
    yield from _of_a_patient(page, links)
    yield from _of_staff(page, rare)


def _of_nobody(page: Page, rare: dict[str, Any]) -> Iterator[None]:
    sign_out(page)
    for address in (*map(reverse, SIGNED_OUT), "/nowhere/", *rare["of_nobody"]):
        page.goto(address)
        yield
    early = rare["before_a_clinic"]
    for address in early:
        page.route(f"**{address}", lambda route: route.fulfill(body=early[_path(route)], content_type="text/html"))
        page.goto(address)
        page.unroute(f"**{address}")
        yield


def _path(route: Route) -> str:
    return urlsplit(route.request.url).path


def _of_a_patient(page: Page, links: dict[str, str]) -> Iterator[None]:
    page.goto(links["diary"])
    yield  # asks for the date of birth
    tell_birth_date(page, links["diary"])
    for link, parts in PAGES.items():
        for part in parts:
            page.goto(links[link] + part)
            page.evaluate(OPEN_ALL)
            yield
    page.goto(f"{links['due']}ask/")
    page.locator("main fieldset input").first.check()
    _press(page.get_by_role("button", name="Send"))
    yield  # noted
    page.goto(links["diary"])
    _press(page.get_by_role("button", name="No", exact=True))
    yield  # saved
    _press(page.get_by_role("link", name="Change").first)
    yield  # that day
    page.goto(f"{links['visit']}stop/")
    _press(page.locator("main form button").first)
    yield  # nothing was chosen
    page.locator("main form input[type=radio]").first.check()
    _press(page.locator("main form button").first)
    yield  # saved
    page.goto(links["visit"])
    _press(page.get_by_role("button", name="Yes, I will come"))
    yield  # thank you
    page.goto(links["visit"])
    yield


def _of_staff(page: Page, rare: dict[str, Any]) -> Iterator[None]:
    yield from _of_admin(page, rare)
    sign_out(page)
    _type_password(page, rare["doctor"])
    yield  # asks for the code
    page.locator("[name=code]").fill(rare["spare_code"])
    page.locator("main").get_by_role("button").first.click()
    page.wait_for_url("**/today/")
    for address in (*rare["of_doctor"], reverse("staff:people")):
        page.goto(address)
        yield  # the last one is refused
    yield from _prove_it_is_you(page)
    _add_a_passkey(page)
    for name in ("Rename Work phone", "Remove Work phone"):
        page.goto(reverse("mfa_list_webauthn"))
        yield
        _press(page.get_by_role("link", name=name))
        yield
    for address in map(reverse, SECOND_STEP):
        page.goto(address)
        yield


def _of_admin(page: Page, rare: dict[str, Any]) -> Iterator[None]:
    sign_out(page)
    _type_password(page, rare["admin"])
    for address in (*rare["of_admin"], reverse("account_logout")):
        page.goto(address)
        yield
    yield from _prove_it_is_you(page)
    for name in ("account_change_password", "mfa_activate_totp", "mfa_add_webauthn"):
        page.goto(reverse(name))
        yield


def _prove_it_is_you(page: Page) -> Iterator[None]:
    page.goto(reverse("account_reauthenticate"))
    yield
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/again/" not in url)


def _add_a_passkey(page: Page) -> None:
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS | READY})
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Name", exact=True).fill("Work phone")
    if page.get_by_role("checkbox").count():
        page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: not url.endswith("/new/"))


def _press(what: Locator) -> None:
    with what.page.expect_navigation():
        what.click()


def _type_password(page: Page, email: str) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith(reverse("account_login")))
