"""What a clinic asks all day reads no table from end to end that grows for ever.

PostgreSQL has kept count of its rows and knows better; SQLite guesses, and goes by how a question is put.
"""

import pytest
from django.db.models import Model

from clinic.models import Clinic, User
from patients.models import DiaryDay
from reminders.models import Reminder
from reminders.models.stop import unwanted
from reminders.watching import metrics
from tests.builders import NOW
from tests.conftest import log_in
from tests.plans import on_sqlite, plans, steps
from treatments.days import left_open, next_day_with_visits
from treatments.models import Course
from treatments.stock import tracing

pytestmark = on_sqlite


def of(model: type[Model], found: list[str]) -> list[str]:
    return steps(found, model._meta.db_table)


@pytest.mark.parametrize("everywhere", [False, True])
def test_how_the_sending_stands_is_read_from_indexes_of_what_is_not_over(riverside: Clinic, everywhere: bool) -> None:
    with plans() as found:
        metrics.measure(now=NOW, clinic=None if everywhere else riverside)
    assert [step for step in of(Reminder, found) if step.startswith("SCAN") or step.endswith("(clinic_id=?)")] == []
    assert "SCAN U0 USING INDEX delivery_in_doubt" in found
    assert len(steps(found, "reminder_sent_newest")) == 1


def test_what_needs_a_person_is_read_from_an_index_of_its_own(db: None) -> None:
    with plans() as found:
        list(Reminder.objects.needs_person())
    assert steps(found, "reminder_for_person")


def test_what_is_in_doubt_is_looked_up_among_the_attempts_in_doubt(front_desk: User) -> None:
    with plans() as found:
        log_in(front_desk).get("/reminders/", {"tab": "waiting"})
    assert "SCAN U0" not in found


def test_days_left_open_and_the_next_one_are_read_from_the_visits_still_open(riverside: Clinic) -> None:
    with plans() as found:
        left_open(riverside, NOW.date())
        next_day_with_visits(riverside, NOW.date())
    assert len(steps(found, "session_open_day")) == 2


def test_whether_somebody_is_booked_is_one_look_through_an_index(riverside: Clinic) -> None:
    with plans() as found:
        list(Course.objects.filter(clinic=riverside).overdue(NOW.date()))
    assert steps(found, "one_open_session_per_course")


@pytest.mark.parametrize("status", ["no_show", "cancelled", "given_before"])
def test_visits_of_a_rare_kind_are_read_from_an_index_of_their_own(admin: User, status: str) -> None:
    with plans() as found:
        log_in(admin).get("/log/", {"status": status})
    assert len(steps(found, "session_log_seldom")) == 2
    assert not steps(found, "session_log")


def test_corrections_that_made_a_session_early_are_read_from_an_index(admin: User) -> None:
    with plans() as found:
        log_in(admin).get("/log/", {"early": "true"})
    assert not [step for step in found if step.startswith("SCAN U")]


def test_a_stop_said_on_a_joined_record_is_looked_up_from_the_person(riverside: Clinic) -> None:
    with plans() as found:
        list(DiaryDay.objects.filter(unwanted("patient"), clinic=riverside))
    assert len(steps(found, "sqlite_autoindex_reminders_nudgestop_1")) == 3
    assert not [step for step in found if step.startswith("SCAN")]


def test_what_was_given_in_some_days_is_read_from_an_index_of_those_days(admin: User, riverside: Clinic) -> None:
    with plans() as found:
        tracing.waste_by_month(riverside, NOW.date(), NOW.date())
        log_in(admin).get("/log/", {"given_first": "2026-11-01", "given_last": "2026-11-30"})
    assert len(steps(found, "session_given_day")) == 3


def test_a_lot_is_traced_from_its_vials(riverside: Clinic) -> None:
    with plans() as found:
        tracing.trace(riverside, "C4471")
    assert len(steps(found, "vial_lot")) == 2
    assert not steps(found, "session_log")
    assert not steps(found, "session_day")
