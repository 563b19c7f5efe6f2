"""The calendar: what stands where, what is free, how it is said, and how few questions it asks the database."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Absence, AuditEntry, Clinic, Closure, Injector, OpeningHours, Room, User, WorkedHoliday
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.treatments.calendar_pages import NEXT_MONDAY, at, free, page
from treatments import slots
from treatments.models import Course, Status


@pytest.fixture
def desk(front_desk: User) -> Client:
    """The browser at the front desk."""
    return log_in(front_desk)


def test_a_free_time_says_day_time_and_injector(desk: Client, osei: Injector) -> None:
    content = page(desk)
    assert "Monday 30 November, 10:30am, Dr Osei" in free(content)
    assert ">10:30 free</a>" in content
    assert "160 of 160 times free this week" in content


def test_a_booked_time_says_who_and_whether_they_come(desk: Client, osei: Injector, maria: Patient) -> None:
    session = make_session(make_course(maria), osei, at(10, 30), answer="confirmed")
    content = page(desk)
    assert 'aria-label="Monday 30 November, 10:30am, Dr Osei, Maria Santos, confirmed">10:30 Santos M</a>' in content
    assert reverse("treatments:session", args=[session.uid]) in content
    assert "Monday 30 November, 10:30am, Dr Osei" not in free(content)
    assert "159 of 160 times free this week" in content


def test_the_table_has_a_caption_and_heads_with_scope(desk: Client, osei: Injector) -> None:
    content = page(desk)
    assert "<caption" in content
    assert content.count('scope="col"') == 6
    assert content.count('scope="row"') == 32
    assert 'role="grid"' not in content  # only with script


def test_leave_stands_as_one_block(desk: Client, osei: Injector, riverside: Clinic) -> None:
    Absence.objects.create(clinic=riverside, injector=osei, starts_at=at(0), ends_at=at(12), label="Teaching")
    content = page(desk)
    assert 'rowspan="12">Teaching</td>' in content
    assert "148 of 148 times free this week" in content


def test_leave_does_not_hide_a_visit_that_is_in_it(desk: Client, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, at(10, 30))
    Absence.objects.create(clinic=osei.clinic, injector=osei, starts_at=at(0), ends_at=at(23), label="Leave")
    content = page(desk)
    assert "10:30 Santos M" in content
    assert content.count(">Leave</td>") == 2


def test_a_closed_clinic_and_a_closed_room_offer_nothing(desk: Client, osei: Injector, riverside: Clinic) -> None:
    Closure.objects.create(clinic=riverside, starts_at=at(9), ends_at=at(10), label="Fire drill")
    Closure.objects.create(clinic=riverside, room=room_of(osei), starts_at=at(11), ends_at=at(12), label="Paint")
    content = page(desk)
    assert ">Fire drill</td>" in content
    assert 'rowspan="4">Room taken</td>' in content
    names = free(content)
    assert "Monday 30 November, 9:45am, Dr Osei" not in names
    assert "Monday 30 November, 11am, Dr Osei" not in names
    assert "Monday 30 November, midday, Dr Osei" in names


def test_hours_in_a_room_out_of_use_are_no_times_and_say_so(desk: Client, osei: Injector) -> None:
    Room.objects.update(active=False)
    content = page(desk)
    assert ">No room to use</td>" in content
    assert "times free" not in content
    assert "<p>No room to use</p>" in page(desk, "calendar_all")


def test_a_holiday_is_named_and_closed_unless_worked(desk: Client, osei: Injector, riverside: Clinic) -> None:
    christmas = dt.date(2026, 12, 25)
    assert "Christmas Day" in page(desk, date=christmas)
    assert not [name for name in free(page(desk, date=christmas)) if name.startswith("Friday 25")]
    WorkedHoliday.objects.create(clinic=riverside, date=christmas)
    assert [name for name in free(page(desk, date=christmas)) if name.startswith("Friday 25")]


def test_the_hours_between_two_shifts_are_a_break(desk: Client, osei: Injector) -> None:
    OpeningHours.objects.filter(injector=osei, weekday=1).update(closes=dt.time(12))
    monday = OpeningHours.objects.get(injector=osei, weekday=1)
    monday.pk, monday.opens, monday.closes = None, dt.time(13), dt.time(17)
    monday.save()
    assert 'rowspan="4">Break</td>' in page(desk)


def test_what_has_passed_is_not_offered(desk: Client, osei: Injector) -> None:
    names = free(page(desk, date=TODAY))
    assert "Monday 23 November, 10am, Dr Osei" not in names  # it is ten o'clock
    assert "Monday 23 November, 10:15am, Dr Osei" in names


def test_the_time_that_runs_has_passed_up_to_the_next_one(desk: Client, osei: Injector) -> None:
    content = page(desk, date=TODAY)
    assert "Gap" not in content
    assert re.findall(r'<th scope="row">(10:\d\d)</th>', content) == ["10:00", "10:15", "10:30", "10:45"]


def test_a_visit_off_the_grid_gets_a_line_of_its_own(desk: Client, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, at(10, 20))
    content = page(desk)
    assert '<th scope="row">10:20</th>' in content
    names = free(content)
    assert "Monday 30 November, 10:15am, Dr Osei" not in names
    assert "Monday 30 November, 10:30am, Dr Osei" not in names
    assert "Monday 30 November, 10:45am, Dr Osei" in names


def test_who_did_not_come_stands_beside_the_time_that_is_free_again(
    desk: Client, osei: Injector, maria: Patient
) -> None:
    make_session(make_course(maria), osei, at(10, 30), status=Status.NO_SHOW)
    content = page(desk)
    assert "10:30 Santos M" in content
    assert "Monday 30 November, 10:30am, Dr Osei" in free(content)


def test_a_cancelled_visit_is_gone(desk: Client, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, at(10, 30), status=Status.CANCELLED)
    assert "Santos" not in page(desk)


@pytest.mark.parametrize(
    ("date", "gone", "there"),
    [
        (dt.date(2027, 3, 28), "Sunday 28 March, 1:30am, Dr Osei", "Sunday 28 March, 2am, Dr Osei"),
        (dt.date(2027, 10, 31), "Sunday 31 October, 1:30am, Dr Osei", "Sunday 31 October, 2am, Dr Osei"),
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_not_offered(
    desk: Client, osei: Injector, date: dt.date, gone: str, there: str
) -> None:
    OpeningHours.objects.filter(injector=osei, weekday=5).update(weekday=7, opens=dt.time(0), closes=dt.time(4))
    names = free(page(desk, date=date))
    assert gone not in names
    assert there in names


def test_visits_of_the_hour_that_comes_twice_both_stand_there(
    desk: Client, osei: Injector, maria: Patient, riverside: Clinic
) -> None:
    sunday = dt.date(2027, 10, 31)
    make_session(make_course(maria), osei, at(0, 30, sunday))  # 1:30 in summer time
    make_session(make_course(make_patient(riverside, "Tom", "Reid")), osei, at(1, 35, sunday))
    content = page(desk, date=sunday)
    assert "1:30 Santos M" in content
    assert "1:35 Reid T" in content


def test_the_free_times_are_those_that_the_search_offers(desk: Client, osei: Injector, riverside: Clinic) -> None:
    bello = make_injector(riverside, "RN Bello", room=room_of(osei))
    OpeningHours.objects.filter(injector=bello).update(room=None, slot_minutes=20)
    Absence.objects.create(clinic=riverside, injector=osei, starts_at=at(12), ends_at=at(14), label="Teaching")
    Closure.objects.create(clinic=riverside, room=room_of(osei), starts_at=at(15), ends_at=at(16), label="Paint")
    make_session(make_course(make_patient(riverside)), osei, at(9, 30))
    shown = set(re.findall(r"time=([\w.-]+)", page(desk, "calendar_day")))
    offered = slots.free_times(clinic=riverside, first=NEXT_MONDAY, days=1, now=NOW)
    by_time = {(slot.injector.uid, slot.starts_at) for slot in offered}
    read = [slots.read(riverside, code, NOW) for code in shown]
    # Where two could use one free room the search gives it to one of them, the calendar shows it to both.
    assert by_time <= {(slot.injector.uid, slot.starts_at) for slot in read}
    assert {slot.starts_at for slot in read} == {slot.starts_at for slot in offered}


@pytest.mark.parametrize("hours_name_the_room", [True, False])
def test_a_room_that_somebody_else_has_is_taken_in_the_week_of_one(
    desk: Client, osei: Injector, maria: Patient, *, hours_name_the_room: bool
) -> None:
    bello = make_injector(osei.clinic, "RN Bello", room=room_of(osei))
    if not hours_name_the_room:
        OpeningHours.objects.filter(injector=bello).update(room=None)
    make_session(make_course(maria), osei, at(10, 30))
    content = page(desk, injector=bello.uid)
    assert "Monday 30 November, 10:30am, RN Bello" not in free(content)
    assert "Monday 30 November, 11am, RN Bello" in free(content)
    assert "Santos" not in content


def test_one_opens_on_ones_own_column(osei: Injector, nurse: User, riverside: Clinic) -> None:
    make_injector(riverside, "RN Bello", user=nurse)
    assert "<h1>RN Bello, week of Monday 30 November 2026</h1>" in page(log_in(nurse))


def test_the_day_shows_everyone_at_work_and_how_much_is_free(desk: Client, osei: Injector, maria: Patient) -> None:
    make_injector(osei.clinic, "RN Bello")
    make_session(make_course(maria), osei, at(10, 30))
    content = page(desk, "calendar_day")
    assert "31 of 32 free" in content
    assert "63 of 64 times free this day" in content


def test_times_are_as_many_as_fit_one_after_the_other(desk: Client, osei: Injector, maria: Patient) -> None:
    """Visits of half an hour that may begin each quarter: thirty-one beginnings, and room for sixteen."""
    Clinic.objects.update(session_minutes=30)
    assert "16 of 16 free" in page(desk, "calendar_day")
    make_session(make_course(maria), osei, at(10, 30), ends_at=at(11))
    assert "15 of 16 free" in page(desk, "calendar_day")


def test_visits_of_somebody_who_left_stay_in_sight(desk: Client, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, at(10, 30))
    Injector.objects.update(active=False)
    assert "Dr Osei (left)" in page(desk, "calendar_day")


@pytest.mark.parametrize("view", ["calendar_day", "calendar_all"])
def test_nothing_leads_to_the_week_of_somebody_who_left(
    desk: Client, osei: Injector, maria: Patient, view: str
) -> None:
    make_injector(osei.clinic, "RN Bello")
    make_session(make_course(maria), osei, at(10, 30))
    Injector.objects.filter(pk=osei.pk).update(active=False)
    links = re.findall(r'href="(/calendar/[^"]*injector=[^"]*)"', page(desk, view))
    assert {desk.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_the_week_of_everyone_lists_visits_and_counts_free_times(desk: Client, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, at(10, 30))
    content = page(desk, "calendar_all")
    assert ">10:30 Santos M</a>" in content
    assert "31 of 32 free" in content


def test_a_clinic_without_hours_says_so(desk: Client, riverside: Clinic) -> None:
    for name in ("calendar", "calendar_day", "calendar_all"):
        assert "No working hours this" in page(desk, name)


def test_names_cannot_smuggle_markup(desk: Client, riverside: Clinic) -> None:
    injector = make_injector(riverside, 'Dr <b>"Bold"</b>')
    make_session(make_course(make_patient(riverside, "<i>Tom", "<script>Reid")), injector, at(10, 30))
    for name in ("calendar", "calendar_day", "calendar_all"):
        content = page(desk, name)
        assert "<script>Reid" not in content
        assert "<b>" not in content


def test_who_may_only_look_gets_no_links_to_book(osei: Injector, reader: User) -> None:
    content = page(log_in(reader))
    assert "10:30 free</td>" in content
    assert "/calendar/free/" not in content


@pytest.mark.parametrize("query", [{"date": "2026-13-01"}, {"date": "9999-12-31"}, {"injector": "x"}, {"moving": "1"}])
def test_an_address_that_makes_no_sense_is_not_found(desk: Client, osei: Injector, query: dict[str, str]) -> None:
    assert desk.get(reverse("treatments:calendar"), query).status_code == 404


def test_an_injector_of_another_clinic_is_not_found(desk: Client, osei: Injector, lakeside: Clinic) -> None:
    other = make_injector(lakeside, "Dr Sato")
    assert desk.get(reverse("treatments:calendar"), {"injector": str(other.uid)}).status_code == 404


def test_looking_leaves_a_trace(desk: Client, osei: Injector, maria: Patient, front_desk: User) -> None:
    make_session(make_course(maria), osei, at(10, 30))
    page(desk)
    entry = AuditEntry.objects.get(kind="calendar")
    assert (entry.actor, entry.rows) == (front_desk, 1)


def crowd(clinic: Clinic, injectors: int) -> None:
    """Fill next week's first hours for some injectors."""
    for number in range(injectors):
        injector = make_injector(clinic, f"Dr N{number}")
        for hour in range(9, 12):
            make_session(make_course(make_patient(clinic, f"P{number}", f"H{hour}")), injector, at(hour))


@pytest.mark.parametrize("name", ["calendar", "calendar_day", "calendar_all"])
def test_ten_questions_at_most_whatever_stands_on_the_page(desk: Client, riverside: Clinic, name: str) -> None:
    asked = []
    for number in (1, 4):
        crowd(riverside, number) if number == 1 else [
            make_injector(riverside, f"Dr More{index}") for index in range(number)
        ]
        with CaptureQueriesContext(connection) as queries:
            page(desk, name)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


def test_ten_questions_at_most_while_choosing_in_a_week_with_a_holiday(
    desk: Client, osei: Injector, course: Course
) -> None:
    session = make_session(course, osei, at(10, 30), due_on=TODAY)
    with CaptureQueriesContext(connection) as queries:
        page(desk, date="2026-12-25", moving=session.uid)
    assert len(queries) <= 10
