"""Writing once to one person or several."""

import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from clinic.models import Clinic, Role, User
from patients.actions import withdraw_consent
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults, one_off
from reminders.channels import SendError
from reminders.channels.base import Blame
from reminders.dispatch import send_due
from reminders.models import Kind, OneOff, Reminder, ReminderRule, State
from reminders.planning import reconcile
from reminders.standing import RECORD_CLOSED
from tests.builders import NOW, TODAY, make_course, make_patient, make_user
from tests.conftest import log_in
from tests.pages import text
from tests.reminders.conftest import Gateway
from treatments import leaving

BODY = "{clinic}: {first_name}, we are closed on Friday. Call {phone}"
MINUTES = timedelta(minutes=5)


@pytest.fixture
def people(rules: Clinic) -> list[Patient]:
    """Ann, Ben and Cal."""
    return [make_patient(rules, name, "Test") for name in ("Ann", "Ben", "Cal")]


def form(people: list[Patient], **more: str) -> dict[str, Any]:
    """Return what the page sends."""
    return {
        "patient": [str(one.uid) for one in people],
        "uid": str(uuid.uuid4()),
        "subject": "Closed on Friday",
        "body": BODY,
    } | more


def post(by: User, data: dict[str, Any], status: int = 302) -> str:
    """Send the form."""
    response: Any = log_in(by).post(reverse("reminders:write"), data)
    assert response.status_code == status
    return text(response)


def test_two_who_write_at_once_at_an_old_clinic_make_its_rule_once(
    riverside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = defaults.rule_of(riverside, Kind.ONE_OFF)
    monkeypatch.setattr(QuerySet, "first", lambda _rows: None)  # as it was before the other's rule was there
    assert defaults.rule_of(riverside, Kind.ONE_OFF) == made


def test_each_gets_one_message_through_the_ledger_after_the_undo_time(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    post(front_desk, form(people))
    reconcile(now=NOW)
    send_due(clock=lambda: NOW)
    assert gateways["sms"].taken == []
    send_due(clock=lambda: NOW + MINUTES)
    bodies = [message.body for message in gateways["sms"].taken]
    assert bodies == [
        f"Riverside Clinic: {name}, we are closed on Friday. Call 020 7946 0000" for name in ("Ann", "Ben", "Cal")
    ]


def test_where_the_people_are_asleep_it_is_said_when_the_first_message_leaves(
    people: list[Patient], front_desk: User
) -> None:
    Patient.objects.update(timezone="Pacific/Auckland")  # 23:00 there
    response: Any = log_in(front_desk).post(reverse("reminders:write"), form(people), follow=True)
    assert "The first message leaves at 7pm on Monday 23 November 2026." in response.content.decode()


def test_a_form_sent_twice_sends_once(people: list[Patient], front_desk: User) -> None:
    data = form(people)
    post(front_desk, data)
    post(front_desk, data)
    assert (OneOff.objects.count(), Reminder.objects.count()) == (1, 3)


def test_who_has_it_by_text_and_then_stops_texts_does_not_get_the_same_form_by_email(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    data = form(people)
    post(front_desk, data)
    send_due(clock=lambda: NOW + MINUTES)
    withdraw_consent(patient=people[0], channel=Channel.SMS, source="test", by=None, at=NOW + MINUTES)
    post(front_desk, data)
    assert list(Reminder.objects.filter(patient=people[0]).values_list("channel", "state")) == [("sms", "sent")]


@pytest.mark.parametrize("undone", [True, False])
def test_a_message_that_is_corrected_after_it_was_sent_is_another_one(
    people: list[Patient], front_desk: User, undone: bool
) -> None:
    data = form(people)
    post(front_desk, data)
    if undone:
        log_in(front_desk).post(reverse("reminders:take_back", args=[data["uid"]]))
    corrected = data | {"body": BODY.replace("Friday", "Monday")}
    page = post(front_desk, corrected, 409)
    assert "This form was sent before, so nothing went out now." in page
    assert "closed on Monday" in page
    post(front_desk, corrected | {"uid": re.findall('name="uid" value="([^"]+)"', page)[0]})
    assert Reminder.objects.filter(one_off__body=corrected["body"], state=State.WAITING).count() == 3


def test_the_key_of_another_clinic_s_message_is_answered_as_one_that_was_used(
    people: list[Patient], front_desk: User, lakeside: Clinic, stranger: User
) -> None:
    data = form(people)
    OneOff.objects.create(
        clinic=lakeside, uid=data["uid"], subject="Theirs", body="Theirs", made_at=NOW, made_by=stranger
    )
    page = post(front_desk, data, 409)
    assert "This form was sent before, so nothing went out now." in page
    assert "Theirs" not in page
    assert not Reminder.objects.exists()


def test_a_message_that_was_taken_back_is_not_said_to_go_out_when_it_is_sent_again(
    people: list[Patient], front_desk: User
) -> None:
    data = form(people)
    post(front_desk, data)
    log_in(front_desk).post(reverse("reminders:take_back", args=[data["uid"]]))
    assert "so nothing went out now" in post(front_desk, data, 409)


def test_it_can_be_taken_back_for_three_minutes(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    post(front_desk, form(people))
    log_in(front_desk).post(reverse("reminders:take_back", args=[OneOff.objects.get().uid]))
    reconcile(now=NOW + MINUTES)
    send_due(clock=lambda: NOW + MINUTES)
    assert gateways["sms"].taken == []
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_stopping_one_persons_message_stops_nobody_elses(people: list[Patient], front_desk: User) -> None:
    post(front_desk, form(people))
    post(front_desk, form(people[:1], body="{clinic}: {first_name}, bring your letter."))
    mine = Reminder.objects.order_by("pk")[0]
    log_in(front_desk).post(reverse("reminders:stop", args=[mine.uid]))
    assert list(Reminder.objects.filter(state=State.STOPPED)) == [mine]


def test_somebody_who_died_meanwhile_is_neither_written_to_nor_called(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    post(front_desk, form(people[:1]))
    leaving.died(patient=people[0], on=TODAY, by=front_desk, at=NOW)
    send_due(clock=lambda: NOW + MINUTES)
    assert gateways["sms"].taken == []
    assert Reminder.objects.get().reason == RECORD_CLOSED
    assert not Reminder.objects.needs_person().exists()


def test_nobody_calls_somebody_who_died_about_a_message_that_did_not_arrive(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    gateways["sms"].answers = [SendError("The number does not exist", permanent=True, blame=Blame.ADDRESS)]
    post(front_desk, form(people[:1]))
    send_due(clock=lambda: NOW + MINUTES)
    leaving.died(patient=people[0], on=TODAY, by=front_desk, at=NOW + MINUTES)
    reconcile(now=NOW + 2 * MINUTES)
    assert not Reminder.objects.needs_person().exists()
    assert Reminder.objects.get().reason == RECORD_CLOSED


def test_when_texting_fails_the_same_words_go_by_email(
    people: list[Patient], front_desk: User, gateways: dict[str, Gateway]
) -> None:
    post(front_desk, form(people[:1]))
    ContactPoint.objects.filter(channel="sms").update(failed_at=NOW)
    send_due(clock=lambda: NOW + MINUTES)
    send_due(clock=lambda: NOW + MINUTES)
    assert gateways["email"].taken[0].subject == "Closed on Friday"
    assert "we are closed on Friday" in gateways["email"].taken[0].body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"{BODY} your injections", "Take out the word injections"),
        (f"{BODY} {{day_date}}", "This message is about no visit"),
        ("Closed", "Say who writes"),
    ],
)
def test_the_same_guard_holds_and_loses_nothing(people: list[Patient], front_desk: User, body: str, words: str) -> None:
    answer = post(front_desk, form(people, body=body), 422)
    assert words in answer
    assert f"{body}</textarea>" in answer
    assert "Ann Test" in answer
    assert not Reminder.objects.exists()


def test_who_cannot_be_reached_is_named_with_the_reason(people: list[Patient], front_desk: User) -> None:
    ContactPoint.objects.filter(patient=people[0]).update(withdrawn_at=NOW, withdrawn_source="test")
    ContactPoint.objects.filter(patient=people[1]).delete()
    Patient.objects.filter(pk=people[2].pk).update(closed="died", closed_on=TODAY)
    found = one_off.recipients(clinic=people[0].clinic, people={one.uid for one in people}, now=NOW)
    assert [one.obstacle for one in found] == ["Do not text, Do not email", one_off.NOTHING, one_off.CLOSED]
    address = reverse("reminders:write")
    answer: Any = log_in(front_desk).get(address, {"patient": [str(one.uid) for one in people]})
    assert "3 cannot be written to" in answer.content.decode()


def test_who_has_the_way_alone_by_which_the_clinic_does_not_write_is_not_said_to_have_none(
    people: list[Patient],
) -> None:
    ReminderRule.objects.filter(kind=Kind.ONE_OFF).update(channel_order="email")
    ContactPoint.objects.filter(patient=people[0], channel=Channel.EMAIL).delete()
    found = one_off.recipients(clinic=people[0].clinic, people={people[0].uid}, now=NOW)
    assert [one.obstacle for one in found] == ["There is no email address that may be used"]


def test_who_can_be_written_to_no_more_when_it_is_sent_is_named(people: list[Patient], front_desk: User) -> None:
    ContactPoint.objects.filter(patient=people[2]).update(withdrawn_at=NOW, withdrawn_source="test")
    response: Any = log_in(front_desk).post(reverse("reminders:write"), form(people), follow=True)
    page = response.content.decode()
    assert "Writing to 2 people." in page
    assert "Not written to: Cal Test (Do not text, Do not email)." in page


def test_people_are_chosen_by_their_courses_too(people: list[Patient], front_desk: User) -> None:
    course = make_course(people[0], last_given_on=TODAY)
    answer: Any = log_in(front_desk).get(reverse("reminders:write"), {"course": [str(course.uid)]})
    assert "Write to 1 person" in answer.content.decode()


def test_people_of_another_clinic_are_nobody(people: list[Patient], stranger: User) -> None:
    answer: Any = log_in(stranger).get(reverse("reminders:write"), {"patient": [str(people[0].uid)]})
    assert "Ann" not in answer.content.decode()


def test_it_is_written_at_the_clinic_its_page_was_opened_at(
    people: list[Patient], riverside: Clinic, lakeside: Clinic
) -> None:
    both = make_user("eve@riverside.example", "Eve", (riverside, Role.FRONT_DESK), (lakeside, Role.FRONT_DESK))
    desk, url = log_in(both), reverse("reminders:write")
    desk.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    page = desk.get(url, {"patient": str(people[0].uid)}).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page)
    typed = urlencode([*hidden, ("subject", "Closed on Friday"), ("body", BODY)])
    for _press in ("once", "with Back once more"):
        desk.post(reverse("clinic:switch"), {"clinic": lakeside.uid})  # in another window
        answer = desk.post(url, typed, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 302
        assert Reminder.objects.get().patient == people[0]


def test_nobody_chosen_is_said_in_words(rules: Clinic, front_desk: User) -> None:
    answer: Any = log_in(front_desk).get(reverse("reminders:write"), {"patient": ["x"]}, follow=True)
    assert "Choose one person or more first." in answer.content.decode()


def test_the_page_costs_the_same_for_one_and_for_many(
    rules: Clinic, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    people = [make_patient(rules, record_number=f"M{number}") for number in range(12)]
    client = log_in(front_desk)
    with django_assert_max_num_queries(16):
        client.get(reverse("reminders:write"), {"patient": [str(one.uid) for one in people]})


def test_whoever_is_called_dolores_is_written_to_by_name(rules: Clinic, front_desk: User) -> None:
    dolores = make_patient(rules, "Dolores", "Vega")
    typed = form([dolores], body="{clinic}: Dolores, we are closed on Friday. Call {phone}")
    shown = text(log_in(front_desk).post(reverse("reminders:preview"), typed))
    assert "Take out the word" not in shown
    assert "Take out the word dolores" in post(front_desk, typed | {"subject": "Sus dolores"}, 422)
    post(front_desk, typed)
    assert Reminder.objects.get(one_off__isnull=False).patient == dolores


def test_several_are_written_to_by_the_name_of_none(rules: Clinic, people: list[Patient], front_desk: User) -> None:
    several = [make_patient(rules, "Dolores", "Vega"), *people]
    typed = form(several, body="{clinic}: Dolores, we are closed on Friday. Call {phone}")
    assert "Take out the word Dolores" in post(front_desk, typed, 422)
