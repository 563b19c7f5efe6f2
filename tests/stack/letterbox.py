"""Addresses of patients' own pages on the stack: `python -m tests.stack.letterbox make` prints them and a clinic's name,
`... rows CLINIC` a digest of all that is known there and how many rows of each kind there are.

The clinic sends nothing: its rules are never installed, but for the one that the links hang on.
"""

import datetime as dt
import json
import sys

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic.models import Clinic, Role  # noqa: E402
from reminders import links  # noqa: E402
from reminders.models import Kind, Reminder, ReminderRule, State  # noqa: E402
from tests.attacks.rows import of_clinic  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402
from tests.linked import address_for  # noqa: E402

# The chain over the log of who looked grows by the clockwork, whoever does what.
BY_ITSELF = {"clinic.AuditLink", "clinic.AuditHead", "clinic.AuditCheck"}


def make() -> dict[str, str]:
    """Make a clinic with a person who has a visit, one who has none, and a diary; return their addresses."""
    now = timezone.now()
    clinic = make_clinic(f"Letterbox{Clinic.objects.count()}", patients_book=True)
    injector = make_injector(clinic, "Dr Tide")
    rule = ReminderRule.objects.create(clinic=clinic, kind=Kind.VISIT, days_before=3, active=False)
    day = (now + dt.timedelta(days=5)).astimezone(clinic.zone).replace(hour=10, minute=30, second=0, microsecond=0)
    # A long name and a long month: the buttons must be in sight all the same.
    maria, jo = make_patient(clinic, "Christopher", "Santos"), make_patient(clinic, "Jo", "Park")
    session = make_session(make_course(maria), injector, day.astimezone(dt.UTC), placed_at=now)
    due_on = now.date() + dt.timedelta(days=10)
    due = make_course(jo)
    told = Reminder(session=session, session_version=1, patient=maria, course=session.course)
    asked = Reminder(due_date=due_on, patient=jo, course=due)
    nurse = make_user(f"pier@{clinic.slug}.example", "RN Pier", (clinic, Role.NURSE_INJECTOR))
    _link, diary = links.make_diary_link(patient=maria, by=nurse, at=now)
    return {
        "clinic": clinic.slug,
        "visit": _address(told, rule, now),
        "due": _address(asked, rule, now),
        "diary": diary,
    }


def _address(reminder: Reminder, rule: ReminderRule, now: dt.datetime) -> str:
    reminder.rule, reminder.clinic, reminder.channel, reminder.state = rule, rule.clinic, "sms", State.SENT
    reminder.due_at = reminder.useful_until = reminder.created_at = reminder.closed_at = now
    reminder.save()
    return address_for(reminder, now=now)


def rows(slug: str) -> dict[str, str | int]:
    """Return a digest of all rows of the clinic by model, and of what belongs to no clinic the number of rows."""
    found: dict[str, str | int] = dict(of_clinic(Clinic.objects.get(slug=slug).pk))
    others = [model for model in apps.get_models() if model._meta.label not in {*found, *BY_ITSELF}]
    return found | {model._meta.label: model._base_manager.count() for model in others}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make() if sys.argv[1] == "make" else rows(sys.argv[2])))
