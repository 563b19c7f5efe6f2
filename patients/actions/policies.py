"""A clinic's own policies: every edit is a new version, and none is ever written over."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from patients.eligibility import Policy
from patients.models import Policy as PolicyRow
from patients.policies import offered


class VersionTaken(Exception):
    """Somebody saved this version first; the argument is their row."""

    def __init__(self, row: PolicyRow) -> None:
        super().__init__()
        self.row = row


class NameTaken(Exception):
    """Another policy that people are assessed by has this name."""


@transaction.atomic
def keep_policy(
    *, clinic: Clinic, rules: Policy, by: User, at: dt.datetime, after: PolicyRow | None = None, in_use: bool = True
) -> PolicyRow:
    """Store the next version of a policy, or the first of a new one. Raises VersionTaken when ``after`` is not the last.

    Raises NameTaken for the name of another one in use: whoever assesses could not tell the two apart.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # of one form that is sent twice, one copy stays
    if in_use and _name_taken(clinic, rules.name, but=str(after.family) if after else ""):
        raise NameTaken
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


def _name_taken(clinic: Clinic, name: str, but: str) -> bool:
    return any(one.name.casefold() == name.casefold() and one.key != but for one in offered(clinic))
