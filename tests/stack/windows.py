"""Whose window it is: people of the demo's first clinic, and how one of them signs in and out."""

from playwright.sync_api import Page

from clinic.demo.logins import LOGINS, PASSWORD

# A row of Today whose next step is Arrived.
STILL_TO_COME = "tr[id^=visit-] .btn-primary[data-key=a]"
FRAN, OSEI, BELLO, _, ADA = (login.email for login in LOGINS[:5])


def log_in(page: Page, email: str) -> Page:
    """Sign in and open Today."""
    page.goto("/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    return page


def sign_out(page: Page) -> None:
    """End the session, as somebody does who forgets the browser. A page left open would ask by itself, and lead away."""
    page.goto("about:blank")
    page.context.clear_cookies()
