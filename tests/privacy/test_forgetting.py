"""What is forgotten by itself: one clinic or one person that fails stops no other, and is seen."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Invitation, StaffSession, User
from clinic.signing_in.sessions import LONGEST
from clinic.staff import actions
from patients import uploads
from patients.models import Patient
from privacy import forgetting
from privacy.erasing import erase
from privacy.models import Erasure, Retention
from privacy.tasks import forget
from reminders.models import Heartbeat, InboundMessage
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


def test_an_uploaded_list_that_cannot_be_thrown_away_keeps_nobody_in_the_records(
    erasing: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(at: dt.datetime) -> None:
        raise PermissionError("belongs to root")

    monkeypatch.setattr(uploads, "sweep", fail)
    make_patient(erasing, "Otto", "Old", created_at=LONG_AGO)
    with pytest.raises(PermissionError):
        forget()
    assert Erasure.objects.count() == 1


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


def text_from(clinic: Clinic, number: str, days_ago: int, **fields: Any) -> InboundMessage:
    """Return a text that was dealt with."""
    at = NOW - dt.timedelta(days=days_ago)
    return InboundMessage.objects.create(
        clinic=clinic, gateway_id=f"SM{number}", sender=number, body="Who is this?", received_at=at, meaning="other",
        **{"state": "settled"} | fields,
    )  # fmt: skip


def test_what_the_gateway_calls_a_text_is_forgotten_with_its_words(harbour: World) -> None:
    text_from(harbour.clinic, "+447700900991", 366)
    text_from(harbour.clinic, "+447700900993", 364)
    text_from(harbour.clinic, "+447700900994", 366, patient=harbour.patient)
    forget()
    left = InboundMessage.objects.filter(gateway_id__startswith="SM+").values_list("gateway_id", flat=True)
    assert list(left) == ["SM+447700900993"]


def test_the_number_of_a_stranger_who_wrote_is_forgotten_with_their_words(harbour: World) -> None:
    stranger = text_from(harbour.clinic, "+447700900991", 366)
    lately = text_from(harbour.clinic, "+447700900992", 364)
    waiting = text_from(harbour.clinic, "+447700900993", 366, state="open")
    theirs = text_from(harbour.clinic, "+447700900994", 366, patient=harbour.patient)
    forget()
    texts = InboundMessage.objects.filter(pk__in=[one.pk for one in (stranger, lately, waiting, theirs)])
    assert list(texts.order_by("pk").values_list("sender", flat=True)) == [
        "",
        "+447700900992",
        "+447700900993",
        "+447700900994",
    ]


def test_strangers_who_are_forgotten_are_not_shown_as_one(harbour: World, keeper: User) -> None:
    first = text_from(harbour.clinic, "+447700900991", 366, note="The first")
    text_from(harbour.clinic, "+447700900992", 366, note="The second")
    forget()
    client = log_in(keeper)
    page = client.get(reverse("reminders:inbox_message", args=[first.uid])).content.decode()
    assert "The first" in page
    assert "The second" not in page
    assert "A number no longer kept" in page
    assert "A number no longer kept" in client.get(reverse("reminders:inbox"), {"tab": "all"}).content.decode()


def test_the_address_of_who_did_not_take_an_invitation_is_forgotten_a_month_after_it_ended(
    riverside: Clinic, admin: User
) -> None:
    ended = {"untaken@riverside.example": 31, "lately@riverside.example": 29, "taken@riverside.example": 31}
    for email, days in ended.items():
        at = NOW - dt.timedelta(days=days + 3)
        made, _token = actions.invite(clinic=riverside, email=email, role="front_desk", by=admin, at=at)
        Invitation.objects.filter(pk=made.pk, email__startswith="taken").update(taken_at=at)
    forget()
    assert set(Invitation.objects.values_list("email", flat=True)) == {
        "lately@riverside.example",
        "taken@riverside.example",
    }


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


def test_an_uploaded_list_to_which_nobody_said_yes_is_gone_when_its_day_is_over(
    admin: User, riverside: Clinic, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    owner = uploads.Owner(riverside, admin, "import")
    uploads.keep(SimpleUploadedFile("list.csv", b"mrn,given_name"), owner=owner, at=NOW)
    forgetting.forget_everywhere(at=NOW + uploads.LONGEST)
    assert list(tmp_path.rglob("*.csv"))
    forgetting.forget_everywhere(at=NOW + uploads.LONGEST + dt.timedelta(hours=1))
    assert not list(tmp_path.rglob("*.csv"))


def test_an_uploaded_list_that_goes_while_old_ones_are_looked_through_is_no_fault(
    admin: User, riverside: Clinic, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    owner = uploads.Owner(riverside, admin, "import")
    uid = uploads.keep(SimpleUploadedFile("list.csv", b"mrn,given_name"), owner=owner, at=NOW)
    [kept] = tmp_path.rglob("*.csv")
    kept.with_name("gone.csv").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    uploads.sweep(NOW + uploads.LONGEST * 2)
    with pytest.raises(uploads.Gone), uploads.opened(uid, owner=owner, at=NOW):
        pass
