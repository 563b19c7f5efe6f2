"""A clinic with one of everything, so that every address leads somewhere."""

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

from django.urls import reverse

from clinic import founding
from clinic.models import Absence, Clinic, Closure, Invitation, Role
from interface.hooks.keeping import make as make_hook
from interface.models import HookCall
from interface.scopes import SCOPES
from interface.tokens import make as make_integration
from patients.actions.policies import keep_policy
from patients.eligibility.policy import SAMPLE_A
from patients.models import AcuteMedication, Authorization, DiaryClaim, PreventiveTrial
from reminders import defaults
from reminders.links import make_diary_link
from reminders.models import BlockedWord, InboundMessage, PatientLink, Reminder, ReminderRule
from tests.addresses import ALL, UPLOADS
from tests.builders import (
    NOW,
    TODAY,
    make_assessment,
    make_course,
    make_injector,
    make_patient,
    make_session,
    make_user,
    room_of,
)
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.feeds import make_feed
from treatments.models import LogView, OutsideDose, SlotOffer, WaitingEntry


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
            closed_at=NOW,
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

        self.dose = OutsideDose.objects.create(
            clinic=clinic, patient=self.patient, given_on=TODAY, same_product=True, units=50,
            told_at=NOW, told_to=prescriber,
        )  # fmt: skip

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
            **{f"reminders:{key}": {"pk": self.reminder.rule_id} for key in ("rule", "use_standard")},
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
        if name in {"patients:edit_policy", "patients:retire_policy", "patients:use_policy"}:
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
            "doses/": self.dose,
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
