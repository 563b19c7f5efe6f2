"""Which clinic a request is for."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from clinic.models import Clinic, Membership

SESSION_KEY = "membership"
# The field in which a form that makes something new says at which clinic its page was opened.
FIELD = "at_clinic"
# The same in a link to a file or a sheet, which is made there. What refreshes a page asks with the field: told that its
# reader is elsewhere now, it says so.
IN_LINK = "from_clinic"
TYPED = "application/x-www-form-urlencoded"


class ClinicRequest(HttpRequest):
    """A request as `CurrentClinicMiddleware` hands it on: a stranger works nowhere, and is at no clinic."""

    membership: Membership | None
    memberships: Sequence[Membership]
    # The clinic the person works in at the moment: the scope of every query.
    clinic: Clinic | None
    htmx: HtmxDetails


def opened_at(request: ClinicRequest) -> Membership | None:
    """Return the membership under which the page of a form or a link was opened, where it says so.

    Somebody may have gone to another of their clinics in another window since: a person or a vial would then be written
    down at the wrong one, or a file made of its people. Forms with a file are left unread here (see `clinic.uploading`).
    """
    if len(request.memberships) < 2:
        return None
    said = _said(request)
    return next((one for one in request.memberships if str(one.clinic.uid) == said), None)


def opened_where_nobody_works(request: ClinicRequest) -> bool:
    """Return whether a form or a link says that its page was opened where the person does not work, or no longer.

    What it would make belongs there and nowhere else, least of all to the clinic that is left to them.
    """
    said = _said(request)
    return bool(said) and (request.clinic is None or said != str(request.clinic.uid))


def _said(request: ClinicRequest) -> str:
    if request.method == "POST":
        return str(request.POST.get(FIELD, "")) if request.content_type == TYPED else ""
    return str(request.GET.get(IN_LINK, ""))


def choose_membership(memberships: Sequence[Membership], chosen: Any) -> Membership | None:
    """Return the membership a person works under: the one they chose, else their oldest at a clinic that is real.

    So whoever is let in at another clinic stays where their open pages are.
    """
    return min(memberships, key=lambda one: (one.pk != chosen, one.clinic.demo, one.pk), default=None)


class CurrentClinicMiddleware:
    """Put ``memberships``, ``membership`` and ``clinic`` on the request and show every time in that clinic's zone.

    The membership is read anew for each request, so that a role that ends, ends at once.
    """

    def __init__(self, get_response: Callable[[ClinicRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ClinicRequest) -> HttpResponse:
        """Serve the request inside the clinic's time zone."""
        request.memberships = getattr(request.user, "works_at", ())  # a stranger works nowhere
        membership = choose_membership(request.memberships, request.session.get(SESSION_KEY))
        before = opened_at(request)
        if before and before != membership:
            membership = before
            if request.method == "POST":  # a link changes nothing: the other window stays where it is
                request.session[SESSION_KEY] = before.pk
        request.membership = membership
        request.clinic = membership.clinic if membership else None
        with timezone.override(membership.clinic.zone if membership else None):
            return self.get_response(request)
