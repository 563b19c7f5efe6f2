"""The clinic's own details: what patients read, and how long things take."""

import datetime as dt
from typing import Any

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, User


@transaction.atomic
def save_details(*, clinic: Clinic, fields: dict[str, Any], by: User, at: dt.datetime) -> Clinic:
    """Write the details, with who and when. Messages that are still to go use the new ones."""
    for name, value in fields.items():
        setattr(clinic, name, value)
    audit.save_as(clinic, by=by, at=at)
    audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="clinic", subject=clinic.uid)
    return clinic
