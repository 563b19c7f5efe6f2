"""A side effect is a task until a clinician says what came of it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from clinic.models import AuditEntry, Clinic, User
from tests.builders import NOW, TODAY
from tests.treatments.effects.conftest import YESTERDAY, Report
from treatments.effects import reporting
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Refused
from treatments.models import Course, SideEffect

pytestmark = pytest.mark.django_db
Serious = SideEffect.Seriousness


def close(effect: SideEffect, by: User, outcome: str = "recovered") -> SideEffect:
    return reporting.close(effect=effect, outcome=outcome, advice="Rest", by=by, at=NOW)


def test_the_most_urgent_of_several_comes_first(reported: Report) -> None:
    rows = reported("neck_pain", "eyelid_droop", "swallowing")
    assert [row.level for row in rows] == ["emergency", "same_day", "routine"]


def test_each_effect_leaves_a_trace(reported: Report, front_desk: User) -> None:
    [row] = reported()
    assert AuditEntry.objects.get(kind="side effect").subject == row.uid
    assert row.history.get().history_user == front_desk


def test_it_is_tied_to_the_session_before_it_began(course: Course, reported: Report) -> None:
    assert reported()[0].session == course.sessions.get()
    assert reported(began_on=TODAY - dt.timedelta(days=85))[0].session is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"effects": []}, "at least one"),
        ({"effects": ["other"]}, "in the person's words"),
        ({"began_on": TODAY + dt.timedelta(days=1)}, "in the future"),
        ({"ended_on": YESTERDAY - dt.timedelta(days=1)}, "end before it began"),
        ({"ended_on": TODAY + dt.timedelta(days=1)}, "ended in the future"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(reported: Report, more: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        reported(**more)
    assert not SideEffect.objects.exists()


def test_what_is_told_twice_while_nobody_has_settled_it_is_one_task(reported: Report, prescriber: User) -> None:
    rows = reported("neck_pain", words="Since the weekend")
    assert reported("neck_pain", words="Since the weekend") == rows  # a form sent twice
    assert reported("neck_pain", by=prescriber, at=NOW + dt.timedelta(hours=1)) == rows  # told to the injector as well
    assert SideEffect.objects.get().words == "Since the weekend"


@pytest.mark.parametrize(
    "more",
    [
        {"began_on": TODAY},
        {"severity": Severity.SEVERE},
        {"ended_on": TODAY},
        {"words": "Worse when I turn"},
        {"seriousness": Serious.OTHER},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_told_anew_is_a_task_of_its_own(reported: Report, more: dict[str, object]) -> None:
    reported("neck_pain")
    reported("neck_pain", **more)
    assert SideEffect.objects.count() == 2


def test_what_comes_back_after_it_was_settled_is_a_new_task(reported: Report, nurse: User) -> None:
    close(reported()[0], nurse)
    reported()
    assert SideEffect.objects.count() == 2


def test_who_may_only_look_does_not_report(reported: Report, reader: User) -> None:
    with pytest.raises(Refused, match="Your role"):
        reported(by=reader)


def test_the_front_desk_does_not_settle(reported: Report, front_desk: User) -> None:
    with pytest.raises(Refused, match="Only a clinician"):
        close(reported()[0], front_desk)


def test_a_clinician_settles_it_with_what_came_of_it(reported: Report, nurse: User, riverside: Clinic) -> None:
    row = close(reported()[0], nurse)
    assert (row.outcome, row.closed_by) == ("recovered", nurse)
    assert not reporting.open_tasks(riverside)


def test_it_is_settled_once(reported: Report, nurse: User) -> None:
    row = close(reported()[0], nurse)
    with pytest.raises(Refused, match="already"):
        close(row, nurse)


def test_a_serious_effect_is_reported_or_declined_before_it_is_settled(reported: Report, nurse: User) -> None:
    [row] = reported(seriousness=Serious.HOSPITAL)
    with pytest.raises(Refused, match="Make the report first"):
        close(row, nurse)
    with pytest.raises(Refused, match="Say why"):
        reporting.settle_report(effect=row, made=False, note=" ", by=nurse, at=NOW)
    reporting.settle_report(effect=row, made=True, note="YC-12345", by=nurse, at=NOW)
    assert close(row, nurse).report == SideEffect.Report.MADE


def test_what_the_regulator_was_told_is_noted_once(reported: Report, nurse: User) -> None:
    [row] = reported(seriousness=Serious.HOSPITAL)
    for _press in range(2):
        reporting.settle_report(effect=row, made=True, note="YC-12345", by=nurse, at=NOW)
    with pytest.raises(Refused, match="Somebody noted this already"):  # from a page that was open meanwhile
        reporting.settle_report(effect=row, made=False, note="Not serious", by=nurse, at=NOW)
    row.refresh_from_db()
    assert (row.report, row.report_note, row.history.count()) == (SideEffect.Report.MADE, "YC-12345", 2)


def test_emergencies_lead_the_list_then_the_longest_waiting(reported: Report, riverside: Clinic) -> None:
    reported("neck_pain", at=NOW - dt.timedelta(hours=5))
    reported("voice", at=NOW - dt.timedelta(hours=1))
    reported("infection", at=NOW - dt.timedelta(hours=2))
    reported("breathing")
    levels = [(row.level, (NOW - row.reported_at).seconds // 3600) for row in reporting.open_tasks(riverside)]
    assert levels == [("emergency", 0), ("same_day", 2), ("same_day", 1), ("routine", 5)]


def test_another_clinic_sees_none_of_it(reported: Report, lakeside: Clinic) -> None:
    reported()
    assert not reporting.open_tasks(lakeside)


@pytest.mark.parametrize(
    "change",
    [
        {"closed_at": NOW},
        {"outcome": "recovered"},
        {"seriousness": "hospital"},
        {"report": "made"},
        {"ended_on": "2020-01-01"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_half_a_story(reported: Report, change: dict[str, object]) -> None:
    reported()
    with pytest.raises(IntegrityError), transaction.atomic():
        SideEffect.objects.update(**change)
