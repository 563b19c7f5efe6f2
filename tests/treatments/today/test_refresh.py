"""Rows that come anew every twenty seconds: what they bring, keep and cost."""

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Membership, Role, User
from tests.builders import NOW, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import CHANGES, MINUTE, TODAY_URL
from treatments.models import SessionEvent, TreatmentSession


def polled(client: Client, page: str) -> str:
    """Return the address that a page asks every 20 seconds."""
    found = re.search(r'hx-get="(/today/changes/[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_refresh_brings_the_rows_and_leaves_no_trace_of_its_own(visit: TreatmentSession, client: Client) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    traces = AuditEntry.objects.count()
    part = text(client.get(url))
    assert "Maria Santos" in part
    assert "<html" not in part
    assert AuditEntry.objects.count() == traces == 1


def test_rows_asked_for_without_opening_the_page_leave_a_trace(visit: TreatmentSession, client: Client) -> None:
    client.get(CHANGES)
    assert AuditEntry.objects.filter(kind="day").count() == 1


@pytest.mark.parametrize("change", ["another person", "another day", "later"])
def test_what_a_page_was_given_is_for_that_person_day_and_shift(
    visit: TreatmentSession, client: Client, front_desk: User, nurse: User, change: str
) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    traces = AuditEntry.objects.count()
    if change == "another day":
        query["date"] = "2026-11-24"
    late = NOW + dt.timedelta(hours=13 if change == "later" else 0)
    with time_machine.travel(late, tick=False):
        (log_in(nurse) if change == "another person" else log_in(front_desk)).get(CHANGES, query)
    assert AuditEntry.objects.count() == traces + 1


def test_a_page_brings_nobody_of_another_clinic_where_its_reader_went_in_another_window(
    visit: TreatmentSession, front_desk: User, lakeside: Clinic
) -> None:
    Membership.objects.create(user=front_desk, clinic=lakeside, role=Role.FRONT_DESK)
    client = log_in(front_desk)
    url = polled(client, text(client.get(TODAY_URL)))
    assert client.get(url).status_code == 200
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    make_session(make_course(make_patient(lakeside, "Zoe", "Quinn")), make_injector(lakeside, "Dr Sato"), NOW)
    answer = client.get(url)
    assert answer.status_code == 409  # the page says that it is not up to date
    assert "Quinn" not in text(answer)


def test_a_refresh_keeps_the_filter(visit: TreatmentSession, toms: TreatmentSession, client: Client) -> None:
    url = polled(client, text(client.get(TODAY_URL, {"injector": str(visit.injector.uid)})))
    assert "Tom Reid" not in text(client.get(url))


def test_buttons_of_refreshed_rows_lead_back_to_the_page(visit: TreatmentSession, client: Client) -> None:
    page = text(client.get(TODAY_URL, {"status": "booked"}))
    form = page.split('id="day"')[1]
    assert form.split("</form>")[0].endswith('name="next" value="/today/?status=booked"> ')
    assert 'form="day"' in text(client.get(polled(client, page)))


def test_a_refresh_costs_the_same_number_of_queries_for_one_visit_and_for_many(
    riverside: Clinic, visit: TreatmentSession, client: Client, django_assert_max_num_queries: Any
) -> None:
    url = polled(client, text(client.get(TODAY_URL)))
    for number in range(12):
        session = make_session(
            make_course(make_patient(riverside)), make_injector(riverside, f"RN N{number}"), NOW + 60 * MINUTE
        )
        SessionEvent.objects.create(clinic=riverside, session=session, kind="booked", at=NOW)
    with django_assert_max_num_queries(6):
        client.get(url)
