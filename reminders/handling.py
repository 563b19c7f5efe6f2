"""What staff do about reminders that did not arrive."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from reminders import timing
from reminders.models import Reminder, State


class NothingToDo(Exception):
    """Somebody else dealt with it, or it is too late for it."""


@transaction.atomic
def send_again(*, reminder: Reminder, by: User, at: dt.datetime) -> None:
    """Let it go out now, or when the quiet hours end. Retries count anew; the attempt number goes on."""
    due_at = timing.next_allowed(at, reminder.clinic.zone)
    if reminder.useful_until <= due_at:
        raise NothingToDo
    _settle(reminder, by, at, state=State.WAITING, due_at=due_at, restarted_at=at, reason="", closed_at=None)


@transaction.atomic
def mark_called(*, reminder: Reminder, by: User, at: dt.datetime) -> None:
    """Note that somebody spoke to the patient: off the worklist."""
    _settle(reminder, by, at, state=State.HANDLED, handled_by=by, handled_at=at)


def _settle(reminder: Reminder, by: User, at: dt.datetime, **changes: object) -> None:
    """Change a reminder that still needs a person, and leave a trace."""
    if not Reminder.objects.needs_person().filter(pk=reminder.pk).update(**changes):
        raise NothingToDo
    audit.record(
        clinic=reminder.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="reminder", subject=reminder.uid
    )
