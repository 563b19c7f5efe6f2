"""Tomorrow's call list: nobody with a visit goes untold without a line that says why."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import ContactPoint
from reminders.models import Kind, Reminder, ReminderRule, State, VisitCall
from reminders.planning import reconcile
from reminders.tomorrow import JUST_BOOKED, NOT_CONFIRMED, NOT_PLANNED, untold
from tests.builders import NOW, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.reminders.reading import words
from treatments.models import Status, TreatmentSession

PAGE = "/reminders/tomorrow/"
DAY = dt.date(2026, 11, 26)
EVE = NOW + dt.timedelta(days=2)  # the day before Maria's visit
QUARTER = dt.timedelta(minutes=15)


def listed(clinic: Clinic, now: dt.datetime = EVE) -> list[str]:
    return [row.why for row in untold(clinic=clinic, day=DAY, now=now)]


def show(user: User, date: str = "2026-11-26") -> str:
    return words(log_in(user).get(PAGE, {"date": date}).content)


def call(user: User, session: TreatmentSession, button: str = "visit_called") -> int:
    at = TreatmentSession.objects.get(pk=session.pk).starts_at
    return log_in(user).post(reverse(f"reminders:{button}", args=[session.uid]), shown_at(at)).status_code


def shown_at(at: dt.datetime) -> dict[str, str]:
    """Return what a button of a list says, on which the visit is at this time."""
    return {"visit_at": f"{at.timestamp():.0f}"}


def test_a_visit_that_no_message_tells_of_is_listed_with_its_reason(rules: Clinic, visit: TreatmentSession) -> None:
    assert listed(rules) == [NOT_PLANNED]


@pytest.mark.parametrize(
    ("state", "reason", "why"),
    [
        (State.FAILED, "The number does not exist", "The number does not exist"),
        (State.MISSED, "It could not be sent in time", "It could not be sent in time"),
        (State.WAITING, "", "Waits until 10am"),
        (State.WAITING, "The gateway did not answer", "Waits until 10am: The gateway did not answer"),
        (State.STOPPED, "Stopped for this visit", "Stopped for this visit"),
    ],
)
def test_the_reason_is_that_of_the_last_message(
    rules: Clinic, front_desk: User, reminder: Reminder, state: State, reason: str, why: str
) -> None:
    by = {"handled_by": front_desk, "handled_at": NOW} if state == State.STOPPED else {}
    ended = {} if state in (State.WAITING, State.SENDING) else {"closed_at": NOW}
    Reminder.objects.update(state=state, reason=reason, **by, **ended)
    assert listed(rules) == [why]


def test_whoever_was_told_once_is_not_listed(rules: Clinic, reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    assert listed(rules) == []


@pytest.mark.parametrize(
    ("kind", "days_before", "why"),
    [(Kind.BOOKED, 2, []), (Kind.BOOKED, 20, [NOT_PLANNED]), (Kind.MOVED, 1, []), (Kind.CANCELLED, 1, [NOT_PLANNED])],
)
def test_only_news_of_a_booking_that_is_still_fresh_stands_for_a_reminder(
    rules: Clinic, visit: TreatmentSession, kind: Kind, days_before: int, why: list[str]
) -> None:
    at = visit.starts_at - dt.timedelta(days=days_before)
    Reminder.objects.create(
        clinic=rules,
        rule=ReminderRule.objects.get(clinic=rules, kind=kind),
        patient=visit.course.patient,
        course=visit.course,
        session=visit,
        session_version=visit.version,
        occasion="told",
        channel="sms",
        state=State.SENT,
        due_at=at,
        useful_until=at,
        created_at=at,
        closed_at=at,
        delivered_at=at,
    )
    assert listed(rules) == why


def told_two_weeks_before(reminder: Reminder) -> None:
    """Let the message of two weeks before have arrived, and those of the last days not."""
    Reminder.objects.update(state=State.FAILED, reason="The number does not exist", closed_at=NOW)
    rule = ReminderRule.objects.get(clinic=reminder.clinic, kind=Kind.VISIT, days_before=14)
    early = Reminder.objects.get(pk=reminder.pk)
    early.pk, early.uid, early.rule, early.state = None, uuid.uuid4(), rule, State.SENT
    early.due_at = early.closed_at = early.delivered_at = NOW - dt.timedelta(days=11)
    early.save()


def test_a_message_of_two_weeks_before_does_not_stand_for_those_that_failed_since(
    rules: Clinic, reminder: Reminder
) -> None:
    told_two_weeks_before(reminder)
    assert listed(rules) == ["The number does not exist"]


def test_where_the_last_message_is_sent_two_weeks_before_it_counts(rules: Clinic, reminder: Reminder) -> None:
    told_two_weeks_before(reminder)
    ReminderRule.objects.filter(kind=Kind.VISIT, days_before__lt=14).update(active=False)
    assert listed(rules) == []


def sent(reminder: Reminder, *, ago: dt.timedelta, delivered: bool = False) -> None:
    Reminder.objects.filter(session_version=reminder.session_version).update(
        state=State.SENT, closed_at=EVE - ago, delivered_at=EVE - ago if delivered else None
    )


def another_was_delivered(reminder: Reminder) -> None:
    """Let the gateway be one that confirms what arrived."""
    other = Reminder.objects.get(pk=reminder.pk)
    other.pk, other.uid, other.session_version, other.state = None, uuid.uuid4(), 99, State.SENT
    other.visit_at = NOW
    other.closed_at = other.delivered_at = EVE - dt.timedelta(hours=5)
    other.save()


def test_where_the_gateway_confirms_a_message_that_did_not_arrive_in_two_hours_is_a_call(
    rules: Clinic, reminder: Reminder
) -> None:
    another_was_delivered(reminder)
    sent(reminder, ago=dt.timedelta(minutes=119))
    assert listed(rules) == []
    sent(reminder, ago=dt.timedelta(minutes=121))
    assert listed(rules) == [NOT_CONFIRMED]
    sent(reminder, ago=dt.timedelta(minutes=121), delivered=True)
    assert listed(rules) == []


def test_a_gateway_that_never_confirms_is_believed(rules: Clinic, reminder: Reminder) -> None:
    sent(reminder, ago=dt.timedelta(hours=9))
    assert listed(rules) == []


def test_a_message_about_the_old_time_told_nobody_of_the_new_one(
    rules: Clinic, reminder: Reminder, visit: TreatmentSession
) -> None:
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(version=2, starts_at=visit.ends_at, ends_at=visit.ends_at + QUARTER)
    assert listed(rules) == [NOT_PLANNED]


def test_whom_another_injector_sees_at_the_time_they_were_told_needs_no_call(rules: Clinic, reminder: Reminder) -> None:
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(version=2)
    assert listed(rules) == []


def test_who_was_told_another_time_since_is_listed_until_the_old_one_is_told_anew(
    rules: Clinic, reminder: Reminder, visit: TreatmentSession
) -> None:
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(version=3)
    news = Reminder.objects.get(pk=reminder.pk)
    news.pk, news.uid, news.session_version, news.state = None, uuid.uuid4(), 3, State.FAILED
    news.rule, news.reason = ReminderRule.objects.get(clinic=rules, kind=Kind.MOVED), "The number does not exist"
    news.save()
    assert listed(rules) == ["The number does not exist"]


def test_who_was_told_that_it_is_cancelled_is_listed_until_they_are_told_that_it_stands_after_all(
    rules: Clinic, reminder: Reminder
) -> None:
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    last = Reminder.objects.latest("due_at")
    news = Reminder.objects.get(pk=last.pk)
    news.pk, news.uid, news.occasion, news.due_at = None, uuid.uuid4(), "stands after all", last.due_at + QUARTER
    news.rule = ReminderRule.objects.get(clinic=rules, kind=Kind.MOVED)
    news.state, news.closed_at, news.reason = State.FAILED, NOW, "The number does not exist"
    news.save()
    assert listed(rules) == ["The number does not exist"]
    Reminder.objects.filter(pk=news.pk).update(state=State.SENT, closed_at=NOW)
    assert listed(rules) == []


def test_who_booked_late_and_who_asked_to_move_are_listed_as_such(rules: Clinic, visit: TreatmentSession) -> None:
    TreatmentSession.objects.update(placed_at=EVE)
    assert listed(rules) == [JUST_BOOKED]
    TreatmentSession.objects.update(answer="asked_to_move", answered_at=NOW)
    assert listed(rules) == ["They asked to move"]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ARRIVED])
def test_visits_that_are_off_or_have_begun_need_no_call(rules: Clinic, visit: TreatmentSession, status: Status) -> None:
    TreatmentSession.objects.update(status=status)
    assert listed(rules) == []


def test_called_in_one_press_settles_the_visit_and_says_who_called(
    front_desk: User, reminder: Reminder, visit: TreatmentSession
) -> None:
    assert call(front_desk, visit) == 302
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.HANDLED}
    page = show(front_desk)
    assert "Called Fran Adeyemi" in page
    assert "0 people to call" in page
    call(front_desk, visit)
    assert VisitCall.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"version": 2, "starts_at": NOW + dt.timedelta(days=3, hours=5)}, {"status": Status.CANCELLED}]
)
def test_a_call_from_an_older_list_does_not_keep_back_what_changed_meanwhile(
    front_desk: User, reminder: Reminder, visit: TreatmentSession, changes: dict[str, Any]
) -> None:
    ends_at = changes.get("starts_at", visit.starts_at) + QUARTER
    TreatmentSession.objects.update(ends_at=ends_at, **changes)
    address = reverse("reminders:visit_called", args=[visit.uid])
    response: Any = log_in(front_desk).post(address, shown_at(visit.starts_at), follow=True)
    assert "Maria Santos was not noted as called." in words(response.content)
    assert not VisitCall.objects.exists()
    assert not Reminder.objects.filter(state=State.HANDLED).exists()


def test_a_call_can_be_undone_and_what_waited_waits_again(
    front_desk: User, reminder: Reminder, visit: TreatmentSession
) -> None:
    call(front_desk, visit)
    call(front_desk, visit, "take_back_call")
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.WAITING}
    assert "1 person to call" in show(front_desk)


def test_a_call_that_is_undone_leaves_what_they_were_told_in_another_call(
    front_desk: User, reminder: Reminder, visit: TreatmentSession
) -> None:
    before = {"state": State.HANDLED, "handled_by": front_desk, "handled_at": NOW - QUARTER}
    Reminder.objects.filter(pk=reminder.pk).update(**before)
    call(front_desk, visit)
    call(front_desk, visit, "take_back_call")
    reminder.refresh_from_db()
    assert (reminder.state, reminder.handled_at) == (State.HANDLED, NOW - QUARTER)


def test_a_call_about_the_old_time_does_not_count_for_the_new_one(
    rules: Clinic, front_desk: User, visit: TreatmentSession
) -> None:
    call(front_desk, visit)
    TreatmentSession.objects.update(version=2, starts_at=visit.ends_at, ends_at=visit.ends_at + QUARTER)
    (row,) = untold(clinic=rules, day=DAY, now=EVE)
    assert row.call is None


def test_whom_another_injector_sees_at_the_time_they_were_called_about_is_not_called_again(
    rules: Clinic, front_desk: User, visit: TreatmentSession
) -> None:
    call(front_desk, visit)
    TreatmentSession.objects.update(version=2)
    (row,) = untold(clinic=rules, day=DAY, now=EVE)
    assert row.call
    call(front_desk, visit)
    assert VisitCall.objects.count() == 1
    call(front_desk, visit, "take_back_call")
    assert not VisitCall.objects.exists()


def test_who_was_called_about_another_time_since_is_called_about_the_old_one_again(
    rules: Clinic, front_desk: User, visit: TreatmentSession
) -> None:
    call(front_desk, visit)
    TreatmentSession.objects.update(version=2, starts_at=visit.ends_at, ends_at=visit.ends_at + QUARTER)
    call(front_desk, visit)
    TreatmentSession.objects.update(version=3, starts_at=visit.starts_at, ends_at=visit.ends_at)
    (row,) = untold(clinic=rules, day=DAY, now=EVE)
    assert row.call is None
    call(front_desk, visit)
    assert VisitCall.objects.count() == 3


def test_a_call_does_not_count_once_another_time_was_told_and_the_old_one_is_told_anew(
    rules: Clinic, front_desk: User, reminder: Reminder, visit: TreatmentSession
) -> None:
    call(front_desk, visit)
    TreatmentSession.objects.update(version=3)
    news = Reminder.objects.get(pk=reminder.pk)
    news.pk, news.uid, news.session_version, news.state = None, uuid.uuid4(), 3, State.FAILED
    news.closed_at, news.handled_by, news.handled_at = NOW, None, None
    news.rule = ReminderRule.objects.get(clinic=rules, kind=Kind.MOVED)
    news.save()
    (row,) = untold(clinic=rules, day=DAY, now=EVE)
    assert row.call is None


def test_the_page_shows_what_a_caller_needs(front_desk: User, visit: TreatmentSession) -> None:
    page = show(front_desk)
    for part in ("10:30am", "Maria Santos", "07700 900000", "Dr Osei", NOT_PLANNED, "Print call list"):
        assert part in page
    ContactPoint.objects.all().delete()
    assert "No number" in show(front_desk)


def test_tomorrow_is_the_clinics_own(front_desk: User, visit: TreatmentSession) -> None:
    assert "Call list for tomorrow, Tuesday 24 November 2026" in words(log_in(front_desk).get(PAGE).content)


def test_where_nobody_has_a_visit_that_day_the_list_says_so_and_leads_to_the_next_day_with_visits(
    front_desk: User, visit: TreatmentSession
) -> None:
    page = log_in(front_desk).get(PAGE).content
    assert "Nobody to call: there are no visits on Tuesday 24 November 2026." in words(page)
    assert "Next day with visits: Thursday 26 November 2026" in words(page)
    assert f'href="?date={DAY}"' in page.decode()


def test_where_everybody_was_told_the_list_says_that(
    front_desk: User, visit: TreatmentSession, reminder: Reminder
) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    assert "Nobody to call: everyone with a visit on Thursday 26 November 2026 has had a message." in show(front_desk)


def test_reading_the_list_leaves_a_trace(front_desk: User, visit: TreatmentSession) -> None:
    show(front_desk)
    assert AuditEntry.objects.get(kind="calls").rows == 1


def test_another_clinic_sees_nobody_and_calls_nobody(stranger: User, visit: TreatmentSession) -> None:
    assert "Maria" not in show(stranger)
    assert [call(stranger, visit, button) for button in ("visit_called", "take_back_call")] == [404, 404]


def test_who_may_only_look_calls_nobody(reader: User, visit: TreatmentSession) -> None:
    assert call(reader, visit) == 403


def test_the_list_costs_the_same_number_of_queries_for_one_and_for_many(
    rules: Clinic, osei: Injector, visit: TreatmentSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        course = make_course(make_patient(rules))
        make_session(course, osei, visit.ends_at + number * dt.timedelta(minutes=15), placed_at=NOW)
    reconcile(now=NOW)
    with django_assert_num_queries(5):
        assert len(untold(clinic=rules, day=DAY, now=EVE)) == 9
