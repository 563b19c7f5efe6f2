"""One's own page: where one is signed in, and ending what should not be."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.views import password_reset
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView, authenticate
from allauth.mfa.webauthn.views import RemoveWebAuthnView, reauthenticate_webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.models import StaffSession
from clinic.redirects import next_url, posted_uid
from clinic.signing_in import second_factor
from clinic.signing_in.adapter import NotSent
from clinic.signing_in.forms import ForgottenForm
from clinic.signing_in.sessions import end_all, ends_at


def _open_sessions(request: HttpRequest) -> list[StaffSession]:
    rows = StaffSession.objects.filter(user=request.user.pk, expire_date__gt=timezone.now())
    return list(rows.order_by("-seen_at"))


@login_not_required
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a letter with which a new password is chosen, or say that no letter leaves: whoever asked would wait for it."""
    try:
        response: HttpResponse = password_reset(request)
    except NotSent:
        form = ForgottenForm(request.POST)
        form.add_error(None, "No letter could be sent: the mail server does not take any. Try again in a few minutes.")
        return render(request, "account/password_reset.html", {"form": form}, status=503)
    return response


@login_not_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the second step, and tell whoever took too long for it why they stand at the log-in again."""
    response: HttpResponse = authenticate(request)
    if request.method == "POST" and response.headers.get("Location") == reverse("account_login"):
        messages.warning(request, "The code came too late after the password. Sign in again.")
    return response


class SecondStep(IndexView):  # type: ignore[misc]
    """Show what somebody signs in with after the password, and who asks for it: whoever was led here asked for another page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who asks for it, in words."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"asked_by": second_factor.asked_by(self.request.memberships)}


def passkey_again(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey once more, and again where it was not taken: the library leads to the log-in, so to Today."""
    response: HttpResponse = reauthenticate_webauthn(request)
    if request.method == "POST" and response.headers.get("Location") == reverse("account_login"):
        onward = urlencode({"next": next_url(request, "account_me")})
        return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{onward}")
    return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Take a passkey away, but never the last second step of who must have one: the library asks that of apps alone."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Remove it, or say why it stays."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            form.add_error(None, adapter.validation_error("cannot_delete_authenticator"))
        response: HttpResponse = self.form_invalid(form) if form.errors else super().form_valid(form)
        return response


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show where this person is signed in and how."""
    context = {
        "sessions": _open_sessions(request),
        "this_key": request.session.session_key,
        "has_second_factor": second_factor.has_one(request.user),  # type: ignore[arg-type]
    }
    return render(request, "account/me.html", context)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of this person's sessions, or all but this one."""
    if "others" in request.POST:
        end_all(request.user, but=request.session.session_key)  # type: ignore[arg-type]
    else:
        uid = posted_uid(request, "session")
        for row in _open_sessions(request):
            if row.uid == uid:
                row.delete()
    messages.success(request, "Signed out there.")
    return redirect("account_me")


def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Say when this session ends. A press of *Stay* has moved that on by now; the page's own asking has not.

    A page that was open while somebody signed in again learns here whose session it is now, and the token that its
    forms need from now on. It is told the time, too: its own clock may be wrong.
    """
    end, now = ends_at(request.session), timezone.now()
    told = {"ends_at": end.isoformat() if end else None, "now": now.isoformat(), "who": request.user.pk}
    return JsonResponse(told | {"token": get_token(request)})
