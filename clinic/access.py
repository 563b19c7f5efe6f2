"""Who may do what: one table, one decorator, one way from a request to a clinic.

Access hangs on the membership of the clinic a person works in at the moment, never on knowing an address.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch

from clinic import audit
from clinic.middleware import ClinicRequest, opened_where_nobody_works
from clinic.models import Clinic, Membership, Role, User

P = ParamSpec("P")


class Capability(StrEnum):
    """Something a member of staff may be allowed to do at a clinic."""

    about: str

    def __new__(cls, value: str, about: str) -> "Capability":
        """Make a member; ``about`` says in words what it allows, and is shown to admins."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.about = about
        return member

    VIEW = "view", "see patients, the day, recall"
    REGISTER = "register", "add and change patients and contact points"
    IMPORT = "import", "load lists from another system"
    BOOK = "book", "book, move, cancel, mark arrived or no-show"
    ASSESS = "assess", "draft an assessment of eligibility"
    PRESCRIBE = "prescribe", "sign assessments, override, open courses, allow an early session"
    INJECT = "inject", "record and sign what was injected"
    MESSAGE = "message", "handle reminders that could not be sent"
    STOCK = "stock", "receive, discard, recall and trace vials"
    BILL = "bill", "draft and export claim lines"
    REVIEW = "review", "session log and its export"
    REPORT = "report", "reports, their export and the people behind each number"
    PRIVACY = "privacy", "who looked at a person, what is known of them, erasing it, how long it is kept"
    PEOPLE = "people", "invite people, change their roles, end their access"
    SETUP = "setup", "settings: hours, rooms, leave, policies, messages to patients, other programs, calendar feeds"


_EVERYONE = {Capability.VIEW}
_DESK = _EVERYONE | {Capability.REGISTER, Capability.BOOK, Capability.MESSAGE}
_NURSE = _DESK | {Capability.ASSESS, Capability.INJECT, Capability.STOCK}

CAPABILITIES: dict[str, frozenset[Capability]] = {
    Role.READ_ONLY: frozenset(_EVERYONE),
    Role.FRONT_DESK: frozenset(_DESK),
    Role.NURSE_INJECTOR: frozenset(_NURSE),
    Role.PRESCRIBER: frozenset(_NURSE | {Capability.PRESCRIBE, Capability.REPORT}),
    # An admin runs the clinic but signs nothing: signing is a clinical act.
    Role.ADMIN: frozenset(
        _DESK
        | {Capability.IMPORT, Capability.STOCK, Capability.BILL}
        | {Capability.REVIEW, Capability.REPORT, Capability.PRIVACY, Capability.SETUP, Capability.PEOPLE}
    ),
}


class StaffRequest(ClinicRequest):
    """A request of a member of staff, as `requires` hands it to a view."""

    user: User
    membership: Membership
    clinic: Clinic
    resolver_match: ResolverMatch


def may(membership: Membership | None, capability: Capability) -> bool:
    """Return whether this membership allows it."""
    return membership is not None and membership.active and capability in CAPABILITIES[membership.role]


def allows(user: User, clinic: Clinic, capability: Capability) -> bool:
    """Return whether the user may do it at this clinic; for actions, which see no request."""
    return may(user.memberships.filter(clinic=clinic).first(), capability)


# A form that was refused comes back on its page, with everything about the person that stands there.
_SHOWN_AGAIN = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


def _note_look(request: StaffRequest, response: HttpResponseBase, arguments: dict[str, Any], noted: bool) -> None:
    """Leave the trace that a page about one row was opened, where its view left none of its own.

    So no page about a person can be forgotten. Lists have no such row: their views say how many people they showed.
    What the action behind a refused form had noted went with it, so that look is noted in any case.
    """
    opened, status = request.method == "GET", response.status_code
    shown = status in _SHOWN_AGAIN or (opened and status == HTTPStatus.OK)
    if "uid" not in arguments or not shown or (opened and noted):
        return
    kind = request.resolver_match.view_name.replace(":", " ").replace("_", " ")
    audit.looked(request, kind, subject=arguments["uid"])


def requires(
    capability: Capability,
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Let only those through who have the capability at their current clinic.

    The capability stays readable on the view, so that a test can walk all addresses and find one without a rule.
    """

    def decorate(
        view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.membership, capability) or opened_where_nobody_works(request):
                raise PermissionDenied
            before = audit.written()
            response = view(request, *args, **kwargs)
            if capability is not Capability.SETUP:
                _note_look(request, response, dict(kwargs), audit.written() != before)
            return response

        guarded.capability = capability  # type: ignore[attr-defined]
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return decorate
