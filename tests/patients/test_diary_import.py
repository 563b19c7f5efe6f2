"""A diary list: exactly the bad rows are refused, each in words, and a second run changes nothing."""

import datetime as dt
import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from simple_history.utils import bulk_create_with_history

from clinic.models import AuditEntry, Clinic, User
from patients.actions import close_record, diary, draft_assessment, sign_assessment
from patients.actions.assessing import DiaryChanged
from patients.actions.diary import import_diary
from patients.actions.diary_days import DayFacts, settle_claim, write_days
from patients.csvfile import Row
from patients.diary_import import COLUMNS, DiaryRow, parse
from patients.eligibility import Findings
from patients.importing import Collision, Fault, Report
from patients.models import DiaryClaim, DiaryDay, Patient
from tests.builders import NOW, TODAY, make_patient

DATA = Path(__file__).parents[1] / "data" / "diary.csv"
HEADER = ",".join(COLUMNS)
GOOD = "RV000001,2026-11-01,4.25,2,1,1,0"


@pytest.fixture
def anwen(riverside: Clinic) -> Patient:
    """The person in the list."""
    return make_patient(riverside, "Anwen", "Kowalski", record_number="RV000001")


def row(**changes: str) -> Row:
    return Row(7, dict(zip(COLUMNS, GOOD.split(","), strict=True)) | changes)


def load(clinic: Clinic, *lines: str, by: User | None = None, dry_run: bool = False, skip_bad: bool = False) -> Report:
    stream = io.BytesIO("\n".join((HEADER, *lines)).encode())
    return import_diary(clinic=clinic, stream=stream, by=by, at=NOW, dry_run=dry_run, skip_bad=skip_bad)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


def test_a_good_row_is_read() -> None:
    assert parse(row(), TODAY) == DiaryRow("RV000001", dt.date(2026, 11, 1), Decimal("4.25"), 2, True, 1, 0)


def test_a_day_that_the_person_writes_at_the_same_moment_leaves_nothing_of_the_list(
    anwen: Patient, riverside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = bulk_create_with_history

    def create_behind_the_person(*args: Any, **options: Any) -> None:
        day = DayFacts(dt.date(2026, 11, 1), {"headache_hours": Decimal(0), "migraine": False})
        write_days(patient=anwen, days=[day], source=DiaryDay.Source.PATIENT, by=None, at=NOW)
        create(*args, **options)

    monkeypatch.setattr(diary, "bulk_create_with_history", create_behind_the_person)
    with pytest.raises(Collision, match=r"Nothing was written\. Try again\."):
        load(riverside, GOOD)


def test_a_day_that_is_settled_at_the_same_moment_stays_as_it_was_settled(
    anwen: Patient, riverside: Clinic, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(riverside, GOOD)
    said_herself(anwen, "2")
    update = diary._write

    def write_behind_the_prescriber(*args: Any, **options: Any) -> None:
        settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="She knows", by=prescriber, at=NOW)
        update(*args, **options)

    monkeypatch.setattr(diary, "_write", write_behind_the_prescriber)
    with pytest.raises(Collision, match=r"Nothing was written\. Try again\."):
        load(riverside, GOOD.replace("4.25", "6"))


@pytest.mark.parametrize("hours", ["0", "0.25", "23.75", "24", "24.00", "4,5"])
def test_hours_from_0_to_24_are_taken(hours: str) -> None:
    assert isinstance(parse(row(headache_hours=hours, worst_pain="0", migraine="0"), TODAY), DiaryRow)


@pytest.mark.parametrize("hours", ["0", "0.00"])
def test_a_clear_day_with_pain_is_refused(hours: str) -> None:
    faults = parse(row(headache_hours=hours, worst_pain="1", migraine="0"), TODAY)
    assert faults == (Fault(7, "worst_pain", "A clear day has no pain, this one has 0 hours."),)


def test_today_is_not_the_future() -> None:
    assert isinstance(parse(row(date="2026-11-23"), TODAY), DiaryRow)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("mrn", "", "The record number is missing."),
        ("date", "2026-11-24", "2026-11-24 is in the future."),
        ("date", "2026-02-29", "2026-02-29 is not in the calendar."),
        ("date", "1/11/2026", '"1/11/2026" is not a date such as 2026-09-28'),
        ("date", "", '"" is not a date'),
        ("headache_hours", "25", "A day has 24 hours, not 25."),
        ("headache_hours", "24.01", "A day has 24 hours, not 24.01."),
        ("headache_hours", "-1", '"-1" is not a number of hours'),
        ("headache_hours", "NaN", '"NaN" is not a number of hours'),
        ("headache_hours", "", '"" is not a number of hours'),
        ("headache_hours", "0", "A migraine day needs headache, this one has 0 hours."),
        ("worst_pain", "4", '"4" is not a number from 0 to 3'),
        ("worst_pain", "bad", '"bad" is not a number from 0 to 3'),
        ("migraine", "yes", '"yes" is not 1 for yes or 0 for no'),
        ("triptan", "51", '"51" is not a number from 0 to 50'),
        ("simple_analgesic", "1.5", '"1.5" is not a number from 0 to 50'),
    ],
)
def test_a_bad_value_is_refused_with_its_line_field_and_reason(column: str, value: str, words: str) -> None:
    faults = parse(row(**{column: value}), TODAY)
    assert isinstance(faults, tuple)
    assert [fault.line for fault in faults] == [7]
    assert words in faults[0].reason
    assert faults[0].reason.endswith("."), "a sentence, as in a referral list"
    assert faults[0].field == (column if words.find("migraine day") < 0 else "migraine")


def test_all_faults_of_a_row_are_told_at_once() -> None:
    faults = parse(row(headache_hours="25", worst_pain="9", date="x"), TODAY)
    assert isinstance(faults, tuple)
    assert {fault.field for fault in faults} == {"headache_hours", "worst_pain", "date"}


def test_a_row_with_too_few_fields_is_refused(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, "RV000001,2026-11-01")
    assert report.faults == [Fault(2, "", "The row has 2 fields, the first line has 7.")]


def test_days_are_written_with_their_source_and_a_trace(riverside: Clinic, anwen: Patient, admin: User) -> None:
    report = load(riverside, GOOD, by=admin)
    day = DiaryDay.objects.get(patient=anwen)
    assert (day.date, day.headache_hours, day.migraine, day.source) == (
        dt.date(2026, 11, 1), Decimal("4.25"), True, "import",
    )  # fmt: skip
    assert counts(report) == (1, 0, 0, 0)
    assert AuditEntry.objects.filter(action="import", kind="diary", actor=admin, rows=1).exists()


def test_a_second_run_changes_nothing_and_says_so(riverside: Clinic, anwen: Patient) -> None:
    load(riverside, GOOD)
    again = load(riverside, GOOD)
    assert counts(again) == (0, 0, 1, 0)
    assert again.sentence == "Nothing changed. 0 new, 0 changed, 1 unchanged, 0 refused."
    assert DiaryDay.history.count() == 1


def test_a_changed_day_is_updated_and_what_it_said_before_is_kept(riverside: Clinic, anwen: Patient) -> None:
    load(riverside, GOOD)
    report = load(riverside, "RV000001,2026-11-01,6,3,1,1,0")
    assert counts(report) == (0, 1, 0, 0)
    assert [old.headache_hours for old in DiaryDay.history.order_by("history_id")] == [Decimal("4.25"), Decimal(6)]


def test_days_of_a_list_that_took_long_are_news_to_whoever_counted_the_diary_meanwhile(
    riverside: Clinic, anwen: Patient, prescriber: User
) -> None:
    minute = dt.timedelta(minutes=1)
    found = Findings(age=None, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6)
    found = replace(found, diary_since=dt.date(2026, 10, 26))
    draft = draft_assessment(
        patient=anwen, by=prescriber, at=NOW + minute, source="diary", assessed_on=TODAY, found=found
    )
    stream = io.BytesIO(f"{HEADER}\n{GOOD}".encode())
    import_diary(clinic=riverside, stream=stream, by=None, at=NOW, clock=lambda: NOW + 3 * minute)
    with pytest.raises(DiaryChanged):
        sign_assessment(assessment=draft, by=prescriber, at=NOW + 4 * minute)
    assert DiaryDay.history.get().history_date == NOW + 3 * minute


def said_herself(anwen: Patient, hours: str) -> None:
    """Write down the first of November as she did on her phone."""
    facts = {"headache_hours": Decimal(hours), "worst_pain": 1, "migraine": False}
    day = DayFacts(dt.date(2026, 11, 1), facts)
    write_days(patient=anwen, days=[day], source=DiaryDay.Source.PATIENT, by=None, at=NOW)


def test_what_the_person_said_stays_and_the_list_is_put_beside_it(
    riverside: Clinic, anwen: Patient, admin: User
) -> None:
    said_herself(anwen, "2")
    report = load(riverside, GOOD, by=admin)
    day, claim = DiaryDay.objects.get(), DiaryClaim.objects.get()
    assert (day.headache_hours, day.source, claim.source, claim.letter) == (Decimal(2), "patient", "import", "M")
    assert (claim.facts["headache_hours"], claim.entered_by) == ("4.25", admin)
    assert report.sentence == (
        "0 new, 0 changed, 0 unchanged, 0 refused. 1 said otherwise by another source: settle them in the diary."
    )


def test_a_second_run_disputes_nothing_anew_also_where_it_was_settled(
    riverside: Clinic, anwen: Patient, prescriber: User
) -> None:
    said_herself(anwen, "2")
    load(riverside, GOOD)
    assert counts(load(riverside, GOOD)) == (0, 0, 1, 0)
    settle_claim(claim=DiaryClaim.objects.get(), take=False, reason="She knows", by=prescriber, at=NOW)
    assert counts(load(riverside, GOOD)) == (0, 0, 1, 0)
    assert DiaryClaim.objects.count() == 1


def test_a_list_that_comes_to_say_the_same_as_the_person_disputes_it_no_more(riverside: Clinic, anwen: Patient) -> None:
    said_herself(anwen, "2")
    load(riverside, GOOD)
    agreed = "RV000001,2026-11-01,2,1,0,0,0"
    assert counts(load(riverside, agreed)) == (0, 1, 0, 0)
    assert not DiaryClaim.objects.exists()
    assert counts(load(riverside, agreed)) == (0, 0, 1, 0)


def test_a_clear_day_of_a_list_reads_as_clear_beside_another_word(riverside: Clinic, anwen: Patient) -> None:
    said_herself(anwen, "2")
    load(riverside, "RV000001,2026-11-01,0.00,0,0,0,0")
    assert DiaryClaim.objects.get().letter == "0"


def test_a_day_before_the_birth_is_refused(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, GOOD.replace("2026-11-01", "1984-04-16"), GOOD.replace("2026-11-01", "1984-04-17"))
    assert report.faults == [Fault(2, "date", "1984-04-16 is before the date of birth.")]


def test_a_record_that_was_joined_with_another_is_refused_with_the_number_that_stays(
    riverside: Clinic, anwen: Patient, maria: Patient, admin: User
) -> None:
    close_record(patient=anwen, closed=Patient.Closed.MERGED, on=TODAY, into=maria, by=admin, at=NOW)
    fault = load(riverside, GOOD).faults[0]
    assert fault.reason == f"The record RV000001 was joined with {maria.record_number}. Write that number."


def test_one_bad_row_keeps_the_whole_list_out(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, GOOD, "RV000001,2026-11-02,25,0,0,0,0")
    assert not report.written
    assert report.sentence == "Nothing written. 1 new, 0 changed, 0 unchanged, 1 refused."
    assert [str(fault) for fault in report.faults] == ["Line 3, headache_hours: A day has 24 hours, not 25."]
    assert not DiaryDay.objects.exists()


def test_the_good_rows_are_written_when_the_bad_are_skipped(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, GOOD, "RV000001,2026-11-02,25,0,0,0,0", skip_bad=True)
    assert report.written
    assert counts(report) == (1, 0, 0, 1)
    assert DiaryDay.objects.count() == 1


def test_a_dry_run_writes_nothing(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, GOOD, dry_run=True)
    assert counts(report) == (1, 0, 0, 0)
    assert not DiaryDay.objects.exists()


def test_an_unknown_record_number_is_refused(riverside: Clinic, anwen: Patient) -> None:
    report = load(riverside, GOOD.replace("RV000001", "ZZ9"))
    assert report.faults == [Fault(2, "mrn", "Nobody at this clinic has the record number ZZ9.")]


def test_people_of_another_clinic_are_unknown_here(lakeside: Clinic, anwen: Patient) -> None:
    assert load(lakeside, GOOD).faults[0].field == "mrn"


def test_two_rows_for_one_day_are_both_refused(riverside: Clinic, anwen: Patient) -> None:
    other = GOOD.replace("4.25", "6")
    report = load(riverside, GOOD, GOOD.replace("11-01", "11-02"), other, skip_bad=True)
    assert [(fault.line, fault.field, fault.reason.split(" has")[0]) for fault in report.faults] == [
        (2, "date", "Line 4"),
        (4, "date", "Line 2"),
    ]
    assert [day.date.day for day in DiaryDay.objects.all()] == [2]


def test_the_command_loads_a_list(anwen: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_diary", str(DATA), clinic="riverside", skip_bad=True)
    assert capsys.readouterr().out.startswith("48 new, 0 changed, 0 unchanged, 11 refused.")


def test_the_command_reports_each_bad_row_and_fails(anwen: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="--skip-bad"):
        call_command("import_diary", str(DATA), clinic="riverside")
    out = capsys.readouterr()
    assert out.err.count("Nobody at this clinic has the record number RV000002.") == 11
    assert not DiaryDay.objects.exists()


def test_the_command_names_what_is_wrong_with_file_and_clinic(anwen: Patient, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no clinic nowhere\. Write one of riverside\."):
        call_command("import_diary", str(DATA), clinic="nowhere")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_diary", str(tmp_path / "none.csv"), clinic="riverside")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(CommandError, match="The file is empty"):
        call_command("import_diary", str(tmp_path / "empty.csv"), clinic="riverside")


class Generated(io.RawIOBase):
    """A list of many rows, made as it is read."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self.seek(0)

    def seek(self, *_: int) -> int:
        self._lines = self._all()
        return 0

    def readline(self, _limit: int | None = -1, /) -> bytes:
        return next(self._lines, b"")

    def _all(self) -> Iterator[bytes]:
        yield HEADER.encode() + b"\n"
        for number in range(self._rows):
            date = dt.date(2026, 11, 22) - dt.timedelta(days=number % 7300)
            yield f"RV{number // 7300 + 1:06d},{date},0,0,0,0,0\n".encode()


def test_a_longer_list_takes_no_more_memory(riverside: Clinic, anwen: Patient) -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        import_diary(clinic=riverside, stream=Generated(rows), by=None, at=NOW, dry_run=True)  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(500)
    assert peak(7000) < peak(1000) * 1.5
