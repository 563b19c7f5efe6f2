"""The main job in a browser, with everything real: web server, worker, beat, broker, mail, text messages.

A referral list is uploaded; Maria is assessed, booked, reminded by text message, confirms on her phone, is treated and
booked again; Tom, who is due in two weeks and has nothing booked, gets an email by himself.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.builders import PASSWORD
from tests.private_words import found_in
from tests.servers.processes import ROOT, Server, wait_for
from tests.stack.running import Stack, run_beside
from tests.stack.windows import PATIENCE

pytestmark = [pytest.mark.stack, pytest.mark.browser]

HEAD = (ROOT / "tests" / "data" / "referrals.csv").read_text().splitlines()[0]
BLOCKED = re.compile("botox|migraine|headache|toxin|injection|neurolog", re.IGNORECASE)


def harbour(stack: Stack, *words: str) -> str:
    """Run the helper of this story on the stack's database; return what it printed."""
    return run_beside(stack, "tests.stack.harbour", *words)


@pytest.fixture(scope="module")
def today(stack: Stack) -> dt.date:
    """Which day it is at Harbour Clinic. It is midday there when it opens: over the whole story, whatever day begins here."""
    return dt.date.fromisoformat(harbour(stack, "open"))


@pytest.fixture(scope="module")
def clinic(stack: Stack, today: dt.date) -> Stack:
    """The running stack with Harbour Clinic in it."""
    return stack


@pytest.fixture
def referrals(tmp_path: Path, today: dt.date) -> Path:
    """A list with Maria, who is new, Tom, who is due in two weeks, and one row that is spoiled."""
    last = today - dt.timedelta(days=71)
    known = "2025-10-01,22,20,14,9,3"
    rows = [
        f"HB1,Maria,Santos,1984-04-17,07700 900123,,en,sms,2025-10-01,{known},,,0,NHS,,,,,osei@harbour.example",
        f"HB2,Tom,Reid,1990-02-03,,tom@patients.example,en,email,,{known},{last},155,3,NHS,,,,,osei@harbour.example",
        f"HB3,Lea,Novak,31/02/1984,07700 900124,,en,sms,2025-10-01,{known},,,0,NHS,,,,,osei@harbour.example",
    ]
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


@pytest.fixture
def staff(clinic: Stack, browser: Any) -> Iterator[Any]:
    """Return a window for each member of staff, logged in by email and password."""
    windows: dict[str, Page] = {}

    def window(name: str) -> Page:
        if name not in windows:
            page = browser.new_context(base_url=clinic.url).new_page()
            page.set_default_timeout(PATIENCE)
            page.goto("/log-in/")
            page.get_by_label("Email").fill(f"{name}@harbour.example")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
            windows[name] = page
        return windows[name]

    yield window
    for page in windows.values():
        page.context.close()


def arrived(server: Server, address: str) -> list[dict[str, Any]]:
    """Wait for the message to one address and return it, alone."""

    def found() -> list[dict[str, Any]]:
        return [message for message in server.received() if address in message["to"]]

    wait_for(lambda: bool(found()), seconds=60)
    assert len(found()) == 1
    return found()


def test_the_main_job(clinic: Stack, today: dt.date, browser: Any, staff: Any, referrals: Path) -> None:
    import_the_list(staff("ada"), referrals)
    a_message_by_itself(clinic)
    assess_and_open(staff("osei"))
    book(staff("fran"), today + dt.timedelta(days=5))
    harbour(clinic, "pass", "2")
    link = the_link_in_the_text(clinic)
    confirm_on_the_phone(browser, link)
    harbour(clinic, "pass", "3")
    treat(staff("fran"), staff("bello"))
    look_at_the_log(staff("ada"))
    nobody_is_in_the_logs(clinic, link)


def import_the_list(page: Page, referrals: Path) -> None:
    """Upload, read what is wrong, leave the spoiled row out."""
    page.goto("/patients/")
    page.get_by_role("link", name="Import a list").click()
    page.locator("input[type=file]").set_input_files(referrals)
    page.get_by_role("button", name="Check the list").click()
    expect(page.locator("main")).to_contain_text("birth_date")
    page.get_by_role("button", name=re.compile("^Import 2 people")).click()
    expect(page.locator("body")).to_contain_text("2 new")


def a_message_by_itself(clinic: Stack) -> None:
    """Tom is due in two weeks and has nothing booked: beat and worker write to him, and nobody pressed anything."""
    mail = arrived(clinic.mail, "tom@patients.example")
    assert not BLOCKED.search(mail[0]["subject"] + mail[0]["body"])


def assess_and_open(page: Page) -> None:
    """Find Maria by three letters, sign that she qualifies, open the course."""
    page.get_by_role("searchbox").fill("san")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Maria Santos").or_(page.get_by_role("heading", name="Maria Santos")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria Santos")
    page.locator("a[data-key=e]").click()
    page.get_by_role("button", name=re.compile("^Sign")).click()
    page.get_by_role("button", name="Open course").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Book next visit: Maria Santos")


def book(page: Page, day: dt.date) -> None:
    """Press the first time of a day."""
    page.goto("/recall/?tab=soon")
    page.get_by_role("link", name="Book for Maria Santos").click()
    page.get_by_text("More times").click()
    page.get_by_label("From").fill(day.isoformat())
    page.get_by_role("button", name="Show times").click()
    first = page.locator("button.slot").first
    expect(first).to_contain_text(
        f"{day:%a} {day.day} {day:%b}"
    )  # the times that were there before are still clickable
    first.click()
    expect(page.get_by_role("button", name=re.compile("Undo"))).to_be_focused()


def the_link_in_the_text(clinic: Stack) -> str:
    """Wait for the text message and take the link from it."""
    texts = arrived(clinic.gateway, "+447700900123")
    body = texts[0]["body"]
    assert "Harbour Clinic: Maria" in body
    assert not BLOCKED.search(body)
    found = re.search(r"https?://\S+/v/\S+/", body)
    assert found
    return found[0]


def confirm_on_the_phone(browser: Any, link: str) -> None:
    """Open the link on a small screen, twice, and press the button once."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    for _ in range(2):
        page.goto(link)
        expect(page.get_by_role("button", name="Yes, I will come")).to_be_in_viewport()
    expect(page.get_by_role("link", name="I cannot come")).to_be_in_viewport()
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.locator("body")).to_contain_text("Thank you")
    assert not BLOCKED.search(page.content())
    context.close()


def treat(desk: Page, nurse: Page) -> None:
    """Arrived, in the room, the standard set, signed, and the next one booked with one more press."""
    desk.goto("/today/")
    row = desk.get_by_role("row", name=re.compile("Maria Santos"))
    expect(row).to_contain_text("Confirmed")
    row.get_by_role("button", name="Arrived Maria Santos").click()
    desk.get_by_role("button", name="In room Maria Santos").click()
    nurse.goto("/today/")
    with nurse.expect_navigation():
        nurse.get_by_role("link", name="Start session for Maria Santos").click()
    nurse.get_by_label("I have checked name").check()
    nurse.get_by_label("The person consents").check()
    nurse.locator("[data-section=safety] .question").last.scroll_into_view_if_needed()
    nurse.get_by_role("button", name="All asked, all No").click()
    nurse.locator("#id_lot").fill("C4471")
    nurse.locator("#id_expires_on").fill((dt.datetime.now(dt.UTC).date() + dt.timedelta(days=300)).isoformat())
    expect(nurse.locator("[data-total]")).to_have_text(
        "155 U · 31 sites · Temporalis 40/50 · Occipitalis 30/40 · Trapezius 30/50 · waste 45 U of 200 U"
    )
    nurse.get_by_role("button", name="Sign session").click()
    expect(nurse.locator("main")).to_contain_text("A signed record cannot change")
    nurse.get_by_role("link", name="Book next").click()
    nurse.locator("button.slot").first.click()
    expect(nurse.locator("body")).to_contain_text("Maria Santos: booked for")


def look_at_the_log(page: Page) -> None:
    """The admin finds the session with units and lot, and takes it home as CSV."""
    page.goto("/log/?status=done")
    row = page.get_by_role("row", name=re.compile("Maria Santos"))
    expect(row).to_contain_text("C4471")
    expect(row).to_contain_text("155")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert "Maria Santos" in Path(str(download.value.path())).read_text(encoding="utf-8-sig")


def nobody_is_in_the_logs(clinic: Stack, link: str) -> None:
    """Web, worker and beat wrote down what they did, and not for whom."""
    sent = [
        line
        for server in (clinic.mail, clinic.gateway)
        for one in server.received()
        for line in one["body"].splitlines()
    ]
    words = {*json.loads(harbour(clinic, "known")), *filter(None, sent), link, link.rstrip("/").rpartition("/")[2]}
    for part, event in {"web": "request_finished", "worker": "task_succeeded", "beat": "task_enqueued"}.items():
        log = clinic.demo.log(part)
        assert event in log
        assert found_in(log, words) == []
