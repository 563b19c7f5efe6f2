"""Importing a list of diary days in the browser, from the file to the diary."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from clinic.models import AuditEntry, Clinic, User
from patients.actions import diary
from patients.actions.diary_days import DayFacts, write_days
from patients.diary_import import COLUMNS
from patients.models import DiaryClaim, DiaryDay, Patient
from tests.builders import NOW, make_patient
from tests.conftest import log_in
from tests.pages import text

IMPORT = "/import/diaries/"
HEADER = ",".join(COLUMNS)
GOOD = "RV000001,2026-11-01,4.25,2,1,1,0"


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    """A place of this test's own for uploaded files."""
    settings.VAR_DIR = tmp_path


@pytest.fixture
def anwen(riverside: Clinic) -> Patient:
    """The person in the list."""
    return make_patient(riverside, "Anwen", "Kowalski", record_number="RV000001")


@pytest.fixture
def browser(admin: User, anwen: Patient) -> Client:
    """Ada's browser."""
    return log_in(admin)


def csv_file(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("days.csv", "\n".join((HEADER, *lines)).encode(), "text/csv")


def send(browser: Client, *lines: str) -> str:
    """Send a list and return the address of its preview."""
    answer = browser.post(IMPORT, {"file": csv_file(*lines)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def page_of(answer: Any) -> str:
    return text(answer)


def test_the_days_of_a_list_are_looked_at_and_then_stand_in_the_diary(
    browser: Client, anwen: Patient, admin: User
) -> None:
    preview = send(browser, GOOD, "RV000001,2026-11-02,0,0,0,0,0")
    page = page_of(browser.get(preview))
    assert "Sunday 1 November 2026" in page
    assert "Import 2 days" in page
    assert not DiaryDay.objects.exists()
    done = page_of(browser.post(f"{preview}confirm/", follow=True))
    assert "Imported 2 days: 2 new, 0 changed, 0 unchanged, 0 refused." in done
    day = anwen.diary_days.get(date=dt.date(2026, 11, 1))
    assert (day.headache_hours, day.source) == (Decimal("4.25"), DiaryDay.Source.IMPORT)
    assert day.history.get().history_user == admin
    assert AuditEntry.objects.get(action=AuditEntry.Action.IMPORT).rows == 2


def test_each_row_that_cannot_be_taken_is_named_and_left_out_only_with_leave(browser: Client) -> None:
    preview = send(browser, GOOD, "RV999999,2026-11-02,1,1,0,0,0", "RV000001,2026-11-03,25,4,0,0,0")
    page = page_of(browser.get(preview))
    assert "Nobody at this clinic has the record number RV999999" in page
    assert "A day has 24 hours, not 25" in page
    assert "&quot;4&quot; is not a number from 0 to 3" in page
    assert "Import 1 day and leave out 2 rows" in page
    assert "Nothing was imported" in page_of(browser.post(f"{preview}confirm/", follow=True))
    browser.post(f"{preview}confirm/", {"leave_out": "yes"})
    assert DiaryDay.objects.count() == 1


def test_what_the_person_said_otherwise_stays_and_the_list_is_put_beside_it(browser: Client, anwen: Patient) -> None:
    said = DayFacts(dt.date(2026, 11, 1), {"headache_hours": Decimal(0), "migraine": False})
    write_days(patient=anwen, days=[said], source=DiaryDay.Source.PATIENT, by=None, at=NOW)
    preview = send(browser, GOOD)
    assert "1 said otherwise before" in page_of(browser.get(preview))
    assert "settle them in the diary" in page_of(browser.post(f"{preview}confirm/", follow=True))
    assert DiaryDay.objects.get().headache_hours == 0
    assert DiaryClaim.objects.count() == 1


def test_a_list_that_is_here_already_offers_nothing_to_import(browser: Client) -> None:
    browser.post(f"{send(browser, GOOD)}confirm/")
    page = page_of(browser.get(send(browser, GOOD)))
    assert "Every day that can be read from this list is here already" in page
    assert "confirm" not in page


def test_the_page_says_what_the_file_holds_and_gives_an_example_that_can_be_read(browser: Client) -> None:
    page = page_of(browser.get(IMPORT))
    assert all(f"<code>{name}</code>" in page for name in COLUMNS)
    example = browser.get(f"{IMPORT}example/").content
    answer = browser.post(IMPORT, {"file": SimpleUploadedFile("days.csv", example)})
    assert "has the record number A-1001" in page_of(browser.get(answer["Location"]))


def test_a_list_of_people_is_no_list_of_days(browser: Client) -> None:
    answer = browser.post(IMPORT, {"file": SimpleUploadedFile("list.csv", b"mrn,given_name\r\n")})
    assert answer.status_code == 422
    assert "These columns are missing: date, headache_hours" in page_of(answer)


def test_a_kept_list_of_days_is_not_opened_as_one_of_people(browser: Client) -> None:
    preview = send(browser, GOOD)
    assert "not here any more" in page_of(browser.get(preview.replace("diaries/", ""), follow=True))


@pytest.mark.parametrize("role", ["front_desk", "nurse", "prescriber", "reader"])
def test_only_an_admin_may_import(request: pytest.FixtureRequest, anwen: Patient, role: str) -> None:
    browser = log_in(request.getfixturevalue(role))
    assert browser.post(IMPORT, {"file": csv_file(GOOD)}).status_code == 403
    assert browser.get(f"{IMPORT}example/").status_code == 403


def test_days_are_dated_by_the_moment_at_which_all_are_written(
    browser: Client, anwen: Patient, frozen_clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who counted the diary while the list was read in counted it without, and has to hear of them."""
    preview, write = send(browser, GOOD), diary._write

    def slowly(*lines: Any, **who: Any) -> None:
        frozen_clock.shift(4)
        write(*lines, **who)

    monkeypatch.setattr(diary, "_write", slowly)
    browser.post(f"{preview}confirm/")
    assert anwen.diary_days.get().history.get().history_date == NOW + dt.timedelta(seconds=4)
