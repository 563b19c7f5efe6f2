"""What an injector does with gloves on."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.jobs.counting import Job, at, clicks, here, write
from tests.acceptance.test_session_form import checks, fill_vial


def standard_and_sign(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Standard")).click()
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("155 units at 31 sites")


def questions_in_sight(page: Page) -> None:
    page.locator("[data-section=safety] .question").last.scroll_into_view_if_needed()


def all_no(page: Page) -> None:
    page.get_by_role("button", name="All asked, all No").click()
    questions = page.locator("[data-section=safety] .question")
    expect(questions.locator("input[value=no]:checked")).to_have_count(questions.count())


def nothing_happened(page: Page) -> None:
    page.locator("#id_no_effects").click()
    expect(page.locator("#id_no_effects")).to_be_checked()


def neck_pain(page: Page) -> None:
    assert page.locator(".effect-chips").first.locator("[name=effects]").count() >= 6
    page.get_by_label("Neck pain").click()
    page.locator("#id_effects_severity_0").click()
    expect(page.locator("[data-step-to=since] .tick")).to_be_visible()


def leave_out(page: Page) -> None:
    page.locator('.map-views [data-site="PRO"]').click()
    expect(page.locator("#site_PRO")).not_to_be_checked()


def other_dose(page: Page) -> None:
    page.locator('.map-views [data-site="COR-R"]').click()
    page.get_by_role("button", name="One unit less").click()
    expect(page.locator("#id_units_COR-R")).to_have_value("4")


def follow_the_pain(page: Page) -> None:
    page.locator('.map-views [data-site="TEM-R5"]').click()
    expect(page.locator("[data-total]")).to_contain_text("Temporalis 45/50")


def vial_is_there(page: Page) -> None:
    for name in ("lot", "expires_on", "strength", "vials"):
        expect(page.locator(f"#id_{name}")).not_to_have_value("")
    expect(page.locator("[data-total]")).to_contain_text("waste 45 U of 200 U")


def stop_here(page: Page) -> None:
    page.get_by_role("button", name="Stop here").click()
    page.get_by_role("button", name="Fainted or felt faint").click()
    expect(page.locator("[data-total]")).to_contain_text("10 U · 2 sites")
    expect(page.get_by_label("Stopped before the last site because")).to_have_value("Fainted or felt faint")


def partly_done(page: Page) -> None:
    page.get_by_role("button", name="Sign session").click()
    expect(page.locator("main")).to_contain_text("Partly done. Stopped because: Fainted or felt faint")


def correct(page: Page) -> None:
    page.get_by_role("link", name="Correct it").click()
    write(page.get_by_label("Why is it corrected?"), "The procerus was left out")
    page.locator('.map-views [data-site="PRO"]').click()
    page.get_by_role("button", name="Sign the correction").click()
    expect(page.locator("main")).to_contain_text("Corrected: The procerus was left out")
    expect(page.locator("main")).to_contain_text("Earlier versions (1)")


def treated(page: Page) -> None:
    """Begin on the page of somebody for whom a stop is proposed, and in whom it wore off."""
    page.goto("/response/")
    people = page.locator("main a[href^='/patients/']").evaluate_all("all => all.map((one) => one.pathname)")
    for person in people:
        page.goto(person)
        if page.get_by_text("It wore off before the next session").count():
            return


def decide(page: Page) -> None:
    response = page.get_by_role("region", name="Response")
    words = re.compile(r"\d+% fewer headache days than before treatment.* wore off .* from week \d+")
    expect(response.get_by_text(words)).to_be_in_viewport()
    expect(response.get_by_text("rule to stop")).to_be_in_viewport()


def jobs(begun: dict[str, Any]) -> tuple[Job, ...]:
    """Return the jobs of an injector."""
    first, second, third = begun["sessions"]

    def asked_and_looked(page: Page) -> None:
        page.goto(f"{first}record/")
        fill_vial(page)
        checks(page)

    def two_sites_given(page: Page) -> None:
        page.goto(f"{third}record/")
        checks(page)
        page.get_by_role("button", name="Step through").click()
        for _ in range(2):
            page.get_by_role("button", name="Given", exact=True).click()

    def open_it(page: Page) -> None:
        page.locator(f"a[href='{second}record/']").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Robin Vale")

    return (
        Job("Record a standard session and sign, after the checks", clicks(2), asked_and_looked, standard_and_sign),
        Job("Correct a signed record (the reason is typed)", clicks(3), here, correct),
        Job("Open the right patient, from Today", clicks(1), at("/today/"), open_it),
        Job("Lot, expiry, vials and waste, once today's vial is known", {}, here, vial_is_there),
        Job("Say that nothing happened since last time", clicks(1), here, nothing_happened),
        Job(
            "Say that something did: a chip",
            clicks(1),
            here,
            neck_pain,
            "How bad it was is asked too: it decides who has to be told",
        ),
        Job("Ask the safety questions: all asked, all No", clicks(1), questions_in_sight, all_no),
        Job("Leave a site out", clicks(1), here, leave_out),
        Job("Give a site another dose", clicks(2), here, other_dose),
        Job("Add a site that follows the pain", clicks(1), here, follow_the_pain),
        Job(
            "Stop halfway, with the reason",
            clicks(2),
            two_sites_given,
            stop_here,
        ),
        Job("Sign what was given until then", clicks(1), here, partly_done),
        Job("Decide on the next cycle: response, week of wear-off, rule to stop", {}, treated, decide),
    )
