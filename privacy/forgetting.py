"""Forgetting what is past its time, clinic by clinic: one that fails keeps no other from it, nor one person others.

And of staff when, where and on what they were signed in: a session that has ended is of no use to anybody, nor is a
count of log-ins that is over, nor the address of somebody who never took an invitation. And an uploaded list to which
nobody said yes.
"""

import datetime as dt
from contextlib import suppress
from functools import partial

from clinic import caching
from clinic.models import Clinic, Invitation, StaffSession
from patients import uploads
from patients.models import Patient
from privacy import keeping
from privacy.erasing import NotYet, erase
from privacy.models import Erasure, Retention
from privacy.purging import purge_texts
from privacy.retaining import begins_at
from privacy.seen import past_their_time
from reminders.watching.faults import each


def forget_everywhere(*, at: dt.datetime) -> None:
    """Do it for all clinics. Raises Incomplete where something could not be done."""
    StaffSession.objects.filter(expire_date__lte=at).delete()
    caching.forget_expired(now=at)
    ended = at - dt.timedelta(days=keeping.INVITATION_DAYS)
    Invitation.objects.filter(taken_at=None, expires_at__lt=ended).delete()
    try:
        uploads.sweep(at)
    finally:  # a file that cannot be thrown away keeps nobody in the records
        each(Clinic.objects.all(), partial(_forget, at=at))


def _forget(clinic: Clinic, *, at: dt.datetime) -> None:
    """Do it for one clinic; nothing for a week after its rule was saved: a slip of the finger cannot be taken back."""
    if begins_at(clinic, at):
        return
    purge_texts(clinic=clinic, at=at)
    if Retention.of(clinic).erase_by_itself:
        each(past_their_time(clinic, clinic.date_at(at)), partial(_erase, at=at))


def _erase(patient: Patient, *, at: dt.datetime) -> None:
    with suppress(NotYet):  # came back to treatment a moment ago
        erase(patient=patient, what=Erasure.What.PERSON, reason=Erasure.Reason.RETENTION, by=None, at=at)
