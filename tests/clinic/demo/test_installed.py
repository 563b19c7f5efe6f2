"""A demo clinic beside a real one: it comes, harms nobody, and goes without a trace."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from clinic.checks import guard_names, standing_guards
from clinic.demo.installed import load, standing
from clinic.demo.removal import NothingThere, remove
from clinic.models import AuditEntry, Clinic, Membership, Role, User
from patients.models import Patient
from reminders import defaults
from reminders.dispatch import send_due
from reminders.models import Reminder, State
from reminders.planning import reconcile
from tests.builders import NOW, PASSWORD, make_clinic, make_course, make_session, make_user
from tests.conftest import log_in
from treatments.models import TreatmentSession

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo data")]

LOGGED = 2  # that it came and that it went: the log of access forgets nothing


def row_counts() -> dict[str, int]:
    """Return how many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Path:
    """A folder of its own for what is not sent."""
    settings.OUTBOX_DIR = tmp_path
    return tmp_path


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Clinic, User, Clinic]]:
    """A real clinic, its admin and the demo beside it, once: it takes longer than most that is asked of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            real = make_clinic("Riverside")
            ada = make_user("ada@riverside.example", "Ada Lind", (real, Role.ADMIN))
            made = load(here=real, by=ada, at=NOW)
        yield real, ada, made
        transaction.set_rollback(True)


@pytest.fixture
def riverside(_loaded: tuple[Clinic, User, Clinic], db: None) -> Clinic:
    """The real one. What a test changes is rolled back after it."""
    return _loaded[0]


@pytest.fixture
def admin(_loaded: tuple[Clinic, User, Clinic], db: None) -> User:
    """Riverside's admin, who loaded the demo."""
    return User.objects.get(pk=_loaded[1].pk)


@pytest.fixture
def demo(_loaded: tuple[Clinic, User, Clinic], db: None, outbox: Path) -> Clinic:
    """The demo clinic."""
    return _loaded[2]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_two_who_load_it_at_once_wait_for_one_another(riverside: Clinic, admin: User, demo: Clinic) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert load(here=riverside, by=admin, at=NOW) == demo
    statements = [one["sql"] for one in asked if not one["sql"].startswith("SAVEPOINT")]
    assert statements[0].endswith("FOR NO KEY UPDATE")


def test_it_goes_without_a_trace(riverside: Clinic, admin: User, maria: Patient, demo: Clinic) -> None:
    remove(here=riverside, by=admin, at=NOW)
    before = row_counts()
    load(here=riverside, by=admin, at=NOW)
    loaded = row_counts()
    assert loaded["patients.Patient"] - before["patients.Patient"] >= 15
    assert loaded["clinic.AuditEntry"] == before["clinic.AuditEntry"] + 1
    remove(here=riverside, by=admin, at=NOW)
    assert row_counts() == before | {"clinic.AuditEntry": before["clinic.AuditEntry"] + LOGGED}
    assert guard_names() <= standing_guards()


def test_after_it_was_used_only_the_log_and_the_name_in_it_stay(
    riverside: Clinic, admin: User, demo: Clinic, outbox: Path
) -> None:
    client = working_at(admin, demo)
    assert client.get(reverse("treatments:today")).status_code == 200
    patient = Patient.objects.filter(clinic=demo)[0]
    assert client.get(reverse("patients:detail", args=[patient.uid])).status_code == 200
    reconcile(now=NOW)
    send_due(clock=lambda: NOW + dt.timedelta(minutes=5))
    assert list(outbox.rglob("*.json"))
    remove(here=riverside, by=admin, at=NOW)
    assert not list(outbox.rglob("*.json"))
    left = {model._meta.label for model in apps.get_models() for row in of_clinic(model, demo)}
    assert left == {"clinic.AuditEntry"}
    assert not Membership.objects.filter(clinic=demo).exists()
    assert load(here=riverside, by=admin, at=NOW).pk != demo.pk


def test_it_stands_beside_a_real_clinic_that_is_called_demo(riverside: Clinic, admin: User, outbox: Path) -> None:
    Clinic.objects.filter(pk=riverside.pk).update(name="Demo", slug="demo")
    page = log_in(admin).post(reverse("demo:load"), follow=True)
    assert "The demo clinic is loaded" in page.content.decode()
    assert standing() not in (None, riverside)


def of_clinic(model: Any, clinic: Clinic) -> Any:
    """Return a table's rows of a clinic, where they name one."""
    names = {field.name for field in model._meta.concrete_fields}
    return model._base_manager.filter(clinic_id=clinic.pk) if "clinic" in names else ()


def working_at(user: User, clinic: Clinic) -> Client:
    """Return a browser in which this person works at a clinic."""
    client = log_in(user)
    client.post(reverse("clinic:switch"), {"clinic": clinic.uid})
    return client


def test_nothing_that_it_sends_leaves_the_system(demo: Clinic, outbox: Path, settings: Any) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/never"  # a gateway is set, and must not be asked
    reconcile(now=NOW)
    send_due(clock=lambda: NOW + dt.timedelta(minutes=5))
    sent = Reminder.objects.filter(clinic=demo, state=State.SENT)
    assert sent.count() == len(list(outbox.rglob("*.json"))) > 0
    assert mail.outbox == []


def test_whom_an_admin_invites_there_gets_a_letter_and_the_page_says_so_before(
    demo: Clinic, riverside: Clinic, admin: User
) -> None:
    browser = log_in(admin)
    page = browser.get(reverse("demo:demo")).content.decode()
    assert "Only whom you invite there gets a letter, and a webhook that you set up there is called." in page
    browser.post(reverse("clinic:switch"), {"clinic": demo.uid})
    browser.post(reverse("staff:people"), {"email": "noor@riverside.example", "role": Role.FRONT_DESK})
    assert [letter.to for letter in mail.outbox] == [["noor@riverside.example"]]


def test_loading_sends_and_plans_nothing_for_anybody_else(
    riverside: Clinic, osei: Any, maria: Patient, admin: User, outbox: Path
) -> None:
    remove(here=riverside, by=admin, at=NOW)
    defaults.install(riverside)
    make_session(make_course(maria), osei, NOW + dt.timedelta(days=1))
    load(here=riverside, by=admin, at=NOW)
    assert not Reminder.objects.exists()
    assert mail.outbox == []
    assert not list(outbox.rglob("*.json"))


def test_nobody_can_log_in_as_its_staff_and_everybody_is_marked(demo: Clinic, admin: User) -> None:
    staff = User.objects.filter(memberships__clinic=demo).exclude(pk=admin.pk)
    assert staff
    assert not any(one.is_active or one.has_usable_password() for one in staff)
    assert not Patient.objects.filter(clinic=demo).exclude(family_name__endswith="(demo)").exists()
    assert not Client().login(username="osei@demo.example", password=PASSWORD)


def test_a_second_press_and_a_second_admin_join_the_one_there_is(
    riverside: Clinic, admin: User, demo: Clinic, front_desk: User
) -> None:
    assert load(here=riverside, by=admin, at=NOW) == demo
    assert load(here=riverside, by=front_desk, at=NOW) == demo
    assert Clinic.objects.filter(demo=True).count() == 1


def test_a_real_clinic_can_never_be_marked_as_made_up(riverside: Clinic) -> None:
    with pytest.raises(DatabaseError, match="clinic_is_made_up_from_the_start"), transaction.atomic():
        Clinic.objects.filter(pk=riverside.pk).update(demo=True)


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has no REPLACE")
def test_replace_cannot_mark_a_real_clinic_as_made_up(riverside: Clinic) -> None:
    others = ", ".join(str(field.column) for field in Clinic._meta.concrete_fields if field.name != "demo")
    marked = f"INSERT OR REPLACE INTO clinic_clinic ({others}, demo) SELECT {others}, 1 FROM clinic_clinic"  # noqa: S608
    with pytest.raises(DatabaseError, match="clinic_is_made_up"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(marked)


def test_without_a_demo_there_is_nothing_to_remove(riverside: Clinic, admin: User, maria: Patient) -> None:
    remove(here=riverside, by=admin, at=NOW)
    with pytest.raises(NothingThere):
        remove(here=riverside, by=admin, at=NOW)
    assert Patient.objects.filter(pk=maria.pk).exists()


def test_what_is_signed_stays_refused_after_the_removal(
    riverside: Clinic, admin: User, demo: Clinic, maria: Patient
) -> None:
    remove(here=riverside, by=admin, at=NOW)
    entry = AuditEntry.objects.latest("pk")
    with pytest.raises(DatabaseError, match="audit_is_append_only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk)._raw_delete("default")


def test_every_page_at_the_demo_says_so(demo: Clinic, riverside: Clinic, admin: User) -> None:
    words = "Demo data. No messages leave this system"
    assert words in working_at(admin, demo).get(reverse("treatments:today")).content.decode()
    assert words not in working_at(admin, riverside).get(reverse("treatments:today")).content.decode()
    assert log_in(admin).get(reverse("clinic:home"), follow=True).context["request"].clinic == riverside


def test_an_admin_loads_and_removes_it_with_one_press_each(riverside: Clinic, admin: User, outbox: Path) -> None:
    remove(here=riverside, by=admin, at=NOW)
    client = log_in(admin)
    page = client.post(reverse("demo:load"), follow=True).content.decode()
    assert "Demo clinic" in page
    assert TreatmentSession.objects.filter(clinic__demo=True).exists()
    page = client.post(reverse("demo:remove"), follow=True).content.decode()
    assert "The demo clinic is gone" in page
    assert standing() is None


def test_reports_never_count_what_is_made_up_with_what_is_not(demo: Clinic, riverside: Clinic, admin: User) -> None:
    url = reverse("reports:first")
    for clinic in (riverside, demo):
        asked = working_at(admin, clinic).get(url, {"clinic": "all"}).context["asked"]
        assert [one.pk for one in asked.clinics] == [clinic.pk]


@pytest.mark.parametrize("admin_of", ["nobody@riverside.example", "fran@riverside.example"])
def test_the_command_asks_for_an_admin(riverside: Clinic, front_desk: User, demo: Clinic, admin_of: str) -> None:
    with pytest.raises(CommandError, match="is an admin of riverside"):
        call_command("demo_clinic", "remove", clinic="riverside", admin=admin_of)
    assert standing() == demo


def test_the_command_says_which_clinics_there_are(riverside: Clinic, admin: User) -> None:
    with pytest.raises(CommandError, match=r"There is no clinic hillside\. Write one of .*riverside\."):
        call_command("demo_clinic", "load", clinic="hillside", admin=admin.email)


def test_no_command_puts_anything_where_a_demo_was_removed(riverside: Clinic, admin: User, demo: Clinic) -> None:
    assert working_at(admin, demo).get(reverse("treatments:today")).status_code == 200  # so the log names it for good
    remove(here=riverside, by=admin, at=NOW)
    assert Clinic.objects.filter(pk=demo.pk).exists()
    with pytest.raises(CommandError, match=rf"There is no clinic {demo.slug}\. Write one of riverside\."):
        call_command("import_diary", "list.csv", clinic=demo.slug)


def test_the_command_removes_and_loads(riverside: Clinic, admin: User, demo: Clinic) -> None:
    for what, there in (("remove", False), ("load", True)):
        call_command("demo_clinic", what, clinic="riverside", admin=admin.email, stdout=io.StringIO())
        assert (standing() is not None) is there


@pytest.mark.parametrize("name", ["load", "remove"])
def test_who_may_not_change_settings_neither_loads_nor_removes(demo: Clinic, front_desk: User, name: str) -> None:
    assert log_in(front_desk).post(reverse(f"demo:{name}")).status_code == 403
    assert standing() == demo
