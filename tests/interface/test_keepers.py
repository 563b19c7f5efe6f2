"""Programs whose admin has left go on, and the admins who stay are told and answer for them."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEntry, Clinic, Membership, Role, User
from clinic.staff import actions
from interface import tokens
from interface.hooks import keeping
from interface.keepers import ending, left_alone
from interface.models import Hook, Integration
from tests.builders import NOW, make_user
from tests.conftest import log_in

NOTHING = {"asking": 0, "told": 0}
LINE = "no admin here any more"


@pytest.fixture
def noor(riverside: Clinic) -> User:
    """An admin who is about to leave."""
    return make_user("noor@riverside.example", "Noor Ali", (riverside, Role.ADMIN))


@pytest.fixture
def asking(riverside: Clinic, noor: User) -> Integration:
    """A program that Noor let in for 30 days."""
    ends = NOW + dt.timedelta(days=30)
    return tokens.make(
        clinic=riverside, name="Hospital file", scopes=["system/Patient.read"], expires_at=ends, by=noor, at=NOW
    )[0]


@pytest.fixture
def told(riverside: Clinic, noor: User) -> Hook:
    """An address that Noor added."""
    return keeping.make(clinic=riverside, url="https://told.example/", events=["appointment.booked"], by=noor, at=NOW)


def leave(who: User, by: User) -> None:
    """End somebody's access."""
    actions.end_access(membership=Membership.objects.select_related("user", "clinic").get(user=who), by=by, at=NOW)


@pytest.mark.usefixtures("asking", "told")
def test_as_long_as_the_admin_is_one_nothing_is_said(riverside: Clinic) -> None:
    assert left_alone(riverside, NOW) == NOTHING


@pytest.mark.usefixtures("asking", "told")
@pytest.mark.parametrize("page", ["staff:people", "setup:overview"])
def test_who_ends_an_admin_s_access_reads_what_goes_on(noor: User, admin: User, page: str) -> None:
    leave(noor, admin)
    shown = log_in(admin).get(reverse(page)).content.decode()
    assert "1 program that may ask was let in by somebody who is no admin here any more." in shown
    assert "1 address that is told was added by somebody who is no admin here any more." in shown


@pytest.mark.usefixtures("asking", "told")
def test_an_admin_who_becomes_something_else_leaves_them_too(
    riverside: Clinic, lakeside: Clinic, noor: User, admin: User
) -> None:
    row = Membership.objects.select_related("user", "clinic").get(user=noor)
    actions.change_role(membership=row, role=Role.FRONT_DESK, by=admin, at=NOW)
    assert left_alone(riverside, NOW) == {"asking": 1, "told": 1}
    assert left_alone(lakeside, NOW) == NOTHING


def test_an_admin_of_another_clinic_does_not_count(
    riverside: Clinic, lakeside: Clinic, noor: User, admin: User
) -> None:
    tokens.make(clinic=riverside, name="File", scopes=[], expires_at=NOW + dt.timedelta(days=1), by=noor, at=NOW)
    Membership.objects.create(user=noor, clinic=lakeside, role=Role.ADMIN)
    row = Membership.objects.select_related("user", "clinic").get(user=noor, clinic=riverside)
    actions.end_access(membership=row, by=admin, at=NOW)
    assert left_alone(riverside, NOW)["asking"] == 1
    assert left_alone(lakeside, NOW) == NOTHING


def test_one_press_takes_a_program_over(riverside: Clinic, noor: User, admin: User, asking: Integration) -> None:
    leave(noor, admin)
    browser = log_in(admin)
    assert (
        "Noor Ali is no admin here any more, and may still have the token."
        in browser.get(reverse("integrations:list")).content.decode()
    )
    before = AuditEntry.objects.filter(kind="integration").count()
    browser.post(reverse("integrations:take_over", args=[asking.uid]))
    assert left_alone(riverside, NOW) == NOTHING
    assert AuditEntry.objects.filter(kind="integration").count() == before + 1
    page = browser.get(reverse("integrations:list")).content.decode()
    assert LINE not in page
    assert "by Noor Ali, looked after by" in page


def test_who_took_over_may_leave_in_turn(riverside: Clinic, noor: User, admin: User, asking: Integration) -> None:
    tokens.take_over(integration=asking, by=noor, at=NOW)
    leave(noor, admin)
    assert left_alone(riverside, NOW)["asking"] == 1


def test_a_new_secret_takes_an_address_over(riverside: Clinic, noor: User, admin: User, told: Hook) -> None:
    leave(noor, admin)
    browser = log_in(admin)
    assert "Noor Ali is no admin here any more" in browser.get(reverse("hooks:list")).content.decode()
    browser.post(reverse("hooks:rotate", args=[told.uid]))
    assert left_alone(riverside, NOW) == NOTHING
    assert LINE not in browser.get(reverse("hooks:list")).content.decode()


def test_what_has_ended_is_nobody_s_business(
    riverside: Clinic, noor: User, admin: User, asking: Integration, told: Hook
) -> None:
    leave(noor, admin)
    keeping.end(hook=told, by=admin, at=NOW)
    with time_machine.travel(asking.expires_at, tick=False):
        assert left_alone(riverside, asking.expires_at) == NOTHING
        page = log_in(admin).get(reverse("integrations:list")).content.decode()
        assert LINE not in page
        assert "Take over" not in page


def test_a_token_that_ends_soon_is_named_while_its_program_asks(admin: User, asking: Integration) -> None:
    def settings() -> str:
        return log_in(admin).get(reverse("setup:overview")).content.decode()

    for days, asked, named in ((15, True, False), (13, False, False), (13, True, True), (-1, True, False)):
        with time_machine.travel(asking.expires_at - dt.timedelta(days=days), tick=False):
            lately = timezone.now() - dt.timedelta(days=1)
            Integration.objects.filter(pk=asking.pk).update(last_used_at=lately if asked else None)
            assert ("The token of Hospital file ends" in settings()) is named, (days, asked)


def test_a_token_that_has_ended_or_is_of_another_clinic_s_program_is_not_named(
    lakeside: Clinic, asking: Integration
) -> None:
    soon = asking.expires_at - dt.timedelta(days=1)
    Integration.objects.update(last_used_at=soon)
    assert (ending(asking.clinic, soon), ending(lakeside, soon)) == ([asking], [])
    tokens.revoke(integration=asking, by=asking.made_by, at=NOW)
    assert ending(asking.clinic, soon) == []


def test_nobody_but_an_admin_takes_over(front_desk: User, asking: Integration) -> None:
    with pytest.raises(PermissionDenied):
        tokens.take_over(integration=asking, by=front_desk, at=NOW)


def test_another_clinic_s_program_is_not_there(asking: Integration, stranger: User) -> None:
    assert log_in(stranger).post(reverse("integrations:take_over", args=[asking.uid])).status_code in {403, 404}


def test_who_takes_over_what_was_revoked_meanwhile_reads_so(admin: User, asking: Integration) -> None:
    tokens.revoke(integration=asking, by=admin, at=NOW)
    page = log_in(admin).post(reverse("integrations:take_over", args=[asking.uid]), follow=True).content.decode()
    assert "You look after Hospital file now." not in page
    assert "Hospital file was revoked meanwhile." in page


def test_an_address_that_was_ended_meanwhile_gets_no_new_secret(admin: User, told: Hook) -> None:
    keeping.end(hook=told, by=admin, at=NOW)
    page = log_in(admin).post(reverse("hooks:rotate", args=[told.uid]), follow=True).content.decode()
    assert "Secret for" not in page
    assert "This address has ended meanwhile. Nothing is told there any more." in page
    assert Hook.objects.get().secret == told.secret
    assert Hook.objects.get().kept_by is None
