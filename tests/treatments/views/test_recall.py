"""The recall list, as the front desk uses it."""

import datetime as dt
from typing import Any

from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import TODAY, make_course, make_patient
from tests.conftest import log_in
from tests.pages import text
from treatments.models import TreatmentSession


def test_the_recall_list_shows_who_is_overdue(maria: Patient, osei: Injector, front_desk: User) -> None:
    make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    page = text(log_in(front_desk).get(reverse("treatments:recall")))
    assert "Maria Santos" in page
    assert "Mon 9 Nov 2026" not in page  # due on Saturday the 7th
    assert "Sat 7 Nov 2026" in page


def test_who_asked_to_move_has_a_tab(visit: TreatmentSession, front_desk: User) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(answer="asked_to_move")
    page = text(log_in(front_desk).get(reverse("treatments:recall"), {"tab": "asked"}))
    assert reverse("treatments:move", args=[visit.uid]) in page


def test_nobody_overdue_is_said_in_words(riverside: Clinic, front_desk: User) -> None:
    assert "Nobody is overdue." in text(log_in(front_desk).get(reverse("treatments:recall")))


def test_the_recall_list_costs_the_same_for_one_and_for_many(
    riverside: Clinic, osei: Injector, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    client = log_in(front_desk)
    with django_assert_max_num_queries(15):
        client.get(reverse("treatments:recall"))
