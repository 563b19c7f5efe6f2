"""The injection map in a browser: by finger, by keys, on a phone, and the list alone without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.engines import once
from tests.stack.running import Stack, in_room
from tests.stack.windows import BELLO, OSEI, PATIENCE, log_in

pytestmark = [pytest.mark.stack, pytest.mark.browser]
# What happens in the browser alone.
on_screen = once("a page does the same on every database")

STANDARD = "155 U · 31 sites · Temporalis 40/50 · Occipitalis 30/40 · Trapezius 30/50 · waste 45 U of 200 U"


@pytest.fixture(scope="module")
def form_address(stack: Stack) -> str:
    """The session form of somebody who came into the room just now."""
    return in_room(stack)


@pytest.fixture
def injector(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """Dr Osei's browser, signed in."""
    context = browser.new_context(base_url=stack.url)
    context.set_default_timeout(PATIENCE)
    log_in(context.new_page(), OSEI)
    yield context
    context.close()


@pytest.fixture
def form(injector: BrowserContext, form_address: str) -> Page:
    """The session form."""
    page = injector.pages[0]
    page.goto(form_address)
    page.get_by_role("link", name="Standard").click()
    return page


def site(page: Page, code: str) -> str:
    """Return where a site is on the large pictures."""
    return f'.map-views [data-site="{code}"]'


def total(page: Page) -> str:
    """Return the totals at the foot."""
    return page.locator("[data-total]").inner_text()


@on_screen
def test_a_touch_toggles_a_site_and_the_list_follows(form: Page) -> None:
    assert total(form) == STANDARD
    form.locator(site(form, "PRO")).click()
    expect(form.locator("#site_PRO")).not_to_be_checked()
    assert total(form).startswith("150 U · 30 sites")


@on_screen
def test_the_list_paints_the_map(form: Page) -> None:
    form.locator("#site_TEM-R5").check()
    expect(form.locator(site(form, "TEM-R5"))).to_have_class(re.compile("is-given"))


@on_screen
def test_both_extra_doses_go_to_one_side_and_a_third_is_refused_in_words(form: Page) -> None:
    form.locator(site(form, "TEM-R5")).click()
    form.get_by_role("button", name="Both on this side").click()
    assert "Temporalis 50/50" in total(form)
    form.locator(site(form, "TEM-L5")).click()
    expect(form.locator("[data-limit-reached]")).to_have_text(
        "Temporalis is at its limit, 50 units. Take one off or choose another muscle."
    )
    assert "Temporalis 50/50" in total(form)


@on_screen
def test_an_eleventh_site_of_a_muscle_is_refused_in_words_though_its_units_would_do(form: Page) -> None:
    form.locator(site(form, "TEM-R5")).click()
    form.get_by_role("button", name="Both on this side").click()
    for code in ("TEM-R1", "TEM-R2"):
        form.locator(f"#id_units_{code}").fill("2")
    form.locator(site(form, "TEM-L5")).click()
    expect(form.locator("[data-limit-reached]")).to_have_text(
        "Temporalis is at its limit, 10 sites. Take one off or choose another muscle."
    )
    assert "Temporalis 44/50" in total(form)


@on_screen
def test_a_dose_that_was_changed_wears_its_number(form: Page) -> None:
    form.locator(site(form, "PRO")).click()
    form.locator(site(form, "PRO")).click()
    form.get_by_role("button", name="One unit less").click()
    expect(form.locator(f"{site(form, 'PRO')} [data-badge]")).to_have_text("4")
    assert total(form).startswith("154 U")


@on_screen
def test_a_template_replaces_the_sites_and_can_be_undone(form: Page) -> None:
    form.locator(site(form, "PRO")).click()
    form.get_by_role("link", name="Start empty").click()
    assert total(form).startswith("0 U · 0 sites")
    form.get_by_role("button", name="Undo").click()
    assert total(form).startswith("150 U · 30 sites")


@on_screen
@pytest.mark.parametrize("picture", ["front", "right", "left", "back"])
def test_f06_keys_alone_reach_and_toggle_every_site_of_a_picture(form: Page, picture: str) -> None:
    marks = form.locator(f".map-views .map-{picture} [data-site]:visible")
    stops = marks.evaluate_all("all => all.map((one) => one.getAttribute('tabindex'))")
    assert stops.count("0") == 1
    every = set(marks.evaluate_all("all => all.map((one) => one.dataset.site)"))
    reached, ahead = set[str](), [str(marks.first.get_attribute("data-site"))]
    while ahead:
        code = ahead.pop()
        if code in reached:
            continue
        reached.add(code)
        for key in ("ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight"):
            form.locator(site(form, code)).focus()
            form.keyboard.press(key)
            ahead.append(form.evaluate("document.activeElement.dataset.site"))
    assert reached == every
    form.keyboard.press("Home")
    name = form.evaluate("document.activeElement.dataset.site")
    form.keyboard.press("Space")
    expect(form.locator(f"#site_{name}")).not_to_be_checked()


@on_screen
def test_the_list_of_keys_tells_those_of_the_map(form: Page) -> None:
    form.keyboard.press("?")
    keys = form.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Space on a site: given or not given")
    expect(keys).to_contain_text("s while stepping through: not given")


@on_screen
def test_step_mode_walks_the_sites_from_lying_to_sitting(form: Page) -> None:
    form.get_by_role("button", name="Step through").click()
    label = form.locator("[data-chosen-label]")
    expect(label).to_contain_text("1. Corrugator, right")
    form.keyboard.press("Space")
    form.keyboard.press("s")
    expect(label).to_contain_text("3. Procerus")
    expect(form.locator("#site_COR-L")).not_to_be_checked()
    form.keyboard.press("ArrowLeft")
    expect(label).to_contain_text("2. Corrugator, left")


def assert_nothing_between(form: Page) -> None:
    """The panel stands on the totals: through a gap, parts of another picture showed."""
    panel, foot = form.locator(".site-panel").bounding_box(), form.locator(".sign-bar").bounding_box()
    assert panel
    assert foot
    assert abs(panel["y"] + panel["height"] - foot["y"]) <= 1


@on_screen
@pytest.mark.parametrize("width", [640, 1280])
def test_the_panel_stands_on_the_totals_at_every_width(form: Page, width: int) -> None:
    form.set_viewport_size({"width": width, "height": 700})
    form.get_by_role("button", name="Step through").click()
    assert_nothing_between(form)


@on_screen
def test_the_site_whose_turn_it_is_stands_above_the_panel_on_a_phone(form: Page) -> None:
    form.set_viewport_size({"width": 360, "height": 640})
    form.get_by_role("button", name="Step through").click()
    for _ in range(31):
        mark, panel = (
            form.locator(".site.is-current:visible").bounding_box(),
            form.locator(".site-panel").bounding_box(),
        )
        assert mark
        assert panel
        assert 0 <= mark["y"] < mark["y"] + mark["height"] <= panel["y"], form.inner_text("[data-chosen-label]")
        assert_nothing_between(form)
        form.keyboard.press("Space")
    expect(form.locator(".site-panel")).to_be_hidden()


@on_screen
def test_all_no_waits_until_the_last_question_was_on_the_screen(form: Page) -> None:
    all_no = form.get_by_role("button", name="All asked, all No")
    form.set_viewport_size({"width": 1280, "height": 400})
    form.goto(form.url)
    expect(all_no).to_have_attribute("aria-disabled", "true")
    form.locator("[data-section=safety] .question").last.scroll_into_view_if_needed()
    expect(all_no).not_to_have_attribute("aria-disabled", "true")


def test_what_is_typed_survives_a_reload_and_shows_who_writes(
    form: Page, browser: Browser, stack: Stack, form_address: str
) -> None:
    form.get_by_label("Note", exact=True).fill("sore on the left")
    expect(form.locator("[data-draft-line]")).to_contain_text("Draft saved")
    form.reload()
    expect(form.get_by_label("Note", exact=True)).to_have_value("sore on the left")
    with browser.new_context(base_url=stack.url) as context:
        page = log_in(context.new_page(), BELLO)
        page.goto(form_address)
        expect(page.locator("main")).to_contain_text("Dr Osei is writing this session")


def test_f24_a_save_that_fails_says_so_and_can_be_tried_again(form: Page) -> None:
    form.route("**/draft/", lambda route: route.abort())
    form.get_by_label("Note", exact=True).fill("typed while offline")
    line = form.locator("[data-draft-line]")
    expect(line).to_contain_text("Not saved. Keep this page open.")
    form.unroute("**/draft/")
    held: list[Route] = []  # by itself it is tried again too, and the button is gone once that is saved
    form.route("**/draft/", lambda route: held.append(route))
    with form.expect_request("**/draft/"):
        line.get_by_role("button", name="Try again").click()
    form.wait_for_timeout(200)
    held[0].continue_()
    expect(line).to_contain_text("Draft saved")


def test_f24_a_save_whose_answer_got_lost_goes_on_by_itself_and_is_no_other_window(form: Page) -> None:
    saves(form)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    form.route("**/draft/", lose)
    note, line = form.get_by_label("Note", exact=True), form.locator("[data-draft-line]")
    note.fill("sore")
    expect(line).to_contain_text("Not saved. Keep this page open.")
    form.unroute("**/draft/")
    expect(line).to_contain_text("Draft saved", timeout=15_000)
    with form.expect_response("**/draft/"):
        note.fill("sore on the left")
    expect(line).to_contain_text("Draft saved")
    form.reload()
    expect(note).to_have_value("sore on the left")


@on_screen
def test_f24_signing_says_that_it_waits_for_what_was_typed(form: Page) -> None:
    saves(form)
    held: list[Route] = []
    form.route("**/draft/", lambda route: held.append(route))
    form.get_by_label("Note", exact=True).fill("typed where the line is slow")
    form.get_by_role("button", name="Sign session").click()
    line = form.locator("[data-draft-line]")
    expect(line).to_have_text("Saving what you typed before it is signed")
    held[0].fulfill(status=503, body="<h1>Service unavailable</h1>")
    expect(line).to_contain_text("Not saved. Keep this page open.")
    assert unsaved(form)


def saves(page: Page) -> None:
    """Wait until nothing of the form is on its way."""
    expect(page.locator("[data-draft-line]")).to_contain_text("Draft saved")


def sent_sites(request: Request) -> dict[str, str]:
    """Return the units of each site that a draft names as given."""
    fields = re.findall(r'name="([\w-]+)"\r\n\r\n([^\r]*)', request.post_data or "")
    units = {name.removeprefix("units_"): value for name, value in fields if name.startswith("units_")}
    return {value: units[value] for name, value in fields if name == "sites"}


@on_screen
@pytest.mark.parametrize(("key", "sent"), [("Space", None), ("Enter", None), ("-", "4")])
def test_a_site_changed_by_key_on_the_map_is_kept_as_one_changed_by_finger(
    form: Page, key: str, sent: str | None
) -> None:
    saves(form)
    form.locator(site(form, "PRO")).focus()
    with form.expect_request("**/draft/") as request:
        form.keyboard.press(key)
    assert sent_sites(request.value).get("PRO") == sent


@on_screen
def test_a_site_not_given_by_key_while_stepping_through_is_kept(form: Page) -> None:
    saves(form)
    form.get_by_role("button", name="Step through").click()
    expect(form.locator("[data-chosen-label]")).to_contain_text("1. Corrugator, right")
    with form.expect_request("**/draft/") as request:
        form.keyboard.press("s")
    assert "COR-R" not in sent_sites(request.value)


@on_screen
@pytest.mark.parametrize("keys", ["Control+-", "Control+Shift++", "Control+Enter", "Control+s"])
def test_what_the_browser_is_told_by_keys_changes_no_dose(form: Page, keys: str) -> None:
    form.get_by_role("button", name="Step through").click()
    if keys != "Control+s":  # pressed out of habit, to save
        form.locator(site(form, "PRO")).focus()
    form.evaluate("addEventListener('submit', (event) => event.preventDefault(), true)")
    form.keyboard.press(keys)
    assert total(form) == STANDARD
    expect(form.locator("[data-chosen-label]")).to_contain_text("1. Corrugator, right")


@on_screen
def test_f24_signing_without_a_server_stays_on_the_page_with_what_was_typed(form: Page) -> None:
    saves(form)
    form.route("**/draft/", lambda route: route.abort())
    form.route("**/record/", lambda route: route.abort())
    form.get_by_label("Note", exact=True).fill("typed while the server is away")
    form.get_by_role("button", name="Sign session").click()
    expect(form.locator("[data-draft-line]")).to_contain_text("Not saved. Keep this page open.")
    form.wait_for_timeout(300)
    expect(form.get_by_label("Note", exact=True)).to_have_value("typed while the server is away")
    assert unsaved(form)


@on_screen
def test_f24_signing_stays_on_the_page_where_the_server_has_a_fault_until_it_is_pressed_again(form: Page) -> None:
    saves(form)
    form.route("**/draft/", lambda route: route.fulfill(status=500, body="<h1>We are looking into it</h1>"))
    form.route("**/record/", lambda route: route.abort())
    form.get_by_label("Note", exact=True).fill("typed before the fault")
    sign = form.get_by_role("button", name="Sign session")
    sign.click()
    expect(form.locator("[data-draft-line]")).to_contain_text("Press Sign session again to go on all the same.")
    form.wait_for_timeout(300)
    expect(form.get_by_label("Note", exact=True)).to_have_value("typed before the fault")
    assert unsaved(form)
    with form.expect_request(lambda request: request.method == "POST" and request.url.endswith("/record/")):
        sign.click()


@on_screen
def test_f24_what_is_typed_after_signing_offline_is_still_asked_for_before_the_page_goes(form: Page) -> None:
    saves(form)
    form.context.set_offline(True)
    form.get_by_role("button", name="Sign session").click()
    expect(form.locator("#failure")).to_contain_text("We could not reach the server")
    form.get_by_label("Note", exact=True).fill("typed after that")
    assert unsaved(form)
    form.context.set_offline(False)


def unsaved(page: Page) -> bool:
    """Whether the page would hold back somebody who leaves it now."""
    return not page.evaluate("window.dispatchEvent(new Event('beforeunload', { cancelable: true }))")


@on_screen
@pytest.mark.parametrize("button", ["Other side", "Both on this side"])
def test_an_extra_dose_that_finds_no_room_leaves_what_was_given_as_it_was(form: Page, button: str) -> None:
    for code in ("TEM-R5", "TEM-L5"):
        form.locator(site(form, code)).click()
        form.locator(f"#id_units_{code}").fill("")  # of a dose that nobody has typed yet the usual one moves
    form.locator("#id_units_TEM-R1").fill("13")
    given = total(form)
    assert "Temporalis 48/50" in given
    form.get_by_role("button", name=button).click()
    expect(form.locator("[data-limit-reached]")).to_contain_text("Temporalis is at its limit, 50 units.")
    assert total(form) == given
    for code in ("TEM-R5", "TEM-L5"):
        expect(form.locator(f"#site_{code}")).to_be_checked()
        expect(form.locator(f"#id_units_{code}")).to_have_value("")


@on_screen
def test_an_extra_dose_keeps_its_units_on_the_other_side(form: Page) -> None:
    form.locator(site(form, "TEM-R5")).click()
    form.locator("#id_units_TEM-R5").fill("8")
    form.get_by_role("button", name="Other side").click()
    expect(form.locator("#site_TEM-R5")).not_to_be_checked()
    expect(form.locator("#id_units_TEM-L5")).to_have_value("8")
    assert "Temporalis 48/50" in total(form)


@on_screen
@pytest.mark.parametrize("typed", ["１０", "١٠"], ids=["full width", "Arabic"])
def test_the_total_counts_the_digits_that_the_server_counts(form: Page, typed: str) -> None:
    form.locator("#id_units_PRO").fill(typed)
    assert total(form).startswith("160 U · 31 sites")


def test_f23_without_javascript_the_list_alone_records_and_signs(
    browser: Browser, stack: Stack, form_address: str
) -> None:
    with browser.new_context(base_url=stack.url, java_script_enabled=False) as context:
        page = log_in(context.new_page(), OSEI)
        page.goto(f"{form_address}?start=empty")
        assert page.locator("input[name=sites]:checked").count() == 0
        page.goto(form_address)
        page.locator("#id_identity_checked").check()
        page.locator("#id_consent_confirmed").check()
        page.locator("#id_no_effects").check()
        for question in page.locator("[data-section=safety] .question").all():
            question.get_by_label("No", exact=True).check()
        page.locator("#site_PRO").uncheck()
        page.locator("#id_skip_PRO").select_option("refused")
        page.get_by_role("button", name="Sign session").click()
        expect(page.locator("main")).to_contain_text("150 units at 30 sites")
        expect(page.locator("main")).to_contain_text("Procerus, midline (the person did not want it)")
