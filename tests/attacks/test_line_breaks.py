"""Line breaks in names and notes: they begin no header of a mail or an answer, and no entry of a calendar."""

import email
from email.policy import default
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clinic.models import User
from tests.addresses import STAFF
from tests.attacks.reading import body_of
from tests.attacks.test_scripts import spoil
from tests.engines import once
from tests.world import World

BREAK = "Harbour\r\nBcc: evil@evil.example\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil\r\n\r\n<b>x"
SHORT = "A\r\nBcc:e"


@once("a header is made of the same words on every database")
def test_no_line_break_in_what_is_stored_begins_a_header_of_an_answer(
    world: World, insider: Client, by_link: dict[str, str], settings: Any
) -> None:
    settings.DEMO = True
    assert {"Clinic.name", "Patient.given_name", "Room.name", "User.full_name"} <= spoil(BREAK, SHORT)
    for url in [*(world.url(name) for name in sorted(STAFF)), *by_link.values()]:
        answer: Any = insider.get(url)
        body_of(answer)
        for name, value in answer.headers.items():
            assert "\n" not in f"{name}{value}", url
            assert "\r" not in f"{name}{value}", url
        assert "Bcc" not in answer.headers


def test_no_line_break_in_what_is_stored_begins_an_entry_of_a_calendar(
    world: World, insider: Client, by_link: dict[str, str]
) -> None:
    spoil(BREAK, SHORT)
    seen = 0
    for url in (world.url("treatments:visit_file"), by_link["reminders:visit_file"]):
        answer: Any = insider.get(url)
        calendar = Calendar.from_ical(body_of(answer))
        [event] = calendar.walk("VEVENT")
        assert event["summary"] == "Clinic visit"
        lines = body_of(answer).replace(b"\r\n ", b"").split(b"\r\n")
        assert not [line for line in lines if line.startswith((b"Bcc", b"SUMMARY:evil", b"<b>"))]
        seen += 1
    assert seen == 2


def test_no_line_break_in_what_is_stored_begins_a_header_of_a_letter(world: World, insider: Client) -> None:
    spoil(BREAK, SHORT)
    insider.post(reverse("staff:people"), {"email": "nia@harbour.example", "role": "front_desk"})
    Client().post(reverse("account_reset_password"), {"email": User.objects.all()[0].email})
    assert len(mail.outbox) == 2
    for one in mail.outbox:
        letter = email.message_from_bytes(one.message().as_bytes(), policy=default)
        assert "Bcc" not in letter
        assert len(letter.get_all("Subject", [])) == 1
        assert "evil" not in f"{letter['To']} {letter['From']} {letter['Cc']}"


def test_no_line_break_in_an_address_that_is_typed_begins_a_header(world: World, insider: Client) -> None:
    for typed in ("a@b.example\r\nBcc: evil@evil.example", "a@b.example, evil@evil.example", "a@b.example%0aBcc:x@y.z"):
        insider.post(reverse("staff:people"), {"email": typed, "role": "front_desk"})
        Client().post(reverse("account_reset_password"), {"email": typed})
    sent = [f"{one.message()['To']}" for one in mail.outbox]
    assert [to for to in sent if "evil" in to or "Bcc" in to] == []
