"""Patients' own pages on a small phone: every page in every language, and a line that breaks."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.engines import once
from tests.stack.axe import PHONE, Axe
from tests.stack.own_pages import LANGUAGES, PAGES, links, phone, tell_birth_date
from tests.stack.running import Stack

__all__ = ["links", "phone"]

pytestmark = [pytest.mark.stack, pytest.mark.browser]

# Words that run out of the column of their box: the page is no wider for it, and axe sees nothing.
RUN_OUT = """() => [...document.querySelectorAll(".tick")].filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent.trim())"""

EDGES = "all => all.map((one) => getComputedStyle(one).border)"


@once("a page looks the same on every database")
def test_f18_no_page_in_any_other_language_has_a_serious_fault(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    axe, wrong = Axe(page), list[str]()
    for language in LANGUAGES[1:]:
        phone.add_cookies([{"name": "language", "value": language, "url": stack.url}])
        for link, pages in PAGES.items():
            for path in pages:
                page.goto(links[link] + path)
                page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                wrong += axe.faults([PHONE], ["light"])  # its colours are those of the English page
                page.set_viewport_size(PHONE)
                wrong += [f"{page.url}: {words}" for words in page.evaluate(RUN_OUT)]
    assert wrong == []


@once("a page looks the same on every database")
def test_the_boxes_of_a_date_of_birth_that_is_wrong_have_a_red_edge(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    page.goto(links["diary"])
    edges = page.locator(".boxes input")
    at_rest = edges.evaluate_all(EDGES)
    with page.expect_navigation():
        page.locator("main form button").click()
    wrong = edges.evaluate_all(EDGES)
    red = page.locator(".invalid-feedback").evaluate("one => getComputedStyle(one).color")
    assert at_rest != wrong == [f"2px solid {red}"] * 3


@once("a page looks the same on every database")
def test_the_boxes_that_count_medicines_stand_in_a_line_whatever_their_names_take(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    phone.add_cookies([{"name": "language", "value": "cy", "url": stack.url}])
    page.goto(f"{links['diary']}week/")
    page.locator(".pills").first.evaluate("one => { one.open = true; }")
    heights = (
        page.locator(".pills").first.locator(".form-label").evaluate_all("all => all.map((one) => one.offsetHeight)")
    )
    tops = page.locator(".pills").first.locator("input").evaluate_all("all => all.map((one) => one.offsetTop)")
    assert len(set(heights)) == 2
    assert len(set(tops)) == 1


def test_f24_a_day_chosen_without_a_connection_is_said_to_wait_and_goes_out_with_the_next(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    last = page.locator("[data-day]").last
    phone.set_offline(True)
    last.get_by_label("No headache").check()
    expect(last.locator("[data-state]")).to_have_text("Not sent yet")
    phone.set_offline(False)
    expect(last.locator("[data-state]")).to_have_text("Saved")


def test_f24_a_day_that_got_lost_on_the_way_is_sent_again_by_itself(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    first = page.locator("[data-day]").first
    page.route("**/week/**", lambda route: route.abort())
    first.get_by_label("No headache").check()
    expect(first.locator("[data-state]")).to_have_text("Not sent yet")
    page.unroute("**/week/**")
    expect(first.locator("[data-state]")).to_have_text("Saved", timeout=15_000)


def test_f24_a_day_that_is_refused_says_where_to_read_why(phone: BrowserContext, links: dict[str, str]) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    second = page.locator("[data-day]").nth(1)
    page.locator("[name=until]").evaluate("(box) => { box.value = '2020-01-01'; }")
    second.get_by_label("No headache").check()
    expect(second.locator("[data-state]")).to_have_text("Not saved. “Save week” says why.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save week").click()
    expect(page.locator("h1")).not_to_have_text("Your week")


def test_f24_what_was_chosen_last_is_kept_though_what_was_chosen_first_was_long_on_its_way(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page, held = phone.new_page(), list[Route]()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    last = page.locator("[data-day]").last
    with page.expect_request("**/week/**"):
        page.route("**/week/**", lambda route: held.append(route))
        last.get_by_text("Headache", exact=True).click()
    last.get_by_text("Migraine", exact=True).click()
    page.wait_for_timeout(200)
    assert len(held) == 1
    expect(last.locator("[data-state]")).to_have_text("Saving")
    with page.expect_request("**/week/**"):
        held[0].continue_()
    page.wait_for_timeout(200)
    held[1].continue_()
    expect(last.locator("[data-state]")).to_have_text("Saved")
    page.unroute("**/week/**")
    page.reload()
    expect(last.get_by_label("Migraine")).to_be_checked()


def test_f24_days_that_are_saved_by_themselves_are_counted_as_done_once(
    phone: BrowserContext, stack: Stack, links: dict[str, str]
) -> None:
    page = phone.new_page()
    tell_birth_date(page, links["diary"])
    page.goto(f"{links['diary']}week/")
    done, days = page.locator("[data-done]"), page.locator("[data-day]")
    kept = days.and_(page.locator("[data-kept]")).count()
    expect(done).to_have_text(f"{kept} of 7 days done")
    free = days.nth(days.evaluate_all("(all) => all.findIndex((one) => !one.hasAttribute('data-kept'))"))
    free.get_by_label("No headache").check()
    expect(done).to_have_text(f"{kept + 1} of 7 days done")
    with page.expect_response("**/week/**"):
        free.get_by_text("Migraine", exact=True).click()
    expect(free.locator("[data-state]")).to_have_text("Saved")
    expect(done).to_have_text(f"{kept + 1} of 7 days done")
    phone.add_cookies([{"name": "language", "value": "ur", "url": stack.url}])
    page.reload()
    expect(done).to_have_text(f"7 میں سے {kept + 1} دن مکمل")
    page.locator("[data-day]:not([data-kept]) input[type=radio]").first.check(force=True)
    expect(done).to_have_text(f"7 میں سے {kept + 2} دن مکمل")


def test_f23_without_scripts_a_patient_confirms_moves_and_keeps_the_diary(
    browser: Browser, stack: Stack, links: dict[str, str]
) -> None:
    context = browser.new_context(base_url=stack.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(links["visit"])
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    page.goto(links["visit"])
    expect(page.locator("h1")).to_have_text("You said you will come")
    page.get_by_role("link", name="I cannot come").click()
    page.locator("button[name=slot]").first.click()
    expect(page.locator("h1")).to_have_text("Thank you")
    tell_birth_date(page, links["diary"])
    page.get_by_text("Yes", exact=True).click()
    page.get_by_label("Severe").check()
    page.get_by_label("felt sick").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Saved")
    context.close()


def test_f17_a_dark_page_is_dark_from_the_first_paint_and_stays_so(
    phone: BrowserContext, links: dict[str, str]
) -> None:
    page = phone.new_page()
    page.goto(links["visit"])
    page.get_by_text("Theme").first.click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url.endswith(links["visit"])
    source = page.request.get(links["visit"]).text()
    assert 'data-bs-theme="dark"' in source
    assert 'data-bs-theme="dark"' in phone.new_page().request.get(f"{links['visit']}stop/").text()
