"""Who did what and when: what is left behind by a row that keeps a history."""

import datetime as dt

from clinic import audit
from clinic.models import Clinic, Room, User
from tests.builders import NOW

EARLIER = NOW - dt.timedelta(minutes=3)


def test_history_says_who_did_it_and_the_moment_of_the_deed_not_of_the_writing(riverside: Clinic, admin: User) -> None:
    room = Room(clinic=riverside, name="Room 9")
    audit.save_as(room, by=admin, at=EARLIER)
    line = Room.history.get(id=room.pk)
    assert (line.history_type, line.history_user, line.history_date) == ("+", admin, EARLIER)


def test_a_row_that_goes_leaves_its_history_with_who_took_it_away(riverside: Clinic, admin: User) -> None:
    room = Room.objects.create(clinic=riverside, name="Room 9")
    key = room.pk
    audit.delete_as(room, by=None, at=EARLIER)
    line = Room.history.filter(id=key).latest("history_id")
    assert (line.history_type, line.history_user, line.history_date) == ("-", None, EARLIER)


def test_a_field_that_was_not_asked_for_stays_as_it_is(riverside: Clinic, admin: User) -> None:
    room = Room.objects.create(clinic=riverside, name="Room 9")
    room.name, room.active = "Room 10", False
    audit.save_as(room, by=admin, at=EARLIER, fields=["name"])
    room.refresh_from_db()
    assert (room.name, room.active) == ("Room 10", True)
