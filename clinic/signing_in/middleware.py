"""What stands between a session and a page: is there one, has it rested too long, is a second step still to be set up."""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.redirects import page_of_form
from clinic.sent import written
from clinic.signing_in import second_factor
from clinic.signing_in.sessions import DEFAULT_REST, ends_at, stay

# What a page asks by itself, by a clock, says so in this header; see tests/clinic/signing_in/test_rest.py.
BY_ITSELF = "X-By-Itself"
# Signing in, setting up, signing out.
_FIRST = ("account_", "mfa_")


class SignInFirst(LoginRequiredMiddleware):
    """Lead a stranger to the log-in, and from there back to the page they asked for or whose form they sent."""

    def handle_no_permission(self, request: Any, view_func: Any) -> HttpResponse:  # type: ignore[override]
        """Say of a form that it was not saved: the log-in does not send it again."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        log_in = redirect_to_login(page_of_form(request, "clinic:home"))
        return _not_saved(request, log_in, "You had been signed out, so that was not saved.", "Sign in")


class StaySignedIn:
    """Move the end of a session on with whatever a person does, and lead those who need a second step to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Serve the request; a page that refreshes itself on an empty chair keeps nobody signed in."""
        if request.user.is_authenticated:
            if BY_ITSELF not in request.headers or ends_at(request.session) is None:
                stay(request.session, rest=rest_of(request), at=timezone.now())
            request.session_ends_at = ends_at(request.session)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send a person without a second step to set one up, before anything else, and say of a form that it was not saved."""
        if not request.memberships or getattr(view, "login_required", True) is False:
            return None
        missing = second_factor.missing(request, request.memberships)
        if not missing or (request.resolver_match.url_name or "").startswith(_FIRST):
            return None
        why = "A second step is asked of you now, so that was not saved."
        set_up = redirect("mfa_index")
        return _not_saved(request, set_up, why, "Set one up") if request.method == "POST" else set_up


def rest_of(request: Any) -> dt.timedelta:
    """Return how long this person's browser may rest: where they work at several clinics, the shortest counts."""
    minutes = [membership.clinic.rest_minutes for membership in request.memberships]
    return dt.timedelta(minutes=min(minutes)) if minutes else DEFAULT_REST


def _not_saved(request: Any, first: HttpResponseRedirect, why: str, then: str) -> HttpResponse:
    """Say why a form was not saved on the page that comes first; what took words to write, before it, to be copied."""
    if _sent_by_script(request):
        return first
    if words := written(request):
        context = {"why": why, "then": then, "first": first.url, "written": words}
        return render(request, "403_not_saved.html", context, status=HTTPStatus.FORBIDDEN)
    messages.warning(request, f"{why} {then} and do it again.")
    return first


def _sent_by_script(request: Any) -> bool:
    """Return whether a page's script sent this: that page stays as it is and says itself what came of it, each time."""
    return bool(request.htmx) or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
