"""F37, F38 and F39: messages and files tell the clinic's time, over clock changes too, and nobody's illness or full name."""

import datetime as dt
import re
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client
from django.urls import reverse

from clinic.health_words import blocked_words
from clinic.models import Clinic, Injector, User, WorkedHoliday
from reminders.models import Reminder
from tests.acceptance.forms import Page, words
from tests.builders import make_course, make_patient
from tests.conftest import log_in
from tests.reminders.conftest import diary_link, due_link, link, outbox_folder, phone, reminder, rules, visit
from tests.reminders.reading import born
from tests.reminders.test_wording import rendered
from tests.treatments.test_slots import given
from treatments import booking, slots

__all__ = ["diary_link", "due_link", "link", "outbox_folder", "phone", "reminder", "rules", "visit"]

NEW_YORK = ZoneInfo("America/New_York")
OF_A_VISIT = ("", "ask/", "times/", "stop/", "about/", "done/")
OF_A_DIARY = ("", "week/", "stop/", "about/", "saved/2026-11-22/", "2026-11-22/")


def test_f37_text_letter_and_calendar_file_tell_londons_time_and_new_york_reads_it_right(
    reminder: Reminder, link: str, phone: Client
) -> None:
    text, letter = rendered(reminder, "sms"), rendered(reminder, "email")
    assert "Thursday 26 November at 10:30am" in text.body
    assert letter.subject == "Your visit on Thursday 26 November at 10:30am"
    content = phone.get(f"{link}calendar.ics").content.decode()
    assert "DTSTART;TZID=Europe/London:20261126T103000" in content
    starts: dt.datetime = vobject.readOne(content).vevent.dtstart.value
    assert starts.astimezone(NEW_YORK).isoformat() == "2026-11-26T05:30:00-05:00"


@pytest.mark.parametrize(
    ("last", "due"), [("2026-02-09", "2026-05-04"), ("2026-08-10", "2026-11-02")], ids=["into-summer", "into-winter"]
)
def test_f38_84_days_on_over_a_clock_change_it_is_the_same_time_of_day(
    riverside: Clinic, osei: Injector, front_desk: User, last: str, due: str
) -> None:
    course = make_course(make_patient(riverside, "Lea", "Novak"))
    given(course, osei, dt.date.fromisoformat(last), dt.time(10, 30))
    day = dt.date.fromisoformat(due)
    if day.month == 5:  # the first Monday of May is a holiday
        WorkedHoliday.objects.create(clinic=riverside, date=day)
    now = dt.datetime.combine(dt.date.fromisoformat(last), dt.time(18), dt.UTC)
    slot = slots.suggest(course=course, now=now)[0]
    visit = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=now)
    local = visit.starts_at.astimezone(riverside.zone)
    assert (visit.local_date, local.date(), local.time()) == (day, day, dt.time(10, 30))
    assert visit.starts_at.hour == (9 if day.month == 5 else 10)


def test_f38_a_time_that_does_not_exist_is_refused_in_words_and_not_moved(osei: Injector, admin: User) -> None:
    night = {"first_day": "2026-03-29", "starts": "01:30", "last_day": "2026-03-29", "ends": "12:00", "label": "Leave"}
    page = Page(log_in(admin).post(reverse("setup:new_leave", args=[osei.uid]), night))
    said = words(page.of_class("error-summary")[0])
    assert "01:30 does not exist on 29 March 2026: the clocks change." in said


def test_f39_what_stands_on_a_phones_screen_and_in_its_history_names_no_illness_drug_or_full_name(
    reminder: Reminder, link: str, due_link: str, diary_link: str, phone: Client
) -> None:
    text, letter = rendered(reminder, "sms"), rendered(reminder, "email")
    seen = [text.body, letter.subject, link, due_link, diary_link]
    phone.post(diary_link, born(17, 4, 1984))
    for start, pages in ((link, OF_A_VISIT), (due_link, ("", "ask/")), (diary_link, OF_A_DIARY)):
        for path in pages:
            answer: Any = phone.get(f"{start}{path}", follow=True)
            assert answer.status_code == 200, path
            seen += [words(Page(answer).named("title")[0]), answer.request["PATH_INFO"]]
    file = phone.get(f"{link}calendar.ics")
    seen += [file.content.decode(), str(file.headers)]
    for one in seen:
        assert blocked_words(one) == []
        assert not re.search("Santos|Park", one), one
