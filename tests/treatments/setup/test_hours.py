"""Weekly hours: several a day, several weekdays, from and until, no overlap, and a preview."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Injector, OpeningHours, Room
from tests.treatments.setup.conftest import hours_form
from treatments.setup.preview import two_weeks


def add(ada: Client, who: Injector, **typed: Any) -> Any:
    """Send the form of new hours."""
    return ada.post(reverse("setup:new_hours", args=[who.uid]), hours_form(**typed))


def test_hours_can_be_added_for_several_weekdays_at_once(ada: Client, osei: Injector) -> None:
    response = add(ada, osei, weekdays=["6", "7"], slot_minutes="30")
    assert response.status_code == 302
    rows = osei.opening_hours.filter(weekday__gte=6).order_by("weekday")
    assert [(row.weekday, row.opens, row.closes, row.slot_minutes, row.room) for row in rows] == [
        (6, dt.time(9), dt.time(12), 30, None),
        (7, dt.time(9), dt.time(12), 30, None),
    ]


def test_a_day_may_have_several_intervals(ada: Client, osei: Injector) -> None:
    assert add(ada, osei).status_code == 302
    assert add(ada, osei, opens="12:00", closes="13:00").status_code == 302
    assert osei.opening_hours.filter(weekday=6).count() == 2


def test_overlapping_hours_are_refused_in_words(ada: Client, osei: Injector) -> None:
    response = add(ada, osei, weekdays=["1"], opens="16:00", closes="18:00")
    assert response.status_code == 422
    assert "Dr Osei works on Monday from 9am to 5pm already." in response.content.decode()
    assert osei.opening_hours.filter(weekday=1).count() == 1


def test_hours_that_hold_on_other_dates_do_not_overlap(ada: Client, osei: Injector) -> None:
    osei.opening_hours.filter(weekday=1).update(valid_until=dt.date(2026, 12, 31))
    assert add(ada, osei, weekdays=["1"], valid_from="2026-12-31").status_code == 422
    assert add(ada, osei, weekdays=["1"], valid_from="2027-01-01").status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"weekdays": ["8"]}, "There is no such weekday."),
        ({"opens": ""}, "Enter the time at which they begin."),
        ({"opens": "25:00"}, "Enter a time such as 09:30."),
        ({"opens": "09:00:00.5"}, "Enter a time such as 09:30."),
        ({"opens": "12:00", "closes": "09:00"}, "Enter a time after 12:00."),
        ({"opens": "12:00", "closes": "12:00"}, "Enter a time after 12:00."),
        ({"closes": "09:10"}, "A visit takes 15 minutes: enter a later time."),
        ({"slot_minutes": "9"}, "Enter at least 10 minutes."),
        ({"slot_minutes": "61"}, "Enter at most 60 minutes."),
        ({"slot_minutes": "ten"}, "Enter a number of minutes from 10 to 60."),
        ({"valid_from": "2026-13-01"}, "The month must be a number from 1 to 12."),
        ({"valid_from": "0226-01-01"}, "Enter a date between 2000 and 2100."),
        ({"valid_from": "2027-02-29"}, "February 2027 has 28 days."),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "Enter 2 December 2026 or a later date."),
        ({"room": "11111111-1111-4111-8111-111111111111"}, "Choose a room of the list."),
        ({"room": "cellar"}, "Choose a room of the list."),
    ],
)
def test_bad_hours_are_refused_with_words(ada: Client, osei: Injector, typed: dict[str, Any], words: str) -> None:
    response = add(ada, osei, **typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not osei.opening_hours.filter(weekday__gte=6).exists()


def test_the_29th_of_february_is_a_day(ada: Client, osei: Injector) -> None:
    assert add(ada, osei, valid_from="2028-02-29").status_code == 302


def test_a_room_kept_for_others_is_refused(ada: Client, osei: Injector) -> None:
    room = Room.objects.create(clinic=osei.clinic, name="Room 9")
    room.injectors.add(Injector.objects.create(clinic=osei.clinic, name="RN Bello", email="b@riverside.example"))
    response = add(ada, osei, room=room.uid)
    assert response.status_code == 422
    assert "Dr Osei may not use Room 9. Choose another room." in response.content.decode()


def test_changed_hours_know_who_changed_them_and_when(ada: Client, osei: Injector, admin: Any) -> None:
    row = osei.opening_hours.get(weekday=1)
    url = reverse("setup:edit_hours", args=[osei.uid, row.pk])
    assert b"09:00" in ada.get(url).content
    assert ada.post(url, hours_form(weekdays=["1"], opens="08:00", closes="17:00")).status_code == 302
    row.refresh_from_db()
    assert row.opens == dt.time(8)
    last = row.history.first()
    assert (last.history_user, last.opens) == (admin, dt.time(8))
    page = ada.get(reverse("setup:changes")).content.decode()
    assert "Ada Lind" in page
    assert "Hours changed: Dr Osei: Monday 8am to 5pm" in page


def test_hours_that_change_stay_in_a_room_that_is_out_of_use_for_now(ada: Client, osei: Injector) -> None:
    room = Room.objects.create(clinic=osei.clinic, name="Room 9")
    row = osei.opening_hours.get(weekday=1)
    OpeningHours.objects.filter(pk=row.pk).update(room=room)
    ada.post(reverse("setup:close_room", args=[room.uid]))
    url = reverse("setup:edit_hours", args=[osei.uid, row.pk])
    page = ada.get(url).content.decode()
    assert f'<option value="{room.uid}" selected>Room 9 (no longer in use)</option>' in page
    assert ada.post(url, hours_form(weekdays=["1"], closes="16:00", room=room.uid)).status_code == 302
    row.refresh_from_db()
    assert (row.closes, row.room) == (dt.time(16), room)


def test_new_hours_are_in_no_room_that_is_out_of_use(ada: Client, osei: Injector) -> None:
    room = Room.objects.create(clinic=osei.clinic, name="Room 9", active=False)
    response = add(ada, osei, room=room.uid)
    assert response.status_code == 422
    assert "Choose a room of the list." in response.content.decode()


def test_one_row_cannot_be_turned_into_two(ada: Client, osei: Injector) -> None:
    row = osei.opening_hours.get(weekday=1)
    response = ada.post(reverse("setup:edit_hours", args=[osei.uid, row.pk]), hours_form(weekdays=["1", "6"]))
    assert response.status_code == 422
    assert "Choose one weekday." in response.content.decode()


def test_hours_end_and_stay_on_record(ada: Client, osei: Injector) -> None:
    row = osei.opening_hours.get(weekday=1)
    url = reverse("setup:end_hours", args=[osei.uid, row.pk])
    assert ada.get(url).status_code == 200
    assert ada.post(url, {"last_day": "2026-12-31"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_until == dt.date(2026, 12, 31)


def test_hours_do_not_end_before_they_begin(ada: Client, osei: Injector) -> None:
    osei.opening_hours.filter(weekday=1).update(valid_from=dt.date(2026, 12, 7))
    url = reverse("setup:end_hours", args=[osei.uid, osei.opening_hours.get(weekday=1).pk])
    response: Any = ada.post(url, {"last_day": "2026-12-01"})
    assert response.status_code == 422
    assert "Enter 7 December 2026, the first day, or a later date." in response.content.decode()
    assert "Enter the last day on which these hours hold." in ada.post(url, {"last_day": ""}).content.decode()


def test_ending_hours_lets_them_go_on_for_no_longer(ada: Client, osei: Injector) -> None:
    osei.opening_hours.filter(weekday=1).update(valid_until=dt.date(2026, 12, 31))
    row = osei.opening_hours.get(weekday=1)
    response: Any = ada.post(reverse("setup:end_hours", args=[osei.uid, row.pk]), {"last_day": "2027-12-31"})
    assert response.status_code == 422
    assert "They end on 31 December 2026 already. Enter that day or an earlier one." in response.content.decode()
    row.refresh_from_db()
    assert row.valid_until == dt.date(2026, 12, 31)


def test_hours_of_another_injector_are_not_found_under_this_one(ada: Client, osei: Injector) -> None:
    other = Injector.objects.create(clinic=osei.clinic, name="RN Bello", email="b@riverside.example")
    row = osei.opening_hours.get(weekday=1)
    assert ada.get(reverse("setup:edit_hours", args=[other.uid, row.pk])).status_code == 404


def test_the_preview_shows_two_weeks_with_leave_and_holidays(ada: Client, osei: Injector) -> None:
    noon = dt.datetime(2026, 12, 23, 12, 0, tzinfo=dt.UTC)
    osei.absences.create(clinic=osei.clinic, starts_at=noon, ends_at=noon + dt.timedelta(hours=3), label="Teaching")
    days = {day.date: day for day in two_weeks(osei, dt.date(2026, 12, 21))}
    assert len(days) == 14
    assert days[dt.date(2026, 12, 21)].times == ("9am to 5pm, Room of Dr Osei",)
    assert days[dt.date(2026, 12, 23)].notes == ("Teaching, midday to 3pm",)
    assert days[dt.date(2026, 12, 25)].times == ()
    assert days[dt.date(2026, 12, 25)].notes == ("Christmas Day",)
    assert days[dt.date(2026, 12, 26)].times == ()
    assert "The next two weeks" in ada.get(reverse("setup:injector", args=[osei.uid])).content.decode()


def test_pages_need_the_same_queries_whatever_the_number_of_rows(
    ada: Client, osei: Injector, django_assert_max_num_queries: Any
) -> None:
    for weekday in (6, 7):
        for hour in range(8, 18):
            OpeningHours.objects.create(
                clinic=osei.clinic, injector=osei, weekday=weekday, opens=dt.time(hour), closes=dt.time(hour, 50)
            )
    for name in ("setup:overview", "setup:changes"):
        with django_assert_max_num_queries(16):
            ada.get(reverse(name))
    with django_assert_max_num_queries(16):
        ada.get(reverse("setup:injector", args=[osei.uid]))


def test_the_settings_page_tells_the_week_in_one_line(ada: Client, osei: Injector) -> None:
    assert "Monday to Friday: 9am to 5pm" in ada.get(reverse("setup:overview")).content.decode()
