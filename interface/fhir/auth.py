"""Who asks: a bearer token, counted by statements in the database, so that limits hold whichever process answers."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from clinic.network import caller
from interface import tokens
from interface.fhir.outcome import Refused, refuse
from interface.models import Integration
from interface.scopes import covers
from reminders.own_pages.limits import Limit, spend

REQUESTS = Limit("interface", 600, dt.timedelta(minutes=1))
WRONG_TOKENS = Limit("interface-token", 20, dt.timedelta(minutes=10))


class Token(HttpBearer):
    """Lets through whoever has a token that is neither revoked nor expired."""

    def __call__(self, request: HttpRequest) -> Any:
        """Refuse a request without a token in the same words as one with a wrong token."""
        found = super().__call__(request)
        if found is None:
            raise _unknown()
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Integration:
        """Return whose token it is."""
        now, who = timezone.now(), caller(request)
        found = tokens.find(token, now)
        if found is None:  # asked first: one program whose token has ended keeps none beside it from asking
            until = spend(WRONG_TOKENS, who, now)
            raise _too_many(until, now) if until else _unknown()
        if until := spend(REQUESTS, str(found.uid), now):
            raise _too_many(until, now)
        tokens.note_use(found, now)
        return found


def permit(integration: Integration, kind: str, access: str) -> None:
    """Refuse what the token was not made for."""
    if not covers(integration.scopes, kind, access):
        raise refuse(403, "forbidden", f"This token lacks the scope system/{kind}.{access}.")


def _unknown() -> Refused:
    return refuse(401, "login", "The token is missing, unknown, expired or revoked.", WWW_Authenticate="Bearer")


def _too_many(until: dt.datetime, now: dt.datetime) -> Refused:
    wait = max(1, int((until - now).total_seconds()) + 1)
    return refuse(429, "throttled", f"Too many requests. Go on in {wait} seconds.", Retry_After=str(wait))
