"""Days of trouble in seconds: the clock is an argument, the servers are real, and everything that arrives is dated."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from clinic import message_hours
from clinic.models import Clinic, Injector
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults, timing
from reminders.dispatch import claim, send_due
from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.planning import reconcile
from tests.builders import make_course, make_injector, make_patient, make_session
from tests.reminders.faults.conftest import Tell
from tests.reminders.faults.scene import Tally
from tests.servers.processes import Server, mail_server, sms_gateway
from treatments.models import TreatmentSession

pytestmark = [pytest.mark.stack, pytest.mark.django_db]

LONDON = ZoneInfo("Europe/London")
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
PEOPLE = 8
FINISHED = (State.SENT, State.REPLACED, State.FAILED, State.MISSED, State.CANCELLED)


@dataclass
class Days:
    """A clinic whose days pass as fast as they are asked to, and what arrived when on its clock."""

    clinic: Clinic
    injector: Injector
    mail: Server
    gateway: Server
    now: dt.datetime
    seen: list[tuple[dt.datetime, str, str, str]] = field(default_factory=list)

    def book(self, starts_at: dt.datetime, people: int = PEOPLE) -> list[TreatmentSession]:
        """Book visits a quarter of an hour apart, a month before; half of the people want email."""
        made = []
        for place in range(people):
            patient = make_patient(self.clinic, preferred_channel=list(Channel)[place % 2])
            at = starts_at + place * dt.timedelta(minutes=15)
            made.append(make_session(make_course(patient), self.injector, at, placed_at=self.now - 30 * DAY))
        return made

    def work(self) -> None:
        """Plan and send at this moment, and date what arrived."""
        reconcile(now=self.now)
        send_due(clock=lambda: self.now)
        known = Counter(channel for _, channel, _, _ in self.seen)
        for letter in self.mail.received()[known["email"] :]:
            self.seen.append((self.now, "email", letter["to"][0], letter["message_id"]))
        for text in self.gateway.received()[known["sms"] :]:
            self.seen.append((self.now, "sms", text["to"], text["body"]))

    def pass_until(self, end: dt.datetime, step: dt.timedelta) -> None:
        """Let time pass."""
        while self.now < end:
            self.now += step
            self.work()

    def tally(self) -> Tally:
        """Count what came of it; late is what left more than an hour after ten in the morning of its day."""
        keys = Counter((channel, key) for _, channel, _, key in self.seen)
        repeated = Counter(channel for (channel, _), times in keys.items() for _ in range(times - 1))
        due = Reminder.objects.filter(due_at__lte=self.now)
        sent = due.filter(state=State.SENT).count()
        return Tally(
            sent=len(keys),
            lost=due.exclude(state__in=FINISHED).count() + max(0, sent - len(keys)),
            repeated_texts=repeated["sms"],
            repeated_letters=repeated["email"],
            late=sum(map(self._late, due.filter(state=State.SENT).select_related("session", "rule"))),
        )

    def _late(self, reminder: Reminder) -> bool:
        assert reminder.session
        assert reminder.closed_at
        day = reminder.session.local_date - reminder.rule.days_before * DAY
        return reminder.closed_at > dt.datetime.combine(day, timing.SEND_AT, self.clinic.zone) + HOUR

    def check_manners(self) -> None:
        """Nothing in quiet hours, and nothing after the visit that it is about."""
        assert not [at for at, _, _, _ in self.seen if message_hours.is_quiet(at, self.clinic.zone)]
        for reminder in Reminder.objects.filter(state=State.SENT).select_related("session"):
            assert reminder.closed_at
            assert reminder.session is None or reminder.closed_at < reminder.session.starts_at


@pytest.fixture
def days(riverside: Clinic, settings: Settings, tmp_path: Path, request: Any) -> Iterator[Days]:
    """A clinic in London with the two reminders before a visit, on a summer Monday, or on the day in the parameter."""
    start = dt.datetime.combine(getattr(request, "param", dt.date(2026, 7, 6)), dt.time(9), LONDON).astimezone(dt.UTC)
    defaults.install(riverside)
    ReminderRule.objects.exclude(kind=Kind.VISIT, days_before__in=[1, 3]).update(active=False)
    with ExitStack() as servers:
        mail, gateway = servers.enter_context(mail_server(tmp_path)), servers.enter_context(sms_gateway(tmp_path))
        settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mail.port, 5
        settings.SMS_TIMEOUT_SECONDS = 5
        for name, value in gateway.environment.items():
            setattr(settings, name, value)
        yield Days(riverside, make_injector(riverside, "Dr Tide"), mail, gateway, start)


def test_a_gateway_that_is_down_for_two_days(days: Days, tell: Tell) -> None:
    """Texts go by email after three tries; who has no email is on a person's list; what comes too late is missed."""
    visits = days.book(days.now + 3 * DAY)
    without = [visit.course.patient for visit in visits[:4]]
    ContactPoint.objects.filter(patient__in=without, channel=Channel.EMAIL).delete()
    Patient.objects.filter(pk__in=[patient.pk for patient in without]).update(preferred_channel=Channel.SMS)
    days.gateway.tell("500")
    days.pass_until(days.now + 2 * DAY, HOUR)
    assert days.gateway.received() == []
    days.gateway.tell("")
    days.pass_until(days.now + 2 * DAY, HOUR)
    tally = days.tally()
    tell(tally)
    days.check_manners()
    assert (tally.lost, tally.repeated_texts, tally.repeated_letters) == (0, 0, 0)
    told = {to for _, _, to, _ in days.seen}
    for visit in visits:
        points = set(visit.course.patient.contact_points.values_list("address", flat=True))
        listed = Reminder.objects.filter(session=visit, state__in=[State.FAILED, State.MISSED]).exists()
        assert told & points or listed


def test_a_clock_that_goes_an_hour_forward_and_back(days: Days, tell: Tell) -> None:
    """A lease seems to have run out while its worker is alive; the other worker asks first."""
    days.book(days.now + 3 * DAY)
    days.pass_until(days.now + HOUR - 10 * MINUTE, 10 * MINUTE)
    reconcile(now=days.now + 10 * MINUTE)
    days.now += 10 * MINUTE
    claim(now=days.now, limit=4)
    days.now += HOUR
    days.work()
    days.now -= HOUR
    days.work()
    days.pass_until(days.now + 4 * DAY, HOUR)
    tally = days.tally()
    tell(tally)
    days.check_manners()
    assert (tally.lost, tally.repeated_texts, tally.repeated_letters) == (0, 0, 0)
    assert tally.sent >= PEOPLE


@pytest.mark.parametrize("days", [dt.date(2026, 3, 26), dt.date(2026, 10, 22)], indirect=True, ids=["forward", "back"])
def test_the_night_on_which_the_clocks_change(days: Days, tell: Tell) -> None:
    """The reminders leave at ten on the clinic's clock, before and after the change."""
    visit = dt.datetime.combine(days.now.date() + 4 * DAY, dt.time(11), LONDON).astimezone(dt.UTC)
    days.book(visit)
    days.pass_until(days.now + 5 * DAY, HOUR)
    tally = days.tally()
    tell(tally)
    days.check_manners()
    assert (tally.sent, tally.lost, tally.repeated_texts, tally.repeated_letters) == (2 * PEOPLE, 0, 0, 0)
    assert {at.astimezone(LONDON).time() for at, _, _, _ in days.seen} == {dt.time(10)}


def test_nothing_after_stop(days: Days, tell: Tell) -> None:
    """The gateway says that somebody stopped: not one more text, and the visit stands."""
    visits = days.book(days.now + 3 * DAY)
    phones = ContactPoint.objects.filter(channel=Channel.SMS)
    days.pass_until(days.now + 2 * HOUR, HOUR)
    before = len(days.gateway.received())
    phones.update(withdrawn_at=days.now, withdrawn_source="by text message")
    days.pass_until(days.now + 4 * DAY, HOUR)
    tally = days.tally()
    tell(tally)
    days.check_manners()
    assert (before > 0, len(days.gateway.received())) == (True, before)
    assert (tally.lost, tally.repeated_letters) == (0, 0)
    assert TreatmentSession.objects.filter(pk__in=[visit.pk for visit in visits], status="booked").count() == PEOPLE
