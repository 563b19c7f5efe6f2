"""Changing how long things are kept."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from privacy.keeping import RULE_WAITS
from privacy.models import Retention

_KIND = "retention"


@transaction.atomic
def save_retention(*, retention: Retention, by: User, at: dt.datetime) -> None:
    """Store a clinic's rule, with who and when."""
    retention.save()
    audit.record(clinic=retention.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind=_KIND)


def begins_at(clinic: Clinic, now: dt.datetime) -> dt.datetime | None:
    """Return from when on the rule as it was last saved takes anything away by itself; None where it does already (1 query)."""
    lately = AuditEntry.objects.filter(clinic=clinic, kind=_KIND, at__gt=now - RULE_WAITS)
    saved = lately.order_by("-at").values_list("at", flat=True).first()
    return saved + RULE_WAITS if saved else None
