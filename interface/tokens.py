"""Tokens of other programs: made and ended by an admin, shown once, kept as a hash."""

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Clinic, Membership, Role, User
from clinic.tokens import hash_of
from interface.models import Integration
from interface.scopes import BOOKING

# A fixed beginning lets scanners for leaked secrets recognise one.
PREFIX = "twelve_"
TOKEN_BYTES = 32
LAST_USED_EVERY = dt.timedelta(minutes=1)


class NameTaken(Exception):
    """Another program at the clinic has this name."""


@transaction.atomic
def make(
    *, clinic: Clinic, name: str, scopes: Iterable[str], expires_at: dt.datetime, by: User, at: dt.datetime
) -> tuple[Integration, str]:
    """Let a program in; return it with its token, which is shown once and kept nowhere.

    Its user has no password and is not active, so that no log-in of any kind takes it. What it may do beyond reading
    hangs on a role like everybody's. Raises NameTaken where another admin was faster.
    """
    _may_set_up(by, clinic)
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    user = User.objects.create_user(
        email=f"{uuid.uuid4()}@integration.invalid", password=None, full_name=name, is_active=False
    )
    granted = sorted(scopes)
    if BOOKING in granted:
        audit.save_as(Membership(user=user, clinic=clinic, role=Role.FRONT_DESK), by=by, at=at)
    made = Integration(
        clinic=clinic,
        name=name,
        user=user,
        scopes=granted,
        token_hash=hash_of(token),
        made_at=at,
        made_by=by,
        expires_at=expires_at,
    )
    try:
        made.save()
    except IntegrityError as error:
        raise NameTaken from error
    _note(made, AuditEntry.Action.CREATE, by, at)
    return made, token


@transaction.atomic
def revoke(*, integration: Integration, by: User, at: dt.datetime) -> Integration:
    """End a token at once. Ending it again changes nothing."""
    _may_set_up(by, integration.clinic)
    if Integration.objects.filter(pk=integration.pk, revoked_at=None).update(revoked_at=at, revoked_by=by):
        for role in Membership.objects.filter(user=integration.user_id):
            role.active = False
            audit.save_as(role, by=by, at=at)
        _note(integration, AuditEntry.Action.CHANGE, by, at)
    integration.refresh_from_db()
    return integration


@transaction.atomic
def take_over(*, integration: Integration, by: User, at: dt.datetime) -> Integration:
    """Answer from now on for a program that somebody else let in. Its token stays as it is."""
    _may_set_up(by, integration.clinic)
    if Integration.objects.filter(pk=integration.pk, revoked_at=None).update(kept_at=at, kept_by=by):
        _note(integration, AuditEntry.Action.CHANGE, by, at)
    integration.refresh_from_db()
    return integration


def find(token: str, now: dt.datetime) -> Integration | None:
    """Return whose token this is, unless it was revoked or has expired (one query)."""
    living = Integration.objects.filter(revoked_at=None, expires_at__gt=now).select_related("clinic", "user")
    return living.filter(token_hash=hash_of(token)).first()


def note_use(integration: Integration, now: dt.datetime) -> None:
    """Keep when it was last used, to the minute: a write for each request would cost more than it tells."""
    seen_lately = Q(last_used_at__gt=now - LAST_USED_EVERY)
    if integration.last_used_at is None or integration.last_used_at <= now - LAST_USED_EVERY:
        Integration.objects.filter(pk=integration.pk).exclude(seen_lately).update(last_used_at=now)


def _may_set_up(by: User, clinic: Clinic) -> None:
    if not allows(by, clinic, Capability.SETUP):
        raise PermissionDenied


def _note(made: Integration, action: AuditEntry.Action, by: User, at: dt.datetime) -> None:
    audit.record(clinic=made.clinic, by=by, at=at, action=action, kind="integration", subject=made.uid)
