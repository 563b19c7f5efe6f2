"""The shape of an import: check all, write all, or write nothing."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from clinic.models import Clinic
from patients.importing import Checked, Effect, Fault, Repeats, Report, batches, run_import
from patients.models import Patient
from tests.builders import make_patient

GOOD = Checked(2, Effect.NEW, "value")
SAME = Checked(3, Effect.UNCHANGED, "same")
BAD: Checked[str] = Checked(4, faults=(Fault(4, "mrn", "is not known"),))

pytestmark = pytest.mark.django_db


def run(*passes: Sequence[Checked[str]], skip_bad: bool = False, dry_run: bool = False) -> tuple[Report, list[str]]:
    """Run an import whose data looks different at each check."""
    left = iter(passes)
    written: list[str] = []

    def check() -> Iterator[Sequence[Checked[str]]]:
        yield next(left)

    return run_import(check=check, write=written.extend, dry_run=dry_run, skip_bad=skip_bad), written


def test_only_what_differs_is_written() -> None:
    report, written = run([GOOD, SAME], [GOOD, SAME])
    assert written == ["value"]
    assert report.sentence == "1 new, 0 changed, 1 unchanged, 0 refused."


def test_bad_rows_stop_everything_before_the_first_write() -> None:
    report, written = run([GOOD, BAD])
    assert (written, report.written) == ([], False)


def test_bad_rows_may_be_left_out() -> None:
    report, written = run([GOOD, BAD], [GOOD, BAD], skip_bad=True)
    assert (written, report.written, report.refused) == (["value"], True, 1)


def test_rows_that_turn_bad_between_check_and_write_undo_the_write() -> None:
    report, _ = run([GOOD], [GOOD, BAD])
    assert not report.written
    assert report.faults == [Fault(4, "mrn", "is not known")]


def test_of_a_list_that_turns_bad_in_its_last_rows_the_first_are_not_kept(riverside: Clinic) -> None:
    passes = iter(([GOOD], [BAD]))

    def check() -> Iterator[Sequence[Checked[str]]]:
        yield [GOOD]
        yield next(passes)

    def write(values: Sequence[str]) -> None:
        for _ in values:
            make_patient(riverside)

    report = run_import(check=check, write=write, dry_run=False, skip_bad=False)
    assert (report.written, Patient.objects.exists()) == (False, False)


def test_a_fault_names_line_field_and_reason() -> None:
    assert str(Fault(4, "mrn", "is not known")) == "Line 4, mrn: is not known"
    assert str(Fault(4, "", "has 2 fields")) == "Line 4: has 2 fields"


def test_repeats_name_another_line() -> None:
    with closing(Repeats([(2, "a"), (3, "b"), (9, "a")])) as repeats:
        assert [repeats.other_line("a", 2), repeats.other_line("a", 9)] == [9, 2]
        assert repeats.other_line("b", 3) is None
        assert repeats.other_line("unknown", 5) is None


def test_batches_hold_every_row_once() -> None:
    sizes = [len(batch) for batch in batches(range(1200))]
    assert sizes == [500, 500, 200]
