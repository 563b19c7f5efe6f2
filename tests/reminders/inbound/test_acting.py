"""What is done about a text: the next visit and no other, a family's number never guessed, no visit ever cancelled."""

import datetime as dt
import unicodedata
import uuid
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from clinic.health_words import blocked_words
from clinic.models import AuditEntry, Clinic, Injector, User
from patients.actions import withdraw_consent
from patients.models import Channel, ContactPoint, Patient
from reminders.dispatch import send_due
from reminders.inbound import acting
from reminders.inbound.answers import TEXTS, Answer, words_of
from reminders.inbound.grammar import Meaning
from reminders.models import InboundMessage, Kind, Reminder, ReminderRule, State
from reminders.wording import gsm
from tests.builders import NOW, TODAY, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.reminders.calls import NUMBER, text
from tests.reminders.conftest import Gateway
from treatments import booking, leaving
from treatments.models import OfferInvitation, SessionEvent, SlotOffer, Status, TreatmentSession

DAY = dt.timedelta(days=1)
Said = TreatmentSession.Answer


def stored() -> InboundMessage:
    return InboundMessage.objects.get()


def answered(response: object) -> str:
    body: bytes = response.content  # type: ignore[attr-defined]
    return body.decode().partition("<Message>")[2].partition("</Message>")[0]


@pytest.fixture
def family(maria: Patient, riverside: Clinic) -> Patient:
    """Luis, whose mother's number is his."""
    return make_patient(riverside, "Luis", "Santos", phone=NUMBER)


# C and R


@pytest.mark.parametrize("words", ["C", "c.", "1"])
def test_c_confirms_the_next_visit(visit: TreatmentSession, words: str) -> None:
    reply = answered(text(words))
    visit.refresh_from_db()
    assert (visit.answer, visit.answered_at) == (Said.CONFIRMED, NOW)
    assert reply == "Riverside Clinic: thank you. We will see you Thursday 26 November at 10:30am."
    assert (stored().state, stored().session, stored().note) == ("settled", visit, acting.CONFIRMED)


def test_c_confirms_no_cancelled_visit(visit: TreatmentSession, osei: Injector) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    first = make_session(visit.course, osei, NOW + 80 * DAY)
    text("C")
    first.refresh_from_db()
    assert first.answer == Said.CONFIRMED
    assert SessionEvent.objects.filter(kind="answered").count() == 1


def test_a_visit_that_has_begun_is_not_the_next(visit: TreatmentSession) -> None:
    TreatmentSession.objects.update(starts_at=NOW, ends_at=NOW + dt.timedelta(minutes=15))
    text("C")
    assert (stored().state, stored().note) == ("open", acting.NOTHING_BOOKED)


@pytest.mark.parametrize("words", ["R", "2"])
def test_r_asks_to_move_and_keeps_the_time(visit: TreatmentSession, front_desk: User, words: str) -> None:
    ReminderRule.objects.filter(kind=Kind.MOVE_ASKED).update(active=False)
    reply = answered(text(words))
    visit.refresh_from_db()
    assert (visit.answer, visit.status) == (Said.ASKED_TO_MOVE, Status.BOOKED)
    assert "stays booked" in reply
    asked = log_in(front_desk).get(reverse("treatments:recall"), {"tab": "asked"}).content.decode()
    assert "Maria Santos" in asked


def test_who_asked_to_move_may_still_confirm(visit: TreatmentSession) -> None:
    text("R", sid="SM1")
    text("C", sid="SM2")
    visit.refresh_from_db()
    assert visit.answer == Said.CONFIRMED


def test_an_answer_without_a_visit_is_for_staff(maria: Patient) -> None:
    assert answered(text("C")) == ""
    assert (stored().state, stored().note) == ("open", acting.NOTHING_BOOKED)


def test_c_confirms_a_visit_that_another_injector_sees_at_the_time_that_was_told(
    reminder: Reminder, visit: TreatmentSession
) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(version=2)
    text("C")
    visit.refresh_from_db()
    assert (visit.answer, stored().note) == (Said.CONFIRMED, acting.CONFIRMED)


def test_an_answer_to_a_visit_that_changes_at_the_same_moment_is_for_staff(
    visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = booking.answer

    def be_slower(*, session: TreatmentSession, **how: Any) -> TreatmentSession:
        TreatmentSession.objects.filter(pk=session.pk).update(version=2)
        return take(session=session, **how)

    monkeypatch.setattr(booking, "answer", be_slower)
    assert answered(text("C")) == ""
    assert (stored().state, stored().note) == ("open", acting.CHANGED)


def test_an_answer_to_another_time_than_the_visits_is_for_staff(reminder: Reminder, visit: TreatmentSession) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(
        version=2, starts_at=NOW + 5 * DAY, ends_at=NOW + 5 * DAY + dt.timedelta(minutes=15)
    )
    text("C")
    visit.refresh_from_db()
    assert (visit.answer, stored().note) == ("", acting.OTHER_TIME)


def test_of_two_times_that_were_told_the_last_one_counts(reminder: Reminder, visit: TreatmentSession) -> None:
    before = {"visit_at": visit.starts_at - DAY, "session_version": 0, "uid": uuid.uuid4()}
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW - DAY, **before)
    reminder.pk, reminder.state, reminder.closed_at = None, State.SENT, NOW
    reminder.save()
    text("C")
    visit.refresh_from_db()
    assert (visit.answer, stored().note) == (Said.CONFIRMED, acting.CONFIRMED)


def test_an_answer_after_another_time_was_offered_is_for_staff(
    reminder: Reminder, visit: TreatmentSession, osei: Injector, front_desk: User
) -> None:
    offer = SlotOffer.objects.create(
        clinic=visit.clinic,
        injector=osei,
        room=room_of(osei),
        starts_at=NOW + DAY,
        ends_at=NOW + DAY + dt.timedelta(minutes=15),
        offered_at=NOW,
        offered_by=front_desk,
        expires_at=NOW + dt.timedelta(hours=2),
    )
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW - DAY)
    reminder.invitation = OfferInvitation.objects.create(clinic=visit.clinic, offer=offer, course=visit.course)
    reminder.pk, reminder.uid, reminder.rule = None, uuid.uuid4(), ReminderRule.objects.get(kind=Kind.OFFER)
    reminder.session = reminder.session_version = reminder.visit_at = None
    reminder.state, reminder.closed_at = State.SENT, NOW
    reminder.save()
    text("C")
    visit.refresh_from_db()
    assert (visit.answer, stored().note) == ("", acting.OTHER_TIME_OFFERED)


@pytest.mark.parametrize(("hours", "note"), [(1, acting.OTHER_TIME), (0, acting.CONFIRMED)])
def test_an_answer_to_a_visit_that_was_cancelled_since_is_no_answer_to_the_one_booked_in_its_place(
    reminder: Reminder, visit: TreatmentSession, hours: int, note: str
) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    TreatmentSession.objects.update(status=Status.CANCELLED)
    instead = make_session(visit.course, visit.injector, visit.starts_at + dt.timedelta(hours=hours))
    text("C")
    instead.refresh_from_db()
    assert (instead.answer, stored().note) == (Said.NONE if hours else Said.CONFIRMED, note)


@pytest.mark.parametrize("words", ["YES", "Yes I will come", "confirm", "CANCEL my visit", "cancel Thursday please"])
def test_yes_and_cancel_are_no_commands(visit: TreatmentSession, words: str) -> None:
    assert answered(text(words)) == ""
    visit.refresh_from_db()
    assert (visit.answer, visit.status, stored().state) == ("", Status.BOOKED, "open")
    assert ContactPoint.objects.usable().count() == 2


@pytest.mark.parametrize("words", ["C", "R"])
def test_an_answer_from_a_familys_number_is_never_guessed(visit: TreatmentSession, family: Patient, words: str) -> None:
    assert answered(text(words)) == ""
    visit.refresh_from_db()
    assert visit.answer == ""
    assert (stored().patient, stored().state) == (None, "open")
    assert stored().note == "2 people have this number: find out who is meant."


@pytest.mark.parametrize("words", ["C", "R"])
def test_an_answer_from_a_number_that_somebody_at_another_clinic_has_is_never_guessed(
    visit: TreatmentSession, lakeside: Clinic, words: str
) -> None:
    make_patient(lakeside, "Luis", "Santos", phone=NUMBER, birth_date=dt.date(2004, 2, 3))
    assert answered(text(words)) == ""
    visit.refresh_from_db()
    assert visit.answer == ""
    assert (stored().state, stored().note) == ("open", acting.PERHAPS_SHARED)


def test_who_has_a_record_at_another_clinic_too_is_no_family(visit: TreatmentSession, lakeside: Clinic) -> None:
    make_patient(lakeside, "Maria", "Santos", phone=NUMBER)
    text("C")
    visit.refresh_from_db()
    assert visit.answer == Said.CONFIRMED


@pytest.mark.parametrize("why", ["merged", "died"])
def test_a_closed_record_with_the_same_number_makes_no_family(
    visit: TreatmentSession, family: Patient, front_desk: User, why: str
) -> None:
    if why == "died":
        leaving.died(patient=family, on=TODAY, by=front_desk, at=NOW)
    else:
        leaving.merge(patient=family, into=visit.course.patient, by=front_desk, at=NOW)
    text("C")
    visit.refresh_from_db()
    assert visit.answer == Said.CONFIRMED


@pytest.mark.parametrize(("words", "answer"), [("2", ""), ("1.", ""), ("R", Said.ASKED_TO_MOVE)])
def test_a_digit_after_a_question_about_something_else_is_for_staff(
    visit: TreatmentSession, words: str, answer: str
) -> None:
    """How many days did you have? 2."""
    asked = Reminder(clinic=visit.clinic, rule=ReminderRule.objects.get(kind=Kind.DIARY), patient=visit.course.patient)
    asked.occasion, asked.channel, asked.state, asked.closed_at = "diary", Channel.SMS, State.SENT, NOW
    asked.due_at = asked.created_at = asked.useful_until = NOW
    asked.save()
    text(words)
    visit.refresh_from_db()
    assert visit.answer == answer
    assert (stored().note == acting.OTHER_MATTER) == (not answer)


# STOP


@pytest.mark.parametrize(
    "words", ["STOP", "cancel", "Please don't text me any more", "Dim mwy o negeseuon", "بند کریں"]
)
def test_stop_stops_texts_at_once_is_confirmed_once_and_told_to_staff(visit: TreatmentSession, words: str) -> None:
    reply = answered(text(words, sid="SM1"))
    assert "no more texts" in reply
    point = ContactPoint.objects.get(channel=Channel.SMS)
    assert (point.withdrawn_at, point.withdrawn_source, point.withdrawn_by) == (NOW, "by text message", None)
    assert (stored().state, stored().note) == ("open", acting.STOPPED)
    assert answered(text(words, sid="SM2")) == ""


def test_a_stop_from_a_number_that_staff_had_stopped_is_noted_and_sends_nothing(maria: Patient) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="told staff", by=None, at=NOW - DAY)
    assert answered(text("STOP")) == ""
    assert (stored().state, stored().note) == ("open", acting.STOPPED_BEFORE)


def test_an_opt_out_cancels_no_visit_and_later_reminders_go_by_email(
    reminder: Reminder, visit: TreatmentSession, gateways: dict[str, Gateway]
) -> None:
    text("CANCEL")
    send_due(clock=lambda: NOW)
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED
    assert gateways["sms"].taken == []
    assert [message.to for message in gateways["email"].taken] == ["rv000001@patients.example"]


def test_an_opt_out_of_who_has_no_email_puts_the_reminder_before_a_person(
    reminder: Reminder, gateways: dict[str, Gateway]
) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    text("STOP")
    send_due(clock=lambda: NOW)
    assert [one.reason for one in Reminder.objects.needs_person()] == ["They do not want messages to this phone number"]


def test_a_stop_from_a_familys_number_stops_it_for_all(visit: TreatmentSession, family: Patient) -> None:
    text("STOP")
    assert not ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()
    assert stored().note == acting.STOPPED_FOR_ALL.format(count=2)


@pytest.mark.parametrize("sender", ["07700900000", "447700900000", " 447700900000", "+44 7700 900000"])
def test_a_stop_counts_however_the_gateway_writes_the_number(visit: TreatmentSession, sender: str) -> None:
    text("STOP", sender=sender)
    assert ContactPoint.objects.get(channel=Channel.SMS).trouble == "Do not text"


def test_a_stop_from_a_number_that_nobody_has_is_confirmed_once(maria: Patient) -> None:
    assert answered(text("STOP", sid="SM1", sender="+447700900777"))
    assert stored().note == acting.STOPPED_FOR_NOBODY
    assert answered(text("STOP", sid="SM2", sender="+447700900777")) == ""
    assert ContactPoint.objects.usable().count() == 2


# START and HELP


def test_start_gives_consent_again(maria: Patient) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="told staff", by=None, at=NOW - DAY)
    assert "again" in answered(text("START"))
    point = ContactPoint.objects.usable().get(channel=Channel.SMS)
    assert (point.consented_at, point.consent_source) == (NOW, "by text message")
    assert stored().state == "settled"


def test_a_number_that_was_taken_for_dead_and_writes_start_gets_texts_again(maria: Patient) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).update(failed_at=NOW - DAY, failed_reason="Does not exist")
    assert "again" in answered(text("START"))
    assert ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()


def test_a_stop_that_was_taken_back_by_start_waits_for_nobody(maria: Patient) -> None:
    with time_machine.travel(NOW - DAY, tick=False):
        text("STOP", sid="SM1")
    text("START", sid="SM2")
    stop = InboundMessage.objects.get(gateway_id="SM1")
    assert (stop.state, stop.note) == ("settled", acting.STARTED_SINCE)


def test_a_start_settles_no_question_and_no_stop_from_another_number(maria: Patient) -> None:
    text("Can I park?", sid="question")
    text("STOP", sid="other number", sender="+447700900777")
    InboundMessage.objects.filter(gateway_id="other number").update(patient=maria)
    text("START", sid="start")
    waiting = InboundMessage.objects.filter(state=InboundMessage.State.OPEN)
    assert set(waiting.values_list("gateway_id", flat=True)) == {"question", "other number"}


def test_a_start_from_a_closed_records_number_promises_nothing_and_is_for_staff(
    maria: Patient, front_desk: User
) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="told staff", by=None, at=NOW - DAY)
    leaving.died(patient=maria, on=TODAY, by=front_desk, at=NOW)
    assert answered(text("START")) == ""
    assert (stored().state, stored().note) == ("open", acting.CLOSED)
    assert ContactPoint.objects.get(channel=Channel.SMS).withdrawn_at


def test_a_start_that_was_read_before_the_record_closed_promises_nothing(
    maria: Patient, riverside: Clinic, front_desk: User
) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="told staff", by=None, at=NOW - DAY)
    as_read = Patient.objects.select_related("clinic").get(pk=maria.pk)
    leaving.died(patient=maria, on=TODAY, by=front_desk, at=NOW)
    start = InboundMessage(clinic=riverside, sender=NUMBER, patient=as_read, meaning=Meaning.START, received_at=NOW)
    acting.act(start, [as_read], NOW)
    assert (start.answer, start.note) == ("", acting.CLOSED)
    assert ContactPoint.objects.get(channel=Channel.SMS).withdrawn_at


def test_a_start_from_a_familys_number_is_for_staff(maria: Patient, family: Patient) -> None:
    text("STOP", sid="SM1")
    text("START", sid="SM2")
    assert not ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()
    assert InboundMessage.objects.get(gateway_id="SM2").state == "open"


@pytest.mark.parametrize("sender", [NUMBER, "+447700900777"])
def test_help_says_who_writes_and_the_phone_number(maria: Patient, sender: str) -> None:
    assert answered(text("HELP", sender=sender)) == (
        "Riverside Clinic, phone 020 7946 0000. We text about your visits. To stop, reply STOP."
    )


# Answers


def test_who_reads_another_language_is_answered_in_it(visit: TreatmentSession) -> None:
    Patient.objects.update(language="es")
    assert answered(text("STOP")).startswith("Riverside Clinic: no recibira mas mensajes")


@pytest.mark.parametrize("language", TEXTS)
def test_answers_name_no_health_matter_and_fit_into_one_text(language: str) -> None:
    values = {"clinic": "A" * 20, "phone": "+44 7700 900000", "day_date": "Wednesday 30 September", "time": "10:30am"}
    for answer in Answer:
        words = words_of(answer, language, values)
        assert not blocked_words(words)
        assert gsm.parts(words) <= (2 if language == "ur" else 1)
        # As the messages do: else the line of a Latin name runs from left to right.
        assert (unicodedata.bidirectional(words[0]) == "R") is (language == "ur")


def test_the_clinics_own_message_about_a_move_is_not_doubled(visit: TreatmentSession, rules: Clinic) -> None:
    ReminderRule.objects.get_or_create(clinic=rules, kind=Kind.MOVE_ASKED, defaults={"active": True})
    assert answered(text("R")) == ""
    assert stored().note == acting.ASKED_TO_MOVE


def test_a_message_of_another_clinic_about_a_move_leaves_ours_to_be_answered(
    visit: TreatmentSession, lakeside: Clinic
) -> None:
    ReminderRule.objects.filter(kind=Kind.MOVE_ASKED).update(active=False)
    ReminderRule.objects.create(clinic=lakeside, kind=Kind.MOVE_ASKED)
    assert "stays booked" in answered(text("R"))


def test_every_text_leaves_a_trace_without_its_words(maria: Patient) -> None:
    text("something private")
    entry = AuditEntry.objects.get(kind="text received")
    assert entry.subject == maria.uid
