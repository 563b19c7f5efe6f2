"""F36: the gateway for texts is down. Staff read it within five minutes; nothing is lost, nothing goes out twice."""

import datetime as dt

from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from clinic.models import Clinic, User
from reminders.channels import SendError
from reminders.dispatch import send_due
from reminders.models import Heartbeat, Reminder, State
from tests.acceptance.forms import Page, attribute, walk, words
from tests.builders import NOW
from tests.conftest import log_in
from tests.reminders.conftest import Gateway, gateways, outbox_folder, reminder, rules, visit

__all__ = ["gateways", "outbox_folder", "reminder", "rules", "visit"]

MINUTE = dt.timedelta(minutes=1)
DOWN = SendError("Connection refused", permanent=False, in_doubt=False)
SENTENCE = "No text message has gone out since 10am."


def lines(client: Client, address: str) -> list[str]:
    """Return the warnings of a page that have an icon as well as words."""
    page = Page(client.get(address))
    found = [one for one in page.all if "line" in (attribute(one, "class") or "").split()]
    return [words(one) for one in found if any(part.name == "svg" for part in walk(one))]


def test_f36_a_gateway_that_is_down_is_said_within_five_minutes_and_sends_once_when_it_is_back(
    rules: Clinic,
    reminder: Reminder,
    gateways: dict[str, Gateway],
    front_desk: User,
    frozen_clock: Traveller,
) -> None:
    gateways["sms"].answers = [DOWN]
    desk = log_in(front_desk)
    for minute in range(5):
        frozen_clock.move_to(NOW + minute * MINUTE)
        for part in Heartbeat.Part.values:  # worker and clock are well
            Heartbeat.objects.update_or_create(part=part, defaults={"at": NOW + minute * MINUTE})
        send_due(clock=timezone.now)
    for address in ("/today/", "/reminders/"):
        assert any(SENTENCE in line for line in lines(desk, address)), address
    assert "Print call list" in words(Page(desk.get("/reminders/tomorrow/")).named("main")[0])
    reminder.refresh_from_db()
    assert reminder.state == State.WAITING
    frozen_clock.move_to(NOW + 120 * MINUTE)
    for _ in range(3):
        send_due(clock=timezone.now)
    assert len(gateways["sms"].taken) == 1
    for part in Heartbeat.Part.values:
        Heartbeat.objects.update_or_create(part=part, defaults={"at": NOW + 120 * MINUTE})
    assert not any(SENTENCE in line for line in lines(desk, "/today/"))
