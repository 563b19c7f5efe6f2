"""Every address, for everyone: a stranger, staff of another clinic, each role. A new address without a rule fails here."""

import datetime as dt
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from clinic import founding
from clinic.access import CAPABILITIES, Capability
from clinic.models import Absence, AuditEntry, Clinic, Closure, Invitation, Membership, Role, User
from interface.hooks.keeping import make as make_hook
from interface.models import HookCall
from interface.scopes import SCOPES
from interface.tokens import make as make_integration
from patients.actions.policies import keep_policy
from patients.eligibility.policy import SAMPLE_A
from patients.models import AcuteMedication, Authorization, DiaryClaim, Patient, PreventiveTrial
from reminders import defaults
from reminders.links import make_diary_link
from reminders.models import BlockedWord, InboundMessage, PatientLink, Reminder, ReminderRule
from tests.builders import (
    NOW,
    TODAY,
    make_assessment,
    make_clinic,
    make_course,
    make_injector,
    make_patient,
    make_session,
    make_user,
    room_of,
)
from tests.conftest import log_in
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.feeds import make_feed
from treatments.models import LogView, SlotOffer, WaitingEntry

# Django's own pages, and those that only touch one's own log-in or device.
OWN = {
    "account_me",
    "account_end_session",
    "account_stay",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "clinic:home",
    "first_run:found",
}
# How somebody signs in; tests/clinic/signing_in tries to break each.
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# Opened by a link in a message alone; they have tests of their own.
BY_LINK = (
    "reminders:visit",
    "reminders:confirm",
    "reminders:ask",
    "reminders:times",
    "reminders:language",
    "reminders:diary",
    "reminders:diary_day",
    "reminders:diary_saved",
    "reminders:diary_week",
    "reminders:about_by_visit",
    "reminders:about_by_diary",
    "reminders:stop_by_visit",
    "reminders:stop_by_diary",
    "reminders:done",
    "reminders:visit_file",
    "treatments:feed",
    "reminders:take_offer",
    "reminders:pass_offer",
)

# For other programs, which show a token; see tests/interface.
BY_TOKEN = ("interface:",)

# Called by gateways, which sign what they say; see tests/reminders/inbound and tests/reminders/test_receipts.py.
SIGNED = ("reminders:text_received", "reminders:text_status", "reminders:mail_news")

# Asked by machines, which know a secret or stand beside ours; see tests/clinic/monitoring.
FOR_MACHINES = ("monitoring:alive", "monitoring:ready", "monitoring:metrics")

# An uploaded list belongs to the person who uploaded it: nobody else finds it.
UPLOADS = {"treatments:import_preview", "treatments:import_confirm", "treatments:import_discard"}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Yield every named address with its pattern."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, space + inner)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield space + pattern.name, pattern


ALL = dict(addresses())
STAFF = {name: pattern for name, pattern in ALL.items() if hasattr(pattern.callback, "capability")}


def capability_of(name: str) -> Capability:
    """Return the capability that an address asks for."""
    capability: Capability = STAFF[name].callback.capability  # type: ignore[attr-defined]
    return capability


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_address_has_a_rule(name: str) -> None:
    public = getattr(ALL[name].callback, "login_required", True) is False
    assert name in STAFF or name in OWN or public


def test_only_these_addresses_need_no_log_in() -> None:
    public = {name for name, pattern in ALL.items() if getattr(pattern.callback, "login_required", True) is False}
    allowed = {*SIGN_IN, "staff:take", "clinic:theme", "first_run:first_admin", *BY_LINK, *SIGNED, *FOR_MACHINES}
    assert {name for name in public if not name.startswith(BY_TOKEN)} <= allowed


class World:
    """One of everything at one clinic, so that every address leads somewhere."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        admin = make_user("a@riverside.example", "Ada Admin", (clinic, Role.ADMIN))
        prescriber = make_user("p@riverside.example", "Pat Prescriber", (clinic, Role.PRESCRIBER))
        self.patient = make_patient(clinic)
        self.assessment = make_assessment(make_patient(clinic, "Tom", "Reid"), signed_by=prescriber)
        self.draft = make_assessment(make_patient(clinic, "Lea", "Novak"))
        self.preventive = PreventiveTrial.objects.create(
            clinic=clinic, patient=self.patient, drug_class="beta_blocker", drug="Propranolol", result="no_effect"
        )
        self.acute = AcuteMedication.objects.create(
            clinic=clinic, patient=self.patient, drug_class="triptan", drug="Sumatriptan", days_a_month=4, told_on=TODAY
        )
        self.authorization = Authorization.objects.create(
            clinic=clinic, patient=self.patient, payer="Aster", number="PA-1", valid_from=TODAY, valid_to=TODAY
        )
        self.policy = keep_policy(clinic=clinic, rules=SAMPLE_A, by=prescriber, at=NOW)
        injector = make_injector(clinic)
        self.course = make_course(self.patient, last_given_on=TODAY - dt.timedelta(days=84), injector=injector)
        self.session = make_session(self.course, injector, NOW + dt.timedelta(hours=1), due_on=TODAY)
        self.feed, _token = make_feed(injector=injector, by=prescriber, at=NOW)
        self.event = self.session.events.create(clinic=clinic, at=NOW, kind="booked", by=prescriber)
        defaults.install(clinic)
        self.reminder = Reminder.objects.create(
            clinic=clinic,
            rule=ReminderRule.objects.get(kind="visit", days_before=3),
            patient=self.patient,
            course=self.course,
            session=self.session,
            session_version=1,
            channel="sms",
            state="failed",
            due_at=NOW,
            useful_until=NOW,
            created_at=NOW,
        )

        self.visit_link = PatientLink.objects.create(
            clinic=clinic,
            reminder=self.reminder,
            session=self.session,
            token_hash="0" * 64,
            created_at=NOW,
            expires_at=NOW + dt.timedelta(days=1),
        )
        self.diary_link, _address = make_diary_link(patient=self.patient, by=prescriber, at=NOW)
        self.text = InboundMessage.objects.create(
            clinic=clinic,
            gateway_id="SM1",
            sender="+447700900000",
            received_at=NOW,
            meaning="other",
            patient=self.patient,
        )
        self.texts = SimpleNamespace(uid=uuid.uuid4())
        Reminder.objects.create(
            clinic=clinic,
            rule=ReminderRule.objects.get(kind="asked"),
            patient=self.patient,
            course=self.course,
            due_date=TODAY,
            asked_on=TODAY,
            batch=self.texts.uid,
            channel="sms",
            due_at=NOW,
            useful_until=NOW,
            created_at=NOW,
        )
        self.editor = {"pk": self.reminder.rule_id, "channel": "sms", "language": "en"}
        self.word = BlockedWord.objects.create(clinic=clinic, word="clinic", added_by=prescriber, added_at=NOW)
        self.waiting = WaitingEntry.objects.create(clinic=clinic, course=self.course, since=NOW, added_by=prescriber)
        self.offer = SlotOffer.objects.create(
            clinic=clinic,
            injector=injector,
            room=room_of(injector),
            starts_at=NOW + dt.timedelta(days=1),
            ends_at=NOW + dt.timedelta(days=1, minutes=15),
            offered_at=NOW,
            offered_by=prescriber,
            expires_at=NOW + dt.timedelta(hours=2),
        )

        self.claim = DiaryClaim.objects.create(
            clinic=clinic, patient=self.patient, date=TODAY, source="paper", facts={}, entered_at=NOW
        )
        self.log_view = LogView.objects.create(
            clinic=clinic, name="Done", query="status=done", made_by=prescriber, made_at=NOW
        )
        self.colleague = prescriber
        self.invitation = Invitation.objects.create(
            clinic=clinic,
            email="new@riverside.example",
            role=Role.FRONT_DESK,
            token_hash="1" * 64,
            invited_by=prescriber,
            invited_at=NOW,
            expires_at=NOW + dt.timedelta(days=3),
        )
        told = Told(effects=["neck_pain"], severity=Severity.MILD, began_on=TODAY)
        [self.effect] = report(patient=self.patient, told=told, by=prescriber, at=NOW)

        ends = NOW + dt.timedelta(days=30)
        self.integration, _token = make_integration(
            clinic=clinic, name="File", scopes=SCOPES, expires_at=ends, by=admin, at=NOW
        )
        founding.begin(clinic)
        events = ["appointment.booked"]
        self.hook = make_hook(clinic=clinic, url="https://file.example/", events=events, by=admin, at=NOW)
        self.call = HookCall.objects.create(
            clinic=clinic, hook=self.hook, event=self.event, name=events[0], state="failed", due_at=NOW, created_at=NOW
        )
        self.injector, self.room, self.hours = injector, room_of(injector), injector.opening_hours.all()[0]
        evening = {"starts_at": NOW + dt.timedelta(hours=9), "ends_at": NOW + dt.timedelta(hours=10)}
        self.leave = Absence.objects.create(clinic=clinic, injector=injector, **evening)
        self.closure = Closure.objects.create(clinic=clinic, **evening)

    def arguments(self, name: str) -> dict[str, Any]:
        """Return the arguments of an address."""
        if "<" not in str(ALL[name].pattern):
            return {}
        own: dict[str, dict[str, Any]] = {
            **{key: {"uid": uuid.uuid4()} for key in UPLOADS},
            **{key: {"pk": 1} for key in ("mfa_edit_webauthn", "mfa_remove_webauthn")},
            "treatments:day": {"date": "2026-11-23"},
            **{f"first_run:{page}": {"key": "rooms"} for page in ("step", "settle")},
            **{f"reports:{page}": {"key": "response"} for page in ("report", "print", "export", "people")},
            "setup:work_on": {"date": "2026-12-25"},
            **{key: {"uid": self.injector.uid, "pk": self.hours.pk} for key in ("setup:edit_hours", "setup:end_hours")},
            "patients:diary_day": {"uid": self.patient.uid, "date": "2026-11-22"},
            "patients:copy_policy": {"key": "payer-a"},
            "reminders:rule": {"pk": self.reminder.rule_id},
            **{f"reminders:{key}": self.editor for key in ("text", "preview_text", "try_text")},
            "treatments:undo": {"uid": self.session.uid, "event": self.event.pk},
        }
        if name in own:
            return own[name]
        return {"uid": self.holder(name).uid}

    def holder(self, name: str) -> Any:
        """Return the row that an address is about."""
        path = str(ALL[name].pattern)
        if name in {"patients:sign_assessment", "patients:apply_again"}:
            return self.draft
        if name in {"patients:edit_policy", "patients:retire_policy"}:
            return SimpleNamespace(uid=self.policy.family)
        rows = {
            "calendar/feeds/": self.feed,
            "sessions/": self.session,
            "courses/": self.course,
            "assessments/": self.assessment,
            "patients/": self.patient,
            "preventives/": self.preventive,
            "acute/": self.acute,
            "authorizations/": self.authorization,
            "reminders/": self.reminder,
            "diary-claims/": self.claim,
            "effects/": self.effect,
            "waiting/": self.waiting,
            "offers/": self.offer,
            "injectors/": self.injector,
            "rooms/": self.room,
            "leave/": self.leave,
            "closures/": self.closure,
            "texts/": self.texts,
            "inbox/": self.text,
            "visit-links/": self.visit_link,
            "diary-links/": self.diary_link,
            "log/views/": self.log_view,
            "settings/messages/words/": self.word,
            "settings/people/": self.colleague,
            "settings/invitations/": self.invitation,
            "settings/integrations/": self.integration,
            "settings/webhooks/": self.hook,
            "settings/webhook-calls/": self.call,
        }
        return next(row for start, row in rows.items() if path.startswith(start))

    def url(self, name: str) -> str:
        """Return the address."""
        return reverse(name, kwargs=self.arguments(name))


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Make a clinic with one of everything, once: it takes longer than asking at an address."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            made = World(make_clinic("Harbour"))
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(_made: World, db: None) -> World:
    """Harbour with one of everything. What a test changes there is rolled back after it."""
    return _made


def both(client: Client, url: str) -> set[int]:
    """Return the answers to reading an address and to sending it an empty form."""
    return {client.get(url).status_code, client.post(url).status_code}


@pytest.mark.parametrize("name", sorted(STAFF))
def test_a_stranger_is_sent_to_the_log_in(world: World, name: str) -> None:
    response: Any = Client().get(world.url(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(STAFF))
def test_each_role_gets_what_its_capabilities_say(world: World, name: str, settings: Any) -> None:
    settings.DEMO = True  # the outbox page exists only there
    url = world.url(name)
    for role in Role:
        with transaction.atomic():  # what one role changed is not there for the next
            user = make_user("one@riverside.example", "One Person", (world.clinic, role))
            answers = both(log_in(user), url)
            if capability_of(name) in CAPABILITIES[role]:
                assert not answers & ({403, 500} if name in UPLOADS else {403, 404, 500}), (role, answers)
            else:
                assert answers <= {403, 405}, (role, answers)
                assert 403 in answers, (role, answers)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "name", sorted(name for name in STAFF if "<uuid" in str(STAFF[name].pattern) and name not in UPLOADS)
)
def test_staff_of_another_clinic_find_nothing_whatever_their_role(world: World, lakeside: Clinic, name: str) -> None:
    for role in Role:
        user = make_user(f"{role.value}@lakeside.example", "Someone Else", (lakeside, role))
        if capability_of(name) not in CAPABILITIES[role]:
            continue
        client = log_in(user)
        foreign = both(client, world.url(name))
        missing = both(client, reverse(name, kwargs=world.arguments(name) | {"uid": uuid.uuid4()}))
        assert foreign == missing
        assert foreign <= {404, 405}


@pytest.mark.parametrize("name", sorted(name for name in STAFF if name not in UPLOADS))
def test_a_page_that_names_a_person_leaves_a_trace(world: World, name: str, settings: Any) -> None:
    role = next(role for role in Role if capability_of(name) in CAPABILITIES[role])
    client = log_in(make_user("one@riverside.example", "One Person", (world.clinic, role)))
    before = AuditEntry.objects.count()
    response: Any = client.get(world.url(name))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.status_code == 200 and any(family in body for family in (b"Santos", b"Reid", b"Novak")):
        assert AuditEntry.objects.count() > before


@pytest.mark.parametrize("name", sorted(name for name in STAFF if "<uuid" not in str(STAFF[name].pattern)))
def test_lists_of_another_clinic_hold_nobody_of_this_one(world: World, stranger: User, name: str) -> None:
    Membership.objects.filter(user=stranger).update(role=Role.ADMIN)
    response: Any = log_in(stranger).get(world.url(name))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"Santos" not in body
    assert b"RV0000" not in body


def test_a_role_that_ends_ends_at_once(maria: Patient, front_desk: User) -> None:
    client = log_in(front_desk)
    assert client.get(reverse("treatments:today")).status_code == 200
    front_desk.memberships.update(active=False)
    assert client.get(reverse("treatments:today")).status_code == 403


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
