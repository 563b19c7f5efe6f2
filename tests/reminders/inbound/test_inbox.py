"""Inbox: what waits, in its thread, beside whoever wrote it; assigned, answered through the ledger, or marked as done."""

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, User
from patients.actions import withdraw_consent
from patients.models import Channel, Patient
from reminders.dispatch import send_due
from reminders.dispatch.allowance import had_enough
from reminders.inbound import acting, thread
from reminders.models import BlockedWord, InboundMessage, Reminder, State
from tests.builders import NOW, make_patient
from tests.conftest import log_in
from tests.reminders.calls import NUMBER, text
from tests.reminders.conftest import Gateway
from treatments.models import TreatmentSession

DAY = dt.timedelta(days=1)


def stored(sid: str = "SM1") -> InboundMessage:
    return InboundMessage.objects.get(gateway_id=sid)


def show(user: User, name: str = "inbox", *uid: Any, **query: str) -> str:
    return " ".join(log_in(user).get(reverse(f"reminders:{name}", args=uid), query).content.decode().split())


def post(user: User, name: str, **values: Any) -> Any:
    return log_in(user).post(reverse(f"reminders:{name}", args=[stored().uid]), values)


@pytest.fixture
def question(maria: Patient) -> InboundMessage:
    """A question from Maria."""
    text("Can I park at the clinic?")
    return stored()


@pytest.fixture
def family(maria: Patient, riverside: Clinic) -> Patient:
    """Luis, whose mother's number is his."""
    return make_patient(riverside, "Luis", "Santos", phone=NUMBER)


def test_what_waits_comes_first_and_what_was_settled_is_under_all(visit: TreatmentSession, front_desk: User) -> None:
    text("C", sid="SM0")
    text("Can I park?", sid="SM1")
    waiting, everything = show(front_desk), show(front_desk, tab="all")
    assert "Can I park?" in waiting
    assert "Answered by itself" not in waiting
    assert "Answered by itself" in everything


def test_whoever_wrote_is_named_with_their_record_number(question: InboundMessage, front_desk: User) -> None:
    assert question.patient
    assert f'{question.patient.full_name}</a> <span class="meta">{question.patient.record_number}</span>' in show(
        front_desk
    )


def test_from_a_reply_that_was_refused_everything_leads_back_to_the_text(
    visit: TreatmentSession, question: InboundMessage, front_desk: User
) -> None:
    page = post(front_desk, "reply", words="About your migraine").content.decode()
    back = [unquote(found) for found in re.findall(r'(?:name="next" value="|[?]next=)([^"&]+)', page)]
    assert len(back) > 1, "from the theme, and from another time for the visit"
    assert {log_in(front_desk).get(address).status_code for address in back} == {200}


def test_a_long_link_in_a_text_breaks_rather_than_widen_the_page(maria: Patient, front_desk: User) -> None:
    link = "https://maps.example/" + "a" * 120
    text(link)
    assert f'<span class="text-break" dir="auto">{link}</span>' in show(front_desk)


def test_an_empty_inbox_says_so(front_desk: User) -> None:
    assert "Nothing waits for you." in show(front_desk)


def test_today_says_how_many_wait(question: InboundMessage, front_desk: User) -> None:
    page = log_in(front_desk).get(reverse("treatments:today")).content.decode()
    assert "1 text from patients waits for a person." in " ".join(page.split())


def test_the_persons_page_shows_their_texts(question: InboundMessage, front_desk: User, maria: Patient) -> None:
    page = log_in(front_desk).get(reverse("patients:detail", args=[maria.uid])).content.decode()
    assert "Can I park at the clinic?" in page


def test_a_thread_holds_both_ways_and_leaves_a_trace(visit: TreatmentSession, front_desk: User) -> None:
    text("C", sid="SM0")
    text("And can I park?", sid="SM1")
    page = show(front_desk, "inbox_message", stored().uid)
    for words in ("They wrote", "And can I park?", "We will see you Thursday 26 November", acting.CONFIRMED):
        assert words in page
    assert AuditEntry.objects.filter(kind="thread", actor=front_desk).count() == 1


def test_the_thread_of_a_number_holds_what_nobodys_words_said_at_this_clinic(
    maria: Patient, lakeside: Clinic, front_desk: User
) -> None:
    for number, words in enumerate(("Who is this?", "Said to Lakeside", "Said by Maria", "Is it you?")):
        text(words, sid=f"SM{number}", sender="+447700900777")
    InboundMessage.objects.filter(gateway_id="SM1").update(clinic=lakeside)
    InboundMessage.objects.filter(gateway_id="SM2").update(patient=maria)
    page = show(front_desk, "inbox_message", stored("SM3").uid)
    assert [words in page for words in ("Who is this?", "Said to Lakeside", "Said by Maria")] == [True, False, False]


def test_what_is_only_planned_is_no_part_of_the_thread(reminder: Reminder, front_desk: User) -> None:
    text("Can I park?")
    assert "3 days before" not in show(front_desk, "inbox_message", stored().uid)
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    assert "3 days before" in show(front_desk, "inbox_message", stored().uid)


def test_a_thread_ends_with_what_left_last_however_long_before_it_was_due(
    reminder: Reminder, front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "NEWEST", 1)
    Reminder.objects.exclude(pk=reminder.pk).update(state=State.SENT, closed_at=NOW - 3 * DAY, due_at=NOW)
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW, due_at=NOW - 2 * DAY)
    entries = thread.thread_of(reminder.patient, now=NOW)
    assert [entry.reminder for entry in entries] == [reminder]


def test_what_a_patient_writes_is_shown_as_words_only(maria: Patient, front_desk: User) -> None:
    text("<script>alert(1)</script>")
    page = show(front_desk, "inbox_message", stored().uid)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_marking_as_done_says_by_whom_and_can_be_taken_back(question: InboundMessage, front_desk: User) -> None:
    post(front_desk, "finish_message")
    assert (stored().state, stored().done_by, stored().done_at) == ("done", front_desk, NOW)
    post(front_desk, "reopen_message")
    assert (stored().state, stored().done_by) == ("open", None)


def test_only_the_first_who_marks_it_is_named(question: InboundMessage, front_desk: User, nurse: User) -> None:
    post(front_desk, "finish_message")
    post(nurse, "finish_message")
    assert stored().done_by == front_desk


def test_staff_say_which_of_a_family_it_was(visit: TreatmentSession, family: Patient, front_desk: User) -> None:
    text("C")
    page = show(front_desk, "inbox_message", stored().uid)
    assert "Maria Santos" in page
    assert "Luis Santos" in page
    assert post(front_desk, "assign_message", person=visit.course.patient.uid).status_code == 302
    visit.refresh_from_db()
    assert visit.answer == TreatmentSession.Answer.CONFIRMED
    assert (stored().state, stored().assigned_by, stored().note) == ("settled", front_desk, acting.CONFIRMED)


def test_an_answer_does_not_count_for_a_visit_that_was_booked_after_it_came(
    visit: TreatmentSession, family: Patient, front_desk: User
) -> None:
    text("C")
    TreatmentSession.objects.update(placed_at=NOW + dt.timedelta(minutes=1))
    post(front_desk, "assign_message", person=visit.course.patient.uid)
    visit.refresh_from_db()
    assert (visit.answer, stored().state, stored().note) == ("", "open", acting.LATER_TIME)


def test_an_answer_counts_for_no_time_that_was_told_after_it_came(
    visit: TreatmentSession, reminder: Reminder, family: Patient, front_desk: User
) -> None:
    """It answers the old time. Before staff say whose it is, the new one is told."""
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW - dt.timedelta(hours=1))
    moved = {"starts_at": visit.starts_at + DAY, "ends_at": visit.ends_at + DAY, "version": 2, "placed_at": NOW}
    TreatmentSession.objects.update(**moved)
    text("C")
    told_since = Reminder.objects.get(pk=reminder.pk)
    told_since.pk, told_since.uid, told_since.session_version = None, uuid.uuid4(), 2
    told_since.visit_at, told_since.closed_at = visit.starts_at + DAY, NOW + dt.timedelta(minutes=3)
    told_since.save()
    with time_machine.travel(NOW + dt.timedelta(minutes=10), tick=False):
        post(front_desk, "assign_message", person=visit.course.patient.uid)
    visit.refresh_from_db()
    assert (visit.answer, stored().state, stored().note) == ("", "open", acting.OTHER_TIME)


def test_an_answer_that_somebody_dealt_with_counts_for_no_visit_once_its_writer_is_named(
    visit: TreatmentSession, family: Patient, front_desk: User, nurse: User
) -> None:
    text("R")
    log_in(nurse).post(reverse("reminders:finish_message", args=[stored().uid]))
    post(front_desk, "assign_message", person=visit.course.patient.uid)
    visit.refresh_from_db()
    assert (visit.answer, stored().state, stored().done_by) == ("", "done", nurse)
    assert stored().patient == visit.course.patient


def test_staff_say_whose_an_unknown_number_is(maria: Patient, front_desk: User) -> None:
    text("New phone, Maria here", sender="+447700900777")
    assert post(front_desk, "assign_message", record_number="rv000001").status_code == 302
    assert (stored().patient, stored().state) == (maria, "open")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose a person, or enter a record number."),
        ({"record_number": "X1"}, "Nobody here has this record number."),
        ({"person": "x"}, "Choose a person"),
    ],
)
def test_a_choice_of_nobody_is_refused_in_words(
    family: Patient, front_desk: User, values: dict[str, str], words: str
) -> None:
    text("hello")
    response = post(front_desk, "assign_message", **values)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_of_two_colleagues_who_say_who_it_was_the_first_counts(
    visit: TreatmentSession, family: Patient, front_desk: User, nurse: User
) -> None:
    text("C")
    maria, here = visit.course.patient, reverse("reminders:assign_message", args=[stored().uid])

    def say(who: User, patient: Patient) -> str:
        return str(log_in(who).post(here, {"person": patient.uid}, follow=True).text)

    assert "This text is from Maria Santos." in say(front_desk, maria)
    assert "Somebody else said that this text is from Maria Santos. Nothing was changed." in say(nurse, family)
    assert "This text is from Maria Santos." in say(nurse, maria)
    assert (stored().patient, stored().assigned_by, stored().session) == (maria, front_desk, visit)


def test_of_a_number_that_one_person_has_by_now_the_page_says_so(riverside: Clinic, front_desk: User) -> None:
    text("hello", sender="+447700900777")
    make_patient(riverside, "Joan", phone="+447700900777")
    page = show(front_desk, "inbox_message", stored().uid)
    assert "One person has +447700900777." in page


def test_a_text_cannot_be_given_to_a_person_of_another_clinic(
    family: Patient, front_desk: User, lakeside: Clinic
) -> None:
    text("hello")
    other = make_patient(lakeside, "Ann")
    assert post(front_desk, "assign_message", person=other.uid).status_code == 422
    assert stored().patient is None


def test_a_reply_goes_through_the_ledger_and_marks_it_as_done(question: InboundMessage, front_desk: User) -> None:
    assert post(front_desk, "reply", words="Yes, behind the house.").status_code == 302
    reminder = Reminder.objects.get()
    assert reminder.one_off
    assert (reminder.channel, reminder.state, reminder.reply_to) == (Channel.SMS, State.WAITING, question)
    assert (reminder.one_off.body, reminder.one_off.made_by) == ("Riverside Clinic: Yes, behind the house.", front_desk)
    assert reminder.due_at > NOW
    assert stored().state == "done"


def test_a_reply_to_somebody_called_dolores_may_name_her(question: InboundMessage, front_desk: User) -> None:
    words = "Yes, Dolores, behind the house."
    assert post(front_desk, "reply", words=words).status_code == 422
    Patient.objects.update(given_name="Dolores")
    assert post(front_desk, "reply", words=words).status_code == 302


def test_a_reply_is_not_held_back_by_the_texts_of_the_day(question: InboundMessage, front_desk: User) -> None:
    post(front_desk, "reply", words="Yes.")
    reminder = Reminder.objects.get()
    assert not had_enough(reminder, NOW)
    Reminder.objects.update(reply_to=None)
    reminder.refresh_from_db()
    assert not had_enough(reminder, NOW)


def test_who_wants_no_texts_is_answered_by_email(question: InboundMessage, maria: Patient, front_desk: User) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="test", by=None, at=NOW)
    post(front_desk, "reply", words="Yes.")
    assert Reminder.objects.get().channel == Channel.EMAIL


def test_who_wants_nothing_is_to_be_called(question: InboundMessage, maria: Patient, front_desk: User) -> None:
    for channel in Channel:
        withdraw_consent(patient=maria, channel=channel, source="test", by=None, at=NOW)
    assert "Nothing may be sent to them: call them." in show(front_desk, "inbox_message", question.uid)
    assert post(front_desk, "reply", words="Yes.").status_code == 422
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "Write a reply."),
        ("Your Botox is here", "Take out the word Botox"),
        ("About your quartz", "Take out the word quartz"),
        ("Hello {first_name}", "Take out the braces"),
        ("x" * 401, "Write 400 characters or fewer."),
    ],
)
def test_a_reply_that_cannot_go_is_refused_and_kept(
    question: InboundMessage, riverside: Clinic, front_desk: User, words: str, fault: str
) -> None:
    BlockedWord.objects.create(clinic=riverside, word="quartz", added_at=NOW, added_by=front_desk)
    response = post(front_desk, "reply", words=words)
    assert response.status_code == 422
    assert fault in response.content.decode()
    assert words[:50] in response.content.decode()
    assert stored().state == "open"


def test_the_list_costs_the_same_number_of_queries_for_many(
    question: InboundMessage, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        text("hello", sid=f"X{number}")
    client = log_in(front_desk)
    with django_assert_max_num_queries(8):
        client.get(reverse("reminders:inbox"))


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "in 3 minutes"), (12, "at 8am on Tuesday 24 November 2026")], ids=["by day", "at night"]
)
def test_it_is_said_when_a_reply_goes_out(question: InboundMessage, front_desk: User, hours: int, words: str) -> None:
    with time_machine.travel(NOW + dt.timedelta(hours=hours), tick=False):
        answer = {"words": "Yes, behind the house."}
        url = reverse("reminders:reply", args=[question.uid])
        response: Any = log_in(front_desk).post(url, answer, follow=True)
    assert f"The reply to Maria Santos goes out {words}." in response.content.decode()


def test_a_reply_leaves_once_it_can_no_longer_be_taken_back(
    question: InboundMessage, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    post(front_desk, "reply", words="Yes, behind the house.")
    send_due(clock=lambda: NOW)
    assert gateways["sms"].taken == []
    send_due(clock=lambda: NOW + dt.timedelta(minutes=3))
    assert [message.body for message in gateways["sms"].taken] == ["Riverside Clinic: Yes, behind the house."]
    assert "Fran Adeyemi wrote, text message" in show(front_desk, "inbox_message", question.uid)


def test_of_two_colleagues_who_reply_at_once_the_second_sees_the_first_ones_words(
    question: InboundMessage, front_desk: User, nurse: User
) -> None:
    post(front_desk, "reply", words="Yes, behind the house.", after="0")
    second = post(nurse, "reply", words="No, there is a car park.", after="0")
    page = second.content.decode()
    assert second.status_code == 409
    assert "Somebody answered meanwhile" in page
    assert "Yes, behind the house." in page
    assert "No, there is a car park." in page
    assert Reminder.objects.count() == 1
    assert post(nurse, "reply", words="No, there is a car park.", after="1").status_code == 302
    assert Reminder.objects.count() == 2


def test_a_reply_that_is_pressed_twice_goes_once(question: InboundMessage, front_desk: User) -> None:
    assert [post(front_desk, "reply", words="Yes.").status_code for _ in range(2)] == [302, 409]
    assert Reminder.objects.count() == 1


def test_the_page_of_a_text_says_how_often_its_writer_was_answered(question: InboundMessage, front_desk: User) -> None:
    post(front_desk, "reply", words="Yes.")
    assert 'name="after" value="1"' in show(front_desk, "inbox_message", question.uid)


def test_a_reply_can_be_taken_back(question: InboundMessage, front_desk: User, gateways: dict[str, Gateway]) -> None:
    post(front_desk, "reply", words="Yes.")
    log_in(front_desk).post(reverse("reminders:stop", args=[Reminder.objects.get().uid]))
    send_due(clock=lambda: NOW + dt.timedelta(minutes=3))
    assert gateways["sms"].taken == []


def test_a_text_whose_reply_was_taken_back_waits_again(question: InboundMessage, front_desk: User) -> None:
    post(front_desk, "reply", words="Yes.")
    taken_back = log_in(front_desk).post(reverse("reminders:stop", args=[Reminder.objects.get().uid]), follow=True)
    assert taken_back.redirect_chain == [(reverse("reminders:inbox_message", args=[question.uid]), 302)]
    assert "The reply to Maria Santos was taken back." in taken_back.text
    assert (stored().state, stored().done_by) == ("open", None)


def test_a_text_that_was_done_without_the_reply_stays_done_when_that_is_taken_back(
    question: InboundMessage, front_desk: User
) -> None:
    with time_machine.travel(NOW - dt.timedelta(minutes=1), tick=False):
        post(front_desk, "finish_message")
    post(front_desk, "reply", words="Yes.")
    log_in(front_desk).post(reverse("reminders:stop", args=[Reminder.objects.get().uid]))
    assert stored().state == "done"
