"""Who needs a second step to sign in, and whether they have taken it."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from clinic.models import Membership, Role, User

_SEEN = "second_factor"


def asked_by(memberships: Iterable[Membership]) -> str:
    """Return in words who asks somebody with these roles for one, or nothing: admins need it, and all where a clinic asks."""
    asked = list(memberships) if settings.SECOND_FACTOR else []
    for membership in asked:
        if membership.clinic.second_factor_for_all:
            return f"{membership.clinic.name} asks everybody for a second step."
    return "Admins need a second step." if any(one.role == Role.ADMIN for one in asked) else ""


def needed(memberships: Iterable[Membership]) -> bool:
    """Return whether somebody with these roles needs one."""
    return bool(asked_by(memberships))


def has_one(user: User) -> bool:
    """Return whether this person has an authenticator app or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user.pk, type__in=kinds).exists())


def missing(request: HttpRequest, memberships: Iterable[Membership]) -> bool:
    """Return whether this person must set one up first. What a session has shown once is not asked of it again.

    Where it is not needed they may give theirs up, and need one again before the session ends.
    """
    if not needed(memberships):
        request.session.pop(_SEEN, None)
        return False
    if not request.session.get(_SEEN) and has_one(request.user):  # type: ignore[arg-type]
        request.session[_SEEN] = True
    return not request.session.get(_SEEN)
