"""`manage.py create_clinic`: a real clinic begins with a name, an admin and its reminders."""

import io
from contextlib import nullcontext

import pytest
from django.core.management import CommandError, call_command

from clinic.models import AuditEntry, Clinic, Membership, Role, User
from clinic.public_holidays import public_holidays
from patients.models import Channel
from patients.models.contact import clean_address
from reminders.models import ReminderRule
from tests.builders import PASSWORD

ARGUMENTS = {
    "name": "Hillside Headache Clinic",
    "slug": "hillside",
    "message_name": "Hillside Clinic",
    "timezone": "Europe/London",
    "country": "GB",
    "phone": "020 7946 0321",
    "address": "3 Hill Road",
    "admin_email": "Mo@Hillside.example",
    "admin_name": "Mo Khan",
}

pytestmark = pytest.mark.django_db


def create(**changes: str) -> str:
    """Run the command and return what it printed."""
    output = io.StringIO()
    call_command("create_clinic", stdout=output, **ARGUMENTS | changes)
    return output.getvalue()


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first admin's password, as a script gives it."""
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)


def test_makes_a_clinic_with_an_admin_who_can_log_in() -> None:
    create()
    membership = Membership.objects.get(clinic__slug="hillside")
    assert membership.role == Role.ADMIN
    assert membership.user.email == "mo@hillside.example"
    assert membership.user.check_password(PASSWORD)


@pytest.mark.parametrize(("again", "fits"), [(PASSWORD, True), (PASSWORD + "x", False)])
def test_at_a_terminal_the_password_is_typed_twice_since_nobody_sees_it(
    monkeypatch: pytest.MonkeyPatch, again: str, fits: bool
) -> None:
    typed = iter([PASSWORD, again])
    monkeypatch.delenv("ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with nullcontext() if fits else pytest.raises(CommandError, match="two passwords differ"):
        assert PASSWORD not in create()
    assert [user.check_password(PASSWORD) for user in User.objects.all()] == [True] * fits


@pytest.mark.parametrize("key", [pytest.param(EOFError, id="ctrl-d"), pytest.param(KeyboardInterrupt, id="ctrl-c")])
def test_whoever_leaves_where_the_password_is_asked_for_is_told_that_nothing_was_made(
    monkeypatch: pytest.MonkeyPatch, key: type[BaseException]
) -> None:
    def leave(prompt: str) -> str:
        raise key

    monkeypatch.delenv("ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", leave)
    with pytest.raises(CommandError, match="Nothing was made"):
        create()
    assert not Clinic.objects.exists()


def test_installs_the_usual_reminders() -> None:
    create()
    assert ReminderRule.objects.filter(clinic__slug="hillside").exists()


def test_leaves_a_trace() -> None:
    create()
    clinic = Clinic.objects.get()
    assert AuditEntry.objects.filter(clinic=clinic, subject=clinic.uid, action=AuditEntry.Action.CREATE).exists()


def test_says_who_logs_in_but_never_a_password_that_was_given() -> None:
    printed = create()
    assert "Mo Khan logs in as mo@hillside.example" in printed
    assert PASSWORD not in printed


def test_makes_up_a_password_and_shows_it_once_when_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    shown = create().splitlines()[-1].rpartition(": ")[2]
    assert User.objects.get().check_password(shown)


def test_a_second_clinic_keeps_the_log_in_of_somebody_known(monkeypatch: pytest.MonkeyPatch) -> None:
    create()
    monkeypatch.setenv("ADMIN_PASSWORD", "another long password")
    create(name="Dockside Headache Clinic", slug="dockside", message_name="Dockside Clinic")
    mo = User.objects.get()
    assert mo.memberships.count() == 2
    assert mo.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"timezone": "London"}, "timezone: Choose a time zone such as Europe/London.", id="time-zone"),
        pytest.param({"country": "UK"}, "country: Write the two letters of its code, such as GB.", id="country"),
        pytest.param({"subdivision": "Kent"}, "subdivision: Nobody has listed holidays for KENT.", id="region"),
        pytest.param({"slug": "hill side"}, "slug:", id="slug"),
        pytest.param({"message_name": "x" * 21}, "message-name:", id="message-name-too-long"),
        pytest.param({"message_name": "Migraine Clinic"}, "message-name:", id="message-name-names-an-illness"),
        pytest.param({"phone": "the desk"}, "phone:", id="phone-nobody-can-call"),
        pytest.param({"address": "Migraine Centre, 3 Hill Road"}, "address:", id="address-names-an-illness"),
        pytest.param({"admin_email": "mo"}, "admin-email: Enter a valid email address.", id="email"),
        pytest.param({"name": " "}, "^name: This field cannot be blank.", id="name-of-blanks"),
        pytest.param({"admin_name": " "}, "admin-name: This field cannot be blank.", id="name"),
    ],
)
def test_refuses_what_is_wrong_and_writes_nothing(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        create(**changes)
    assert not Clinic.objects.exists()
    assert not User.objects.exists()


def test_a_country_and_a_region_in_small_letters_are_known_all_the_same() -> None:
    create(country="gb", subdivision="eng")
    clinic = Clinic.objects.get()
    assert "Christmas Day" in public_holidays(clinic.country, clinic.subdivision, 2026).values()
    assert clean_address(Channel.SMS, "020 7946 0123", clinic.country) == "+442079460123"


def test_refuses_a_password_that_is_easily_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "password")
    with pytest.raises(CommandError, match="too short"):
        create()


def test_refuses_a_second_clinic_with_the_same_slug() -> None:
    create()
    with pytest.raises(CommandError, match="slug"):
        create()
