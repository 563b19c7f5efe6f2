"""What cannot be planned leaves the rest alone: a visit that cannot be read, a clinic whose zone nobody knows."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, models
from django.db.models import QuerySet, Value

from clinic.models import Clinic, Injector, User
from reminders import defaults, rehearsal
from reminders.management.commands.send_reminders import Command
from reminders.models import Heartbeat, Reminder
from reminders.planning import reconcile
from reminders.planning.insert import insert_missing
from reminders.rounds import plan_and_send
from reminders.watching.faults import Incomplete
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session, room_of
from treatments import booking
from treatments.models import TreatmentSession
from treatments.slots import Slot

DAY = dt.timedelta(days=1)


@pytest.fixture
def unreadable(rules: Clinic, osei: Injector, nurse: User) -> TreatmentSession:
    """The third of five visits booked just now, with a note that no key opens."""
    booked = []
    for number in range(5):
        starts_at = NOW + 21 * DAY + number * dt.timedelta(minutes=15)
        slot = Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))
        course = make_course(make_patient(rules, f"P{number}"))
        booked.append(booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=nurse, at=NOW))
    bad = TreatmentSession.objects.filter(pk=booked[2].pk)
    bad.update(note=Value("of another key", output_field=models.TextField()))
    return booked[2]


@pytest.fixture
def nowhere(rules: Clinic) -> TreatmentSession:
    """A visit in three days at a clinic whose zone is on no list any more."""
    clinic = make_clinic("Nowhere")
    defaults.install(clinic)
    there = make_session(
        make_course(make_patient(clinic)), make_injector(clinic), NOW + 3 * DAY, placed_at=NOW - 30 * DAY
    )
    Clinic.objects.filter(pk=clinic.pk).update(timezone="Atlantic/Lyonesse")
    return there


def planned(kind: str) -> set[int | None]:
    """Return the visits of which a message of a kind tells."""
    return set(Reminder.objects.filter(rule__kind=kind).values_list("session", flat=True))


def test_a_visit_that_cannot_be_read_keeps_no_other_from_being_told(
    unreadable: TreatmentSession, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Incomplete):
        reconcile(now=NOW)
    others = TreatmentSession.objects.exclude(pk=unreadable.pk)
    assert planned("booked") == set(others.values_list("pk", flat=True))
    assert f"treatments.TreatmentSession {unreadable.pk} could not be planned" in caplog.text


def test_what_another_worker_plans_between_counting_and_reading_is_no_fault(
    rules: Clinic, osei: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found the visit without its reminder; the one that was a moment later has nothing left to do."""
    visit = make_session(make_course(make_patient(rules)), osei, NOW + 3 * DAY, placed_at=NOW - 30 * DAY)
    count, late = QuerySet.count, True

    def count_and_be_overtaken(rows: QuerySet[Any]) -> int:
        nonlocal late
        found = count(rows)
        if late and found and rows.model is TreatmentSession:
            late = False
            reconcile(now=NOW)
        return found

    monkeypatch.setattr(QuerySet, "count", count_and_be_overtaken)
    reconcile(now=NOW)
    assert not late
    assert planned("visit") == {visit.pk}


def test_planning_again_what_cannot_be_planned_adds_nothing(unreadable: TreatmentSession) -> None:
    for _ in range(2):
        with pytest.raises(Incomplete):
            reconcile(now=NOW)
    assert Reminder.objects.filter(rule__kind="booked").count() == 4


def test_a_clinic_whose_zone_nobody_knows_keeps_no_other_clinic_waiting(
    nowhere: TreatmentSession, visit: TreatmentSession
) -> None:
    with pytest.raises(Incomplete):
        reconcile(now=NOW)
    assert planned("visit") == {visit.pk}


def test_a_visit_that_the_database_refuses_keeps_no_other_from_its_reminders(
    rules: Clinic, osei: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = [
        make_session(
            make_course(make_patient(rules, f"P{number}")),
            osei,
            NOW + 3 * DAY + number * dt.timedelta(minutes=15),
            placed_at=NOW - 30 * DAY,
        )
        for number in range(5)
    ]

    def refuse(source: QuerySet[Any], columns: Any) -> int:
        if source.filter(pk=booked[3].pk).exists():
            raise DatabaseError
        return insert_missing(source, columns)

    monkeypatch.setattr("reminders.planning.visits.insert_missing", refuse)
    with pytest.raises(Incomplete):
        reconcile(now=NOW)
    assert planned("visit") == {one.pk for one in booked} - {booked[3].pk}


def test_what_is_left_out_is_seen_to_fail_while_the_rest_is_sent(
    unreadable: TreatmentSession, visit: TreatmentSession
) -> None:
    with pytest.raises(Incomplete):
        plan_and_send(clock=lambda: NOW)
    assert Heartbeat.objects.get(part="worker").failing_since == NOW
    assert Reminder.objects.get(session=visit, rule__days_before=3).state == "sent"


def test_a_dry_run_shows_the_rest(unreadable: TreatmentSession, visit: TreatmentSession) -> None:
    assert visit.course.patient_id in [line.patient_id for line in rehearsal.coming(now=NOW)]


def test_a_dry_run_shows_the_rest_where_the_database_refuses_one(
    rules: Clinic, osei: Injector, visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = make_session(make_course(make_patient(rules)), osei, NOW + 3 * DAY, placed_at=NOW - 30 * DAY)

    def refuse(source: QuerySet[Any], columns: Any) -> int:
        if source.filter(pk=bad.pk).exists():
            with connection.cursor() as cursor:
                cursor.execute("SELECT what_no_database_knows")
        return insert_missing(source, columns)

    monkeypatch.setattr("reminders.planning.visits.insert_missing", refuse)
    told = {line.patient_id for line in rehearsal.coming(now=NOW)}
    assert told == {visit.course.patient_id}


def test_a_dry_run_shows_the_rest_where_nobody_knows_a_clinics_zone(
    nowhere: TreatmentSession, visit: TreatmentSession
) -> None:
    clinic = Clinic.objects.filter(pk=nowhere.clinic_id)
    clinic.update(timezone="Europe/London")
    reconcile(now=NOW)
    clinic.update(timezone="Atlantic/Lyonesse")
    assert {line.patient_id for line in rehearsal.coming(now=NOW)} == {visit.course.patient_id}


def test_one_run_of_the_command_ends_with_an_error(unreadable: TreatmentSession) -> None:
    with pytest.raises(CommandError, match="The log names what"):
        call_command("send_reminders")


class AfterTwoRounds(threading.Event):
    """Stops the loop after its second round."""

    rounds = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.rounds += 1
        return self.rounds == 2


def test_the_loop_goes_on_where_some_cannot_be_planned(
    unreadable: TreatmentSession, capsys: pytest.CaptureFixture[str]
) -> None:
    Command()._go_on_until(AfterTwoRounds())
    assert capsys.readouterr().err.count("The log names what") == 2


def test_the_loop_outlives_a_database_that_is_away_for_a_while(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, let_go = iter([OperationalError("the server closed the connection")]), []

    def note(*_: Any) -> None:
        for error in ends:
            raise error

    monkeypatch.setattr(Heartbeat, "note", note)
    # Inside of a test the connection holds the test's own transaction.
    command = "reminders.management.commands.send_reminders.close_old_connections"
    monkeypatch.setattr(command, lambda: let_go.append("the broken line"))
    Command()._go_on_until(AfterTwoRounds())
    said = capsys.readouterr()
    assert "The database does not answer." in said.err
    assert let_go == ["the broken line"]
    assert "worked on." in said.out
