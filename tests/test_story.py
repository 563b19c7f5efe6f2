"""The main job from end to end: a referral list comes in, a person is treated, and nobody forgets them.

In one process, on a clock that moves; tests/stack/test_story.py tells the same with real servers and a browser.
"""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from reminders import defaults
from reminders.tasks import tick
from tests.conftest import log_in
from tests.pages import text
from tests.private_words import found_in, known
from tests.treatments.record_form import record_data
from treatments.models import Course, TreatmentSession

HEAD = (Path(__file__).parent / "data" / "referrals.csv").read_text().splitlines()[0]
MARIA = (
    "RV000001,Maria,Santos,1984-04-17,07700 900123,maria@patients.example,en,email,2026-10-01,2026-10-01,"
    "22,20,14,9,3,,,0,NHS,PA-145938,2026-10-01,2027-09-30,4,osei@riverside.example"
)


@pytest.fixture
def referrals(tmp_path: Path) -> Path:
    """A referral list with Maria on it."""
    path = tmp_path / "referrals.csv"
    path.write_text(f"{HEAD}\n{MARIA}\n")
    return path


def link_in_last_mail() -> str:
    """Return the path of the link in the newest mail."""
    found = re.search(r"https?://[^/\s]+(/v/\S+/)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_from_a_referral_list_to_a_signed_session_and_due_again(
    riverside: Clinic,
    osei: Injector,
    front_desk: User,
    nurse: User,
    prescriber: User,
    admin: User,
    referrals: Path,
    frozen_clock: Any,
    logged: io.StringIO,
) -> None:
    defaults.install(riverside)

    # A list comes in.
    call_command("import_referrals", str(referrals), clinic="riverside", verbosity=0)
    maria = Patient.objects.get(record_number="RV000001")

    # A prescriber signs that she qualifies and opens her course.
    doctor = log_in(prescriber)
    assessment = maria.assessments.get()
    page = doctor.get(reverse("patients:assess", args=[maria.uid])).content.decode()
    doctor.post(reverse("patients:sign_assessment", args=[assessment.uid]), {"read_at": field(page, "read_at")})
    doctor.post(reverse("treatments:open_course", args=[assessment.uid]))
    course = Course.objects.get(patient=maria)
    assert course in Course.objects.all().to_recall(dt.date(2026, 11, 23))

    # The front desk books her for next week: she is due, so she is on the list, and then she is not.
    desk = log_in(front_desk)
    session = book(desk, course, not_before="2026-11-30")
    assert session.local_date == dt.date(2026, 11, 30)
    assert course not in Course.objects.all().to_recall(dt.date(2026, 11, 23))

    # Three days before, a message goes out by itself; it says when and where, and not why.
    frozen_clock.move_to(dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC))
    tick()
    tick()
    assert [message.to for message in mail.outbox] == [["maria@patients.example"]]
    assert "Monday 30 November" in str(mail.outbox[0].body)

    # Opening the link changes nothing; pressing the button does.
    patient, link = Client(), link_in_last_mail()
    page = patient.get(link).content.decode()
    session.refresh_from_db()
    assert session.answer == ""
    patient.post(f"{link}yes/", {"version": field(page, "version")})
    session.refresh_from_db()
    assert session.answer == "confirmed"

    # She comes; the nurse records the standard set and signs. (A log-in lasts for a working day.)
    frozen_clock.move_to(dt.datetime(2026, 11, 30, 9, 5, tzinfo=dt.UTC))
    desk, injector = log_in(front_desk), log_in(nurse)
    for step in ("arrived", "in_room"):
        desk.post(reverse("treatments:status", args=[session.uid]), {"to": step})
    signed: Any = injector.post(reverse("treatments:record", args=[session.uid]), record_data(screened_on="2026-11-30"))
    assert "Monday 22 February 2027" in text(injector.get(signed.url))

    # The log has its line, with units and lot.
    log = text(log_in(admin).get(reverse("treatments:log")))
    assert "Maria Santos" in log
    assert "C4471" in log

    # Twelve weeks pass. Nothing was booked: she is told two weeks before, and stands on the recall list.
    for minute in (0, 5):
        frozen_clock.move_to(dt.datetime(2027, 2, 8, 12, minute, tzinfo=dt.UTC))
        tick()
    assert "time to book" in str(mail.outbox[-1].body)
    assert course in Course.objects.all().to_recall(dt.date(2027, 2, 8))
    assert len(mail.outbox) == 2

    # The next one is booked for the first legal day, at her usual hour.
    following = book(log_in(front_desk), course)
    assert following.local_date == dt.date(2027, 2, 22)
    assert following.starts_at == dt.datetime(
        2027, 2, 22, session.starts_at.hour, session.starts_at.minute, tzinfo=dt.UTC
    )

    # All of it went through the logs, and none of it stayed there.
    assert '"request": "POST reminders:confirm"' in logged.getvalue()
    bodies = [line for message in mail.outbox for line in str(message.body).splitlines()]
    assert found_in(logged.getvalue(), known().union(bodies, [link])) == []


def book(desk: Client, course: Course, **search: str) -> TreatmentSession:
    """Press the first of the times on the page."""
    url = reverse("treatments:book", args=[course.uid])
    page = desk.get(url, search).content.decode()
    desk.post(url, {"slot": field(page, "slot"), "uid": field(page, "uid")})
    return TreatmentSession.objects.get(course=course, status="booked")


def field(page: str, name: str) -> str:
    """Return the value of the first field of this name on a page."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert found
    return found[1]
