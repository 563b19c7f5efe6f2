"""Leave, closed times and public holidays: what may be typed, what is refused, in words."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Absence, Clinic, Closure, Injector, WorkedHoliday
from clinic.wording import day_words
from tests.builders import room_of
from tests.treatments.setup.conftest import leave_form
from treatments.setup.forms import span_initial
from treatments.setup.preview import two_weeks
from treatments.setup.spans import span_words


def ask(ada: Client, who: Injector, **typed: Any) -> Any:
    """Send the form of leave."""
    return ada.post(reverse("setup:new_leave", args=[who.uid]), leave_form(**typed))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first": ""}, "Enter the first day."),
        ({"last": ""}, "Enter the last day."),
        ({"first": "2 December"}, "Enter a date such as 2026-06-01."),
        ({"first": "2027-02-29"}, "February 2027 has 28 days."),
        ({"last": "9999-12-31"}, "Enter a date between 2000 and 2100."),
        ({"last": "2026-12-01"}, "Enter 2 December 2026 or a later date."),
        ({"starts": "12:00", "ends": "12:00"}, "Enter a time after 12:00."),
        ({"starts": "12:00", "ends": "11:00"}, "Enter a time after 12:00."),
        ({"starts": "half past nine"}, "Enter a time such as 09:30."),
        ({"label": ""}, "Enter a word for it, such as Leave."),
        ({"first": "2026-03-29", "starts": "01:30"}, "01:30 does not exist on 29 March 2026: the clocks change."),
        ({"first": "2026-10-25", "starts": "01:30"}, "01:30 comes twice on 25 October 2026: the clocks change."),
        ({"last": "2027-03-28", "ends": "01:30"}, "01:30 does not exist on 28 March 2027: the clocks change."),
    ],
)
def test_bad_leave_is_refused_with_words(ada: Client, osei: Injector, typed: dict[str, Any], words: str) -> None:
    response = ask(ada, osei, **typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Absence.objects.exists()


def test_leave_on_the_29th_of_february_is_one_day(ada: Client, osei: Injector) -> None:
    assert ask(ada, osei, first="2028-02-29", last="2028-02-29").status_code == 302
    leave = osei.absences.get()
    assert leave.ends_at - leave.starts_at == dt.timedelta(days=1)


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(ada: Client, osei: Injector) -> None:
    assert ask(ada, osei, first="2027-03-28", last="2027-03-28").status_code == 302
    leave = osei.absences.get()
    assert leave.ends_at - leave.starts_at == dt.timedelta(hours=23)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_whole_days_can_be_off_where_the_clocks_change_at_midnight(ada: Client, osei: Injector, day: str) -> None:
    """In the Azores midnight does not exist on the first of these days, and comes twice on the second."""
    osei.clinic.timezone = "Atlantic/Azores"
    osei.clinic.save()
    before = str(dt.date.fromisoformat(day) - dt.timedelta(days=1))
    assert ask(ada, osei, first=before, last=before).status_code == 302
    assert ask(ada, osei, first=day, last=day).status_code == 302
    earlier, later = osei.absences.order_by("starts_at")
    assert earlier.ends_at == later.starts_at
    for leave, date in ((earlier, before), (later, day)):
        assert span_words(leave) == day_words(dt.date.fromisoformat(date))
        initial = span_initial(leave)
        assert (str(initial["first_day"]), initial["starts"]) == (date, None)
        assert (str(initial["last_day"]), initial["ends"]) == (date, None)
    ahead = two_weeks(osei, dt.date.fromisoformat(before) - dt.timedelta(days=1))
    off = {str(found.date): found.notes for found in ahead if "Leave" in "".join(found.notes)}
    assert off == {before: ("Leave, all day",), day: ("Leave, all day",)}


def test_leave_twice_for_the_same_time_is_refused(ada: Client, osei: Injector) -> None:
    ask(ada, osei)
    response = ask(ada, osei)
    assert response.status_code == 422
    assert "Dr Osei is away then already: Wednesday 2 December 2026." in response.content.decode()


def test_leave_can_be_changed_and_taken_back(ada: Client, osei: Injector, admin: Any) -> None:
    ask(ada, osei)
    leave = osei.absences.get()
    url = reverse("setup:edit_leave", args=[leave.uid])
    assert 'value="2026-12-02"' in ada.get(url).content.decode()
    assert ada.post(url, leave_form(last="2026-12-03", label="Course")).status_code == 302
    leave.refresh_from_db()
    assert (leave.label, leave.ends_at) == ("Course", dt.datetime(2026, 12, 4, tzinfo=dt.UTC))
    ada.post(reverse("setup:remove_leave", args=[leave.uid]))
    assert not osei.absences.exists()
    assert [(row.history_type, row.history_user) for row in Absence.history.all()] == [
        ("-", admin),
        ("~", admin),
        ("+", admin),
    ]
    assert (
        "Leave removed: Dr Osei: Course, Wednesday 2 December 2026 to Thursday 3 December 2026"
        in ada.get(reverse("setup:changes")).content.decode()
    )


def test_a_closed_time_can_be_added_and_taken_back(ada: Client, riverside: Clinic) -> None:
    assert ada.get(reverse("setup:new_closure")).status_code == 200
    assert ada.post(reverse("setup:new_closure"), leave_form(room="", label="Water")).status_code == 302
    closure = Closure.objects.get()
    assert "Whole clinic" in ada.get(reverse("setup:overview")).content.decode()
    ada.post(reverse("setup:remove_closure", args=[closure.uid]))
    assert not Closure.objects.exists()


def test_a_closed_time_that_is_sent_twice_is_kept_once(ada: Client, osei: Injector) -> None:
    twice = [ada.post(reverse("setup:new_closure"), leave_form(room="", label="Water")) for _ in range(2)]
    assert [response.status_code for response in twice] == [302, 422]
    assert "The whole clinic is closed then already: Wednesday 2 December 2026." in twice[1].content.decode()
    room = room_of(osei).uid
    assert ada.post(reverse("setup:new_closure"), leave_form(room=room, label="Paint")).status_code == 302
    assert Closure.objects.count() == 2


def test_a_room_of_another_clinic_cannot_be_closed(ada: Client, lakeside: Clinic) -> None:
    room = lakeside.rooms.create(name="Theirs")
    response = ada.post(reverse("setup:new_closure"), leave_form(room=room.uid))
    assert response.status_code == 422
    assert "Choose a room of the list." in response.content.decode()


def test_holidays_of_this_year_and_the_next_are_listed(ada: Client, riverside: Clinic) -> None:
    page = ada.get(reverse("setup:holidays")).content.decode()
    assert "Friday 25 December 2026" in page
    assert "Saturday 25 December 2027" in page


def test_a_holiday_can_be_worked_and_closed_again(ada: Client, riverside: Clinic, admin: Any) -> None:
    url = reverse("setup:work_on", args=["2026-12-25"])
    ada.post(url, {"worked": "yes"})
    ada.post(url, {"worked": "yes"})
    assert WorkedHoliday.objects.get().history.get().history_user == admin
    ada.post(url, {"worked": "no"})
    assert not WorkedHoliday.objects.exists()


@pytest.mark.parametrize("date", ["2026-12-24", "2026-02-30", "christmas", "9999-99-99"])
def test_a_day_that_is_no_holiday_is_not_found(ada: Client, riverside: Clinic, date: str) -> None:
    assert ada.post(reverse("setup:work_on", args=[date]), {"worked": "yes"}).status_code == 404


def test_two_leaves_of_one_name_are_removed_by_two_names(ada: Client, osei: Injector) -> None:
    other = osei.clinic.injectors.create(name="Dr. Bello", email="bello@riverside.example")
    for who in (osei, other):
        assert ask(ada, who).status_code == 302
    page = ada.get(reverse("setup:overview")).content.decode()
    names = re.findall(r'aria-label="(Remove: [^"]*)"', page)
    assert len(set(names)) == len(names) == 2
