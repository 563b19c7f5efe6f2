"""What no longer holds is stopped, near and far: two questions ask, and together they say what one would."""

import datetime as dt

import pytest
from django.db import connection

from clinic.models import Clinic, Injector, User
from reminders.models import Reminder, ReminderRule, State
from reminders.planning import reconcile, settle
from reminders.standing import visit_stands, why_no_longer
from tests.builders import NOW, make_course, make_patient, make_session
from treatments import booking
from treatments.models import Status, TreatmentSession

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plans")
# On both ends of the days that are asked about together, within them, and outside.
AWAY = (-25 * HOUR, -23 * HOUR, 3 * DAY, settle.SOON - HOUR, settle.SOON, settle.SOON + HOUR, 60 * DAY)
FATES = ("stands", "asked to move", Status.CANCELLED, Status.ARRIVED)
KINDS = ("visit", "booked", "moved", "move_asked", "cancelled")


@pytest.fixture
def many(rules: Clinic, osei: Injector, nurse: User) -> None:
    """Visits of every fate at every distance, each with messages of many kinds: about its version, and about one before."""
    ReminderRule.objects.filter(kind__in=KINDS).update(active=True)
    by_kind = {rule.kind: rule for rule in ReminderRule.objects.filter(kind__in=KINDS)}
    written = []
    for number, (away, fate) in enumerate((away, fate) for away in AWAY for fate in FATES):
        starts_at = NOW + away + number % len(FATES) * dt.timedelta(minutes=15)
        course = make_course(make_patient(rules, record_number=f"S{number:05d}"))
        visit = make_session(course, osei, starts_at, placed_at=NOW - 90 * DAY, version=2)
        meet(visit, fate, nurse)
        for kind in KINDS:
            written += [message(visit, by_kind[kind], visit.version, starts_at)]
            written += [message(visit, by_kind[kind], visit.version - 1, starts_at - 7 * DAY)]
    Reminder.objects.bulk_create(written)


def meet(visit: TreatmentSession, fate: str, nurse: User) -> None:
    if fate == "asked to move":
        TreatmentSession.objects.filter(pk=visit.pk).update(answer="asked_to_move", answered_at=NOW)
    elif fate != "stands":
        at = visit.starts_at if fate == Status.ARRIVED else NOW
        booking.change_status(session=visit, to=Status(fate), by=nurse, at=at, reason="ill")


def message(visit: TreatmentSession, rule: ReminderRule, version: int, visit_at: dt.datetime) -> Reminder:
    return Reminder(
        clinic=visit.clinic,
        rule=rule,
        patient=visit.course.patient,
        course=visit.course,
        session=visit,
        session_version=version,
        visit_at=visit_at,
        occasion=f"{rule.kind} {visit.pk}.{version}",
        channel="email",
        due_at=NOW + DAY,
        useful_until=NOW + 90 * DAY,
        created_at=NOW,
    )


def test_what_stands_waits_and_nothing_else(many: None) -> None:
    standing = set(Reminder.objects.filter(visit_stands()).values_list("pk", flat=True))
    assert 0 < len(standing) < Reminder.objects.count()
    stopped = settle.stop(now=NOW)
    assert stopped == Reminder.objects.count() - len(standing)
    assert set(Reminder.objects.filter(state=State.WAITING).values_list("pk", flat=True)) == standing
    assert not Reminder.objects.filter(state=State.CANCELLED, reason="").exists()


def test_stopping_again_stops_nothing(many: None) -> None:
    settle.stop(now=NOW)
    assert settle.stop(now=NOW) == 0


def test_more_than_a_few_are_stopped_as_a_few_are(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = Reminder.objects.filter(visit_stands()).count()
    monkeypatch.setattr("reminders.planning.few.FEW", 2)
    assert settle.stop(now=NOW) == Reminder.objects.count() - standing


def test_a_condition_that_is_put_together_once_stays_as_it_was(many: None) -> None:
    def asked() -> str:
        return str(Reminder.objects.filter(visit_stands()).annotate(why=why_no_longer()).query)

    before = asked()
    settle.stop(now=NOW)
    settle.bring_back(now=NOW)
    assert asked() == before


@ON_POSTGRESQL
def test_what_is_asked_about_days_is_planned_for_these_days(reminder: Reminder) -> None:
    for later in range(8):
        reconcile(now=NOW + later * HOUR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT COUNT(*)%%'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() > (0,)
