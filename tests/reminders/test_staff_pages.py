"""Reminders for staff: what needs a person is seen, and what a person did is kept."""

import datetime as dt
import re
import uuid
from typing import Any, cast

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Channel, Patient
from reminders import writing
from reminders.channels import SendError
from reminders.dispatch import send_due
from reminders.models import Delivery, Reminder, ReminderRule, State
from reminders.models.delivery import Receipt
from reminders.planning import reconcile
from tests.builders import NOW, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.reminders.conftest import Gateway
from tests.reminders.reading import words

CENTRE = "/reminders/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def failed(reminder: Reminder) -> Reminder:
    """Maria's text message, which did not arrive."""
    Reminder.objects.filter(pk=reminder.pk).update(
        state=State.FAILED, reason="The number does not exist", attempts=1, closed_at=NOW
    )
    Delivery.objects.create(
        clinic=reminder.clinic,
        reminder=reminder,
        attempt=1,
        started_at=NOW,
        finished_at=NOW,
        outcome=Delivery.Outcome.REFUSED,
        error="The number does not exist",
    )
    reminder.refresh_from_db()
    return reminder


def show(user: User, tab: str = "needs") -> str:
    response = log_in(user).get(CENTRE, {"tab": tab})
    assert response.status_code == 200
    return words(response.content)


def press(user: User, reminder: Reminder, button: str) -> int:
    return log_in(user).post(reverse(f"reminders:{button}", args=[reminder.uid])).status_code


def test_what_failed_is_shown_with_its_reason(front_desk: User, failed: Reminder) -> None:
    page = show(front_desk)
    for part in ("Maria Santos", "3 days before", "Text message", "The number does not exist", "Thursday 26 November"):
        assert part in page


def test_buttons_of_two_messages_to_one_person_are_told_apart_without_sight(front_desk: User, failed: Reminder) -> None:
    """Of one visit, three days and one day before it."""
    Reminder.objects.update(state=State.FAILED, useful_until=NOW + dt.timedelta(days=1), closed_at=NOW)
    page = log_in(front_desk).get(CENTRE, {"tab": "needs"}).content.decode()
    for words_of, joined in (
        ("Mark as called", ": "),
        ("Send again", " to "),
        ("Fix and send again", " to "),
        ("More", " for "),
    ):
        said = re.findall(rf'>{words_of}<span class="visually-hidden">{joined}([^<]*)</span>', page)
        assert sorted(said) == ["Maria Santos, 1 day before", "Maria Santos, 3 days before"], words_of


def test_what_came_back_of_an_attempt_and_what_was_heard_later_are_told_apart(
    front_desk: User, failed: Reminder
) -> None:
    accepted = {"outcome": Delivery.Outcome.ACCEPTED, "error": ""}
    Delivery.objects.update(**accepted, receipt=Receipt.DELIVERED, receipt_at=NOW)
    assert "Accepted · Delivered, Mon 23 Nov" in show(front_desk)


def test_an_empty_list_says_what_is_waiting(front_desk: User, reminder: Reminder) -> None:
    assert "Nothing needs you. 2 messages are waiting for the next 7 days." in show(front_desk)


@pytest.mark.parametrize(
    ("state", "tab"),
    [
        ("waiting", "waiting"),
        ("sent", "sent"),
        ("failed", "needs"),
        ("missed", "needs"),
        ("cancelled", "stopped"),
        ("replaced", "stopped"),
    ],
)
def test_each_state_has_its_tab(front_desk: User, reminder: Reminder, state: str, tab: str) -> None:
    Reminder.objects.exclude(pk=reminder.pk).delete()
    Reminder.objects.update(state=state, closed_at=None if tab == "waiting" else NOW)
    seen = [name for name in ("needs", "waiting", "sent", "stopped") if "Maria Santos" in show(front_desk, name)]
    assert seen == [tab]


def test_an_unknown_tab_is_the_first(front_desk: User, failed: Reminder) -> None:
    assert "Maria Santos" in show(front_desk, "nonsense")


def test_another_clinic_sees_nothing_of_it(stranger: User, failed: Reminder) -> None:
    assert "Maria" not in show(stranger)
    assert [press(stranger, failed, button) for button in ("send_again", "called")] == [404, 404]


def test_who_may_only_look_sees_no_buttons_and_cannot_press_them(reader: User, failed: Reminder) -> None:
    assert "Send again" not in show(reader)
    assert [press(reader, failed, button) for button in ("send_again", "called")] == [403, 403]


def test_sending_again_goes_out_with_a_new_attempt(
    front_desk: User, failed: Reminder, gateways: dict[str, Gateway]
) -> None:
    assert press(front_desk, failed, "send_again") == 302
    send_due(clock=lambda: NOW)
    failed.refresh_from_db()
    assert failed.state == State.SENT
    assert failed.attempts == 2


@pytest.mark.parametrize(
    ("zone", "when"),
    [("", "now"), ("Pacific/Auckland", "at 7pm on Monday 23 November 2026")],  # 23:00 there
    ids=["by day", "at night"],
)
def test_it_is_said_when_what_is_sent_again_goes_out(front_desk: User, failed: Reminder, zone: str, when: str) -> None:
    Patient.objects.update(timezone=zone)
    url = reverse("reminders:send_again", args=[failed.uid])
    response: Any = log_in(front_desk).post(url, follow=True)
    assert f"The message to Maria Santos goes out {when}." in response.content.decode()


def test_sending_again_gives_every_retry_anew(front_desk: User, failed: Reminder, gateways: dict[str, Gateway]) -> None:
    for attempt in (2, 3, 4):
        Delivery.objects.create(clinic=failed.clinic, reminder=failed, attempt=attempt, started_at=NOW)
    Delivery.objects.update(started_at=NOW - dt.timedelta(hours=1))
    Reminder.objects.filter(pk=failed.pk).update(attempts=4)
    press(front_desk, failed, "send_again")
    gateways["sms"].answers = [SendError("busy", permanent=False)]
    send_due(clock=lambda: NOW)
    failed.refresh_from_db()
    assert (failed.state, failed.reason) == (State.WAITING, "busy")


def test_sending_again_is_refused_when_it_is_too_late(front_desk: User, failed: Reminder) -> None:
    Reminder.objects.update(useful_until=NOW)
    assert "Send again" not in show(front_desk)
    press(front_desk, failed, "send_again")
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_a_call_takes_it_off_the_list_and_says_who_called(front_desk: User, failed: Reminder) -> None:
    press(front_desk, failed, "called")
    failed.refresh_from_db()
    assert (failed.state, failed.handled_by, failed.handled_at) == (State.HANDLED, front_desk, NOW)
    assert "Maria" not in show(front_desk)
    assert "Fran Adeyemi" in show(front_desk, "sent")
    assert AuditEntry.objects.get(kind="reminder", subject=failed.uid).actor == front_desk


def test_what_somebody_else_dealt_with_is_not_dealt_with_twice(front_desk: User, nurse: User, failed: Reminder) -> None:
    press(front_desk, failed, "called")
    press(nurse, failed, "called")
    press(nurse, failed, "send_again")
    failed.refresh_from_db()
    assert (failed.state, failed.handled_by) == (State.HANDLED, front_desk)


@pytest.mark.parametrize("button", ["send_again", "called"])
def test_looking_at_a_button_does_nothing(front_desk: User, failed: Reminder, button: str) -> None:
    assert log_in(front_desk).get(reverse(f"reminders:{button}", args=[failed.uid])).status_code == 405


def test_the_page_asks_the_database_a_fixed_number_of_questions(
    front_desk: User, rules: Clinic, osei: Injector, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        course = make_course(make_patient(rules, record_number=f"N{number}"))
        starts_at = NOW + dt.timedelta(days=3, minutes=15 * number)
        make_session(course, osei, starts_at, placed_at=NOW - dt.timedelta(days=30))
    reconcile(now=NOW)
    Reminder.objects.update(state=State.FAILED, closed_at=NOW)
    client = log_in(front_desk)
    with django_assert_max_num_queries(10):
        page = client.get(CENTRE)
    assert words(page.content).count("Send again") == 50


# What other rooms show


def test_a_patients_page_lists_every_message_and_attempt(failed: Reminder, maria: Patient, front_desk: User) -> None:
    page = draw("{% patient_messages patient %}", patient=maria, request=asked_by(front_desk))
    assert "The number does not exist" in page
    assert "1 attempt" in page
    assert "1 day before" in page


def test_a_patients_page_has_first_what_happened_last(failed: Reminder, maria: Patient, front_desk: User) -> None:
    """The message of the day before waits still, with a later time; the one that failed was due after the one that left."""
    Reminder.objects.filter(pk=failed.pk).update(closed_at=NOW - MINUTE)
    failed.pk, failed.uid, failed.channel, failed.state = None, uuid.uuid4(), Channel.EMAIL, State.SENT
    failed.due_at, failed.closed_at = failed.due_at - dt.timedelta(days=1), NOW
    failed.save()
    page = draw("{% patient_messages patient %}", patient=maria, request=asked_by(front_desk))
    assert re.findall("Waiting|Not delivered|Sent", page) == ["Waiting", "Sent", "Not delivered"]


def test_a_patient_without_messages_has_a_line_that_says_so(maria: Patient, front_desk: User) -> None:
    assert "No messages yet" in draw("{% patient_messages patient %}", patient=maria, request=asked_by(front_desk))


def test_who_may_not_write_is_not_shown_where_to(maria: Patient, front_desk: User, reader: User) -> None:
    page = "{% patient_messages patient %}"
    assert "Write a message" in draw(page, patient=maria, request=asked_by(front_desk))
    assert "Write a message" not in draw(page, patient=maria, request=asked_by(reader))


@pytest.mark.parametrize(("failures", "line"), [(0, ""), (1, "1 reminder did not reach its patient")])
def test_today_says_how_many_did_not_arrive(
    rules: Clinic, reminder: Reminder, front_desk: User, failures: int, line: str
) -> None:
    Reminder.objects.filter(pk__in=[reminder.pk] * failures).update(state=State.FAILED, closed_at=NOW)
    request = asked_by(front_desk)
    request.clinic = rules  # type: ignore[attr-defined]
    page = draw("{% reminder_alert %}", request=request).strip()
    assert (line in page) if line else page == ""


def asked_by(user: User) -> HttpRequest:
    """Return a request as a member of staff makes it at the only clinic they work at."""
    request: Any = RequestFactory().get("/")
    request.user, request.membership = user, user.memberships.get()
    return cast("HttpRequest", request)


def draw(tag: str, **context: object) -> str:
    return words(Template("{% load reminder_panels %}" + tag).render(Context(context)).encode())


# The outbox of a made-up system


@pytest.fixture
def to_files(settings: Settings, reminder: Reminder) -> Reminder:
    """Maria's text and mail, written to files."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.OUTBOX_DIR / "email"
    settings.DEMO = True
    Patient.objects.filter(pk=reminder.patient_id).update(given_name="María")
    ReminderRule.objects.filter(days_before=1).update(channel_order=ReminderRule.Order.EMAIL_FIRST)
    Reminder.objects.filter(rule__days_before=1).update(channel=Channel.EMAIL, due_at=NOW)
    send_due(clock=lambda: NOW)
    return reminder


def test_the_outbox_shows_texts_and_mail(front_desk: User, to_files: Reminder) -> None:
    page = words(log_in(front_desk).get("/outbox/").content)
    assert "see you Thursday 26 November at 10:30am" in page
    assert "Your visit on Thursday 26 November" in page
    assert "Hello María" in page
    assert "/v/" in page


def test_the_outbox_shows_a_test_to_the_clinic_that_made_it(
    rules: Clinic, front_desk: User, admin: User, stranger: User, to_files: Reminder
) -> None:
    writing.send_test(clinic=rules, channel="sms", to="+447700900001", subject="", body="Only a try", by=admin, at=NOW)
    assert "a test from Settings Only a try" in words(log_in(front_desk).get("/outbox/").content)
    assert "Only a try" not in words(log_in(stranger).get("/outbox/").content)


def test_the_outbox_shows_nothing_of_another_clinic(stranger: User, to_files: Reminder) -> None:
    page = words(log_in(stranger).get("/outbox/").content)
    assert "Maria" not in page
    assert "Nothing was written yet" in page


def test_the_outbox_survives_files_that_are_none_of_ours(
    front_desk: User, to_files: Reminder, settings: Settings
) -> None:
    (settings.OUTBOX_DIR / "sms" / "half.json").write_text("{")
    (settings.OUTBOX_DIR / "email" / "other.log").write_text("Subject: hello\n\nno key")
    assert "Hello María" in words(log_in(front_desk).get("/outbox/").content)


def test_a_real_system_has_no_outbox(front_desk: User, to_files: Reminder, settings: Settings) -> None:
    settings.DEMO = settings.DEBUG = False
    assert log_in(front_desk).get("/outbox/").status_code == 404
