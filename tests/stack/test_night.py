"""Visits that tests put into the night of a running demo never overlap, however often that is done: the database would refuse."""

import datetime as dt

import pytest
import time_machine

from clinic.models import Injector, User
from tests.moments import utc
from tests.stack.late import come_late
from tests.stack.room import put_into_room
from treatments.models import Status, TreatmentSession

# An evening, the minute after midnight, and two nights in which an hour is skipped or comes twice.
NOWS = ("2026-11-27T17:45", "2026-11-28T00:01", "2027-03-28T00:50", "2027-10-31T00:50")
MANY = 40  # three times that is more than an hour has minutes, or two on a wall clock that skips one


@pytest.mark.parametrize("now", NOWS)
def test_who_comes_late_gets_a_minute_of_their_own(
    osei: Injector, frozen_clock: time_machine.Traveller, now: str
) -> None:
    frozen_clock.move_to(utc(now))
    for _ in range(3):
        come_late(MANY)
    assert TreatmentSession.objects.filter(status=Status.BOOKED).count() == 3 * MANY


def test_who_is_in_the_room_gets_one_too_when_an_earlier_one_was_put_elsewhere(
    osei: Injector, prescriber: User
) -> None:
    elsewhere, *_ = [put_into_room("osei") for _ in range(2 * MANY)]
    TreatmentSession.objects.filter(pk=elsewhere.pk).update(
        starts_at=elsewhere.starts_at - dt.timedelta(hours=1), ends_at=elsewhere.ends_at - dt.timedelta(hours=1)
    )
    put_into_room("osei")
    assert TreatmentSession.objects.filter(status=Status.IN_ROOM).count() == 2 * MANY + 1
