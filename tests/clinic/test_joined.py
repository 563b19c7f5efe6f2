"""SQL of our own gives the very objects that the ORM would, on both engines."""

import datetime as dt
import uuid
from typing import Any

import pytest

from clinic.joined import Joined, Some
from clinic.models import Injector, OpeningHours, Room, User
from patients.models import Patient
from tests.builders import make_course
from treatments.models import Course

pytestmark = pytest.mark.django_db

PLACES = Joined(
    """
    SELECT {columns}, room.name = 'Room 1' FROM clinic_injector injector
    JOIN clinic_room room ON room.clinic_id = injector.clinic_id
    LEFT JOIN clinic_openinghours hours ON hours.injector_id = injector.id
    WHERE injector.uid = %s
    """,
    injector=Injector,
    room=Room,
    hours=OpeningHours,
)
COURSES = Joined("SELECT {columns} FROM treatments_course course WHERE course.id = %s", course=Course)
HOURS = Joined(
    """
    SELECT {columns}, injector.name FROM clinic_injector injector
    LEFT JOIN clinic_openinghours hours ON hours.injector_id = injector.id
    WHERE injector.uid = %s ORDER BY hours.id
    """,
    injector=Some(Injector, ("name", "uid")),
    hours=Some(OpeningHours, ("weekday", "opens", "room_id")),
)
JOINED_BEFORE = Joined("SELECT {columns} FROM clinic_user person WHERE person.created_at < %s", person=User)


def columns(row: Any) -> dict[str, Any]:
    """Return what a row holds in each column."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_each_row_is_an_object_of_each_table(osei: Injector) -> None:
    for injector, room, hours, _ in PLACES.rows(osei.uid):
        assert columns(injector) == columns(osei)
        assert columns(room) == columns(Room.objects.get(pk=room.pk))
        assert columns(hours) == columns(OpeningHours.objects.get(pk=hours.pk))
    assert {hours.pk for _, _, hours, _ in PLACES.rows(osei.uid)} == set(
        osei.opening_hours.values_list("pk", flat=True)
    )


def test_what_stands_in_several_rows_is_one_object(osei: Injector) -> None:
    rows = PLACES.rows(osei.uid)
    assert len(rows) > 1
    assert len({id(injector) for injector, *_ in rows}) == 1


def test_what_an_outer_join_did_not_find_is_none(osei: Injector) -> None:
    osei.opening_hours.all().delete()
    assert [hours for _, _, hours, _ in PLACES.rows(osei.uid)] == [None]


def test_what_else_is_selected_follows(osei: Injector) -> None:
    assert bool(PLACES.rows(osei.uid)[0][3]) is (PLACES.rows(osei.uid)[0][1].name == "Room 1")


def test_a_flat_row_holds_the_columns_of_all_tables_and_what_else_is_selected(osei: Injector) -> None:
    expected = osei.opening_hours.order_by("pk").values_list("weekday", "opens", "room_id")
    assert len(expected) > 1
    assert [tuple(row) for row in HOURS.flat(osei.uid)] == [
        (osei.name, osei.uid, *hours, osei.name) for hours in expected
    ]


def test_a_flat_row_has_none_for_what_an_outer_join_did_not_find(osei: Injector) -> None:
    osei.opening_hours.all().delete()
    assert [tuple(row) for row in HOURS.flat(osei.uid)] == [(osei.name, osei.uid, None, None, None, osei.name)]


def test_an_encrypted_text_is_read(maria: Patient) -> None:
    course = make_course(maria)
    Course.objects.filter(pk=course.pk).update(closed_on=dt.date(2026, 9, 1), close_reason="Moved away")
    [(found,)] = COURSES.rows(course.pk)
    assert found.close_reason == "Moved away"
    assert columns(found) == columns(Course.objects.get(pk=course.pk))


def test_an_object_that_was_read_is_saved_as_the_same_row(osei: Injector) -> None:
    injector = PLACES.rows(osei.uid)[0][0]
    injector.name = "Dr Osei-Mensah"
    injector.save()
    assert Injector.objects.get(pk=osei.pk).name == "Dr Osei-Mensah"


def test_a_moment_is_compared_as_the_engine_keeps_it(front_desk: User) -> None:
    assert JOINED_BEFORE.rows(front_desk.created_at) == []
    later = front_desk.created_at + dt.timedelta(microseconds=1)
    assert [row.pk for (row,) in JOINED_BEFORE.rows(later)] == [front_desk.pk]


def test_a_uid_that_nobody_has_finds_nothing() -> None:
    assert PLACES.rows(uuid.uuid4()) == []
