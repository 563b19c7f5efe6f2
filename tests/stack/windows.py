"""Whose window it is: people of the demo's first clinic, and how one of them signs in and out."""

from playwright.sync_api import Page

from clinic.demo.logins import LOGINS, PASSWORD

# How many milliseconds a page may take on a slow machine that runs two suites: what does not come at all is seen later,
# what comes late is no fault.
PATIENCE = 60_000
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
    """End the session, as time does. A page left open would ask by itself, and lead away.

    Forms' own cookie stays: another window asks too, and which of two new ones the browser keeps would be chance.
    """
    page.goto("about:blank")
    page.context.clear_cookies(name="session")
