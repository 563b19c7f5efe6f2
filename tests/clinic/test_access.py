"""Every address, for everyone: a stranger, staff of another clinic, each role. A new address without a rule fails here."""

import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from clinic.access import CAPABILITIES, Capability, allows
from clinic.models import AuditEntry, Clinic, Membership, Role, Room, User
from patients.models import Patient
from tests.addresses import ALL, BY_LINK, BY_TOKEN, FOR_MACHINES, OWN, SIGN_IN, SIGNED, STAFF, UPLOADS, capability_of
from tests.attacks.reading import body_of
from tests.builders import NOW, make_clinic, make_user
from tests.conftest import log_in
from tests.world import World

FAMILIES = (b"Santos", b"Reid", b"Novak")  # of the people of the world


def test_every_address_has_a_rule() -> None:
    public = {name for name, pattern in ALL.items() if getattr(pattern.callback, "login_required", True) is False}
    assert ALL.keys() - STAFF.keys() - OWN - public == set()


def test_only_these_addresses_need_no_log_in() -> None:
    public = {name for name, pattern in ALL.items() if getattr(pattern.callback, "login_required", True) is False}
    allowed = {*SIGN_IN, "staff:take", "clinic:theme", "first_run:first_admin", *BY_LINK, *SIGNED, *FOR_MACHINES}
    assert {name for name in public if not name.startswith(BY_TOKEN)} <= allowed


class Asked(NamedTuple):
    """What a role got at an address: for reading it, and for sending it an empty form."""

    name: str
    role: Role
    answers: set[int]
    led_to: str
    untraced: bool  # somebody was named, and nothing written down about it

    @property
    def may(self) -> bool:
        """Whether the table of capabilities lets this role in."""
        return capability_of(self.name) in CAPABILITIES[self.role]


def browser(key: str) -> Client:
    """Return a browser that holds this session and nothing else."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def key_of(clinic: Clinic, role: Role) -> str:
    """Return the session of somebody new with this role."""
    user = make_user(f"{role}.one@{clinic.slug}.example", "One Person", (clinic, role))
    return str(log_in(user).session.session_key)


def ask(key: str, name: str, role: Role, url: str) -> Asked:
    """Read an address and send it an empty form; what that changed is not there for the next."""
    client, before = browser(key), AuditEntry.objects.count()
    with transaction.atomic():
        read: Any = client.get(url)
        body = body_of(read)
        names_somebody = any(family in body for family in FAMILIES)
        untraced = names_somebody and AuditEntry.objects.count() == before
        sent = client.post(url)
        transaction.set_rollback(True)
    return Asked(name, role, {read.status_code, sent.status_code}, read.headers.get("Location", ""), untraced)


@pytest.fixture(scope="module")
def asked(_harbour: World) -> Iterator[list[Asked]]:
    """Every address, asked once by each role at its own clinic."""
    # The outbox page exists only in a demo.
    with time_machine.travel(NOW, tick=False), override_settings(DEMO=True), transaction.atomic():
        keys = {role: key_of(_harbour.clinic, role) for role in Role}
        yield [ask(keys[role], name, role, _harbour.url(name)) for name in sorted(STAFF) for role in Role]
        transaction.set_rollback(True)


def test_each_role_gets_what_its_capabilities_say(asked: list[Asked]) -> None:
    let_in = [one for one in asked if one.may]
    kept_out = [one for one in asked if not one.may]
    assert [one for one in let_in if one.answers & ({403, 500} if one.name in UPLOADS else {403, 404, 500})] == []
    assert [one for one in let_in if one.led_to.startswith(reverse("account_login"))] == []
    assert [one for one in kept_out if not one.answers <= {403, 405} or 403 not in one.answers] == []
    assert {one.name for one in let_in} == STAFF.keys()


def test_a_page_that_names_a_person_leaves_a_trace(asked: list[Asked]) -> None:
    assert [(one.name, one.role) for one in asked if one.untraced] == []


def test_a_stranger_is_sent_to_the_log_in(world: World) -> None:
    login, client = reverse("account_login"), Client()
    answers: dict[str, Any] = {name: client.get(world.url(name)) for name in sorted(STAFF)}
    assert [name for name, answer in answers.items() if answer.headers.get("Location", "")[: len(login)] != login] == []


def test_staff_of_another_clinic_find_nothing_whatever_their_role(world: World, lakeside: Clinic) -> None:
    found, seen = [], 0
    keys = {role: key_of(lakeside, role) for role in Role}
    for name in sorted(name for name in STAFF if "<uuid" in str(STAFF[name].pattern) and name not in UPLOADS):
        missing_url = reverse(name, kwargs=world.arguments(name) | {"uid": uuid.uuid4()})
        for role in (role for role in Role if capability_of(name) in CAPABILITIES[role]):
            seen += 1
            foreign = ask(keys[role], name, role, world.url(name)).answers
            if foreign != ask(keys[role], name, role, missing_url).answers or not foreign <= {404, 405}:
                found.append((name, role, foreign))
    assert found == []
    assert seen > 100


def test_lists_of_another_clinic_hold_nobody_of_this_one(world: World, stranger: User) -> None:
    Membership.objects.filter(user=stranger).update(role=Role.ADMIN)
    client, named = log_in(stranger), []
    for name in sorted(name for name in STAFF if "<uuid" not in str(STAFF[name].pattern)):
        body = body_of(client.get(world.url(name)))
        named += [name] if b"Santos" in body or b"RV0000" in body else []
    assert named == []


def test_a_role_that_ends_ends_at_once(maria: Patient, front_desk: User) -> None:
    client = log_in(front_desk)
    assert client.get(reverse("treatments:today")).status_code == 200
    front_desk.memberships.update(active=False)
    assert client.get(reverse("treatments:today")).status_code == 403
    assert not allows(front_desk, maria.clinic, Capability.VIEW)  # as what was under way asks


def test_one_person_works_at_two_clinics_and_switches(
    maria: Patient, riverside: Clinic, lakeside: Clinic, front_desk: User
) -> None:
    Membership.objects.create(user=front_desk, clinic=lakeside, role=Role.FRONT_DESK)
    client = log_in(front_desk)
    url = reverse("patients:detail", args=[maria.uid])
    client.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    assert client.get(url).status_code == 200
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    assert client.get(url).status_code == 404


def test_a_page_of_the_other_clinic_is_not_found_and_says_how_to_get_there(
    maria: Patient, lakeside: Clinic, front_desk: User
) -> None:
    client, url = log_in(front_desk), reverse("patients:detail", args=[maria.uid])
    assert "Go to Riverside" not in client.get(reverse("patients:detail", args=[uuid.uuid4()])).content.decode()
    Membership.objects.create(user=front_desk, clinic=lakeside, role=Role.FRONT_DESK)
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})  # in another window
    page = client.get(url)
    assert (page.status_code, "You work at <strong>Lakeside Clinic</strong>" in page.content.decode()) == (404, True)
    [button] = re.findall(r'name="clinic" value="([^"]+)">Go to Riverside Clinic<', page.content.decode())
    client.post(reverse("clinic:switch"), {"clinic": button})
    assert client.get(url).status_code == 200


def send(client: Client, room: dict[str, str]) -> Any:
    """Send the form of a new room as a browser does."""
    content_type = "application/x-www-form-urlencoded"
    return client.post(reverse("setup:new_room"), urlencode(room), content_type=content_type, follow=True)


def test_a_form_makes_what_is_new_at_the_clinic_its_page_was_opened_at(riverside: Clinic, lakeside: Clinic) -> None:
    both = make_user("eve@riverside.example", "Eve", (riverside, Role.ADMIN), (lakeside, Role.ADMIN))
    client = log_in(both)
    client.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    page = client.get(reverse("setup:new_room")).content.decode()
    field = re.search(r'name="at_clinic" value="([^"]+)"', page)
    assert field
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})  # in another window
    answer = send(client, {"name": "Room 9", "at_clinic": field[1]})
    assert Room.objects.get(name="Room 9").clinic == riverside
    assert "Room 9" in answer.content.decode()


@pytest.mark.parametrize("said", ["x", "lakeside"])
def test_a_form_leads_nobody_to_a_clinic_where_they_do_not_work(riverside: Clinic, lakeside: Clinic, said: str) -> None:
    other = make_clinic("Seaside")
    client = log_in(make_user("eve@riverside.example", "Eve", (riverside, Role.ADMIN), (other, Role.ADMIN)))
    client.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    named = str(lakeside.uid) if said == "lakeside" else said
    assert send(client, {"name": "Room 9", "at_clinic": named}).status_code == 403
    assert not Room.objects.filter(name="Room 9").exists()


def test_a_form_that_names_no_clinic_is_of_the_one_where_somebody_is(riverside: Clinic, lakeside: Clinic) -> None:
    client = log_in(make_user("eve@riverside.example", "Eve", (riverside, Role.ADMIN), (lakeside, Role.ADMIN)))
    client.post(reverse("clinic:switch"), {"clinic": riverside.uid})
    send(client, {"name": "Room 9", "at_clinic": ""})
    assert Room.objects.get(name="Room 9").clinic == riverside


def test_a_form_of_a_clinic_where_access_has_ended_does_nothing_at_another(riverside: Clinic, lakeside: Clinic) -> None:
    both = make_user("eve@riverside.example", "Eve", (riverside, Role.ADMIN), (lakeside, Role.ADMIN))
    client = log_in(both)
    both.memberships.filter(clinic=riverside).update(active=False)
    answer = send(client, {"name": "Room 9", "at_clinic": str(riverside.uid)})
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()
    assert not Room.objects.filter(name="Room 9").exists()


def test_who_is_let_in_at_another_clinic_stays_where_they_are(front_desk: User, riverside: Clinic) -> None:
    client = log_in(front_desk)
    before = make_clinic("Aldgate")  # its name comes first
    Membership.objects.create(user=front_desk, clinic=before, role=Role.FRONT_DESK)
    assert client.get(reverse("treatments:today")).context["request"].clinic == riverside


def test_who_also_works_at_a_made_up_clinic_begins_at_the_real_one(riverside: Clinic) -> None:
    made_up = make_clinic("Creek", demo=True)
    both = make_user("eve@riverside.example", "Eve", (made_up, Role.FRONT_DESK), (riverside, Role.FRONT_DESK))
    assert log_in(both).get(reverse("treatments:today")).context["request"].clinic == riverside


def test_a_link_to_a_file_of_the_other_clinic_leaves_the_other_window_where_it_is(
    riverside: Clinic, lakeside: Clinic
) -> None:
    client = log_in(make_user("eve@riverside.example", "Eve", (riverside, Role.ADMIN), (lakeside, Role.ADMIN)))
    log = client.get(reverse("treatments:log"), {"from_clinic": str(lakeside.uid)})
    page = client.get(reverse("treatments:today"))
    assert [one.context["request"].clinic for one in (log, page)] == [lakeside, riverside]


def test_nobody_switches_to_a_clinic_where_they_do_not_work(front_desk: User, lakeside: Clinic) -> None:
    assert log_in(front_desk).post(reverse("clinic:switch"), {"clinic": lakeside.uid}).status_code == 404


@pytest.mark.parametrize("clinic", ["", "x", "1"])
def test_a_switch_to_nowhere_is_refused(front_desk: User, clinic: str) -> None:
    assert log_in(front_desk).post(reverse("clinic:switch"), {"clinic": clinic}).status_code == 400


def test_staff_log_in_by_email_in_any_case(front_desk: User) -> None:
    response = Client().post(
        reverse("account_login"), {"login": "Fran@Riverside.example", "password": "a long enough password"}
    )
    assert response.status_code == 302


def test_a_wrong_password_does_not_say_which_part_was_wrong(front_desk: User) -> None:
    page = Client().post(reverse("account_login"), {"login": front_desk.email, "password": "wrong"}).content.decode()
    other = (
        Client().post(reverse("account_login"), {"login": "no@riverside.example", "password": "wrong"}).content.decode()
    )
    assert "Email or password is wrong." in page
    assert "Email or password is wrong." in other


def test_no_foreign_key_crosses_clinics(world: World) -> None:
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        if "clinic" not in names:
            continue
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                target = getattr(row, field.name, None) if field.is_relation else None
                if target is not None and hasattr(target, "clinic_id"):
                    assert target.clinic_id == row.clinic_id, (model, field.name)  # type: ignore[attr-defined]
