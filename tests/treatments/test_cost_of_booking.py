"""What one booking asks of the database, sign-in and page included: what everybody does all day must stay cheap."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Injector, User
from tests.builders import NOW, make_course, make_patient, make_session
from tests.conftest import log_in
from treatments import booking, slots
from treatments.models import Course

# PostgreSQL is asked for a lock besides; SQLite has one writer at a time, and takes history and log one after the other.
LOCK = int(connection.vendor == "postgresql")


@pytest.fixture
def cost(front_desk: User) -> Callable[[Course, slots.Slot], int]:
    """What counts the statements of a booking over HTTP."""
    desk = log_in(front_desk)
    desk.get(reverse("treatments:today"))

    def book(course: Course, slot: slots.Slot) -> int:
        form = {"slot": slot.code, "uid": str(uuid.uuid4())}
        with CaptureQueriesContext(connection) as asked:
            answer = desk.post(reverse("treatments:book", args=[course.uid]), form)
        assert answer.status_code == 302
        return sum("SAVEPOINT" not in one["sql"] for one in asked)

    return book


def test_a_booking_takes_eight_statements(course: Course, cost: Callable[[Course, slots.Slot], int]) -> None:
    """The session, who asks, the course, the time; the visit, how it stands, its history, the audit log."""
    assert cost(course, slots.suggest(course=course, now=NOW)[0]) == 8


def test_no_more_with_more_people_and_visits(
    course: Course, osei: Injector, cost: Callable[[Course, slots.Slot], int]
) -> None:
    first, *others = slots.suggest(course=course, now=NOW)
    for number, slot in enumerate(others):
        make_session(make_course(make_patient(course.clinic, f"Given{number}")), osei, slot.starts_at)
    assert cost(course, first) == 8


def test_who_loses_a_time_asks_once_who_has_it(course: Course, osei: Injector, front_desk: User) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    make_session(make_course(make_patient(course.clinic, "Tom")), osei, slot.starts_at)
    with CaptureQueriesContext(connection) as asked, pytest.raises(booking.Taken):
        booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    # SQLite refuses the row, so it may still be a second copy of a form: that is looked for instead of the row.
    assert sum("SAVEPOINT" not in one["sql"] for one in asked) == 4 + LOCK
