"""Inviting people to a clinic, changing what they are there, and ending their access.

Nobody changes their own role, so nobody raises themselves, and a clinic keeps an admin: whoever acts is one. That is read
under the clinic's row as the lock, so it holds whatever two admins do to each other at the same moment. The same row holds
letters to one address, which end each other.
"""

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinic import audit, tokens
from clinic.access import Capability, allows, may
from clinic.models import AuditEntry, Clinic, Invitation, Membership, User
from clinic.signing_in.sessions import end_all

LASTS = dt.timedelta(days=3)


class Refused(Exception):
    """What was asked for is not done; the words say why."""


@transaction.atomic
def invite(*, clinic: Clinic, email: str, role: str, by: User, at: dt.datetime) -> tuple[Invitation, str]:
    """Return a new invitation and its token, which is kept nowhere. An older one to the same address ends."""
    _hold(clinic.pk)
    _may(by, clinic)
    email = email.strip().lower()
    if _works_at(clinic, email):
        raise Refused("This person works here already. Change their role in the list.")
    _open(clinic).filter(email=email).update(withdrawn_at=at, withdrawn_by=by)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        clinic=clinic,
        email=email,
        role=role,
        token_hash=hash_of(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + LASTS,
    )
    _note(clinic, by, at, "invitation", made)
    return made, token


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User, at: dt.datetime) -> None:
    """Take an invitation back; Refused where it, or the letter that followed it, has let somebody in."""
    _may(by, invitation.clinic)
    unused = Invitation.objects.filter(pk=invitation.pk, taken_at=None, withdrawn_at=None)
    if unused.update(withdrawn_at=at, withdrawn_by=by):
        _note(invitation.clinic, by, at, "invitation", invitation)
    elif _works_at(invitation.clinic, invitation.email):
        raise Refused("This person works here by now: the invitation was used. End their access in the list.")


@transaction.atomic
def take(*, token: str, full_name: str, password: str, at: dt.datetime) -> bool:
    """Let an invited person in; return whether their log-in is new. Who had one keeps its password."""
    found = Invitation.objects.filter(token_hash=hash_of(token), taken_at=None, withdrawn_at=None, expires_at__gt=at)
    invitation = found.select_related("clinic").first()
    if invitation:
        _hold(invitation.clinic_id)
    if invitation is None or not found.update(taken_at=at):
        raise Refused("This invitation has been used, taken back, or is too old.")
    # Two admins who ask somebody at once write two letters. The one that was left over would change a role later.
    _open(invitation.clinic).filter(email=invitation.email).update(withdrawn_at=at)
    user, new = _log_in(invitation.email, full_name, password)
    membership = Membership.objects.filter(user=user, clinic=invitation.clinic).first()
    membership = membership or Membership(user=user, clinic=invitation.clinic)
    membership.role, membership.active = invitation.role, True
    audit.save_as(membership, by=invitation.invited_by, at=at)
    _note(invitation.clinic, user, at, "membership", user)
    return new


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User, at: dt.datetime) -> None:
    """Make somebody something else at a clinic, from their next request on."""
    row = _locked(membership, by)
    row.role = role
    _save(row, by, at)
    _end_letters_of(row, by, at)


@transaction.atomic
def end_access(*, membership: Membership, by: User, at: dt.datetime) -> None:
    """Let somebody in no more, from their next request on. Who works nowhere else is signed out everywhere."""
    row = _locked(membership, by)
    row.active = False
    _save(row, by, at)
    _end_letters_of(row, by, at)
    if not Membership.objects.filter(user=row.user, active=True).exists():
        end_all(row.user)


@transaction.atomic
def sign_out(*, membership: Membership, by: User, at: dt.datetime) -> None:
    """End somebody's sessions on all devices, such as a lost one. They may sign in again."""
    _may(by, membership.clinic)
    end_all(membership.user)
    _note(membership.clinic, by, at, "session", membership.user)


def hash_of(token: str) -> str:
    """Return what is kept of a token. Its purpose is part of it: a token for something else is not one for this."""
    return tokens.hash_of(f"invitation:{token}")


def _may(by: User, clinic: Clinic) -> None:
    if not allows(by, clinic, Capability.PEOPLE):
        raise Refused("Only an admin of the clinic can do this.")


def _log_in(email: str, full_name: str, password: str) -> tuple[User, bool]:
    """Return who signs in by an address, and whether they are new. The letter of another clinic may be taken meanwhile."""
    known = User.objects.filter(email=email)
    if found := known.first():
        return found, False
    try:
        with transaction.atomic():
            return User.objects.create_user(email=email, password=password, full_name=full_name), True
    except IntegrityError:
        return known.get(), False


def _hold(clinic: int) -> None:
    """Let nobody else change a role here, or write, take or end a letter meanwhile; whoever books here does not wait."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic)


def _locked(membership: Membership, by: User) -> Membership:
    _hold(membership.clinic_id)
    _may(by, membership.clinic)
    if membership.user_id == by.pk:
        raise Refused("You cannot change your own role or end your own access. Ask another admin.")
    row = Membership.objects.select_related("user", "clinic").get(pk=membership.pk)
    if not row.active:
        raise Refused(f"{row.user} has no access here any more.")
    return row


def _works_at(clinic: Clinic, email: str) -> bool:
    return Membership.objects.filter(clinic=clinic, user__email=email, active=True).exists()


def _open(clinic: Clinic) -> QuerySet[Invitation]:
    return Invitation.objects.filter(clinic=clinic, taken_at=None, withdrawn_at=None)


def _end_letters_of(row: Membership, by: User, at: dt.datetime) -> None:
    """Take back what somebody offered who may not any more: a letter to a friend would outlast them here."""
    if not may(row, Capability.PEOPLE):
        for invitation in _open(row.clinic).filter(invited_by=row.user).select_related("clinic"):
            withdraw(invitation=invitation, by=by, at=at)


def _save(row: Membership, by: User, at: dt.datetime) -> None:
    audit.save_as(row, by=by, at=at)
    _note(row.clinic, by, at, "membership", row.user)


def _note(clinic: Clinic, by: User, at: dt.datetime, kind: str, subject: User | Invitation) -> None:
    audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind=kind, subject=subject.uid)
