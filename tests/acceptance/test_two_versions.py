"""F27: two people change one visit: the second sees both versions, who and when, and chooses; nothing is lost in silence."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, Role, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_session, make_user
from tests.conftest import log_in
from treatments import booking, slots
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot


@pytest.fixture
def course(maria: Patient, osei: Injector) -> Course:
    """Maria's course: she is due today."""
    return make_course(maria, last_given_on=TODAY - dt.timedelta(days=84), injector=osei)


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit at midday."""
    return make_session(course, osei, NOW.replace(hour=12))


@pytest.fixture
def free(course: Course) -> list[Slot]:
    """Times to move it to."""
    return slots.suggest(course=course, now=NOW)


@pytest.fixture
def ben(riverside: Clinic) -> User:
    """Ben, at the second desk."""
    return make_user("ben@riverside.example", "Ben Ode", (riverside, Role.FRONT_DESK))


@pytest.fixture
def desk(front_desk: User) -> Client:
    """Fran's browser, on a page that was opened before Ben did anything."""
    return log_in(front_desk)


def words(answer: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", answer.content.decode())


def test_f27_who_moves_a_moved_visit_sees_both_times_and_may_keep_either(
    desk: Client, visit: TreatmentSession, free: list[Slot], ben: User
) -> None:
    theirs, mine = free[-1], free[0]
    booking.move(session=visit, version=1, slot=theirs, by=ben, at=NOW)
    address = reverse("treatments:move", args=[visit.uid])
    answer = desk.post(address, {"slot": mine.code, "version": "1"})
    page = words(answer)
    assert answer.status_code == 409
    assert "Ben Ode moved this at 10am. You chose Monday 23 November 2026" in page
    assert "Keep Wednesday 25 November 2026" in page
    visit.refresh_from_db()
    assert visit.starts_at == theirs.starts_at
    fields = dict(re.findall(r'name="(slot|version)" value="([^"]+)"', page))
    desk.post(address, fields)
    visit.refresh_from_db()
    assert visit.starts_at == mine.starts_at


def test_f27_who_moves_a_cancelled_visit_reads_who_cancelled_it_and_moves_nothing(
    desk: Client, visit: TreatmentSession, free: list[Slot], ben: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=ben, at=NOW, reason="Ill")
    answer = desk.post(reverse("treatments:move", args=[visit.uid]), {"slot": free[0].code, "version": "1"})
    page = words(answer)
    assert answer.status_code == 409
    assert "Ben Ode cancelled this at 10am. You chose Monday 23 November 2026" in page
    assert "Keep cancelled" in page
    assert 'name="slot"' not in page


def test_f27_who_cancels_a_moved_visit_keeps_the_reason_that_was_typed(
    desk: Client, visit: TreatmentSession, free: list[Slot], ben: User
) -> None:
    booking.move(session=visit, version=1, slot=free[-1], by=ben, at=NOW)
    answer = desk.post(
        reverse("treatments:cancel", args=[visit.uid]), {"reason": "Has a cold", "seen": "booked", "version": "1"}
    )
    page = words(answer)
    assert answer.status_code == 409
    assert "Ben Ode moved this at 10am. You cancelled it." in page
    assert "Has a cold" in page
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED
