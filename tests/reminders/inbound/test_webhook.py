"""The address that the gateway calls: genuine calls are taken once, everything else leaves nothing behind."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.models import Clinic
from patients.models import Channel, Patient
from reminders.inbound.signature import sign
from reminders.inbound.taking import BROKEN
from reminders.models import InboundMessage
from reminders.models.inbound import LONGEST_TEXT
from tests.builders import make_patient
from tests.reminders.calls import NUMBER, SECRET, call, text

URL = "reminders:text_received"


def stored() -> InboundMessage:
    return InboundMessage.objects.get()


def test_the_signature_is_the_one_that_twilio_documents() -> None:
    values = {"CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675310"], "Digits": ["1234"], "From": ["+14158675310"], "To": ["+18005551212"]}  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    spelled = url + "".join(f"{name}{value[0]}" for name, value in sorted(values.items()))
    expected = base64.b64encode(hmac.new(b"12345", spelled.encode(), hashlib.sha1).digest()).decode()
    assert sign(url, values, "12345") == expected == "GvWf1cFY/Q7PnoempGyD5oXAezc="


def test_a_text_is_stored_as_it_came(maria: Patient) -> None:
    response = text("Ça va? <b>my number</b> & more ✓")
    assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=utf-8")
    message = stored()
    assert (message.body, message.sender, message.patient) == ("Ça va? <b>my number</b> & more ✓", NUMBER, maria)
    assert (message.state, message.meaning, message.clinic) == ("open", "other", maria.clinic)


def test_what_was_written_cannot_be_read_in_the_database(maria: Patient) -> None:
    text("something private")
    raw = InboundMessage.objects.extra(select={"raw": "body"}).values_list("raw", flat=True)[0]
    assert "private" not in raw


@pytest.mark.parametrize("signature", ["", "x", "é", base64.b64encode(b"0" * 20).decode()])
def test_a_forged_call_is_refused_and_leaves_nothing(maria: Patient, signature: str) -> None:
    response = Client().post(
        reverse(URL), {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}, headers={"X-Twilio-Signature": signature}
    )
    assert response.status_code == 403
    assert not InboundMessage.objects.exists()
    assert maria.contact_points.usable().count() == 2


def test_a_call_signed_with_another_secret_is_refused(maria: Patient) -> None:
    assert text("STOP", secret="another").status_code == 403


def test_a_signature_is_good_for_its_own_words_only(maria: Patient, settings: Settings) -> None:
    signed = sign(
        f"{settings.BASE_URL}{reverse(URL)}", {"MessageSid": ["SM1"], "From": [NUMBER], "Body": ["C"]}, SECRET
    )
    forged = {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}
    assert Client().post(reverse(URL), forged, headers={"X-Twilio-Signature": signed}).status_code == 403


def test_without_a_secret_nothing_is_genuine(maria: Patient, settings: Settings) -> None:
    settings.SMS_GATEWAY_TOKEN = ""
    assert text("STOP", secret="").status_code == 403


def test_behind_a_proxy_the_public_address_is_what_was_signed(maria: Patient, settings: Settings) -> None:
    settings.BASE_URL = "https://visits.clinic.example"
    assert text("hello").status_code == 200


def test_a_call_that_comes_again_is_answered_and_changes_nothing(maria: Patient) -> None:
    first, second = text("STOP"), text("STOP")
    assert (first.status_code, second.status_code) == (200, 200)
    assert b"<Message>" in first.content
    assert b"<Message>" not in second.content
    assert stored().answer


def test_the_same_id_with_other_words_changes_nothing(maria: Patient) -> None:
    text("hello")
    assert text("STOP").status_code == 200
    assert stored().body == "hello"
    assert maria.contact_points.usable().count() == 2


def test_looking_is_not_a_call(db: None) -> None:
    assert Client().get(reverse(URL)).status_code == 405


def test_a_call_that_is_too_large_is_refused_unread(maria: Patient) -> None:
    assert text("x" * 70_000).status_code == 413
    assert not InboundMessage.objects.exists()


def test_a_long_text_is_cut(maria: Patient) -> None:
    text("x" * 5000)
    assert len(stored().body) == LONGEST_TEXT


@pytest.mark.parametrize("values", [{"From": NUMBER}, {"MessageSid": "", "From": NUMBER}, {"MessageSid": "SM1"}])
def test_a_call_without_id_or_sender_is_refused(maria: Patient, values: dict[str, str]) -> None:
    assert call(URL, values).status_code == 400


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")])
def test_odd_characters_do_no_harm(maria: Patient, odd: str) -> None:
    assert text(odd).status_code == 200
    assert "\x00" not in stored().body


def test_an_id_with_a_sign_that_no_database_takes_does_no_harm(maria: Patient) -> None:
    assert text("hello", sid="SM\x001").status_code == 200
    assert stored().gateway_id == "SM1"


def test_a_stop_is_heeded_once_however_long_the_id_that_the_gateway_gives_it(maria: Patient) -> None:
    for _ in range(2):
        assert text("STOP", sid="x" * 500).status_code == 200
    assert InboundMessage.objects.count() == 1
    assert not maria.contact_points.usable().filter(channel=Channel.SMS).exists()


@pytest.mark.parametrize(
    ("pictures", "kept"),
    [("3", 3), ("x", 0), ("-1", 0), ("²", 0), ("9999", 100), pytest.param("9" * 5000, 0, id="too long")],
)
def test_pictures_are_counted(maria: Patient, pictures: str, kept: int) -> None:
    call(URL, {"MessageSid": "SM1", "From": NUMBER, "NumMedia": pictures})
    assert stored().pictures == kept


def test_a_number_that_nobody_has_is_stored_with_the_first_clinic(maria: Patient, lakeside: Clinic) -> None:
    text("Is this the clinic?", sender="+447700900777")
    assert (stored().clinic, stored().patient) == (maria.clinic, None)
    assert stored().note == "Nobody here has this number."


def test_another_clinic_can_be_named_for_unknown_numbers(maria: Patient, lakeside: Clinic, settings: Settings) -> None:
    settings.SMS_CLINIC = "lakeside"
    text("Is this the clinic?", sender="+447700900777")
    assert stored().clinic == lakeside


def test_a_sender_that_is_no_number_is_stored(maria: Patient) -> None:
    text("Your parcel is waiting", sender="PARCELS")
    assert stored().sender == "PARCELS"


def test_a_fault_of_our_own_loses_no_message(maria: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("reminders.inbound.acting.stop_number", broken)
    assert text("STOP").status_code == 200
    assert (stored().state, stored().note, stored().answer) == ("open", BROKEN, "")


def test_a_person_at_two_clinics_answers_the_one_that_wrote_last(maria: Patient, lakeside: Clinic) -> None:
    make_patient(lakeside, "Maria", phone=NUMBER)
    text("hello")
    assert stored().clinic == maria.clinic
