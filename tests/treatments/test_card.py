"""The appointment card: from the bar after booking and from the visit, for a pocket that others look into."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.health_words import blocked_words
from clinic.models import AuditEntry, Injector, User
from tests.builders import NOW, make_session
from tests.conftest import log_in
from treatments import slots
from treatments.models import Course, Status, TreatmentSession


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit in two hours."""
    return make_session(course, osei, NOW.replace(hour=12))


@pytest.fixture
def client(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


def address(visit: TreatmentSession) -> str:
    """Return where the card is."""
    return reverse("treatments:card", args=[visit.uid])


def card(page: Any) -> str:
    """Return the words of the card alone."""
    inside = re.search(r'<article class="visit-card".*?</article>', page.content.decode(), re.DOTALL)
    assert inside
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside[0]))


def test_the_card_says_when_where_with_whom_and_whom_to_call(client: Client, visit: TreatmentSession) -> None:
    words = card(client.get(address(visit)))
    for said in ("Maria Santos", "Monday 23 November 2026", "midday", "Dr Osei", "12 River Road", "020 7946 0000"):
        assert said in words


def test_the_card_names_no_illness_and_no_treatment(client: Client, visit: TreatmentSession) -> None:
    visit.note = "needs parking"
    visit.save()
    assert not blocked_words(card(client.get(address(visit))))
    assert "parking" not in card(client.get(address(visit)))


def test_the_bar_after_booking_leads_to_the_card(client: Client, course: Course) -> None:
    first = slots.suggest(course=course, now=NOW)[0]
    page = client.post(
        reverse("treatments:book", args=[course.uid]), {"slot": first.code, "uid": str(uuid.uuid4())}, follow=True
    )
    assert f'href="{address(course.sessions.get(status=Status.BOOKED))}"' in page.content.decode()


def test_the_bar_after_another_step_has_no_card(client: Client, visit: TreatmentSession) -> None:
    page = client.post(reverse("treatments:status", args=[visit.uid]), {"to": "arrived"}, follow=True)
    assert "Undo" in page.content.decode()
    assert "Print card" not in page.content.decode()


def test_the_page_of_the_visit_leads_to_the_card_while_it_is_booked(client: Client, visit: TreatmentSession) -> None:
    session = reverse("treatments:session", args=[visit.uid])
    assert "Print card" in client.get(session).content.decode()
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.ARRIVED)
    assert "Print card" not in client.get(session).content.decode()


def test_a_visit_that_was_cancelled_has_no_card(client: Client, visit: TreatmentSession) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    assert client.get(address(visit)).status_code == 409


def test_a_card_leaves_its_trace(client: Client, visit: TreatmentSession, front_desk: User) -> None:
    client.get(address(visit))
    trace = AuditEntry.objects.get(action=AuditEntry.Action.PRINT)
    assert (trace.actor, trace.kind, trace.subject) == (front_desk, "appointment card", visit.uid)
