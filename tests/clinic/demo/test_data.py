"""The made-up clinics: everybody in some stage of treatment, whatever day and hour the demo is loaded."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from clinic.demo import data
from clinic.demo.logins import LOGINS, PASSWORD
from clinic.models import AuditEntry, Clinic, Role, User
from patients.models import Assessment, Patient
from reminders.models import Delivery, InboundMessage, Reminder, State
from treatments.care import care_of
from treatments.cycle import due_on
from treatments.models import Course, SessionEvent, SessionRecord, SideEffect, Status, TreatmentSession
from treatments.response.reading import response_of

# One worker makes what all tests here look at.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo data")]

# A Monday at noon.
NOON = dt.datetime(2026, 11, 23, 12, 40, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def riverside(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    """The larger of the two clinics, loaded once for all tests here and rolled back after them."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "OUTBOX_DIR", tmp_path_factory.mktemp("outbox"))
        data.load(now=NOON)
        yield Clinic.objects.get(slug="riverside")
        transaction.set_rollback(True)


def test_today_is_a_full_day_in_every_status(riverside: Clinic) -> None:
    today = TreatmentSession.objects.filter(clinic=riverside, local_date=NOON.date())
    assert today.count() >= 12
    assert {session.chip for session in today} >= {"done", "no_show", "confirmed", "asked_to_move"}


# What tells that something has happened, for whoever looks at the demo at the moment of loading.
HAPPENED = (
    (SessionEvent, "at"),
    (TreatmentSession, "arrived_at"),
    (TreatmentSession, "answered_at"),
    (SessionRecord, "signed_at"),
    (SideEffect, "reported_at"),
    (Assessment, "signed_at"),
    (InboundMessage, "received_at"),
    (AuditEntry, "at"),
)


def test_nothing_has_happened_that_is_still_ahead(riverside: Clinic) -> None:
    early = TreatmentSession.objects.filter(clinic=riverside, status=Status.ARRIVED, starts_at__gt=NOON)
    assert early.exists()
    for model, moment in HAPPENED:
        assert not model._default_manager.filter(**{f"{moment}__gt": NOON}).exists(), (model, moment)


def test_some_of_what_patients_wrote_waits_and_some_was_done(riverside: Clinic) -> None:
    states = InboundMessage.objects.filter(clinic=riverside).values_list("state", flat=True)
    assert set(states) == {"open", "settled"}


def test_there_are_people_in_every_stage(riverside: Clinic) -> None:
    courses = Course.objects.filter(clinic=riverside)
    assert 40 <= Patient.objects.filter(clinic=riverside).count() <= 60
    assert Patient.objects.filter(clinic=riverside, assessments__isnull=True).exists()
    assert {one.outcome for one in Assessment.objects.filter(clinic=riverside, signed_at__isnull=True)} == {
        "eligible",
        "not_eligible",
        "review",
    }
    assert courses.filter(sessions__isnull=True).exists()
    assert courses.to_recall(NOON.date()).count() >= 8
    assert courses.filter(closed_on__isnull=False).exists()
    assert TreatmentSession.objects.filter(clinic=riverside, status=Status.CANCELLED).exists()


def test_past_visits_are_signed_and_84_days_apart(riverside: Clinic) -> None:
    done = TreatmentSession.objects.filter(clinic=riverside, status=Status.DONE)
    assert SessionRecord.objects.filter(session__in=done, signed_at__isnull=False).count() == done.count()
    for course in Course.objects.filter(clinic=riverside):
        dates = list(course.sessions.filter(status=Status.DONE).order_by("given_on").values_list("given_on", flat=True))
        assert all(later == due_on(earlier) for earlier, later in itertools.pairwise(filter(None, dates)))


def test_messages_were_sent_and_one_could_not_be(riverside: Clinic) -> None:
    reminders = Reminder.objects.filter(clinic=riverside)
    assert reminders.filter(state=State.SENT).count() >= 20
    assert Delivery.objects.filter(clinic=riverside, outcome=Delivery.Outcome.ACCEPTED).exists()
    assert reminders.filter(state=State.FAILED).exists()


def test_everybody_can_log_in_and_one_person_works_at_both_clinics(riverside: Clinic) -> None:
    for login in LOGINS:
        assert Client().login(username=login.email, password=PASSWORD)
    assert User.objects.get(email="ada@riverside.example").memberships.count() == 2
    assert set(riverside.memberships.values_list("role", flat=True)) == set(Role.values)


def test_the_page_about_the_demo_lists_who_can_log_in() -> None:
    page = (settings.BASE_DIR / "clinic" / "demo" / "README.md").read_text()
    listed = re.findall(r"^\| (\S+@\S+) \| ([^|]+) \|", page, re.MULTILINE)
    assert listed == [(login.email, login.name) for login in LOGINS]


def test_the_command_refuses_a_database_that_holds_a_clinic(riverside: Clinic) -> None:
    with pytest.raises(CommandError, match="There are clinics in this database already"):
        call_command("load_demo")


def test_asked_only_if_empty_the_command_leaves_a_clinic_alone(riverside: Clinic) -> None:
    before = Patient.objects.count()
    call_command("load_demo", "--if-empty")
    assert Patient.objects.count() == before


def test_diaries_get_better_with_treatment(riverside: Clinic) -> None:
    kept = Patient.objects.filter(clinic=riverside, diary_days__isnull=False).distinct()
    assert kept.count() >= 10
    found = [
        response_of(patient, care_of(patient).given, patient.diary_days.facts(), NOON.date()).response
        for patient in kept
    ]
    judged = [one.latest.fewer for one in found if one.latest and one.latest.fewer is not None]
    assert sum(judged) / len(judged) > 20
