"""Calendar files, read back by a second library: the right moment, the newest version, and not a word too many."""

import datetime as dt
from typing import Any

import pytest
import vobject

from clinic.health_words import blocked_words
from clinic.models import Clinic, Role
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session, make_user, room_of
from treatments import booking, ics, undoing
from treatments.models import Status, TreatmentSession
from treatments.slots import Slot

HOUR = dt.timedelta(hours=1)


def visit(clinic: Clinic, *local: int) -> TreatmentSession:
    """Return Maria's booked visit at a local time of the clinic."""
    moment = dt.datetime(*local, tzinfo=clinic.zone)  # type: ignore[misc, arg-type]
    injector = make_injector(clinic)
    return make_session(make_course(make_patient(clinic)), injector, moment.astimezone(dt.UTC))


def read(content: bytes) -> Any:
    """Return the calendar as the second library reads it."""
    return vobject.readOne(content.decode())


def file_of(session: TreatmentSession, now: dt.datetime = NOW) -> Any:
    return read(ics.visit_file(TreatmentSession.objects.get(pk=session.pk), now=now))


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/London", (2027, 3, 26, 10, 30), "2027-03-26T10:30+00:00"),
        ("Europe/London", (2027, 3, 28, 10, 30), "2027-03-28T09:30+00:00"),
        ("Europe/London", (2027, 10, 29, 10, 30), "2027-10-29T09:30+00:00"),
        ("Europe/London", (2027, 10, 31, 10, 30), "2027-10-31T10:30+00:00"),
        ("America/New_York", (2027, 3, 12, 10, 30), "2027-03-12T15:30+00:00"),
        ("America/New_York", (2027, 3, 14, 10, 30), "2027-03-14T14:30+00:00"),
        ("America/New_York", (2027, 11, 5, 10, 30), "2027-11-05T14:30+00:00"),
        ("America/New_York", (2027, 11, 7, 10, 30), "2027-11-07T15:30+00:00"),
    ],
)
@pytest.mark.django_db
def test_the_moment_is_right_on_both_sides_of_both_clock_changes(zone: str, local: tuple[int, ...], utc: str) -> None:
    session = visit(make_clinic("Somewhere", timezone=zone), *local)
    event = file_of(session).vevent
    starts: dt.datetime = event.dtstart.value
    # The rules of the zone come from the file itself, not from the machine that reads it.
    assert starts.astimezone(dt.UTC) == dt.datetime.fromisoformat(utc)
    assert event.dtend.value - starts == dt.timedelta(minutes=15)


def test_times_are_the_clinics_wall_clock_with_its_zone(riverside: Clinic) -> None:
    session = visit(riverside, 2027, 6, 1, 10, 30)
    content = ics.visit_file(session, now=NOW).decode()
    assert "DTSTART;TZID=Europe/London:20270601T103000" in content
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/London" in content


def test_two_moves_count_two_and_keep_the_entry(riverside: Clinic) -> None:
    session = visit(riverside, 2026, 12, 1, 10, 30)
    desk = make_user("desk@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))
    first = file_of(session).vevent
    for day in (2, 3):
        starts_at = dt.datetime(2026, 12, day, 11, tzinfo=dt.UTC)
        slot = Slot(session.injector, room_of(session.injector), starts_at, starts_at + dt.timedelta(minutes=15))
        booking.move(session=session, version=session.version, slot=slot, by=desk, at=NOW)
    last = file_of(session).vevent
    assert (first.sequence.value, last.sequence.value) == ("0", "2")
    assert first.uid.value == last.uid.value
    assert last.dtstart.value.astimezone(dt.UTC) == dt.datetime(2026, 12, 3, 11, tzinfo=dt.UTC)


def test_a_cancelled_visit_takes_its_entry_away(riverside: Clinic) -> None:
    session = visit(riverside, 2026, 12, 1, 10, 30)
    desk = make_user("desk@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))
    before = file_of(session)
    booking.change_status(session=session, to=Status.CANCELLED, by=desk, at=NOW, reason="Holiday")
    after = file_of(session)
    assert (before.method.value, before.vevent.status.value) == ("PUBLISH", "CONFIRMED")
    assert (after.method.value, after.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert after.vevent.uid.value == before.vevent.uid.value
    assert number(after) > number(before)


def test_each_file_of_a_visit_counts_more_than_the_one_before(riverside: Clinic) -> None:
    session = visit(riverside, 2026, 12, 1, 10, 30)
    desk = make_user("desk@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))
    numbers = [number(file_of(session))]

    def undo() -> TreatmentSession:
        event = session.events.order_by("-pk")[0]
        return undoing.undo(session=TreatmentSession.objects.get(pk=session.pk), event=event, by=desk, at=NOW)

    starts_at = dt.datetime(2026, 12, 2, 11, tzinfo=dt.UTC)
    slot = Slot(session.injector, room_of(session.injector), starts_at, starts_at + dt.timedelta(minutes=15))
    session = booking.move(session=session, version=session.version, slot=slot, by=desk, at=NOW)
    numbers.append(number(file_of(session)))
    booking.change_status(session=session, to=Status.CANCELLED, by=desk, at=NOW, reason="Holiday")
    numbers.append(number(file_of(session)))
    undo()
    numbers.append(number(file_of(session)))
    session.refresh_from_db()
    booking.change_status(session=session, to=Status.CANCELLED, by=desk, at=NOW, reason="Holiday after all")
    numbers.append(number(file_of(session)))
    assert numbers == sorted(set(numbers))


def cancel(session: TreatmentSession) -> None:
    session.refresh_from_db()
    desk = make_user(f"desk{session.pk}@riverside.example", "Fran Adeyemi", (session.clinic, Role.FRONT_DESK))
    booking.change_status(session=session, to=Status.CANCELLED, by=desk, at=NOW, reason="Holiday")


def test_a_visit_booked_in_place_of_a_cancelled_one_takes_over_its_entry(riverside: Clinic) -> None:
    first = visit(riverside, 2026, 12, 1, 10, 30)
    files = [file_of(first)]
    cancel(first)
    files.append(file_of(first))
    second = make_session(first.course, first.injector, first.starts_at + 24 * HOUR)
    files.append(file_of(second))
    cancel(second)
    files.append(file_of(second))
    third = make_session(first.course, first.injector, first.starts_at + 48 * HOUR)
    files.append(file_of(third))
    assert {file.vevent.uid.value for file in files} == {str(first.uid)}
    numbers = [number(file) for file in files]
    assert numbers == sorted(set(numbers))
    assert (files[-1].method.value, files[-1].vevent.status.value) == ("PUBLISH", "CONFIRMED")
    assert files[-1].vevent.dtstart.value.astimezone(dt.UTC) == third.starts_at


def test_a_cancelled_visit_that_is_booked_again_after_all_has_the_newest_file(riverside: Clinic) -> None:
    first = visit(riverside, 2026, 12, 1, 10, 30)
    cancel(first)
    second = make_session(first.course, first.injector, first.starts_at + 24 * HOUR)
    cancel(second)
    before = file_of(second)
    first.refresh_from_db()
    desk = make_user("back@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))
    booking.change_status(session=first, to=Status.BOOKED, by=desk, at=NOW)
    after = file_of(first)
    assert after.vevent.uid.value == before.vevent.uid.value
    assert number(after) > number(before)


@pytest.mark.parametrize("status", [Status.DONE, Status.NO_SHOW])
def test_the_entry_of_a_visit_that_was_kept_or_missed_stays(riverside: Clinic, status: Status) -> None:
    first = visit(riverside, 2026, 12, 1, 10, 30)
    given = first.local_date if status == Status.DONE else None
    TreatmentSession.objects.filter(pk=first.pk).update(status=status, given_on=given)
    second = make_session(first.course, first.injector, first.starts_at + 84 * 24 * HOUR)
    assert file_of(second).vevent.uid.value == str(second.uid)


def test_the_feed_counts_a_visit_as_its_own_file_does(riverside: Clinic, django_assert_num_queries: Any) -> None:
    first = visit(riverside, 2026, 12, 1, 10, 30)
    desk = make_user("desk@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))
    other = make_session(make_course(make_patient(riverside, "Omar")), first.injector, first.starts_at + HOUR)
    booking.change_status(session=other, to=Status.CANCELLED, by=desk, at=NOW, reason="Ill")
    other.refresh_from_db()
    booking.change_status(session=other, to=Status.BOOKED, by=desk, at=NOW)
    sessions = TreatmentSession.objects.order_by("starts_at")
    with django_assert_num_queries(2):
        feed = read(ics.feed_file(riverside, sessions, now=NOW))
    assert [int(event.sequence.value) for event in feed.vevent_list] == [number(file_of(first)), number(file_of(other))]


def number(calendar: Any) -> int:
    return int(calendar.vevent.sequence.value)


def test_it_says_that_there_is_a_visit_and_where_and_no_more(riverside: Clinic) -> None:
    session = visit(riverside, 2026, 12, 1, 10, 30)
    content = ics.visit_file(session, now=NOW).decode()
    assert read(content.encode()).vevent.summary.value == "Clinic visit"
    assert not blocked_words(content)
    for name in ("Maria", "Santos", "Osei", riverside.name):
        assert name not in content


@pytest.mark.django_db
def test_commas_semicolons_and_breaks_in_the_address_arrive_as_they_are() -> None:
    clinic = make_clinic("Odd", address="Unit 5; Mill Lane, 2nd floor\\north\nLondon")
    content = ics.visit_file(visit(clinic, 2026, 12, 1, 10, 30), now=NOW)
    assert b"LOCATION:Unit 5\\; Mill Lane\\, 2nd floor\\\\north\\nLondon" in content.replace(b"\r\n ", b"")
    assert read(content).vevent.location.value == clinic.address


@pytest.mark.django_db
def test_long_lines_fold_at_75_octets_without_cutting_a_letter() -> None:
    clinic = make_clinic("Long", address="Straße der Ängste, Łódź, " * 6)
    content = ics.visit_file(visit(clinic, 2026, 12, 1, 10, 30), now=NOW)
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert read(content).vevent.location.value == clinic.address
