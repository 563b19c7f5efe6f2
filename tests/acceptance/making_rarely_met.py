"""What leads to pages that hardly anybody meets, made on the stack's database: `python -m tests.acceptance.making_rarely_met`.

Prints as JSON who signs in, addresses by who opens them, and the two pages that are there until a clinic is founded.
"""

import datetime as dt
import json
import sys
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import django

django.setup()

from allauth.account.forms import default_token_generator  # noqa: E402
from allauth.account.utils import user_pk_to_url_str  # noqa: E402
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic import founding  # noqa: E402
from clinic.models import Absence, Clinic, Injector, Role, User  # noqa: E402
from clinic.staff import actions  # noqa: E402
from interface import tokens  # noqa: E402
from interface.hooks import keeping  # noqa: E402
from patients.models import AcuteMedication, PreventiveTrial  # noqa: E402
from reminders import links  # noqa: E402
from reminders.models import Kind, Reminder, ReminderRule, State  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_user, room_of  # noqa: E402
from tests.linked import address_for  # noqa: E402
from treatments.feeds import make_feed  # noqa: E402
from treatments.models import OfferInvitation, SlotOffer  # noqa: E402

QUARTER, DAY = dt.timedelta(minutes=15), dt.timedelta(days=1)


@transaction.atomic
def make() -> dict[str, object]:
    """Make a clinic that is being set up, with an admin, and with a prescriber who has a second step."""
    now = timezone.now()
    clinic = make_clinic(f"Rare{Clinic.objects.count()}")
    founding.begin(clinic)
    admin = make_user(f"ada@{clinic.slug}.example", "Ada Moss", (clinic, Role.ADMIN))
    doctor = make_user(f"tide@{clinic.slug}.example", "Dr Tide", (clinic, Role.PRESCRIBER))
    TOTP.activate(doctor, generate_totp_secret())
    injector = make_injector(clinic, "Dr Tide")
    offer = _offer(injector, now)
    return {
        "admin": admin.email,
        "of_admin": [reverse("first_run:step", args=["rooms"]), _leave(injector, now), *_ends(injector, admin, now)],
        "doctor": doctor.email,
        "spare_code": RecoveryCodes.activate(doctor).generate_codes()[0],
        "of_doctor": [*_medicines(clinic, now), reverse("treatments:offered", args=[offer.uid])],
        "of_nobody": [_invitation(clinic, admin, now), _reset(admin), _ended(clinic, doctor, now), _told(offer, now)],
        "before_a_clinic": _before_a_clinic(),
    }


def _leave(injector: Injector, now: dt.datetime) -> str:
    leave = Absence.objects.create(
        clinic=injector.clinic, injector=injector, starts_at=now + 9 * DAY, ends_at=now + 10 * DAY
    )
    return reverse("setup:edit_leave", args=[leave.uid])


def _ends(injector: Injector, by: User, now: dt.datetime) -> list[str]:
    """Return the pages that ask before something ends for good."""
    here: dict[str, Any] = {"clinic": injector.clinic, "by": by, "at": now}
    program, _token = tokens.make(**here, name="Hospital file", scopes=["system/Slot.read"], expires_at=now + DAY)
    hook = keeping.make(**here, url="https://told.example/", events=["appointment.booked"])
    feed, _token = make_feed(injector=injector, by=by, at=now)
    return [
        reverse("integrations:revoke", args=[program.uid]),
        reverse("hooks:end", args=[hook.uid]),
        reverse("treatments:revoke_feed", args=[feed.uid]),
    ]


def _medicines(clinic: Clinic, now: dt.datetime) -> list[str]:
    whose = {"clinic": clinic, "patient": make_patient(clinic)}
    tried = PreventiveTrial.objects.create(**whose, drug_class="beta_blocker", drug="Propranolol", result="no_effect")
    taken = AcuteMedication.objects.create(
        **whose, drug_class="triptan", drug="Sumatriptan", days_a_month=4, told_on=now.date()
    )
    return [reverse("patients:edit_preventive", args=[tried.uid]), reverse("patients:edit_acute", args=[taken.uid])]


def _offer(injector: Injector, now: dt.datetime) -> SlotOffer:
    at = now + 2 * DAY
    offer = SlotOffer.objects.create(
        clinic=injector.clinic,
        injector=injector,
        room=room_of(injector),
        starts_at=at,
        ends_at=at + QUARTER,
        offered_at=now,
        expires_at=now + DAY,
    )
    course = make_course(make_patient(injector.clinic, "Jo", "Park"))
    OfferInvitation.objects.create(clinic=offer.clinic, offer=offer, course=course)
    return offer


def _told(offer: SlotOffer, now: dt.datetime) -> str:
    """Return the link that the message about an offer carries. Nothing else is sent there: the rule is off."""
    asked = offer.invitations.get()
    reminder = Reminder.objects.create(
        clinic=offer.clinic,
        rule=ReminderRule.objects.create(clinic=offer.clinic, kind=Kind.OFFER, active=False),
        invitation=asked,
        course=asked.course,
        patient=asked.course.patient,
        channel="sms",
        state=State.SENT,
        due_at=now,
        useful_until=now + DAY,
        created_at=now,
        closed_at=now,
    )
    return urlsplit(address_for(reminder, now=now)).path


def _invitation(clinic: Clinic, by: User, now: dt.datetime) -> str:
    _invitation, token = actions.invite(
        clinic=clinic, email=f"new@{clinic.slug}.example", role=Role.FRONT_DESK, by=by, at=now
    )
    return reverse("staff:take", args=[token])


def _reset(user: User) -> str:
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])


def _ended(clinic: Clinic, by: User, now: dt.datetime) -> str:
    link, address = links.make_diary_link(patient=make_patient(clinic, "Tom", "Reid"), by=by, at=now)
    links.revoke(link=link, by=by, at=now)
    return urlsplit(address).path


def _before_a_clinic() -> dict[str, str]:
    """Return the pages of an empty installation, by address: here, they are shown as if nobody were there yet."""
    client = Client(headers={"host": urlsplit(settings.BASE_URL).netloc})
    first, found = reverse("first_run:first_admin", args=["token"]), reverse("first_run:found")
    with (
        patch.object(founding, "token_works", return_value=True),
        patch.object(founding, "may_found", return_value=True),
    ):
        shown = {first: client.get(first).text}
        client.force_login(
            User.objects.create_user(email=f"first{User.objects.count()}@rare.example", full_name="Fia Rowe")
        )
        return shown | {found: client.get(found).text}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make()))
