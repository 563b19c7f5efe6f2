"""Texting people from the recall list."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse
from pytest_django import Settings

from clinic.models import Clinic, Injector, Role, User
from patients.models import Channel, ContactPoint, Patient
from reminders import texting
from reminders.dispatch import send_due
from reminders.models import Reminder, ReminderRule
from reminders.planning import reconcile
from tests.builders import NOW, TODAY, make_course, make_patient, make_session, make_user
from tests.conftest import log_in
from tests.reminders.conftest import Gateway
from treatments import wishes
from treatments.models import ContactAttempt, Course
from treatments.recall import lists

URL = "reminders:text_people"


@pytest.fixture
def overdue(rules: Clinic, osei: Injector) -> list[Course]:
    """Three people who are overdue."""
    names = ("Ann", "Ben", "Cal")
    return [
        make_course(
            make_patient(rules, name, "Test"), last_given_on=TODAY - dt.timedelta(days=100 - place), injector=osei
        )
        for place, name in enumerate(names)
    ]


def send(clinic: Clinic, by: User, courses: list[Course], at: dt.datetime = NOW) -> tuple[Any, int]:
    """Text people."""
    return texting.send(clinic=clinic, courses={one.uid for one in courses}, by=by, at=at)


def obstacles(clinic: Clinic, courses: list[Course], at: dt.datetime = NOW) -> list[str]:
    """Return what stands in the way of each."""
    found = texting.recipients(clinic=clinic, courses={one.uid for one in courses}, now=at)
    return [one.obstacle for one in found]


def test_each_gets_one_message_spaced_in_time_and_leaves_the_list(
    rules: Clinic, overdue: list[Course], front_desk: User
) -> None:
    _, planned = send(rules, front_desk, overdue)
    due = list(Reminder.objects.order_by("due_at").values_list("due_at", flat=True))
    assert planned == 3
    assert [moment - NOW for moment in due] == [dt.timedelta(seconds=180 + 20 * place) for place in range(3)]
    assert not Course.objects.all().to_recall(TODAY).exists()
    assert set(ContactAttempt.objects.values_list("outcome", flat=True)) == {"texted"}


def test_they_go_the_way_that_the_clinic_chose_for_them(rules: Clinic, overdue: list[Course], front_desk: User) -> None:
    ReminderRule.objects.filter(clinic=rules, kind="asked").update(channel_order="email,sms")
    send(rules, front_desk, overdue)
    assert set(Reminder.objects.values_list("channel", flat=True)) == {"email"}


def test_they_go_out_even_to_the_long_overdue(
    rules: Clinic, overdue: list[Course], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    send(rules, front_desk, overdue)
    later = NOW + dt.timedelta(minutes=5)
    reconcile(now=later)
    with time_machine.travel(later, tick=False):
        send_due(clock=lambda: later)
    assert len(gateways["sms"].taken) == 3
    assert "time to book your next visit" in gateways["sms"].taken[0].body


def test_sent_twice_it_is_one_message(rules: Clinic, overdue: list[Course], front_desk: User) -> None:
    send(rules, front_desk, overdue)
    _, again = send(rules, front_desk, overdue)
    assert again == 0
    assert Reminder.objects.count() == 3


def test_undo_stops_them_and_puts_people_back(
    rules: Clinic, overdue: list[Course], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    batch, _ = send(rules, front_desk, overdue)
    log_in(front_desk).post(reverse("reminders:take_back", args=[batch]))
    later = NOW + dt.timedelta(minutes=5)
    reconcile(now=later)
    send_due(clock=lambda: later + dt.timedelta(minutes=5))  # what comes back by itself waits for the undo time first
    assert gateways["sms"].taken == []
    assert Course.objects.all().to_recall(TODAY).count() == 3
    row: Any = lists.describe(list(Course.objects.all().to_recall(TODAY)), rules, TODAY)[0]
    assert row.tries == ""


def test_what_was_taken_back_can_be_sent_after_all(rules: Clinic, overdue: list[Course], front_desk: User) -> None:
    batch, _ = send(rules, front_desk, overdue)
    texting.take_back(batch=batch, clinic=rules, by=front_desk, at=NOW)
    assert send(rules, front_desk, overdue)[1] == 3


def test_who_books_meanwhile_is_not_written_to(
    rules: Clinic, overdue: list[Course], osei: Injector, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    send(rules, front_desk, overdue[:1])
    make_session(overdue[0], osei, NOW + dt.timedelta(days=9))
    send_due(clock=lambda: NOW + dt.timedelta(minutes=5))
    assert gateways["sms"].taken == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"withdrawn_at": NOW, "withdrawn_source": "test"}, "They do not want messages"),
        ({"failed_at": NOW}, "The phone number does not work"),
        ({"consented_at": None, "consent_source": ""}, "No consent to messages"),
    ],
)
def test_who_cannot_be_written_to_is_named_with_the_reason(
    rules: Clinic, overdue: list[Course], front_desk: User, change: dict[str, Any], words: str
) -> None:
    ContactPoint.objects.filter(patient=overdue[0].patient).update(**change)
    assert obstacles(rules, overdue) == [words, "", ""]
    page = log_in(front_desk).get(reverse(URL), {"course": [str(one.uid) for one in overdue]}).content.decode()
    assert "Text 2 people" in page
    assert words in page


def test_where_no_texts_are_sent_those_with_a_mailbox_are_written_to_and_the_others_named(
    rules: Clinic, overdue: list[Course], settings: Settings
) -> None:
    settings.SEND_TEXTS = False
    ContactPoint.objects.filter(patient=overdue[0].patient, channel=Channel.EMAIL).delete()
    assert obstacles(rules, overdue) == ["No text messages are sent from here", "", ""]


def test_where_no_texts_are_sent_no_button_promises_one(
    rules: Clinic, overdue: list[Course], front_desk: User, settings: Settings
) -> None:
    desk = log_in(front_desk)
    settings.SEND_TEXTS = False
    chosen = desk.get(reverse(URL), {"course": [str(one.uid) for one in overdue]}).content.decode()
    recall = desk.get(reverse("treatments:recall")).content.decode()
    person = desk.get(reverse("patients:detail", args=[overdue[0].patient.uid])).content.decode()
    assert "Email 3 people" in chosen
    assert "Email the ticked people" in recall
    assert "No texts from here" in person
    assert not [words for words in ("Text 3", "Text the ticked", "Text ok") if words in chosen + recall + person]


def test_where_the_clinic_writes_emails_alone_who_has_no_mailbox_is_not_said_to_refuse_texts(
    rules: Clinic, overdue: list[Course]
) -> None:
    ReminderRule.objects.filter(clinic=rules, kind="asked").update(channel_order="email")
    ContactPoint.objects.filter(patient=overdue[0].patient, channel=Channel.EMAIL).delete()
    assert obstacles(rules, overdue) == ["There is no email address that may be used", "", ""]


def test_no_number_at_all_is_a_reason(rules: Clinic, overdue: list[Course]) -> None:
    ContactPoint.objects.filter(patient=overdue[0].patient).delete()
    assert obstacles(rules, overdue)[0] == "No phone number"


def test_who_was_booked_or_had_a_message_today_is_left_out(
    rules: Clinic, overdue: list[Course], osei: Injector, front_desk: User
) -> None:
    send(rules, front_desk, overdue[:1])
    Course.objects.update(snoozed_until=None)
    make_session(overdue[1], osei, NOW + dt.timedelta(days=9))
    assert obstacles(rules, overdue) == [texting.TODAY_ALREADY, texting.NOT_LISTED, ""]


def test_who_is_listed_for_a_wish_of_their_own_long_before_they_are_due_is_to_be_called(
    rules: Clinic, overdue: list[Course], front_desk: User
) -> None:
    Course.objects.filter(pk=overdue[0].pk).update(interval_days=150)
    wishes.ask_for_a_visit(course=overdue[0], wish=wishes.Wish(("fri_pm",)), at=NOW)
    assert obstacles(rules, overdue) == ["", "", texting.WILL_BE_CALLED]  # in the order of the list: by due date


def test_in_quiet_hours_the_page_says_when_they_go_out(rules: Clinic, overdue: list[Course], front_desk: User) -> None:
    night = NOW + dt.timedelta(hours=12)
    with time_machine.travel(night, tick=False):
        page = log_in(front_desk).get(reverse(URL), {"course": [str(overdue[0].uid)]}).content.decode()
    assert "go out from 8am on Tuesday 24 November 2026" in " ".join(page.split())
    send(rules, front_desk, overdue, at=night)
    assert Reminder.objects.order_by("due_at")[0].due_at == dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def test_at_night_it_is_said_that_the_first_message_leaves_in_the_morning(
    rules: Clinic, overdue: list[Course], front_desk: User
) -> None:
    with time_machine.travel(NOW + dt.timedelta(hours=12), tick=False):
        chosen = {"course": [str(overdue[0].uid)]}
        response: Any = log_in(front_desk).post(reverse(URL), chosen, follow=True)
    assert "The first message leaves at 8am on Tuesday 24 November 2026." in response.content.decode()


def test_where_the_people_are_asleep_it_is_said_when_the_first_message_leaves(
    rules: Clinic, overdue: list[Course], front_desk: User
) -> None:
    Patient.objects.update(timezone="Pacific/Auckland")  # 23:00 there
    chosen = {"course": [str(overdue[0].uid)]}
    response: Any = log_in(front_desk).post(reverse(URL), chosen, follow=True)
    assert "The first message leaves at 7pm on Monday 23 November 2026." in response.content.decode()


def test_what_can_be_undone_until_the_quiet_hours_is_said_to_wait_for_the_morning(
    rules: Clinic, overdue: list[Course], front_desk: User
) -> None:
    with time_machine.travel(NOW + dt.timedelta(hours=9, minutes=58), tick=False):
        page = log_in(front_desk).get(reverse(URL), {"course": [str(overdue[0].uid)]}).content.decode()
    assert "go out from 8am on Tuesday 24 November 2026" in " ".join(page.split())


def test_the_page_sends_and_offers_undo(overdue: list[Course], front_desk: User) -> None:
    client = log_in(front_desk)
    response: Any = client.post(reverse(URL), {"course": [str(one.uid) for one in overdue]}, follow=True)
    page = response.content.decode()
    assert "Writing to 3 people. The first message leaves in 3 minutes." in page
    assert "/take-back/" in page


@pytest.fixture
def both(riverside: Clinic, lakeside: Clinic) -> User:
    """Eve, who works at two clinics."""
    return make_user("eve@riverside.example", "Eve", (riverside, Role.FRONT_DESK), (lakeside, Role.FRONT_DESK))


def test_they_are_written_to_from_the_clinic_the_page_was_opened_at(
    overdue: list[Course], both: User, riverside: Clinic, lakeside: Clinic
) -> None:
    desk, url = log_in(both), reverse("reminders:text_people")
    desk.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    page = desk.get(url, {"course": str(overdue[0].uid)}).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page)
    desk.post(reverse("clinic:switch"), {"clinic": lakeside.uid})  # in another window
    desk.post(url, urlencode(hidden), content_type="application/x-www-form-urlencoded")
    assert Reminder.objects.get().patient == overdue[0].patient


@pytest.mark.parametrize(("name", "who"), [(URL, "course"), ("reminders:write", "patient")])
def test_two_people_of_one_name_are_told_apart_before_they_are_written_to(
    overdue: list[Course], front_desk: User, name: str, who: str
) -> None:
    subject = overdue[0] if who == "course" else overdue[0].patient
    page = log_in(front_desk).get(reverse(name), {who: str(subject.uid)}).content.decode()
    assert f'Ann Test <span class="meta">{overdue[0].patient.record_number}, ' in " ".join(page.split())


@pytest.mark.parametrize("course", [[], ["x"]])
def test_nobody_ticked_is_said_in_words(rules: Clinic, front_desk: User, course: list[str]) -> None:
    response: Any = log_in(front_desk).get(reverse(URL), {"course": course}, follow=True)
    assert "Tick one person or more first." in response.content.decode()


def test_people_of_another_clinic_are_nobody(overdue: list[Course], stranger: User) -> None:
    page = log_in(stranger).get(reverse(URL), {"course": [str(overdue[0].uid)]}).content.decode()
    assert "Ann" not in page


def test_the_page_costs_the_same_for_one_and_for_many(
    rules: Clinic, osei: Injector, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    courses = [
        make_course(make_patient(rules), last_given_on=TODAY - dt.timedelta(days=100), injector=osei) for _ in range(12)
    ]
    client = log_in(front_desk)
    with django_assert_max_num_queries(12):
        client.get(reverse(URL), {"course": [str(one.uid) for one in courses]})
