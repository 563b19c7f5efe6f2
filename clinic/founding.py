"""How an installation and a clinic begin. There is no page on which strangers sign up."""

import datetime as dt
import secrets

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, FirstStep, Membership, Role, SetUpToken, User
from clinic.tokens import hash_of

TOKEN_LASTS = dt.timedelta(days=1)
# What a new clinic has to settle, in this order; `clinic.first_run.steps` says how.
FIRST_STEPS = ("clinic", "holidays", "rooms", "injectors", "protocol", "messages", "people")


class NotAllowed(Exception):
    """The installation has begun already, or the address is used up."""


@transaction.atomic
def found_clinic(*, clinic: Clinic, email: str, full_name: str, password: str, at: dt.datetime) -> User:
    """Save a new clinic with its first admin and return the admin. Somebody who has a log-in already keeps it as it is."""
    admin = User.objects.filter(email=email.strip().lower()).first()
    if admin is None:
        admin = User.objects.create_user(email=email, password=password, full_name=full_name)
    _open(clinic, admin, None, at)
    return admin


@transaction.atomic
def found_first_clinic(*, clinic: Clinic, by: User, at: dt.datetime) -> Clinic:
    """Save the installation's first clinic for whoever was let in to set it up, and note what is left to settle."""
    founder = User.objects.select_for_update().get(pk=by.pk)  # two presses of one button found one clinic
    if not may_found(founder):
        raise NotAllowed("There is a clinic already.")
    _open(clinic, founder, founder, at)
    begin(clinic)
    return clinic


def may_found(user: User) -> bool:
    """Return whether this person sets the installation up: somebody without a clinic, while there is none."""
    return user.is_active and not user.memberships.exists() and not Clinic.objects.exists()


def begin(clinic: Clinic) -> None:
    """Note what a new clinic has to settle. The clinic itself is there by now."""
    FirstStep.objects.bulk_create(
        FirstStep(clinic=clinic, key=key, state=FirstStep.State.DONE if key == "clinic" else FirstStep.State.OPEN)
        for key in FIRST_STEPS
    )


def make_token(*, at: dt.datetime) -> str:
    """Return a new token for the address that makes the first log-in; only its hash is kept, and older ones end."""
    if Clinic.objects.exists():
        raise NotAllowed("There is a clinic already. Its admins let others in; `create_clinic` makes another one.")
    if User.objects.exists():
        raise NotAllowed("Somebody can log in already. They set the clinic up, or `create_admin` makes another log-in.")
    SetUpToken.objects.filter(used_at__isnull=True).update(used_at=at)
    token = secrets.token_urlsafe(32)
    SetUpToken.objects.create(token_hash=hash_of(token), made_at=at, expires_at=at + TOKEN_LASTS)
    return token


def token_works(token: str, at: dt.datetime) -> bool:
    """Return whether an address still lets somebody in."""
    unused = SetUpToken.objects.filter(token_hash=hash_of(token), used_at__isnull=True, expires_at__gt=at)
    return unused.exists() and not User.objects.exists()


@transaction.atomic
def make_first_admin(*, token: str, email: str, full_name: str, password: str, at: dt.datetime) -> User:
    """Make the first log-in. The row that is taken is the lock: of two who press at once, one comes too late."""
    unused = SetUpToken.objects.filter(token_hash=hash_of(token), used_at__isnull=True, expires_at__gt=at)
    if not unused.update(used_at=at) or User.objects.exists():
        raise NotAllowed("This address has been used.")
    return User.objects.create_user(email=email, password=password, full_name=full_name)


def _open(clinic: Clinic, admin: User, by: User | None, at: dt.datetime) -> None:
    clinic.save()
    Membership.objects.create(user=admin, clinic=clinic, role=Role.ADMIN)
    audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="clinic", subject=clinic.uid)
