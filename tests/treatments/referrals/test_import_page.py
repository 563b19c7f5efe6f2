"""Importing a list in the browser, from the file to the people."""

import datetime as dt
import stat
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.models import Clinic, Membership, Role, User
from patients.models import Patient
from tests.builders import make_clinic
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.referrals.lists import GIVEN_LIST, as_csv, row
from treatments.referrals.columns import COLUMNS
from treatments.views.import_kinds import REFERRALS

IMPORT = "/import/"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A place of this test's own for uploaded files."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "uploads"


@pytest.fixture
def browser(team: Clinic, admin: User) -> Client:
    """Ada's browser."""
    return log_in(admin)


def csv_file(*rows: dict[str, str]) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", as_csv(rows).read(), "text/csv")


def send(browser: Client, file: Any) -> str:
    """Send a file and return the address of its preview."""
    response = browser.post(IMPORT, {"file": file})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def kept_files(folder: Path) -> list[Path]:
    return list(folder.glob("*/*/*"))


def test_the_given_list_goes_from_file_to_people(browser: Client, admin: User, folder: Path) -> None:
    with GIVEN_LIST.open("rb") as file:
        preview = send(browser, file)
    page = browser.get(preview).content.decode()
    assert "224 new" in page
    assert "Import 224 people and leave out 16 rows" in " ".join(page.split())
    assert "no phone number and no email address" in page
    assert not Patient.objects.exists()
    done = browser.post(f"{preview}confirm/", {"leave_out": "yes"}, follow=True).content.decode()
    assert "Imported 224 people: 224 new, 0 changed, 0 unchanged, 16 refused." in done
    assert Patient.objects.count() == 224
    assert Patient.objects.all()[0].history.get().history_user == admin
    assert kept_files(folder) == []


def test_the_preview_writes_dates_as_every_other_page_does(browser: Client) -> None:
    page = browser.get(send(browser, csv_file(row()))).content.decode()
    assert '<td data-label="Born">17 April 1984</td>' in page
    assert '<td data-label="Last injection">Monday 31 August 2026</td>' in page


def test_the_preview_of_a_list_that_is_here_already_offers_nothing_to_import(browser: Client) -> None:
    browser.post(f"{send(browser, csv_file(row()))}confirm/")
    page = browser.get(send(browser, csv_file(row()))).content.decode()
    assert "nothing has changed" in page
    assert "confirm" not in page


def test_a_list_of_good_rows_needs_no_leave_to_leave_out(browser: Client) -> None:
    browser.post(f"{send(browser, csv_file(row(1), row(2)))}confirm/")
    assert Patient.objects.count() == 2


def test_rows_are_left_out_only_with_leave(browser: Client) -> None:
    preview = send(browser, csv_file(row(1), row(2, birth_date="")))
    page = browser.post(f"{preview}confirm/", follow=True).content.decode()
    assert "Nothing was imported" in page
    assert not Patient.objects.exists()


def test_looking_at_a_list_changes_nothing(browser: Client) -> None:
    preview = send(browser, csv_file(row()))
    browser.get(preview)
    assert browser.get(f"{preview}confirm/").status_code == 405
    assert browser.get(f"{preview}discard/").status_code == 405
    assert not Patient.objects.exists()


def test_many_bad_rows_are_counted_beyond_the_first_hundred(browser: Client) -> None:
    page = browser.get(send(browser, csv_file(*[row(n, birth_date="") for n in range(1, 131)]))).content.decode()
    assert page.count("Enter the date of birth.") == 100
    assert "And 30 more." in page
    assert "No row of this list can be used." in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "Choose a file.", id="no file"),
        pytest.param(b"", "The file is empty.", id="empty file"),
        pytest.param(b"PK\x03\x04", "Save it as CSV", id="spreadsheet"),
        pytest.param(b"mrn,given_name\r\n", "These columns are missing", id="missing columns"),
        pytest.param(as_csv([row()]).read() + b"\xff\r\n", "Line 3 is not in UTF-8", id="bad bytes further down"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    browser: Client, folder: Path, content: bytes | None, words: str
) -> None:
    sent = {} if content is None else {"file": SimpleUploadedFile("list.csv", content)}
    response = browser.post(IMPORT, sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert kept_files(folder) == []


def test_a_form_that_can_bring_no_file_is_asked_for_one(browser: Client, team: Clinic) -> None:
    """As a program sends it; a browser sends this form in parts, also without a file."""
    typed = f"at_clinic={team.uid}&file=list.csv"
    answer = browser.post(IMPORT, typed, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_a_list_too_long_for_a_page_is_refused_with_the_limit(browser: Client) -> None:
    response = browser.post(IMPORT, {"file": csv_file(*[row(n) for n in range(1, REFERRALS.max_rows + 2)])})
    assert response.status_code == 422
    assert "more than 2,000 rows" in response.content.decode()


def test_the_page_says_what_the_file_holds_before_one_is_chosen(browser: Client) -> None:
    page = text(browser.get(IMPORT))
    assert all(f"<code>{name}</code>" in page for name in COLUMNS)
    assert "All 24 have to be there" in page


def test_the_example_that_the_page_gives_can_be_imported_as_it_is(browser: Client) -> None:
    answer = browser.get(f"{IMPORT}example/")
    assert answer["Content-Disposition"] == 'attachment; filename="referrals.csv"'
    page = browser.get(send(browser, SimpleUploadedFile("list.csv", answer.content))).content.decode()
    assert "Import 2 people" in page
    assert "Rows that cannot be used" not in page


def test_the_example_is_of_somebody_newly_referred_where_nobody_injects_yet(admin: User) -> None:
    newcomer = log_in(admin)
    page = newcomer.get(send(newcomer, SimpleUploadedFile("list.csv", newcomer.get(f"{IMPORT}example/").content)))
    assert "Import 1 person" in page.content.decode()


def test_a_request_that_is_too_large_is_refused_before_it_is_read(browser: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    response = browser.post(IMPORT, {"file": SimpleUploadedFile("list.csv", b"x" * 20_000)})
    assert response.status_code == 413
    assert "That file is too large" in response.content.decode()


def test_a_file_that_is_too_large_is_refused_with_the_limit(browser: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    response = browser.post(IMPORT, {"file": SimpleUploadedFile("list.csv", b"x" * 5000)})
    assert response.status_code == 422
    assert "The file is larger than" in response.content.decode()


def test_a_form_without_its_token_is_refused(team: Clinic, admin: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    assert browser.post(IMPORT, {"file": csv_file(row())}).status_code == 403


def test_a_list_is_not_read_at_a_clinic_where_its_reader_went_in_another_window(
    browser: Client, team: Clinic, admin: User, lakeside: Clinic, folder: Path
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    browser.post(reverse("clinic:switch"), {"clinic": team.uid})
    assert f'name="at_clinic" value="{team.uid}"' in browser.get(IMPORT).content.decode()
    browser.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    page = browser.post(IMPORT, {"file": csv_file(row()), "at_clinic": str(team.uid)})
    assert page.status_code == 422
    assert f"You are at {lakeside.name} now" in page.content.decode()
    assert kept_files(folder) == []


def test_a_file_that_was_imported_cannot_be_imported_again(browser: Client) -> None:
    preview = send(browser, csv_file(row()))
    browser.post(f"{preview}confirm/")
    page = browser.post(f"{preview}confirm/", follow=True).content.decode()
    assert "That list is not here any more" in page


def test_an_imported_list_is_not_said_to_be_thrown_away(browser: Client) -> None:
    preview = send(browser, csv_file(row()))
    browser.post(f"{preview}confirm/")
    browser.get(IMPORT)  # where what was imported is told
    page = browser.post(f"{preview}discard/", follow=True).content.decode()
    assert "it was imported or thrown away" in page
    assert "Nothing was imported" not in page


def test_a_list_can_be_thrown_away(browser: Client, folder: Path) -> None:
    preview = send(browser, csv_file(row()))
    browser.post(f"{preview}discard/")
    assert kept_files(folder) == []
    assert "not here any more" in browser.get(preview, follow=True).content.decode()


def test_a_kept_file_can_be_read_by_nobody_else_on_the_machine(browser: Client, folder: Path) -> None:
    send(browser, csv_file(row()))
    [file] = kept_files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_kept_file_is_no_use_after_a_day_and_goes_with_the_next_upload(
    browser: Client, admin: User, folder: Path, frozen_clock: time_machine.Traveller
) -> None:
    preview = send(browser, csv_file(row()))
    frozen_clock.shift(dt.timedelta(hours=25))
    browser.force_login(admin)
    assert "not here any more" in browser.get(preview, follow=True).content.decode()
    send(browser, csv_file(row(2)))
    assert len(kept_files(folder)) == 1


def test_the_address_of_a_list_is_of_no_use_to_another_admin(browser: Client, team: Clinic) -> None:
    preview = send(browser, csv_file(row()))
    colleague = User.objects.create_user("cat@riverside.example", full_name="Cat Bell")
    Membership.objects.create(user=colleague, clinic=team, role=Role.ADMIN)
    page = log_in(colleague).post(f"{preview}confirm/", follow=True).content.decode()
    assert "not here any more" in page
    assert not Patient.objects.exists()


def test_a_list_cannot_be_imported_into_another_clinic_of_the_same_person(browser: Client, admin: User) -> None:
    preview = send(browser, csv_file(row()))
    hillside = make_clinic("Hillside")
    there = Membership.objects.create(user=admin, clinic=hillside, role=Role.ADMIN)
    browser.post(reverse("clinic:switch"), {"clinic": hillside.uid})
    assert browser.session["membership"] == there.pk
    browser.post(f"{preview}confirm/")
    assert not Patient.objects.exists()


@pytest.mark.parametrize("role", ["front_desk", "nurse", "prescriber", "reader", "stranger"])
@pytest.mark.parametrize("address", ["", "{uid}/", "{uid}/confirm/", "{uid}/discard/"])
def test_only_an_admin_may_import(
    request: pytest.FixtureRequest, team: Clinic, lakeside: Clinic, role: str, address: str
) -> None:
    browser = log_in(request.getfixturevalue(role))
    url = IMPORT + address.format(uid="8f8dbdd6-6d2c-4a0c-9c3c-5a1f5c0f5b11")
    assert browser.post(url, {"file": csv_file(row())}).status_code == 403
    assert not Patient.objects.exists()


def test_who_is_not_logged_in_is_sent_to_the_log_in(client: Client, team: Clinic) -> None:
    response = client.get(IMPORT)
    assert response.status_code == 302
    assert response["Location"].startswith("/log-in/")
