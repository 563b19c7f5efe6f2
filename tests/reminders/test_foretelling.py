"""The bar after a step says what the person is told of it and when, as the next round then plans it, or why nothing."""

import datetime as dt
import re
import uuid
from dataclasses import replace
from itertools import cycle
from operator import attrgetter
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.message_hours import leaving_clock_words
from clinic.models import Clinic, Injector, User
from patients.models import ContactPoint, Patient
from reminders import defaults, foretelling
from reminders.dispatch import send_due
from reminders.models import Reminder, ReminderRule, State
from reminders.planning import reconcile
from reminders.planning.happened import create_happened, foretold
from reminders.planning.rules import ActiveRules
from tests.builders import NOW, TODAY, make_course, make_patient, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.reminders.conftest import Gateway
from treatments import booking, undoing
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
UNDO = 3 * MINUTE
BY_TEXT = "Message goes out at 10:03am by text message."
UNREACHED = "there is no phone number or email address that may be used."


@pytest.fixture
def course(rules: Clinic, maria: Patient, osei: Injector) -> Course:
    """Maria's course, with nothing given yet: she may be booked for any day."""
    return make_course(maria)


@pytest.fixture
def desk(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


def slot(injector: Injector, date: dt.date, time: dt.time = dt.time(10)) -> Slot:
    """Return a quarter of an hour of a day of an injector's, the Monday after where it is a weekend."""
    date += DAY * max(0, 7 - date.weekday() if date.weekday() > 4 else 0)
    starts_at = dt.datetime.combine(date, time, injector.clinic.zone).astimezone(dt.UTC)
    return Slot(injector, room_of(injector), starts_at, starts_at + 15 * MINUTE)


def book(course: Course, there: Slot, by: User | None, *, at: dt.datetime = NOW) -> TreatmentSession:
    """Book a visit."""
    return booking.book(course=course, slot=there, uid=uuid.uuid4(), by=by, at=at)


def cancel(visit: TreatmentSession, by: User, at: dt.datetime) -> TreatmentSession:
    """Cancel a visit, as when its person rings."""
    return booking.change_status(session=visit, to=Status.CANCELLED, by=by, at=at, reason="They rang")


def send_all(at: dt.datetime) -> None:
    """Let everything that waits have been sent by email, so that no day is taken."""
    reconcile(now=at)
    Reminder.objects.filter(state=State.WAITING, due_at__lte=at).update(state=State.SENT, closed_at=at)


def told(visit: TreatmentSession, at: dt.datetime = NOW) -> str:
    """Return what the bar says of a visit."""
    return foretelling.words_about(session=visit.uid, clinic=visit.clinic, now=at)


def bar(page: str) -> str:
    """Return the words of the bar of a page."""
    found = re.search(r"data-announce>([^<]*)</p>", page)
    return found[1] if found else ""


def press(desk: Client, course: Course, osei: Injector, **headers: str) -> str:
    """Book a visit in three weeks as the desk does, and return the address that it leads to."""
    form = {"slot": slot(osei, TODAY + 21 * DAY).code, "uid": str(uuid.uuid4())}
    answer: Any = desk.post(reverse("treatments:book", args=[course.uid]), form, headers=headers)
    return str(answer.headers.get("HX-Redirect") or answer.url)


def test_after_booking_the_bar_says_when_the_message_goes_out(desk: Client, course: Course, osei: Injector) -> None:
    assert bar(text(desk.get(press(desk, course, osei)))).endswith(f"with Dr Osei. {BY_TEXT}")


def test_after_booking_in_the_dialog_it_says_so_too(desk: Client, course: Course, osei: Injector) -> None:
    page = press(desk, course, osei, **{"HX-Request": "true", "HX-Target": "book-dialog"})
    assert bar(text(desk.get(page))).endswith(f"with Dr Osei. {BY_TEXT}")


def test_after_moving_and_cancelling_it_says_when_they_are_told_of_that(
    desk: Client, course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse, at=NOW - HOUR)
    send_all(NOW - HOUR + UNDO)
    there = {"slot": slot(osei, TODAY + 22 * DAY).code, "version": "1"}
    answer: Any = desk.post(reverse("treatments:move", args=[visit.uid]), there)
    assert BY_TEXT in bar(text(desk.get(answer.url)))
    answer = desk.post(reverse("treatments:cancel", args=[visit.uid]), {"reason": "They rang"})
    assert bar(text(desk.get(answer.url))).endswith(f"cancelled. {BY_TEXT}")


def test_after_undo_it_says_that_they_had_not_heard(desk: Client, course: Course, osei: Injector) -> None:
    press(desk, course, osei)
    visit = course.sessions.get(status=Status.BOOKED)
    answer: Any = desk.post(reverse("treatments:undo", args=[visit.uid, visit.events.latest("pk").pk]))
    assert bar(text(desk.get(answer.url))).endswith("No message: they had not been told of it yet.")


@pytest.fixture
def missed(course: Course, osei: Injector, nurse: User) -> list[TreatmentSession]:
    """Two visits of this morning whose people, Maria and Tom, did not come."""
    courses = [course, make_course(make_patient(osei.clinic, "Tom", "Reid"))]
    places = [slot(osei, TODAY, dt.time(9, minute)) for minute in (0, 30)]
    return [book(one, there, nurse, at=NOW - 3 * DAY) for one, there in zip(courses, places, strict=True)]


def set_as_no_show(desk: Client, visits: list[TreatmentSession], date: dt.date = TODAY) -> str:
    """Tick visits of a day that is over and set them as no-show, and return what the bar says."""
    ticks = {"visit": [f"{one.uid}.{one.status}.{one.version}" for one in visits]}
    answer: Any = desk.post(f"{reverse('treatments:still_open')}?date={date}", ticks)
    return bar(text(desk.get(answer.url)))


def test_after_several_no_shows_at_once_it_says_what_each_of_them_is_told(
    desk: Client, missed: list[TreatmentSession]
) -> None:
    words = "message goes out at 10:03am by text message."
    assert set_as_no_show(desk, missed) == f"2 set as no-show: Maria Santos, Tom Reid. Each of them: {words}"


def test_where_they_are_told_otherwise_it_says_whom(desk: Client, missed: list[TreatmentSession]) -> None:
    ContactPoint.objects.filter(patient__given_name="Tom").delete()
    assert set_as_no_show(desk, missed).endswith(
        f"Maria Santos: message goes out at 10:03am by text message. Tom Reid: no message: {UNREACHED}"
    )


def test_of_several_it_names_none_that_is_not_the_clinic_s(missed: list[TreatmentSession], desk: Client) -> None:
    set_as_no_show(desk, missed)
    both = [missed[0].uid, uuid.uuid4()]
    words = foretelling.words_about_all(sessions=both, clinic=missed[0].clinic, now=NOW)
    assert words == "Maria Santos: message goes out at 10:03am by text message."


def test_of_more_than_a_line_holds_it_leads_to_reminders_and_nothing_is_asked(
    desk: Client, missed: list[TreatmentSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foretelling, "MOST_TOLD_OF", 1)
    with CaptureQueriesContext(connection) as asked:
        assert set_as_no_show(desk, missed).endswith("Tom Reid. Reminders says what each of them is told.")
    assert not [one for one in asked if "reminders_reminderrule" in one["sql"]]


def test_on_a_day_after_it_says_that_nobody_is_told(front_desk: User, missed: list[TreatmentSession]) -> None:
    with time_machine.travel(NOW + DAY, tick=False):
        words = set_as_no_show(log_in(front_desk), missed)
    assert words.endswith("Each of them: no message: that is told on the day of the visit alone.")


def test_somebody_who_has_arrived_is_told_nothing_and_nothing_is_asked(
    desk: Client, course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, slot(osei, TODAY, dt.time(11)), nurse, at=NOW - DAY)
    desk.post(reverse("treatments:status", args=[visit.uid]), {"to": "arrived"})
    with CaptureQueriesContext(connection) as asked:
        page = desk.get(reverse("treatments:today"))
    assert bar(text(page)) == "Maria Santos: arrived."
    assert not [one for one in asked if "reminders_reminderrule" in one["sql"]]


def test_a_page_with_the_bar_asks_four_questions_more_than_the_same_page_without(
    desk: Client, course: Course, osei: Injector
) -> None:
    """The rules, the visit with what its person knows, their addresses, their texts of the last days."""
    page = press(desk, course, osei)
    with CaptureQueriesContext(connection) as asked:
        assert BY_TEXT in text(desk.get(page))
    with CaptureQueriesContext(connection) as without:
        assert "Message goes out" not in text(desk.get(page))
    assert len(asked) == len(without) + 4


def test_what_is_planned_already_is_read_from_the_ledger(
    course: Course, osei: Injector, nurse: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse)
    with django_assert_num_queries(4):
        assert told(visit) == BY_TEXT
    reconcile(now=NOW + MINUTE)
    with django_assert_num_queries(5):
        assert told(visit, NOW + MINUTE) == BY_TEXT
    send_all(NOW + UNDO)
    with django_assert_num_queries(2):
        assert told(visit, NOW + UNDO) == "No message: they know this time."


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW + 9 * HOUR + 56 * MINUTE, "Message goes out at 7:59pm by text message."),
        (NOW + 9 * HOUR + 57 * MINUTE, "Message goes out at 8am on Tuesday 24 November 2026 by text message."),
        (NOW - 3 * HOUR, "Message goes out at 8am by text message."),
    ],
)
def test_at_night_the_bar_names_the_morning(
    course: Course, osei: Injector, nurse: User, at: dt.datetime, words: str
) -> None:
    assert told(book(course, slot(osei, TODAY + 21 * DAY), nurse, at=at), at) == words


def test_who_lives_by_another_clock_is_not_woken(course: Course, osei: Injector, nurse: User) -> None:
    Patient.objects.update(timezone="America/New_York")
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse)
    assert told(visit) == "Message goes out at 1pm by text message."


def texted_today(visit: TreatmentSession) -> None:
    """Let its person have been told of the visit by text today."""
    reconcile(now=NOW)
    Reminder.objects.filter(session=visit, rule__kind="booked").update(
        state=State.SENT, closed_at=NOW + UNDO, texted_on=TODAY
    )


def test_who_had_a_text_today_has_the_next_one_tomorrow_as_the_bar_says(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse)
    texted_today(visit)
    cancel(visit, nurse, NOW + HOUR)
    assert told(visit, NOW + HOUR) == "Message goes out at 10am on Tuesday 24 November 2026 by text message."
    reconcile(now=NOW + HOUR)
    assert told(visit, NOW + HOUR) == "Message goes out at 10am on Tuesday 24 November 2026 by text message."
    send_due(clock=lambda: NOW + HOUR + UNDO)
    assert Reminder.objects.get(rule__kind="cancelled").due_at == NOW + DAY


def test_whom_tomorrows_text_would_reach_too_late_has_an_email_today(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, slot(osei, TODAY + DAY), nurse)
    texted_today(visit)
    cancel(visit, nurse, NOW + HOUR)
    assert told(visit, NOW + HOUR) == "Message goes out at 11:03am by email."
    ContactPoint.objects.filter(channel="email").update(withdrawn_at=NOW, withdrawn_source="test")
    assert told(visit, NOW + HOUR) == "No message: it could not be sent in time. Call them."


def test_who_may_not_be_written_to_has_no_message_and_is_called_where_it_matters(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse, at=NOW - HOUR)
    ContactPoint.objects.update(withdrawn_at=NOW, withdrawn_source="test")
    assert told(visit, NOW - HOUR) == f"No message: {UNREACHED}"
    cancel(visit, nurse, NOW)
    assert told(visit) == f"No message: {UNREACHED} Call them."
    reconcile(now=NOW)
    assert told(visit) == f"No message: {UNREACHED} Call them."


def test_what_the_clinic_does_not_tell_is_said(course: Course, osei: Injector, nurse: User, lakeside: Clinic) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse)
    ReminderRule.objects.filter(kind="booked").update(active=False)
    assert told(visit) == "No message: the clinic has switched this message off."
    defaults.install(lakeside)  # they still tell of everything
    ReminderRule.objects.filter(clinic=visit.clinic).update(active=False)
    assert told(cancel(visit, nurse, NOW + HOUR), NOW + HOUR) == "No message: the clinic has switched this message off."


def test_a_clinic_says_nothing_of_another_ones_visit(
    course: Course, osei: Injector, nurse: User, lakeside: Clinic
) -> None:
    defaults.install(lakeside)
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse)
    assert foretelling.words_about(session=visit.uid, clinic=lakeside, now=NOW) == ""


def test_who_is_brought_back_to_the_time_they_know_is_told_nothing(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse, at=NOW - DAY)
    send_all(NOW - DAY + UNDO)
    visit = booking.move(session=visit, version=1, slot=slot(osei, TODAY + 22 * DAY), by=nurse, at=NOW)
    undoing.undo(session=visit, event=visit.events.latest("pk"), by=nurse, at=NOW)
    assert told(visit) == "No message: they know this time."


def test_who_asked_long_ago_to_move_knows_the_time_to_which_they_are_brought_back(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, slot(osei, TODAY + 21 * DAY), nurse, at=NOW - 20 * DAY)
    asked = TreatmentSession.Answer.ASKED_TO_MOVE
    visit = booking.answer(session=visit, version=1, answer=asked, at=NOW - 14 * DAY)
    visit = booking.move(session=visit, version=1, slot=slot(osei, TODAY + 22 * DAY), by=nurse, at=NOW)
    undoing.undo(session=visit, event=visit.events.latest("pk"), by=nurse, at=NOW)
    assert told(visit) == "No message: they know this time."


def test_a_visit_before_which_nobody_can_be_written_to_is_said(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, slot(osei, TODAY, dt.time(12)), nurse)
    assert told(visit) == "No message: there is no time left to write before the visit."


def moments(monday: dt.date) -> list[dt.datetime]:
    """Return moments of a week: one a day, earlier each time, and around the quiet hours by both clocks of London."""
    midnight = dt.datetime.combine(monday, dt.time(), dt.UTC)
    edges = [(5, dt.time(19, 56, 59)), (5, dt.time(19, 57)), (6, dt.time(18, 57)), (7, dt.time(6, 57))]
    return [midnight + number * 31 * HOUR + 17 * MINUTE for number in range(6)] + [
        dt.datetime.combine(monday + day * DAY, at, dt.UTC) for day, at in edges
    ]


@pytest.mark.parametrize("monday", [dt.date(2028, 3, 20), dt.date(2028, 10, 23)], ids=["forward", "back"])
@pytest.mark.parametrize("step", ["booked", "moved", "cancelled"])
def test_what_the_bar_says_is_what_the_next_round_plans(
    course: Course, osei: Injector, nurse: User, step: str, monday: dt.date
) -> None:
    """Whenever the step is taken, and however far away the visit is: the same message, due at the same moment, or none."""
    for at, days in zip(moments(monday), cycle((1, 15, 2))):
        with transaction.atomic():
            visit = take(step, course, slot(osei, at.date() + days * DAY), nurse, at)
            says, words = foretold(session=visit.uid, clinic=visit.clinic, now=at), told(visit, at)
            reconcile(now=at + dt.timedelta(seconds=40))
            made = Reminder.objects.filter(session=visit, created_at__gt=at).exclude(occasion="").first()
            if isinstance(says, str) or made is None:
                assert (made, words) == (None, f"No message: {str(says)[:1].lower()}{str(says)[1:]}."), at
            else:
                same = attrgetter("rule_id", "channel", "due_at", "useful_until", "visit_at", "occasion", "state")
                assert same(says) == same(made), at
                when = leaving_clock_words(made.due_at, at, osei.clinic.zone)
                goes_out, late = (
                    f"Message goes out {when} by text message.",
                    "No message: it could not be sent in time. Call them.",
                )
                assert words == (goes_out if made.state == State.WAITING else late), at
            transaction.set_rollback(True)


def take(step: str, course: Course, there: Slot, by: User, at: dt.datetime) -> TreatmentSession:
    """Book, or move or cancel what was booked and told a week before."""
    if step == "booked":
        return book(course, there, by, at=at)
    visit = book(course, there, by, at=at - 8 * DAY)
    create_happened(ActiveRules(), now=at - 8 * DAY)
    Reminder.objects.update(state=State.SENT, closed_at=at - 7 * DAY)
    if step == "cancelled":
        return cancel(visit, by, at)
    later = replace(there, starts_at=there.starts_at + 4 * HOUR, ends_at=there.ends_at + 4 * HOUR)
    return booking.move(session=visit, version=1, slot=later, by=by, at=at)
