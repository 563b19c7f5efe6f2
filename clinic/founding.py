"""How a clinic begins."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, Membership, Role, User


@transaction.atomic
def found_clinic(*, clinic: Clinic, email: str, full_name: str, password: str, at: dt.datetime) -> User:
    """Save a new clinic with its first admin and return the admin. Somebody who has a log-in already keeps it as it is."""
    clinic.save()
    admin = User.objects.filter(email=email.strip().lower()).first()
    if admin is None:
        admin = User.objects.create_user(email=email, password=password, full_name=full_name)
    Membership.objects.create(user=admin, clinic=clinic, role=Role.ADMIN)
    audit.record(clinic=clinic, by=None, at=at, action=AuditEntry.Action.CREATE, kind="clinic", subject=clinic.uid)
    return admin
