"""How many texts a person gets and when they may be disturbed, whoever sends."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import Clinic, Injector
from patients.models import Channel, ContactPoint, Patient
from reminders import rehearsal
from reminders.channels import Message, SendError
from reminders.dispatch import claim, recheck, send_due
from reminders.dispatch.allowance import allows, free_day, take_day
from reminders.dispatch.lookup import Ready
from reminders.models import Reminder, State
from reminders.planning import reconcile
from tests.builders import NOW, make_course, make_patient, make_session
from tests.reminders.conftest import Gateway

DAY = dt.timedelta(days=1)
Gateways = dict[str, Gateway]


def work(at: dt.datetime = NOW) -> Reminder:
    """Let a worker do all that is due, and return the text three days before the visit as it stands then."""
    send_due(clock=lambda: at)
    return Reminder.objects.get(rule__days_before=3, channel=Channel.SMS, session_version=1)


def test_a_text_takes_its_day_where_the_person_lives(reminder: Reminder, maria: Patient, gateways: Gateways) -> None:
    Patient.objects.update(timezone="Pacific/Auckland")  # 23:00 there
    morning = dt.datetime(2026, 11, 23, 19, 0, tzinfo=dt.UTC)  # 08:00 on Tuesday there, 19:00 on Monday here
    assert (work().state, work().due_at) == (State.WAITING, morning)
    assert work(morning).texted_on == dt.date(2026, 11, 24)


def test_a_person_without_a_zone_of_their_own_lives_by_the_clinics(reminder: Reminder, gateways: Gateways) -> None:
    assert work().texted_on == NOW.date()


def test_the_database_refuses_a_second_text_on_one_day(reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(texted_on=NOW.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.exclude(pk=reminder.pk).update(texted_on=NOW.date())


@pytest.mark.parametrize(("days_ago", "enough"), [((1, 3, 6), True), ((1, 3, 7), False), ((1, 3), False)])
def test_three_texts_in_seven_days_are_enough(
    reminder: Reminder, gateways: Gateways, days_ago: tuple[int, ...], enough: bool
) -> None:
    for number, back in enumerate(days_ago):
        another(reminder, number, NOW.date() - back * DAY)
    assert (work().state == State.SENT) is not enough


def test_who_may_have_no_text_before_it_is_too_late_gets_it_another_way_at_once(
    reminder: Reminder, gateways: Gateways
) -> None:
    for back in (1, 2, 3):
        another(reminder, back, NOW.date() - back * DAY)
    assert work().state == State.REPLACED


def test_what_is_of_use_for_longer_waits_for_the_day_on_which_they_may_have_another(
    reminder: Reminder, gateways: Gateways
) -> None:
    Reminder.objects.update(useful_until=NOW + 10 * DAY)
    for back in (1, 2, 3):
        another(reminder, back, NOW.date() - back * DAY)
    assert (work().state, work().due_at) == (State.WAITING, NOW + 4 * DAY)


def another(reminder: Reminder, number: int, day: dt.date) -> None:
    """Make another text that the same person had on a day, about an older version of the visit."""
    copy = Reminder.objects.get(pk=reminder.pk)
    copy.pk, copy.uid, copy.session_version = None, uuid.uuid4(), 100 + number
    copy.texted_on, copy.state, copy.closed_at = day, State.SENT, NOW
    copy.save()


@pytest.mark.parametrize("days_ago", [(0,), (1, 2, 3)], ids=["the-day", "the-last-of-the-week"])
def test_a_worker_that_lost_the_race_for_a_text_puts_its_own_off(
    reminder: Reminder, gateways: Gateways, days_ago: tuple[int, ...]
) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    for back in days_ago:
        another(reminder, back, NOW.date() - back * DAY)
    with transaction.atomic():
        assert not take_day(claimed, NOW)


def test_a_text_whose_day_another_worker_takes_at_the_last_moment_waits_for_the_next(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reminder.objects.update(useful_until=NOW + 10 * DAY)
    look = recheck.obstacle

    def be_slower(ready: Ready, now: dt.datetime) -> recheck.Obstacle | None:
        found = look(ready, now)
        another(reminder, 1, NOW.date())
        return found

    monkeypatch.setattr(recheck, "obstacle", be_slower)
    assert (work().state, work().due_at, gateways["sms"].taken) == (State.WAITING, NOW + DAY, [])


@given(st.lists(st.integers(0, 12), max_size=6))
def test_a_day_that_is_free_is_the_first_after_today_that_keeps_both_limits(days_ago: list[int]) -> None:
    today = NOW.date()
    had = [today - back * DAY for back in days_ago]
    free = free_day(had, today)
    kept = [ahead for ahead in range(1, 8) if allows(had, today + ahead * DAY)]
    assert free == today + kept[0] * DAY
    assert had.count(free) == 0
    assert sum(free - one < 7 * DAY for one in had) < 3


def test_people_who_share_a_phone_are_each_reminded_of_their_own_visit(
    reminder: Reminder, rules: Clinic, osei: Injector, gateways: Gateways
) -> None:
    number = ContactPoint.objects.get(patient=reminder.patient, channel=Channel.SMS).address
    luis = make_patient(rules, "Luis", phone=number)
    make_session(make_course(luis), osei, NOW + 3 * DAY, placed_at=NOW - 30 * DAY)
    reconcile(now=NOW)
    send_due(clock=lambda: NOW)
    sent = Reminder.objects.filter(rule__days_before=3, channel=Channel.SMS, state=State.SENT)
    assert set(sent.values_list("patient", flat=True)) == {reminder.patient_id, luis.pk}


def test_a_refused_text_gives_its_day_back(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers = [SendError("Refused", permanent=True)]
    assert (work().state, work().texted_on) == (State.REPLACED, None)


def test_a_worker_that_was_held_up_past_its_lease_gives_no_day_back_that_another_took(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine slept in the middle of a call. Another worker sent the text; then the call is seen to have failed."""
    take, later = gateways["sms"].send, NOW + dt.timedelta(hours=1)

    def sleep_and_be_refused(message: Message) -> str:
        monkeypatch.setattr(gateways["sms"], "send", take)
        work(later)
        raise SendError("Busy", permanent=False)

    monkeypatch.setattr(gateways["sms"], "send", sleep_and_be_refused)
    sent = work()
    assert (len(gateways["sms"].taken), sent.state, sent.texted_on) == (1, State.SENT, NOW.date())


def test_a_text_that_is_found_to_have_arrived_the_day_before_takes_no_day_of_today(
    reminder: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].answers = [SendError("No answer", permanent=False, in_doubt=True)]
    evening, morning = NOW.replace(hour=19, minute=58), NOW.replace(hour=8, minute=0) + DAY
    work(evening)
    gateways["sms"].knows = "id-1"
    assert (work(morning).state, work(morning).texted_on) == (State.SENT, NOW.date())
    assert gateways["sms"].taken == []


def test_an_email_takes_no_day(reminder: Reminder, gateways: Gateways) -> None:
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.update(channel=Channel.EMAIL)
    send_due(clock=lambda: NOW)
    assert list(Reminder.objects.filter(state=State.SENT).values_list("texted_on", flat=True)) == [None]


def test_a_text_to_a_record_that_was_joined_since_counts_for_the_one_that_stays(
    reminder: Reminder, rules: Clinic, gateways: Gateways
) -> None:
    other = make_patient(rules, "Mary", "Santos")
    another(reminder, 1, NOW.date())
    Reminder.objects.filter(session_version=101).update(patient=other)
    Patient.objects.filter(pk=other.pk).update(closed="merged", closed_on=NOW.date(), merged_into=reminder.patient)
    assert [line.at for line in rehearsal.coming(now=NOW)] == [NOW + DAY]
    assert work().state != State.SENT
    assert gateways["sms"].taken == []
