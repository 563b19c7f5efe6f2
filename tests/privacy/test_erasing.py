"""Erasing: what has to go is gone from every column, what was given still adds up, and nobody erases by a slip."""

import datetime as dt
import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from clinic.fields import TOKEN, cipher
from clinic.models import AuditEntry, Clinic, Opening, Role, User
from patients.actions import close_record, reopen_record, set_contact
from patients.models import Assessment, Authorization, ContactPoint, Patient, PreventiveTrial
from privacy.erasing import NotYet, erase
from privacy.models import Erasure, Retention
from privacy.paths import tables
from privacy.portrait import portrait
from privacy.rules import CONTACT, RULES
from privacy.seen import past_their_time
from privacy.tasks import forget
from reminders.models import Delivery, InboundMessage, OneOff, Reminder, ReminderRule
from tests.builders import NOW, TODAY, make_assessment, make_clinic, make_course, make_patient, make_user
from tests.clinic.test_constraints import refused
from tests.conftest import log_in
from tests.interface.programs import Program
from tests.reminders.calls import SECRET
from tests.reminders.test_receipts import BOUNCE, KEY, mail_event, status
from tests.treatments.referrals.lists import LATER, NEVER_TREATED, load, row
from tests.world import World
from treatments import booking
from treatments.courses import close_course
from treatments.models import Course, OutsideDose, SessionEvent, Status, StockVial, TreatmentSession, WaitingEntry
from treatments.recall import waiting

LONG_AGO = NOW - dt.timedelta(days=365 * 9)


def step(harbour: World, by: User, *, answer: str, reason: str = "") -> None:
    """Put a step into the history of her visit that had a reason for being early, and an answer, before it."""
    before = {"early_reason": cipher().encrypt(b"Maria travels").decode(), "answer": answer}
    SessionEvent.objects.create(
        clinic=harbour.clinic, session=harbour.session, at=NOW, kind="status", by=by, reason=reason, before=before
    )


@pytest.fixture
def maria(harbour: World, keeper: User) -> Patient:
    """Maria, whose treatment ended, with something in every table."""
    patient = harbour.patient
    make_assessment(
        patient, signed_by=keeper, override_reason="Her sister Rosa Santos says so", override_role="prescriber"
    )
    set_contact(patient=patient, channel="sms", address="07700 900555", by=keeper, at=NOW, consent_source="asked")
    step(harbour, keeper, answer="", reason="Maria Santos rang")
    for words in ("Her sister Rosa comes along", "Rosa Santos rang"):
        visit = TreatmentSession.objects.get(pk=harbour.session.pk)
        booking.change_note(session=visit, note=words, by=keeper, at=NOW)
    waiting.add(course=harbour.course, by=keeper, at=NOW, note="Call her sister Rosa")
    InboundMessage.objects.update(body="It is Maria Santos, I am ill", answer="Dear Maria")
    one_off = OneOff.objects.create(
        clinic=harbour.clinic, subject="For Maria", body="Dear Maria", made_at=NOW, made_by=keeper
    )
    Reminder.objects.create(
        clinic=harbour.clinic,
        rule=ReminderRule.objects.get(clinic=harbour.clinic, kind="one_off"),
        patient=patient,
        one_off=one_off,
        occasion=f"one-off {one_off.uid}",
        batch=one_off.uid,
        channel="sms",
        due_at=NOW,
        useful_until=NOW,
        created_at=NOW,
    )
    Delivery.objects.create(
        clinic=harbour.clinic,
        reminder=harbour.reminder,
        attempt=1,
        started_at=NOW,
        finished_at=NOW,
        outcome="refused",
        error="+447700900555 is unknown",
    )
    TreatmentSession.objects.filter(course=harbour.course, status=Status.BOOKED).update(status=Status.CANCELLED)
    close_course(course=Course.objects.get(pk=harbour.course.pk), reason="Maria moved away", by=keeper, at=NOW)
    return patient


def told(patient: Patient) -> str:
    """Return all that is stored about a person, as text."""
    return json.dumps([table.rows for table in portrait(patient)], default=str, ensure_ascii=False)


def wipe(patient: Patient, by: User, what: str = "person", reason: str = "order") -> Erasure:
    """Erase."""
    return erase(patient=patient, what=what, reason=reason, by=by, at=NOW)


def test_every_table_about_a_person_has_a_rule() -> None:
    histories = {model for model in tables() if hasattr(model, "history_type")}
    assert set(tables()) - histories - {Patient} == set(RULES) | set(CONTACT)


def test_nothing_tells_who_it_was(maria: Patient, keeper: User) -> None:
    assert "Santos" in told(maria)
    number, uid = maria.record_number, maria.uid
    wipe(maria, keeper)
    left = told(Patient.objects.get(uid=uid))
    for word in ("Santos", "Maria", "Rosa", "900555", "patients.example", "1984-04-17", "PA-1", f'"{number}"'):
        assert word not in left, word
    assert not any(TOKEN.search(json.dumps(event.before)) for event in SessionEvent.objects.all())


def test_of_a_person_the_year_of_birth_is_left_and_a_number_that_stands_for_nobody(
    maria: Patient, keeper: User
) -> None:
    Patient.objects.filter(pk=maria.pk).update(
        timezone="Europe/Berlin", language="ur", payer="Aster", referred_on=TODAY, safety_note="Faints"
    )
    wipe(maria, keeper)
    maria.refresh_from_db()
    assert (maria.full_name, maria.record_number) == ("Erased person", f"erased-{maria.pk}")
    assert (maria.birth_date, maria.closed, maria.closed_on) == (dt.date(1984, 1, 1), "erased", TODAY)
    assert (maria.timezone, maria.language, maria.payer, maria.referred_on) == ("", "en", "", None)
    assert maria.safety_note == ""


def test_who_has_had_several_authorizations_can_be_erased(maria: Patient, keeper: User) -> None:
    first = Authorization.objects.get(patient=maria)
    Authorization.objects.create(
        clinic=maria.clinic, patient=maria, payer="Aster", number="PA-2", valid_from=TODAY, valid_to=TODAY
    )
    wipe(maria, keeper)
    left = Authorization.objects.filter(patient=maria)
    assert not {first.number, "PA-2"} & set(left.values_list("number", flat=True))
    assert len(left) == 2


def test_no_column_of_any_table_holds_the_name_any_more(maria: Patient, keeper: User) -> None:
    common = {"clinic": maria.clinic, "lot": "C7601C3", "strength": 100, "expires_on": TODAY, "received_on": TODAY}
    vial = StockVial.objects.create(
        **common, received_by=keeper, owner=maria, state="discarded", discard_reason="Maria Santos stopped",
        settled_at=NOW, settled_by=keeper,
    )  # fmt: skip
    OutsideDose.objects.create(
        clinic=maria.clinic, patient=maria, given_on=TODAY, same_product=True, units=20, told_at=NOW, told_to=keeper,
        reason="At Rosa Santos's",
    )  # fmt: skip
    wipe(maria, keeper)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.split("_")[0] not in {"patients", "treatments", "reminders", "interface", "privacy", "clinic"}:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert "santos" not in str(cursor.fetchall()).lower(), table
    vial.refresh_from_db()
    assert vial.discard_reason == "erased"


@pytest.mark.parametrize("what", ["contact", "person"])
def test_a_program_that_asks_what_changed_is_told(maria: Patient, keeper: User, what: str) -> None:
    program = Program(maria.clinic)
    since = f"ge{NOW + dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert str(maria.uid) not in program.ids("Patient", _lastUpdated=since)
    erase(patient=maria, what=what, reason="order", by=keeper, at=NOW + dt.timedelta(days=1))
    assert str(maria.uid) in program.ids("Patient", _lastUpdated=since)
    assert "telecom" not in program.get(f"Patient/{maria.uid}").json()


def test_what_was_given_and_signed_stays(maria: Patient, keeper: User) -> None:
    def facts() -> Any:
        signed = Assessment.objects.filter(patient=maria, signed_at__isnull=False).values(
            "headache_days", "signed_by", "signed_at", "outcome"
        )
        given = TreatmentSession.objects.filter(course__patient=maria).values("given_on", "status", "starts_at")
        return list(signed), list(given)

    before = facts()
    wipe(maria, keeper)
    assert facts() == before


def test_each_line_of_history_keeps_its_own_facts(maria: Patient, harbour: World, keeper: User) -> None:
    step(harbour, keeper, answer="confirmed")
    wipe(maria, keeper)
    told_before = SessionEvent.objects.filter(session=harbour.session, before__has_key="early_reason")
    assert [event.before for event in told_before.order_by("-pk")[:2]] == [
        {"early_reason": "", "answer": "confirmed"},
        {"early_reason": "", "answer": ""},
    ]


def test_what_was_noted_of_a_visit_and_of_a_wait_goes_and_what_was_noted_before_with_it(
    maria: Patient, harbour: World, keeper: User
) -> None:
    wipe(maria, keeper)
    assert TreatmentSession.objects.get(pk=harbour.session.pk).note == "erased"
    notes = harbour.session.events.filter(kind="noted")
    assert [(one.before, one.note_before) for one in notes] == [({"note": ""}, "")] * 2
    assert set(WaitingEntry.objects.filter(course=harbour.course).values_list("note", flat=True)) == {"", "erased"}


def test_signed_texts_are_closed_again_afterwards(maria: Patient, keeper: User) -> None:
    wipe(maria, keeper)
    assert Opening.objects.filter(kind="erase").count() == 2
    with refused():
        Assessment.objects.filter(patient=maria, signed_at__isnull=False).update(override_reason="x")


def test_contact_data_goes_and_the_record_stays(maria: Patient, keeper: User) -> None:
    wipe(maria, keeper, "contact", "request")
    left = told(maria)
    assert not ContactPoint.objects.filter(patient=maria).exists()
    for word in ("900555", "patients.example", "I am ill", "Dear Maria"):
        assert word not in left, word
    assert "Santos" in left
    assert Patient.objects.matching("900555").count() == 0
    assert Reminder.objects.filter(patient=maria).exists()
    assert Delivery.objects.get().outcome == "refused"


def test_addresses_that_came_with_a_list_go_and_the_same_list_does_not_bring_them_back(
    harbour: World, keeper: User
) -> None:
    listed = row(900, **NEVER_TREATED, injector="")
    load(harbour.clinic, listed)
    person = Patient.objects.get(record_number=listed["mrn"])
    wipe(person, keeper, "contact", "request")
    assert not {"+447700900123", listed["email"]} & set(told(person).split('"'))
    assert load(harbour.clinic, listed, at=LATER).unchanged == 1
    load(harbour.clinic, listed | {"payer": "Aster", "sms_consent_on": "2026-11-01"}, at=LATER)
    assert "900123" not in told(person)
    assert not ContactPoint.objects.filter(patient=person).exists()
    # Who is referred anew has to be reached.
    load(harbour.clinic, listed | {"referred_on": "2026-11-20"}, at=LATER)
    assert ContactPoint.objects.filter(patient=person, address="+447700900123").exists()


def test_somebody_in_treatment_stays(harbour: World, keeper: User) -> None:
    for what in ("contact", "person"):
        with pytest.raises(NotYet, match="in treatment"):
            wipe(harbour.patient, keeper, what)


@pytest.mark.parametrize("reason", ["request", "died", "retention"])
def test_a_record_that_has_to_be_kept_is_kept(maria: Patient, keeper: User, reason: str) -> None:
    with pytest.raises(NotYet, match="until 23 November 2034"):
        wipe(maria, keeper, "person", reason)
    assert "Santos" in told(maria)


def test_a_record_is_kept_to_the_end_of_its_last_day(maria: Patient, keeper: User) -> None:
    last_day, retention = dt.datetime(2034, 11, 23, 23, 30, tzinfo=dt.UTC), Erasure.Reason.RETENTION
    with pytest.raises(NotYet, match="until 23 November 2034"):
        erase(patient=maria, what=Erasure.What.PERSON, reason=retention, by=keeper, at=last_day)
    assert erase(
        patient=maria, what=Erasure.What.PERSON, reason=retention, by=keeper, at=last_day + dt.timedelta(hours=1)
    )


def test_joined_records_go_together(maria: Patient, keeper: User) -> None:
    twin = make_patient(maria.clinic, "Mary", "Santos")
    close_record(patient=twin, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=maria)
    twin.refresh_from_db()
    wipe(twin, keeper)
    assert set(Patient.objects.filter(pk__in=[maria.pk, twin.pk]).values_list("given_name", "closed")) == {
        ("Erased", "erased"),
        ("Erased", "merged"),
    }


@pytest.fixture
def twin(maria: Patient, keeper: User) -> Patient:
    """A second record of Maria's name, joined with hers by mistake and taken back; each has a medicine of its own."""
    other = make_patient(maria.clinic, "Mary", "Santos")
    for patient in (other, maria):
        PreventiveTrial.objects.create(
            clinic=maria.clinic, patient=patient, drug_class="beta_blocker", drug="Propranolol",
            result="not_tolerated", reason=f"As {patient.given_name} said",
        )  # fmt: skip
    close_record(patient=other, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=maria)
    reopen_record(patient=other, by=keeper, at=NOW)
    return other


def reasons_kept() -> set[str]:
    """Return what histories say of the medicines of both."""
    return {one.reason for one in PreventiveTrial.history.all() if one.reason.startswith("As ")}


def test_what_a_record_said_goes_with_it_also_where_it_stood_under_another(twin: Patient, keeper: User) -> None:
    assert reasons_kept() == {"As Mary said", "As Maria said"}
    wipe(twin, keeper)
    assert reasons_kept() == {"As Maria said"}


def test_no_page_or_sheet_of_an_erased_person_names_a_day_of_birth(maria: Patient, keeper: User) -> None:
    client = log_in(keeper)
    wipe(maria, keeper)
    for name in ("patients:detail", "patients:diary", "treatments:summary"):
        seen = client.get(reverse(name, args=[maria.uid])).content.decode()
        assert "1 January" not in seen, name
        assert re.search(r"(?i)born\s+in 1984", seen), name


def test_what_stood_under_a_record_by_mistake_is_the_other_ones(maria: Patient, twin: Patient, keeper: User) -> None:
    lines = PreventiveTrial.history.filter(id=PreventiveTrial.objects.get(patient=twin).pk)
    kept = lines.count()
    wipe(maria, keeper)
    assert (lines.count(), reasons_kept()) == (kept, {"As Mary said"})


def test_a_record_that_was_joined_since_the_page_was_read_takes_the_other_along(maria: Patient, keeper: User) -> None:
    second = make_patient(maria.clinic, "Mary", "Santos")
    stale = Patient.objects.get(pk=second.pk)
    close_record(patient=second, closed=Patient.Closed.MERGED, on=TODAY, into=maria, by=keeper, at=NOW)
    wipe(stale, keeper)
    assert {one.full_name for one in Patient.objects.filter(pk__in=[maria.pk, second.pk])} == {"Erased person"}


@pytest.mark.parametrize("what", ["contact", "person"])
def test_texts_from_their_numbers_that_were_put_to_nobody_go_too(maria: Patient, keeper: User, what: str) -> None:
    sister = make_patient(maria.clinic, "Rosa", "Santos")
    has_had = ((sister, "558"), (sister, "556"), (maria, "556"), (maria, "557"))
    for patient, last in has_had:
        set_contact(patient=patient, channel="sms", address=f"07700 900{last}", by=keeper, at=NOW)
    # An old one, one that two have, her own, and one that her sister had.
    for number in ("+447700900555", "+447700900556", "+447700900557", "+447700900558"):
        InboundMessage.objects.create(
            clinic=maria.clinic, gateway_id=number, sender=number, body="I am ill", received_at=NOW, meaning="other"
        )
    elsewhere = InboundMessage.objects.create(
        clinic=make_clinic("Lakeside"), gateway_id="1", sender="+447700900557", body="See you", received_at=NOW,
        meaning="other",
    )  # fmt: skip
    wipe(maria, keeper, what)
    left = InboundMessage.objects.filter(patient=None, clinic=maria.clinic).exclude(sender="")
    assert set(left.values_list("sender", flat=True)) == {"+447700900556", "+447700900558"}
    elsewhere.refresh_from_db()
    assert elsewhere.body == "See you"
    assert [one.body for one in InboundMessage.objects.filter(sender="", patient=None)] == ["", ""]


@pytest.mark.parametrize("what", ["contact", "person"])
def test_what_the_gateway_calls_their_texts_goes_too(maria: Patient, keeper: User, what: str) -> None:
    """Whoever may ask the gateway by it is told the number and the words."""
    for number, patient in (("SM901", maria), ("SM902", maria), ("SM903", None)):
        InboundMessage.objects.create(
            clinic=maria.clinic, gateway_id=number, sender="+447700900555", body="I am ill", received_at=NOW,
            meaning="other", patient=patient,
        )  # fmt: skip
    wipe(maria, keeper, what)
    assert not InboundMessage.objects.filter(gateway_id__in=["SM901", "SM902", "SM903"]).exists()


@pytest.mark.parametrize("what", ["contact", "person"])
def test_a_text_whose_words_are_gone_waits_for_nobody(
    maria: Patient, keeper: User, kit: Any, front_desk: User, what: str
) -> None:
    for number, patient in (("+447700900555", maria), ("+447700900555", None)):
        InboundMessage.objects.create(
            clinic=maria.clinic, gateway_id=f"of {patient}", sender=number, body="Please call me",
            received_at=NOW, meaning="other", patient=patient,
        )  # fmt: skip
    done = InboundMessage.objects.create(
        clinic=maria.clinic, gateway_id="done", sender="+447700900555", body="Thank you", received_at=NOW,
        meaning="other", patient=maria, state="done", done_by=front_desk, done_at=NOW,
    )  # fmt: skip
    wipe(maria, keeper, what)
    assert "Nothing waits for you." in kit.get(reverse("reminders:inbox")).content.decode()
    done.refresh_from_db()
    assert done.done_by == front_desk


@pytest.mark.parametrize("what", ["contact", "person"])
def test_nobody_is_asked_to_call_about_a_message_that_was_erased(maria: Patient, keeper: User, what: str) -> None:
    [text] = OneOff.objects.all()
    hers = Reminder.objects.get(one_off=text)
    for state in ("waiting", "failed", "missed"):
        Reminder.objects.create(
            clinic=text.clinic, rule=hers.rule, patient=maria, one_off=text, occasion=f"text {state}", batch=text.uid,
            channel="sms", due_at=NOW, useful_until=NOW, created_at=NOW, state=state,
            closed_at=None if state == "waiting" else NOW,
        )  # fmt: skip
    Reminder.objects.filter(pk=hers.pk).update(state="sent", closed_at=NOW)
    wipe(maria, keeper, what)
    left = Reminder.objects.filter(one_off=text).values_list("state", "reason").order_by("pk")
    assert list(left) == [("sent", ""), *[("cancelled", "The contact data was erased")] * 3]


@pytest.mark.parametrize("what", ["contact", "person"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_late_news_of_a_message_brings_nothing_back_and_asks_nobody_to_call(
    maria: Patient, keeper: User, settings: Any, channel: str, what: str
) -> None:
    settings.SMS_GATEWAY_TOKEN = SECRET
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    hers = Reminder.objects.get(deliveries__attempt=1)
    Reminder.objects.filter(pk=hers.pk).update(state="sent", channel=channel, closed_at=NOW)
    Delivery.objects.update(outcome="accepted", provider_id="SM1")
    wipe(maria, keeper, what)
    if channel == "sms":
        answer = status("undelivered", sid="SM1", code="30003", query=f"?key={hers.uid}&attempt=1")
    else:
        answer = mail_event(hers, "failed", **BOUNCE)
    assert answer == 200
    assert list(Delivery.objects.values_list("provider_id", "receipt")) == [("", 0)]
    assert Reminder.objects.get(pk=hers.pk).state == "sent"


@pytest.mark.parametrize("what", ["contact", "person"])
def test_words_that_others_are_yet_to_get_go_out_to_them(maria: Patient, keeper: User, what: str) -> None:
    [text], tom = OneOff.objects.all(), make_patient(maria.clinic, "Tom", "Reid")
    hers = Reminder.objects.get(one_off=text)
    Reminder.objects.create(
        clinic=text.clinic, rule=hers.rule, patient=tom, one_off=text, occasion=hers.occasion, batch=text.uid,
        channel="sms", due_at=NOW, useful_until=NOW, created_at=NOW,
    )  # fmt: skip
    wipe(maria, keeper, what=what)
    text.refresh_from_db()
    assert (text.subject, text.body) == ("For Maria", "Dear Maria")
    wipe(tom, keeper, what=what)
    text.refresh_from_db()
    assert (text.subject, text.body) == ("", "")


@pytest.mark.parametrize("what", ["contact", "person"])
def test_words_go_with_the_last_who_got_them_also_where_one_got_them_under_a_record_that_was_joined(
    maria: Patient, keeper: User, what: str
) -> None:
    [text], tom = OneOff.objects.all(), make_patient(maria.clinic, "Tom", "Reid")
    twin = make_patient(maria.clinic, "Mary", "Santos")
    hers = Reminder.objects.get(one_off=text)
    for patient in (twin, tom):
        Reminder.objects.create(
            clinic=text.clinic, rule=hers.rule, patient=patient, one_off=text, occasion=hers.occasion, batch=text.uid,
            channel="sms", due_at=NOW, useful_until=NOW, created_at=NOW,
        )  # fmt: skip
    close_record(patient=twin, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=maria)
    wipe(maria, keeper, what=what)
    text.refresh_from_db()
    assert text.body == "Dear Maria"
    wipe(tom, keeper, what=what)
    text.refresh_from_db()
    assert (text.subject, text.body) == ("", "")


@pytest.mark.parametrize("what", ["contact", "person"])
def test_who_was_erased_since_the_page_was_read_is_not_erased_twice(maria: Patient, keeper: User, what: str) -> None:
    """As when the button is pressed twice, or two workers forget at once."""
    stale = Patient.objects.get(pk=maria.pk)
    first = wipe(maria, keeper)
    assert wipe(stale, keeper, what) == first
    assert Erasure.objects.count() == 1
    assert AuditEntry.objects.filter(action="erase", subject=maria.uid).count() == 1


def test_each_erasure_stays_on_record_with_its_reason(maria: Patient, keeper: User) -> None:
    made = wipe(maria, keeper)
    assert (made.reason, made.by, made.what) == ("order", keeper, "person")
    entry = AuditEntry.objects.get(action="erase")
    assert (entry.subject, entry.reason, entry.actor) == (maria.uid, "order", keeper)
    with refused():
        Erasure.objects.all().delete()


def page(patient: Patient) -> str:
    """Return the address of the page."""
    return reverse("privacy:erase", args=[patient.uid])


@pytest.mark.parametrize("typed", ["", "yes", "rv000001 ", "RV999999"])
def test_the_number_has_to_be_typed(maria: Patient, kit: Any, typed: str) -> None:
    response = kit.post(page(maria), {"what": "contact", "reason": "request", "confirm": typed})
    assert response.status_code == 422
    assert "Nothing was erased." in response.content.decode()
    assert not Erasure.objects.exists()


def test_the_page_says_that_it_cannot_be_undone_and_does_it(maria: Patient, kit: Any) -> None:
    assert "This cannot be undone" in kit.get(page(maria)).content.decode()
    filled = {"what": "person", "reason": "order", "confirm": maria.record_number}
    response = kit.post(page(maria), filled, follow=True)
    assert "The person is erased." in response.content.decode()
    assert "Santos" not in response.content.decode()


def test_the_page_says_until_when_a_record_is_kept(maria: Patient, kit: Any) -> None:
    filled = {"what": "person", "reason": "request", "confirm": maria.record_number}
    response = kit.post(page(maria), filled)
    assert response.status_code == 422
    assert "has to be kept until 23 November 2034" in response.content.decode()


@pytest.mark.parametrize("opened", ["the record that stays", "the joined one"])
def test_the_page_names_every_other_record_that_goes(maria: Patient, kit: Any, keeper: User, opened: str) -> None:
    twin = make_patient(maria.clinic, "Mary", "Santos")
    close_record(patient=twin, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=maria)
    this, other = (maria, twin) if opened == "the record that stays" else (twin, maria)
    shown = kit.get(page(this)).content.decode()
    assert f"Records joined with this one go with it: {other.record_number}." in shown


def test_the_page_of_a_person_names_their_erasures_and_no_others(
    maria: Patient, harbour: World, keeper: User, kit: Any
) -> None:
    other = make_patient(harbour.clinic, "Uwe", "Berg", record_number="H9")
    wipe(other, keeper)
    assert not kit.get(reverse("privacy:about", args=[maria.uid])).context["erasures"]
    assert len(kit.get(reverse("privacy:about", args=[other.uid])).context["erasures"]) == 1


def test_of_who_is_erased_no_copy_and_no_erasing_is_offered(maria: Patient, keeper: User, kit: Any) -> None:
    about = reverse("privacy:about", args=[maria.uid])
    offered = [page(maria), reverse("privacy:download", args=[maria.uid])]
    wipe(maria, keeper, what=Erasure.What.CONTACT)
    assert all(one in kit.get(about).text for one in offered)
    wipe(maria, keeper)
    assert not any(one in kit.get(about).text for one in offered)


def test_nobody_is_erased_by_a_link(maria: Patient, kit: Any) -> None:
    kit.get(f"{page(maria)}?what=person&reason=order&confirm={maria.record_number}")
    assert not Erasure.objects.exists()


def test_another_clinics_admin_erases_nobody(maria: Patient, elsewhere: Any) -> None:
    filled = {"what": "person", "reason": "order", "confirm": maria.record_number}
    assert elsewhere.post(page(maria), filled).status_code == 404
    assert "Santos" in told(maria)


def test_a_form_that_names_somebody_else_erases_nobody_else(maria: Patient, harbour: World, kit: Any) -> None:
    other = harbour.draft.patient
    filled = {
        "what": "person",
        "reason": "order",
        "confirm": maria.record_number,
        "patient": other.pk,
        "uid": other.uid,
    }
    kit.post(page(maria), filled)
    assert Patient.objects.get(pk=other.pk).family_name == "Novak"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_erase(maria: Patient, harbour: World, role: Role) -> None:
    client = log_in(make_user("one@harbour.example", "One Person", (harbour.clinic, role)))
    assert client.post(page(maria), {}).status_code == 403


def test_an_erased_record_is_not_opened_again(maria: Patient, keeper: User, kit: Any) -> None:
    wipe(maria, keeper)
    assert kit.post(reverse("treatments:open_record", args=[maria.uid])).status_code == 403
    page = kit.get(reverse("patients:detail", args=[maria.uid])).content.decode()
    assert "Erased on Monday 23 November 2026." in page
    assert "open again" not in page


@pytest.fixture
def forgotten(harbour: World) -> Patient:
    """Ida, last here nine years ago."""
    return make_patient(harbour.clinic, "Ida", "Berg", created_at=LONG_AGO)


def test_whose_time_is_over_is_named_and_nothing_is_changed(harbour: World, forgotten: Patient, capsys: Any) -> None:
    call_command("erase_past_retention")
    assert capsys.readouterr().out == f"harbour {forgotten.uid}\n1 would be erased. Nothing was changed.\n"
    assert Patient.objects.get(pk=forgotten.pk).family_name == "Berg"


def test_the_command_erases_when_told_to(forgotten: Patient, capsys: Any) -> None:
    call_command("erase_past_retention", erase=True, clinic="harbour")
    assert "1 erased." in capsys.readouterr().out
    assert Patient.objects.get(pk=forgotten.pk).family_name == "person"
    assert Erasure.objects.get().reason == "retention"
    call_command("erase_past_retention")
    assert "0 would be erased." in capsys.readouterr().out


def test_the_command_leaves_who_comes_back_while_it_erases_others(
    harbour: World, forgotten: Patient, capsys: Any
) -> None:
    back = make_patient(harbour.clinic, "Uwe", "Berg", record_number="H9", created_at=LONG_AGO)

    class Desk(StringIO):
        """Opens a course for the second as soon as the first is told."""

        def write(self, words: str) -> int:
            if str(forgotten.uid) in words:
                make_course(back)
            return super().write(words)

    told = Desk()
    call_command("erase_past_retention", erase=True, stdout=told)
    assert told.getvalue() == f"harbour {forgotten.uid}\n1 erased.\n"
    assert f"harbour {back.uid} is kept. This person is in treatment." in capsys.readouterr().err
    assert Patient.objects.get(pk=back.pk).family_name == "Berg"


@pytest.mark.parametrize("erases", [False, True])
def test_the_command_knows_no_clinic_that_there_is_not(forgotten: Patient, erases: bool) -> None:
    with pytest.raises(CommandError, match=r"There is no clinic harbor\. Write one of harbour\."):
        call_command("erase_past_retention", erase=erases, clinic="harbor")


def test_the_command_takes_an_empty_name_for_no_clinic_and_not_for_all(forgotten: Patient) -> None:
    with pytest.raises(CommandError, match="An empty name is no clinic"):
        call_command("erase_past_retention", erase=True, clinic="")
    assert not Erasure.objects.exists()


def test_nobody_is_erased_by_itself_unless_the_clinic_says_so(harbour: World, forgotten: Patient) -> None:
    forget()
    assert not Erasure.objects.exists()
    Retention.objects.create(clinic=harbour.clinic, record_years=8, erase_by_itself=True)
    forget()
    assert Erasure.objects.get().patient == forgotten
    assert Patient.objects.get(pk=harbour.patient.pk).family_name == "Santos"


def test_who_is_named_as_past_their_time_was_looked_at(forgotten: Patient, keeper: User, kit: Any) -> None:
    kit.get(reverse("privacy:settings"))
    entry = AuditEntry.objects.get(kind="past their time")
    assert (entry.actor, entry.action, entry.rows) == (keeper, "read", 1)


def test_a_text_that_waits_keeps_nobody_whose_time_is_over(harbour: World, forgotten: Patient) -> None:
    Retention.objects.create(clinic=harbour.clinic, record_years=8, erase_by_itself=True)
    text = InboundMessage.objects.create(
        clinic=harbour.clinic, patient=forgotten, gateway_id="SM904", sender="+447700900555", body="I am ill",
        received_at=NOW, meaning="other",
    )  # fmt: skip
    forget()
    text.refresh_from_db()
    assert (text.body, text.state, text.done_by) == ("", "open", None)
    assert Erasure.objects.get().patient == forgotten


def test_where_nobodys_time_is_over_nobody_is_said_to_be_erased(keeper: User, kit: Any) -> None:
    kit.post(reverse("privacy:settings"), {"record_years": "50", "text_days": "90", "erase_by_itself": "on"})
    page = kit.get(reverse("privacy:settings")).content.decode()
    assert "Nobody by the rule as it is saved." in page
    assert "They are erased" not in page


def test_a_rule_that_was_just_changed_erases_nobody_by_itself_for_a_week(
    forgotten: Patient, keeper: User, kit: Any, frozen_clock: Any
) -> None:
    kit.post(reverse("privacy:settings"), {"record_years": "1", "text_days": "90", "erase_by_itself": "on"})
    page = kit.get(reverse("privacy:settings")).content.decode()
    assert "Berg" in page
    assert "They are erased from Monday 30 November 2026 on" in page
    frozen_clock.shift(dt.timedelta(days=6, hours=23))
    forget()
    assert not Erasure.objects.exists()
    frozen_clock.shift(dt.timedelta(hours=1))
    assert "within the hour" in log_in(keeper).get(reverse("privacy:settings")).content.decode()
    forget()
    assert forgotten in [one.patient for one in Erasure.objects.all()]


def test_who_was_here_since_or_was_a_child_is_kept(harbour: World, keeper: User) -> None:
    make_patient(harbour.clinic, "Kid", "Young", created_at=LONG_AGO, birth_date=dt.date(2005, 1, 1))
    back = make_patient(harbour.clinic, "Bo", "Back", created_at=LONG_AGO)
    make_assessment(back, signed_by=keeper)
    assert list(past_their_time(harbour.clinic, TODAY)) == []


def test_the_record_that_stays_says_when_a_child_was_born(harbour: World) -> None:
    kid = make_patient(harbour.clinic, "Kid", "Young", created_at=LONG_AGO, birth_date=dt.date(2005, 1, 1))
    wrong = {"birth_date": dt.date(1905, 1, 1), "merged_into": kid, "closed": "merged", "closed_on": LONG_AGO.date()}
    make_patient(harbour.clinic, "Kid", "Young", created_at=LONG_AGO, **wrong)
    assert list(past_their_time(harbour.clinic, TODAY)) == []


def test_a_record_that_leads_here_through_another_counts_too(harbour: World, forgotten: Patient) -> None:
    joined = {"merged_into": forgotten, "closed": "merged", "closed_on": LONG_AGO.date(), "created_at": LONG_AGO}
    second = make_patient(harbour.clinic, "Ola", "Berg", **joined)
    last = {"merged_into": second, "closed_on": TODAY - dt.timedelta(days=365 * 7)}
    make_patient(harbour.clinic, "Ola", "Berg", **joined | last)
    assert list(past_their_time(harbour.clinic, TODAY)) == []


def test_whose_time_is_over_is_asked_once_and_not_for_each_person(
    harbour: World, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        stays = make_patient(harbour.clinic, "Ola", "Berg", created_at=LONG_AGO)
        joined = {"merged_into": stays, "closed": "merged", "closed_on": LONG_AGO.date()}
        make_patient(harbour.clinic, "Ola", "Berg", created_at=LONG_AGO, **joined)
    with django_assert_num_queries(3):  # how long the clinic keeps them, the people, the records joined with theirs
        assert len(list(past_their_time(harbour.clinic, TODAY))) == 5


def test_the_years_begin_with_the_end_of_treatment_where_that_is_later(harbour: World, forgotten: Patient) -> None:
    course = make_course(forgotten)
    ended = {"closed_on": TODAY - dt.timedelta(days=365 * 7), "close_reason": "Discharged"}
    Course.objects.filter(pk=course.pk).update(opened_on=LONG_AGO.date(), **ended)
    assert list(past_their_time(harbour.clinic, TODAY)) == []


def test_the_clinics_own_years_count(harbour: World, forgotten: Patient, kit: Any) -> None:
    values = {"record_years": "20", "text_days": "90"}
    assert kit.post(reverse("privacy:settings"), values).status_code == 302
    assert list(past_their_time(harbour.clinic, TODAY)) == []
    assert "20" in kit.get(reverse("privacy:settings")).content.decode()


def test_a_clinic_whose_country_has_no_known_rule_says_how_long_before_anybody_is_erased(
    harbour: World, forgotten: Patient, kit: Any
) -> None:
    Clinic.objects.filter(pk=harbour.clinic.pk).update(country="US")
    clinic = Clinic.objects.get(pk=harbour.clinic.pk)
    assert list(past_their_time(clinic, TODAY)) == []
    url = reverse("privacy:erase", args=[forgotten.uid])
    assert "Nobody has said yet for how many years" in kit.get(url).content.decode()
    wish = {"what": "person", "reason": "retention", "confirm": forgotten.record_number}
    assert "Say first for how many years" in kit.post(url, wish).content.decode()
    assert kit.get(reverse("privacy:settings")).status_code == 200
    kit.post(reverse("privacy:settings"), {"record_years": "7", "text_days": "90"})
    assert list(past_their_time(clinic, TODAY)) == [forgotten]


@pytest.mark.parametrize("typed", ["", "0", "101", "-1", "eight"])
def test_what_is_no_number_of_years_is_refused_with_the_numbers_that_are(kit: Any, typed: str) -> None:
    page = kit.post(reverse("privacy:settings"), {"record_years": typed, "text_days": "90"})
    assert "Enter whole years from 1 to 100." in page.content.decode()


@pytest.mark.parametrize(
    "values", [{"record_years": "0", "text_days": "90"}, {"record_years": "8", "text_days": "1"}, {}]
)
def test_a_rule_that_would_erase_at_once_is_refused(harbour: World, kit: Any, values: dict[str, str]) -> None:
    assert kit.post(reverse("privacy:settings"), values).status_code == 422


def test_words_of_messages_go_after_their_days_and_the_ledger_stays(maria: Patient) -> None:
    old = NOW - dt.timedelta(days=366)
    InboundMessage.objects.update(received_at=old, state="settled")
    OneOff.objects.update(made_at=old)
    Delivery.objects.update(started_at=old)
    forget()
    message, sent, attempt = InboundMessage.objects.get(), OneOff.objects.get(), Delivery.objects.get()
    assert (message.body, message.answer, sent.body, sent.subject, attempt.error) == ("", "", "", "", "")
    assert (message.meaning, message.received_at, attempt.outcome) == ("other", old, "refused")


def test_a_rule_that_was_refused_is_not_said_to_erase(forgotten: Patient, kit: Any) -> None:
    refused = kit.post(reverse("privacy:settings"), {"record_years": "8", "text_days": "1", "erase_by_itself": "on"})
    assert refused.status_code == 422
    assert "Nobody is erased by itself." in refused.content.decode()


def test_days_that_were_just_changed_take_no_words_for_a_week(maria: Patient, kit: Any, frozen_clock: Any) -> None:
    OneOff.objects.update(made_at=NOW - dt.timedelta(days=30))
    kit.post(reverse("privacy:settings"), {"record_years": "8", "text_days": "9"})
    page = kit.get(reverse("privacy:settings")).content.decode()
    assert (
        "1 message that came or that you wrote would lose its words by it, and will from Monday 30 November 2026 on"
        in page
    )
    frozen_clock.shift(dt.timedelta(days=6, hours=23))
    forget()
    assert OneOff.objects.get().body == "Dear Maria"
    frozen_clock.shift(dt.timedelta(hours=1))
    forget()
    assert OneOff.objects.get().body == ""


def test_words_younger_than_that_or_still_open_stay(maria: Patient) -> None:
    forget()
    assert OneOff.objects.get().body == "Dear Maria"
    InboundMessage.objects.update(received_at=NOW - dt.timedelta(days=400))
    forget()
    assert InboundMessage.objects.get().body == "It is Maria Santos, I am ill"
