"""Changing how long things are kept."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from privacy.models import Retention


@transaction.atomic
def save_retention(*, retention: Retention, by: User, at: dt.datetime) -> None:
    """Store a clinic's rule, with who and when."""
    retention.save()
    audit.record(clinic=retention.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="retention")
