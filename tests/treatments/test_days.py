"""Which session of its course a visit is, and how long ago the one before was."""

import datetime as dt
from typing import Any

import pytest

from clinic.models import Injector
from tests.builders import NOW, TODAY, make_session
from tests.treatments.conftest import TWELVE_WEEKS_AGO
from treatments.days import with_cycle
from treatments.models import Course, Status, TreatmentSession

pytestmark = pytest.mark.django_db


def counted(session: TreatmentSession) -> Any:
    """Return the visit with its number."""
    return with_cycle(TreatmentSession.objects.filter(pk=session.pk)).get()


def test_the_visit_after_one_that_was_given_is_the_second(course: Course, osei: Injector) -> None:
    visit = counted(make_session(course, osei, NOW))
    assert (visit.cycle, visit.last_given_on) == (2, TWELVE_WEEKS_AGO)


def test_the_first_of_a_course_has_none_before_it(course: Course) -> None:
    visit = counted(course.sessions.get())
    assert (visit.cycle, visit.last_given_on) == (1, None)


def test_a_visit_given_before_the_day_it_was_booked_for_does_not_count_itself(course: Course, osei: Injector) -> None:
    booked = NOW + dt.timedelta(days=2)
    visit = counted(make_session(course, osei, booked, status=Status.DONE, given_on=TODAY, due_on=TODAY))
    assert (visit.cycle, visit.last_given_on) == (2, TWELVE_WEEKS_AGO)


def test_a_visit_that_was_missed_raises_no_number(course: Course, osei: Injector) -> None:
    make_session(course, osei, NOW, status=Status.NO_SHOW)
    assert counted(make_session(course, osei, NOW + dt.timedelta(days=7))).cycle == 2


def test_cycles_given_elsewhere_are_counted_first(course: Course, osei: Injector) -> None:
    Course.objects.filter(pk=course.pk).update(cycles_before=4)
    assert counted(make_session(course, osei, NOW)).cycle == 6
