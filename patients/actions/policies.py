"""A clinic's own policies: every edit is a new version, and none is ever written over."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from patients.eligibility import Policy
from patients.models import Policy as PolicyRow


class VersionTaken(Exception):
    """Somebody saved this version first; the argument is their row."""

    def __init__(self, row: PolicyRow) -> None:
        super().__init__()
        self.row = row


@transaction.atomic
def keep_policy(
    *, clinic: Clinic, rules: Policy, by: User, at: dt.datetime, after: PolicyRow | None = None, in_use: bool = True
) -> PolicyRow:
    """Store the next version of a policy, or the first of a new one. Raises VersionTaken when ``after`` is not the last."""
    row = PolicyRow(
        clinic=clinic,
        family=after.family if after else uuid.uuid4(),
        version=after.version + 1 if after else 1,
        name=rules.name,
        rules=rules.plain(),
        in_use=in_use,
        made_at=at,
        made_by=by,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        taken = PolicyRow.objects.filter(clinic=clinic, family=row.family).order_by("-version").first()
        if taken is None or taken.version < row.version:
            raise
        raise VersionTaken(taken) from error
    action = AuditEntry.Action.CHANGE if after else AuditEntry.Action.CREATE
    audit.record(clinic=clinic, by=by, at=at, action=action, kind="policy", subject=row.uid)
    return row
