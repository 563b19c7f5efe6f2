"""The reminder centre: each state in plain words, each failure with what can be done about it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from pytest_django import Settings

from clinic.models import User
from patients.models import Channel, ContactPoint
from reminders import handling
from reminders.dispatch import claim, send_claimed, send_due
from reminders.dispatch.outcome import put_off
from reminders.dispatch.recheck import ENOUGH
from reminders.models import Delivery, Heartbeat, Reminder, State
from reminders.planning import reconcile
from reminders.results import Result, billed, result_of
from reminders.views.centre import PER_PAGE
from tests.builders import NOW
from tests.conftest import log_in
from tests.pages import text
from tests.reminders.conftest import Gateway
from tests.reminders.reading import words
from treatments.models import TreatmentSession

CENTRE = "/reminders/"
LONDON = ZoneInfo("Europe/London")
HOUR = dt.timedelta(hours=1)
Gateways = dict[str, Gateway]


@pytest.fixture
def failed(reminder: Reminder) -> Reminder:
    """Maria's text message, which did not arrive."""
    Reminder.objects.filter(pk=reminder.pk).update(
        state=State.FAILED, reason="The number does not exist", attempts=1, closed_at=NOW
    )
    ContactPoint.objects.filter(channel=Channel.SMS).update(failed_at=NOW)
    reminder.refresh_from_db()
    return reminder


def show(user: User, tab: str = "needs") -> str:
    return words(log_in(user).get(CENTRE, {"tab": tab}).content)


def press(user: User, reminder: Reminder, button: str, **data: str) -> Any:
    return log_in(user).post(reverse(f"reminders:{button}", args=[reminder.uid]), data)


# Words


def said(state: State, *outcomes: str, reason: str = "", due_at: dt.datetime = NOW, **more: object) -> Result:
    reminder = Reminder(state=state, reason=reason, due_at=due_at, attempts=len(outcomes), **more)
    attempts = [Delivery(attempt=place, outcome=outcome) for place, outcome in enumerate(outcomes, 1)]
    return result_of(reminder, attempts, NOW, LONDON)


@pytest.mark.parametrize(
    ("state", "reason", "word", "why"),
    [
        (State.SENT, "", "Sent", ""),
        (State.FAILED, "The number does not exist", "Not delivered", "The number does not exist"),
        (State.FAILED, "They replied STOP", "Opted out", "They replied STOP"),
        (State.FAILED, ENOUGH, "Not delivered", ENOUGH),
        (State.CANCELLED, "The visit was moved", "Skipped (visit moved)", ""),
        (State.CANCELLED, "The visit was cancelled", "Skipped (visit cancelled)", ""),
        (State.CANCELLED, "Taken back", "Stopped", "Taken back"),
        (State.MISSED, "It could not be sent in time", "Not sent in time", ""),
        (State.STOPPED, handling.BY_HAND, "Stopped", handling.BY_HAND),
        (State.HANDLED, "", "Called", ""),
    ],
)
def test_a_state_is_said_in_plain_words(state: State, reason: str, word: str, why: str) -> None:
    result = said(state, reason=reason)
    assert (result.word, result.why) == (word, why)


def test_what_was_tried_in_vain_says_how_often() -> None:
    assert said(State.FAILED, *["unreachable"] * 3, reason="No answer").word == "Given up after 3 tries"


@pytest.mark.parametrize(
    ("due_at", "word"),
    [
        (NOW, "Waiting"),
        (NOW + dt.timedelta(minutes=45), "On hold until 10:45am"),
        (NOW + dt.timedelta(days=2), "Waiting"),
    ],
)
def test_the_queue_says_until_when_a_message_is_held(due_at: dt.datetime, word: str) -> None:
    assert said(State.WAITING, due_at=due_at).word == word


def test_what_may_have_arrived_is_in_doubt_once_its_worker_is_given_up() -> None:
    assert said(State.SENDING, "started", lease_until=NOW + HOUR).word == "Sending"
    assert said(State.SENDING, "started", lease_until=NOW).word == "In doubt"
    assert said(State.WAITING, "unanswered").word == "In doubt"
    assert said(State.WAITING, "unreachable").word == "Waiting"


# The page


@pytest.mark.parametrize("later", [dt.timedelta(0), HOUR])
def test_the_queue_counts_what_it_lists_while_a_worker_has_one_and_after_it_died_over_it(
    front_desk: User, reminder: Reminder, later: dt.timedelta
) -> None:
    claim(now=NOW, limit=1)
    with time_machine.travel(NOW + later, tick=False):
        page = log_in(front_desk).get(CENTRE, {"tab": "waiting"})
    counted = re.search(r'Queue\s*<span class="count">(\d+)<', page.content.decode())
    assert counted
    assert int(counted[1]) == len(page.context["rows"]) == 2


def test_the_health_line_says_when_the_last_one_went_out(
    front_desk: User, reminder: Reminder, gateways: Gateways
) -> None:
    Heartbeat.note(Heartbeat.Part.WORKER, NOW)
    assert "Messages are working." in show(front_desk)
    send_due(clock=lambda: NOW)
    assert "Messages are working. Last sent 10am." in show(front_desk)
    Reminder.objects.filter(state=State.SENT).update(delivered_at=NOW - HOUR)
    assert "Messages are working. Last delivered 9am." in show(front_desk)


def test_where_nothing_that_sends_was_ever_started_the_page_does_not_say_that_messages_work(
    front_desk: User, reminder: Reminder
) -> None:
    page = show(front_desk)
    assert "The sender service has not been started yet. Messages wait." in page
    assert "Messages are working" not in page


def test_a_dead_worker_takes_the_place_of_the_good_news(front_desk: User, reminder: Reminder) -> None:
    Heartbeat.note(Heartbeat.Part.WORKER, NOW - 2 * HOUR)
    page = show(front_desk)
    assert "No message has gone out since 8am. The sender service does not answer. Print call list" in page
    assert "Messages are working" not in page


def test_what_is_in_doubt_stands_first_in_the_queue(front_desk: User, reminder: Reminder) -> None:
    later = Reminder.objects.exclude(pk=reminder.pk).get()
    Reminder.objects.filter(pk=later.pk).update(attempts=1)
    Delivery.objects.create(clinic=later.clinic, reminder=later, attempt=1, started_at=NOW, outcome="unanswered")
    page = show(front_desk, "waiting")
    assert page.index("In doubt") < page.index("Waiting")
    assert "1 message may or may not have arrived." in page


# Fix and send again


def test_a_corrected_number_is_saved_and_written_to(front_desk: User, failed: Reminder, gateways: Gateways) -> None:
    assert press(front_desk, failed, "fix", address="07700 900555").status_code == 302
    point = ContactPoint.objects.get(channel=Channel.SMS)
    assert (point.address, point.failed_at, point.consent_source) == ("+447700900555", None, "told staff")
    send_due(clock=lambda: NOW)
    assert [message.to for message in gateways["sms"].taken] == ["+447700900555"]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("0770", "Enter a phone number such as 07700 900123"),
        ("07700 900000", "This is the address that did not work."),
        ("", "This is the address that did not work."),
    ],
)
def test_an_address_that_is_none_is_answered_in_the_row_and_changes_nothing(
    front_desk: User, failed: Reminder, typed: str, answer: str
) -> None:
    response = press(front_desk, failed, "fix", address=typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert answer in page
    assert f'value="{typed}"' in page
    assert "<title> Error: Reminders" in text(response)
    failed.refresh_from_db()
    assert failed.state == State.FAILED
    assert ContactPoint.objects.filter(channel=Channel.SMS).count() == 1


def more_of(failed: Reminder) -> None:
    """Put a page of earlier ones before it."""
    earlier = [
        Reminder(
            **{name: getattr(failed, name) for name in ("clinic", "rule", "patient", "useful_until", "created_at")},
            occasion=f"earlier {place}",
            channel=Channel.SMS,
            state=State.FAILED,
            due_at=failed.due_at - HOUR,
            closed_at=NOW - HOUR,
        )
        for place in range(PER_PAGE)
    ]
    Reminder.objects.bulk_create(earlier)


def test_an_address_that_is_none_is_answered_in_a_row_of_a_later_page_too(front_desk: User, failed: Reminder) -> None:
    more_of(failed)
    response = press(front_desk, failed, "fix", address="0770")
    page = response.content.decode()
    assert "Enter a phone number such as 07700 900123" in page
    assert 'value="0770"' in page


def test_from_an_address_that_is_none_the_lists_are_still_reached(front_desk: User, failed: Reminder) -> None:
    more_of(failed)
    page = press(front_desk, failed, "fix", address="0770").content.decode()
    links = re.findall(r'href="([^"]*\?(?:tab|page)=[^"]*)"', page)
    assert len(links) > 4, "the lists and the page before"
    links += re.findall('name="next" value="([^"]+)"', page)  # after another theme
    desk = log_in(front_desk)
    answers = [desk.get(urljoin(reverse("reminders:fix", args=[failed.uid]), link)).status_code for link in links]
    assert set(answers) == {200}


def test_a_number_that_was_stopped_is_not_taken_up_again_by_a_press_on_what_stands_in_the_field(
    front_desk: User, failed: Reminder, gateways: Gateways
) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).update(failed_at=None, withdrawn_at=NOW, withdrawn_source="text")
    response = press(front_desk, failed, "fix", address="07700 900000")
    assert response.status_code == 422
    assert "They want no messages to this address." in response.content.decode()
    assert ContactPoint.objects.get(channel=Channel.SMS).withdrawn_at == NOW
    send_due(clock=lambda: NOW)
    assert gateways["sms"].taken == []


# The other buttons


def test_send_by_email_instead_goes_out_once_by_email(front_desk: User, failed: Reminder, gateways: Gateways) -> None:
    assert "Send by email instead" in show(front_desk)
    press(front_desk, failed, "other_way")
    press(front_desk, failed, "other_way")
    send_due(clock=lambda: NOW)
    failed.refresh_from_db()
    assert failed.state == State.REPLACED
    assert len(gateways["email"].taken) == 1


def test_by_email_instead_is_not_promised_at_night_where_the_morning_is_too_late(
    front_desk: User, failed: Reminder
) -> None:
    Reminder.objects.update(useful_until=dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC))
    with time_machine.travel(NOW.replace(hour=21), tick=False):
        press(front_desk, failed, "other_way")
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_without_an_email_address_there_is_no_such_button(front_desk: User, failed: Reminder) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    assert "Send by email instead" not in show(front_desk)
    press(front_desk, failed, "other_way")
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_stop_for_this_visit_stops_all_of_it_and_planning_brings_nothing_back(
    front_desk: User, failed: Reminder, visit: TreatmentSession
) -> None:
    press(front_desk, failed, "stop")
    reconcile(now=NOW)
    states = set(Reminder.objects.values_list("state", "handled_by", "reason"))
    assert states == {(State.STOPPED, front_desk.pk, handling.BY_HAND)}
    assert "Fran Adeyemi" in show(front_desk, "stopped")


@pytest.mark.parametrize(
    ("named", "leads_to"),
    [
        ("http://testserver/reminders/?tab=waiting&page=3", "/reminders/?tab=waiting&page=3"),
        ("http://testserver/reminders/0b5c6f39-8f7c-4c4c-9a11-0d9d3b9f3b10/fix/", CENTRE),
        ("http://elsewhere.example/reminders/", CENTRE),
        ("", CENTRE),
    ],
)
def test_a_press_in_a_row_leads_back_to_the_list_in_which_the_row_stood(
    front_desk: User, failed: Reminder, named: str, leads_to: str
) -> None:
    client = log_in(front_desk)
    answer = client.post(reverse("reminders:called", args=[failed.uid]), headers={"Referer": named})
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


def test_stop_for_this_visit_holds_for_messages_that_are_not_planned_yet(
    front_desk: User, failed: Reminder, visit: TreatmentSession
) -> None:
    Reminder.objects.exclude(pk=failed.pk).delete()
    press(front_desk, failed, "stop")
    reconcile(now=NOW)
    assert Reminder.objects.count() == 1


def test_what_a_worker_has_claimed_and_not_begun_is_stopped_too(
    nurse: User, reminder: Reminder, gateways: Gateways
) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    handling.stop_for_visit(reminder=reminder, by=nurse, at=NOW)
    send_claimed(claimed, now=NOW)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason, reminder.lease_until) == (State.STOPPED, handling.BY_HAND, None)
    assert (gateways["sms"].taken, Delivery.objects.count()) == ([], 0)


def test_what_is_being_handed_over_is_not_called_stopped(nurse: User, reminder: Reminder) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Reminder.objects.exclude(pk=claimed.pk).delete()
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    with pytest.raises(handling.NothingToDo):
        handling.stop_for_visit(reminder=reminder, by=nurse, at=NOW)
    reminder.refresh_from_db()
    assert reminder.state == State.SENDING


def test_one_that_waits_for_its_next_try_is_stopped(nurse: User, reminder: Reminder) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW, finished_at=NOW)
    put_off(claimed, NOW + HOUR, "The gateway is busy")
    handling.stop_for_visit(reminder=reminder, by=nurse, at=NOW)
    reminder.refresh_from_db()
    assert reminder.state == State.STOPPED


def test_a_repeat_that_is_claimed_and_not_begun_is_stopped(nurse: User, reminder: Reminder) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    claim(now=NOW + 2 * HOUR, limit=1)
    handling.stop_for_visit(reminder=reminder, by=nurse, at=NOW + 2 * HOUR)
    reminder.refresh_from_db()
    assert reminder.state == State.STOPPED


def test_who_was_called_about_the_visit_gets_no_message_that_a_worker_has_yet_to_begin(
    nurse: User, reminder: Reminder, visit: TreatmentSession, gateways: Gateways
) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    handling.call_about_visit(session=visit, told=visit.starts_at, by=nurse, at=NOW)
    send_claimed(claimed, now=NOW)
    reminder.refresh_from_db()
    assert (reminder.state, gateways["sms"].taken) == (State.HANDLED, [])


def test_a_moved_visit_is_announced_again_after_a_stop(
    front_desk: User, failed: Reminder, visit: TreatmentSession
) -> None:
    press(front_desk, failed, "stop")
    later = visit.ends_at + dt.timedelta(minutes=15)
    TreatmentSession.objects.update(version=2, starts_at=visit.ends_at, ends_at=later)
    reconcile(now=NOW)
    assert Reminder.objects.filter(session_version=2, state=State.WAITING).exists()


def test_what_arrived_meanwhile_asks_before_it_is_sent_twice(
    front_desk: User, failed: Reminder, gateways: Gateways
) -> None:
    ContactPoint.objects.update(failed_at=None)
    Reminder.objects.filter(pk=failed.pk).update(state=State.SENT, closed_at=NOW - HOUR)
    answer = press(front_desk, failed, "send_again")
    assert answer.status_code == 409
    assert "It was sent at 9am" in words(answer.content)
    assert "Send again anyway" in words(answer.content)
    Reminder.objects.filter(pk=failed.pk).update(delivered_at=NOW - HOUR)
    assert "It arrived at 9am" in words(press(front_desk, failed, "send_again").content)
    send_due(clock=lambda: NOW)
    assert gateways["sms"].taken == []


def test_send_again_anyway_sends_it_again_whatever_the_gateway_remembers(
    front_desk: User, failed: Reminder, gateways: Gateways
) -> None:
    ContactPoint.objects.update(failed_at=None)
    Delivery.objects.create(clinic=failed.clinic, reminder=failed, attempt=1, started_at=NOW - HOUR, outcome="accepted")
    Reminder.objects.filter(pk=failed.pk).update(state=State.SENT, closed_at=NOW - HOUR)
    gateways["sms"].knows = "the first one"
    press(front_desk, failed, "send_again", anyway="on")
    send_due(clock=lambda: NOW)
    assert len(gateways["sms"].taken) == 1


@pytest.mark.parametrize("button", ["fix", "other_way", "stop", "called", "send_again"])
def test_nobody_presses_for_another_clinic_or_without_the_right(
    stranger: User, reader: User, failed: Reminder, button: str
) -> None:
    assert press(stranger, failed, button).status_code == 404
    assert press(reader, failed, button).status_code == 403


def test_the_menu_of_every_page_says_how_many_need_a_person(front_desk: User, failed: Reminder, stranger: User) -> None:
    menu = re.compile(
        r'data-go="m"[^>]*>\s*Reminders\s*<span class="count">1<span class="visually-hidden"> not delivered'
    )
    assert menu.search(log_in(front_desk).get("/patients/").content.decode())
    assert 'class="count"' not in log_in(stranger).get("/patients/").content.decode()
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    assert 'class="count"' not in log_in(front_desk).get("/patients/").content.decode()


@pytest.mark.parametrize("state", [State.WAITING, State.SENT, State.FAILED, State.MISSED])
def test_the_menu_counts_what_the_centre_calls_undelivered(front_desk: User, failed: Reminder, state: State) -> None:
    Reminder.objects.update(state=state, closed_at=None if state == State.WAITING else NOW)
    counted = 'class="count"' in log_in(front_desk).get("/patients/").content.decode()
    assert counted is Reminder.objects.needs_person().exists()


def test_the_line_for_an_open_page_is_the_same_as_todays(front_desk: User, failed: Reminder) -> None:
    assert "1 reminder did not reach its patient. Look" in words(log_in(front_desk).get("/reminders/line/").content)


# What it costs


def bill(*attempts: tuple[str, int], price: str | None = "0.04") -> str:
    made = [Delivery(attempt=place, outcome=one, texts=texts) for place, (one, texts) in enumerate(attempts, 1)]
    return billed(made, Decimal(price) if price else None, "£")


def test_a_message_of_two_texts_costs_twice_the_price() -> None:
    assert bill(("accepted", 2)) == "2 texts, £0.08"
    assert bill(("accepted", 1), price=None) == "1 text"


def test_what_no_gateway_took_costs_nothing_and_what_it_may_have_taken_may_cost() -> None:
    assert bill(("refused", 1), ("unreachable", 1)) == ""
    assert bill(("unanswered", 1), ("accepted", 1)) == "2 texts, £0.08"


def test_an_email_costs_nothing() -> None:
    assert bill(("accepted", 0)) == ""


def test_a_row_says_how_many_texts_it_took(
    front_desk: User, reminder: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.SMS_PRICE = Decimal("0.05")
    send_due(clock=lambda: reminder.due_at)
    assert "Text message, 1 text, £0.05" in show(front_desk, "sent")
