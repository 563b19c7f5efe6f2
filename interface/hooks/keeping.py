"""What an admin does with hooks: make one, change its secret, end it, have something told again."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Clinic, User
from interface.hooks.signature import new_secret
from interface.models import Hook, HookCall

# How long the old secret goes on signing beside the new one.
OVERLAP = dt.timedelta(hours=24)


class AddressTaken(Exception):
    """This address is told already."""


class Ended(Exception):
    """Another admin ended this address meanwhile."""


@transaction.atomic
def make(*, clinic: Clinic, url: str, events: Iterable[str], by: User, at: dt.datetime) -> Hook:
    """Begin to tell an address what happens from now on. Its secret is shown once.

    Raises AddressTaken where another admin was faster.
    """
    _may_set_up(by, clinic)
    hook = Hook(
        clinic=clinic, url=url, events=sorted(events), secret=new_secret(), told_until=at, made_at=at, made_by=by
    )
    try:
        hook.save()
    except IntegrityError as error:
        raise AddressTaken from error
    _note(hook, AuditEntry.Action.CREATE, by, at)
    return hook


@transaction.atomic
def rotate(*, hook: Hook, by: User, at: dt.datetime) -> Hook:
    """Give a hook a new secret and answer for it from now on; for a day calls are signed with the old one, too, and with those that still had theirs.

    The program knows the one before, whoever pressed twice or loaded the page again since. Raises Ended.
    """
    _may_set_up(by, hook.clinic)
    hook = Hook.objects.select_for_update().get(pk=hook.pk)
    if hook.ended_at:
        raise Ended
    hook.old_secret = "" if hook.is_mute else " ".join([hook.secret, *hook.old_secrets(at)])
    hook.old_until, hook.secret = at + OVERLAP, new_secret()
    hook.kept_at, hook.kept_by = at, by
    hook.save(update_fields=["old_secret", "old_until", "secret", "kept_at", "kept_by"])
    _note(hook, AuditEntry.Action.CHANGE, by, at)
    return hook


@transaction.atomic
def end(*, hook: Hook, by: User, at: dt.datetime) -> Hook:
    """Tell an address nothing any more. Ending it again changes nothing."""
    _may_set_up(by, hook.clinic)
    if Hook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=at, ended_by=by):
        _note(hook, AuditEntry.Action.CHANGE, by, at)
    hook.refresh_from_db()
    return hook


@transaction.atomic
def send_again(*, call: HookCall, by: User, at: dt.datetime) -> bool:
    """Have something that was given up told again, with all its tries anew; return whether it was still given up."""
    _may_set_up(by, call.clinic)
    given_up = HookCall.objects.filter(pk=call.pk, state=HookCall.State.FAILED, hook__ended_at=None)
    changed = given_up.update(
        state=HookCall.State.WAITING, due_at=at, tries=0, closed_at=None, attempts=F("attempts") + 1
    )
    if changed:
        _note(call.hook, AuditEntry.Action.CHANGE, by, at)
    return bool(changed)


def _may_set_up(by: User, clinic: Clinic) -> None:
    if not allows(by, clinic, Capability.SETUP):
        raise PermissionDenied


def _note(hook: Hook, action: AuditEntry.Action, by: User, at: dt.datetime) -> None:
    audit.record(clinic=hook.clinic, by=by, at=at, action=action, kind="webhook", subject=hook.uid)
