"""Messages about a diary: they lead to it, and stop by themselves when it is kept, unwanted or over."""

import datetime as dt

import pytest

from clinic.models import Clinic, User
from patients.actions.diary_days import DayFacts, write_days
from patients.models import DiaryDay, Patient
from reminders import links
from reminders.models import DiaryLink, NudgeStop, PatientLink, Reminder
from reminders.own_pages.stopping import choose
from reminders.planning import reconcile
from reminders.standing import DIARY_KEPT
from tests.builders import NOW, TODAY, make_course
from tests.linked import address_for
from treatments.models import Course

DAY = dt.timedelta(days=1)


def states(at: dt.datetime) -> list[str]:
    """Plan, and return the state of every message about a diary."""
    reconcile(now=at)
    return list(Reminder.objects.filter(rule__kind="diary").order_by("pk").values_list("state", flat=True))


@pytest.fixture
def unbegun(rules: Clinic, maria: Patient, front_desk: User) -> Patient:
    """Maria, to whom the desk gave a link to her diary seven days ago."""
    make_course(maria)
    links.make_diary_link(patient=maria, by=front_desk, at=NOW - 7 * DAY)
    return maria


def test_who_was_given_a_link_and_wrote_nothing_is_asked_once(unbegun: Patient) -> None:
    assert states(NOW) == states(NOW + DAY) == ["waiting"]
    assert Reminder.objects.get(rule__kind="diary").due_at == NOW


def test_the_message_leads_to_the_diary(unbegun: Patient) -> None:
    states(NOW)
    reminder = Reminder.objects.get(rule__kind="diary")
    address = address_for(reminder, now=NOW)
    assert address == address_for(reminder, now=NOW)
    assert "/d/" in address
    link = DiaryLink.objects.get(reminder=reminder)
    assert (link.patient, link.made_by) == (unbegun, None)
    assert not PatientLink.objects.exists()


def test_a_diary_that_is_begun_stops_the_message(unbegun: Patient) -> None:
    states(NOW)
    days = [DayFacts(TODAY, {"migraine": True})]
    write_days(patient=unbegun, days=days, source=DiaryDay.Source.PATIENT, by=None, at=NOW + dt.timedelta(minutes=1))
    assert states(NOW + dt.timedelta(minutes=2)) == ["cancelled"]
    assert Reminder.objects.get(rule__kind="diary").reason == DIARY_KEPT


def test_who_wrote_since_is_not_asked(unbegun: Patient) -> None:
    days = [DayFacts(TODAY - DAY, {"migraine": True})]
    write_days(patient=unbegun, days=days, source=DiaryDay.Source.PATIENT, by=None, at=NOW - DAY)
    assert states(NOW) == []


def test_who_wants_none_has_none(unbegun: Patient) -> None:
    choose(patient=unbegun, choice="no_nudges", at=NOW)
    assert states(NOW) == []
    NudgeStop.objects.all().delete()
    assert states(NOW) == ["waiting"]
    choose(patient=unbegun, choice="no_nudges", at=NOW)
    assert states(NOW) == ["cancelled"]


def test_when_treatment_ends_the_message_stops(unbegun: Patient) -> None:
    assert states(NOW) == ["waiting"]
    Course.objects.update(closed_on=TODAY, close_reason="moved away")
    assert states(NOW) == ["cancelled"]


@pytest.mark.parametrize("how", ["revoked", "too new", "too old"])
def test_only_a_link_that_stands_for_a_week_is_asked_about(unbegun: Patient, how: str) -> None:
    change = {
        "revoked": {"revoked_at": NOW},
        "too new": {"created_at": NOW - 5 * DAY},
        "too old": {"created_at": NOW - 12 * DAY},
    }[how]
    DiaryLink.objects.update(**change)
    assert states(NOW) == []
