"""How many clicks and keys each job of the day takes, counted in the browser beside what was promised.

The tables stand in docs/acceptance.md; with WRITE_JOBS=1 a run writes them anew, without it a run checks them.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.jobs import admin, desk, injector, patient
from tests.acceptance.jobs.counting import COUNT, check_table, count
from tests.engines import once
from tests.servers.processes import wait_for
from tests.stack.running import Stack, make_for_today
from tests.stack.windows import ADA, FRAN, OSEI, PATIENCE, log_in, sign_out

pytestmark = [pytest.mark.stack, pytest.mark.browser, once("a page takes as many clicks on every database")]


@pytest.fixture(scope="module")
def begun(stack: Stack) -> dict[str, Any]:
    """What the jobs begin with."""
    found: dict[str, Any] = json.loads(make_for_today(stack, "tests.acceptance.jobs.beginnings"))
    return found


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window that counts."""
    with browser.new_context(base_url=stack.url) as context:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(COUNT)
        yield context.new_page()


def test_the_front_desk_needs_no_more_than_promised(page: Page, begun: dict[str, Any]) -> None:
    rows = count(log_in(page, FRAN), desk.jobs(begun))

    def told() -> bool:
        page.goto(begun["missing_patient"])
        return "Missed" in page.get_by_role("region", name="Messages").inner_text()

    wait_for(told, seconds=20)  # the text to who did not come
    check_table("front desk", rows)


def test_an_injector_needs_no_more_than_promised(page: Page, begun: dict[str, Any]) -> None:
    check_table("injectors", count(log_in(page, OSEI), injector.jobs(begun)))


def test_a_patient_needs_no_more_than_promised(page: Page, begun: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    check_table("patients", count(page, patient.jobs(begun)))


def test_an_administrator_needs_no_more_than_promised(page: Page, begun: dict[str, Any]) -> None:
    rows = count(log_in(page, ADA), admin.at_a_clinic(begun))
    page.goto("/log/")
    page.get_by_role("button", name=f"Remove the view {admin.VIEW}").click()
    sign_out(page)
    log_in(page, begun["admin"])
    check_table("administrators", rows + count(page, admin.setting_up(begun)))
