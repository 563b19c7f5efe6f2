"""The list as an old system exports it: 240 rows, sixteen of them spoiled."""

from io import BytesIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinic.models import AuditEntry, Clinic
from patients.models import Assessment, Authorization, ContactPoint, Patient
from tests.builders import NOW
from tests.treatments.referrals.lists import GIVEN_LIST
from treatments.models import Course, SessionEvent, TreatmentSession
from treatments.referrals.load import import_referrals

# Line of the file (the header is line 1), column, and what the reason must say.
SPOILED = [
    (13, "email", "“x@”"),
    (26, "authorization_to", "before it starts"),
    (50, "last_units", "“-155”"),
    (55, "last_injection_on", "2031-01-05 is in the future"),
    (87, "phone", "/ wife"),
    (88, "birth_date", "“17.4.84” is not a date"),
    (92, "family_name", "Enter the last name"),
    (100, "last_units", "“1550”"),
    (110, "family_name", "Enter the last name"),
    (116, "mrn", "Line 31 has this record number too"),
    (118, "phone", "no phone number and no email"),
    (138, "email", "“maria at home”"),
    (162, "last_units", "“-155”"),
    (188, "email", "“maria at home”"),
    (223, "migraine_days", "“31”"),
    (229, "birth_date", "“17.4.84” is not a date"),
]
GOOD = 240 - len(SPOILED)


def import_given(clinic: Clinic, **options: Any) -> Any:
    return import_referrals(clinic=clinic, stream=BytesIO(GIVEN_LIST.read_bytes()), by=None, at=NOW, **options)


def test_exactly_the_spoiled_rows_are_refused_each_with_its_reason(team: Clinic) -> None:
    report = import_given(team)
    assert [(fault.line, fault.field) for fault in report.faults] == [(line, field) for line, field, _ in SPOILED]
    for fault, (_, _, words) in zip(report.faults, SPOILED, strict=True):
        assert words in fault.reason


def test_nothing_is_written_while_there_are_spoiled_rows(team: Clinic) -> None:
    report = import_given(team)
    assert (report.written, report.new, report.refused) == (False, GOOD, len(SPOILED))
    assert not Patient.objects.exists()


def test_the_good_rows_are_written_when_the_bad_ones_are_skipped(team: Clinic) -> None:
    report = import_given(team, skip_bad=True)
    assert (report.written, report.new, report.refused) == (True, GOOD, len(SPOILED))
    assert Patient.objects.count() == GOOD
    assert Assessment.objects.filter(signed_at=None, source="referral").count() == GOOD


def test_twice_changes_nothing_and_says_so(team: Clinic) -> None:
    import_given(team, skip_bad=True)
    before = everything()
    report = import_given(team, skip_bad=True)
    assert (report.new, report.changed, report.unchanged) == (0, 0, GOOD)
    assert report.sentence == f"Nothing changed. 0 new, 0 changed, {GOOD} unchanged, 16 refused."
    assert everything() == before


def test_households_share_a_phone_number(team: Clinic) -> None:
    import_given(team, skip_bad=True)
    assert ContactPoint.objects.filter(address="+447700900042").count() == 2


def test_the_command_says_each_fault_and_exits_with_1(team: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as stopped:
        call_command("import_referrals", GIVEN_LIST, clinic="riverside")
    assert stopped.value.returncode == 1
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == len(SPOILED)
    assert "Line 100, last_units: " in printed.err
    assert printed.out == f"Nothing written. {GOOD} new, 0 changed, 0 unchanged, 16 refused.\n"


def test_the_command_notes_in_whose_name_it_runs(team: Clinic, admin: Any) -> None:
    call_command("import_referrals", GIVEN_LIST, clinic="riverside", skip_bad=True, by=admin.email)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.kind, entry.rows) == (admin, "import", "referral", GOOD)


def everything() -> list[Any]:
    models: list[Any] = [Patient, ContactPoint, Assessment, Authorization, Course, TreatmentSession, SessionEvent]
    histories = [model.history.model for model in models if hasattr(model, "history")]
    return [list(model.objects.order_by("pk").values()) for model in models + histories]
