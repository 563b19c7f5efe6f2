"""What is forgotten by itself: one clinic or one person that fails stops no other, and is seen."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from clinic.models import Clinic, StaffSession, User
from clinic.signing_in.sessions import LONGEST
from patients.models import Patient
from privacy import forgetting
from privacy.erasing import erase
from privacy.models import Erasure, Retention
from privacy.tasks import forget
from reminders.models import Heartbeat
from reminders.watching.faults import Incomplete
from tests.builders import NOW, make_clinic, make_patient
from tests.clinic.signing_in.test_log_in import sign_in
from tests.conftest import log_in
from tests.world import World

LONG_AGO = NOW - dt.timedelta(days=365 * 9)


@pytest.fixture
def broken(db: None) -> Clinic:
    """A clinic, older than all others, whose time zone is no zone any more."""
    clinic = make_clinic("Broken")
    Clinic.objects.filter(pk=clinic.pk).update(timezone="Europe/Atlantis")
    Retention.objects.create(clinic=clinic, record_years=8, erase_by_itself=True)
    return clinic


@pytest.fixture
def erasing(harbour: World) -> Clinic:
    """Harbour, which erases by itself whose time is over."""
    Retention.objects.create(clinic=harbour.clinic, record_years=8, erase_by_itself=True)
    return harbour.clinic


def cached() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM clinic_cache")
        return [key for (key,) in cursor.fetchall()]


def background() -> Any:
    return Client().get("/readyz").json()["checks"]["background"]


def test_a_clinic_that_fails_keeps_no_other_from_forgetting(broken: Clinic, erasing: Clinic) -> None:
    old = make_patient(erasing, "Otto", "Old", created_at=LONG_AGO)
    with pytest.raises(Incomplete):
        forget()
    assert Erasure.objects.get().patient == old


def test_a_person_who_cannot_be_erased_keeps_no_other_in_the_records(
    erasing: Clinic, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    bad = make_patient(erasing, "Bad", "Luck", created_at=LONG_AGO)
    old = make_patient(erasing, "Otto", "Old", created_at=LONG_AGO)

    def fails_with_one(*, patient: Patient, **how: Any) -> Erasure:
        if patient == bad:
            raise ZeroDivisionError
        return erase(patient=patient, **how)

    monkeypatch.setattr(forgetting, "erase", fails_with_one)
    with pytest.raises(Incomplete):
        forget()
    assert Erasure.objects.get().patient == old
    assert f"patients.Patient {bad.pk} could not be worked on" in logged.getvalue()


def test_when_and_where_somebody_was_signed_in_is_forgotten_with_the_session(
    front_desk: User, nurse: User, frozen_clock: Any
) -> None:
    log_in(front_desk).get("/today/")
    frozen_clock.shift(LONGEST + dt.timedelta(minutes=1))
    log_in(nurse).get("/today/")
    forget()
    assert StaffSession.objects.get().user == nurse


def test_from_which_address_somebody_signed_in_is_forgotten_with_the_count_of_log_ins(
    front_desk: User, frozen_clock: Any
) -> None:
    cache.set("kept-longer", "yes", timeout=3600)
    sign_in(Client(REMOTE_ADDR="198.51.100.7"), front_desk.email)
    assert any("198.51.100.7" in key for key in cached())
    frozen_clock.shift(dt.timedelta(minutes=11))
    forget()
    assert cached() == [":1:kept-longer"]


def test_a_monitor_sees_it_until_it_is_mended(broken: Clinic) -> None:
    with pytest.raises(Incomplete):
        forget()
    Heartbeat.objects.update(failing_since=NOW - dt.timedelta(minutes=5))
    assert background() == {"ok": False, "failing_seconds": {"forget": 300}}
    assert b'twelve_weeks_failing_seconds{part="forget"} 300.0' in Client().get("/metrics").content
    Clinic.objects.update(timezone="Europe/London")
    forget()
    assert background() == {"ok": True, "failing_seconds": {}}


def test_it_runs_without_a_broker_too(broken: Clinic, erasing: Clinic) -> None:
    make_patient(erasing, "Otto", "Old", created_at=LONG_AGO)
    with pytest.raises(CommandError, match="1 could not be worked on"):
        call_command("forget")
    assert Erasure.objects.count() == 1
