"""Files that are no referral list: a clear sentence, and nothing written."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.models import Clinic
from patients.models import Patient
from tests.builders import NOW
from tests.treatments.referrals.lists import as_csv, row
from treatments.referrals.columns import COLUMNS
from treatments.referrals.load import import_referrals

GOOD = as_csv([row()]).read()
SHORT = as_csv([row()], columns=[name for name in COLUMNS if name != "birth_date"]).read()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "The file is empty.", id="empty"),
        pytest.param(b"PK\x03\x04 and so on", "Save it as CSV", id="spreadsheet"),
        pytest.param(GOOD + "RV2,Léo".encode("latin-1"), "Line 3 is not in UTF-8.", id="latin-1"),
        pytest.param("Ünicode".encode("utf-16"), "not in UTF-8", id="utf-16"),
        pytest.param(SHORT, "These columns are missing: birth_date.", id="missing column"),
        pytest.param(GOOD + b'RV2,"never closed\r\n', "quotation mark", id="open quotation mark"),
        pytest.param(GOOD + b"x" * 50_000_000, "Line 3 is longer than 10,000 characters.", id="line of 50 MB"),
        pytest.param(b"x" * 50_000_000, "Line 1 is longer than 10,000 characters.", id="nothing but 50 MB"),
        pytest.param(GOOD + b"RV2,\0\r\n", "bytes that are not text", id="zero byte"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    team: Clinic, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        call_command("import_referrals", file, clinic="riverside", skip_bad=True)
    assert not Patient.objects.exists()


def test_a_row_with_too_few_fields_is_a_bad_row_like_any_other(team: Clinic) -> None:
    stream = io.BytesIO(GOOD + b"RV000002,Tom\r\n")
    report = import_referrals(clinic=team, stream=stream, by=None, at=NOW)
    assert [str(fault) for fault in report.faults] == ["Line 3: The row has 2 fields, the first line has 24."]


@pytest.mark.parametrize(
    ("clinic", "by", "words"),
    [
        ("nowhere", None, "There is no clinic nowhere"),
        ("nowhere", "who@riverside.example", "There is no clinic nowhere"),
        ("riverside", "who@riverside.example", "Nobody at riverside has the email address who@riverside.example"),
        ("riverside", "", "Nobody at riverside has an empty email address"),
    ],
)
def test_an_unknown_clinic_or_person_stops_the_command(
    team: Clinic, tmp_path: Path, clinic: str, by: str | None, words: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(GOOD)
    with pytest.raises(CommandError, match=words):
        call_command("import_referrals", file, clinic=clinic, by=by)
    assert not Patient.objects.exists()


def test_a_file_that_is_not_there_is_said_to_be_so(team: Clinic, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_referrals", tmp_path / "none.csv", clinic="riverside")
