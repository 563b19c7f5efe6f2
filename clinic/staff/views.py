"""Pages of the people at a clinic, and of the letter that lets a new one in."""

import uuid
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import CAPABILITIES, Capability, StaffRequest, requires
from clinic.models import Invitation, Membership, Role, User
from clinic.signing_in.adapter import NotSent
from clinic.signing_in.forms import INVITED
from clinic.staff import actions
from clinic.staff.forms import InviteForm, RoleForm, TakeForm
from treatments.setup.recognising import recognise


@require_http_methods(["GET", "POST"])
@requires(Capability.PEOPLE)
def people(request: StaffRequest) -> HttpResponse:
    """List who works here and who was asked to, and invite somebody."""
    form = InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made, token = actions.invite(clinic=request.clinic, by=request.user, at=timezone.now(), **form.cleaned_data)
        except actions.Refused as error:
            form.add_error("email", str(error))
        else:
            _send(request, made, token)
            return redirect("staff:people")
    return render(request, "staff/people.html", _context(request, form), status=422 if form.is_bound else 200)


def _context(request: StaffRequest, form: InviteForm) -> dict[str, object]:
    now = timezone.now()
    # Programs have a role, too, but nobody signs in as one.
    staff = Membership.objects.filter(clinic=request.clinic, user__is_active=True).select_related("user", "clinic")
    waiting = Invitation.objects.filter(clinic=request.clinic, taken_at=None, withdrawn_at=None, expires_at__gt=now)
    return {
        "form": form,
        "staff": staff.order_by("-active", "user__full_name"),
        "waiting": waiting.select_related("invited_by"),
        "roles": Role.choices,
        "table": [(one.about, [(role.label, one in CAPABILITIES[role]) for role in Role]) for one in Capability],
        "history": Membership.history.filter(clinic=request.clinic).select_related("user", "history_user")[:20],
    }


def _send(request: StaffRequest, made: Invitation, token: str) -> None:
    """Send the letter, and say what became of it. The invitation stands either way."""
    link = settings.BASE_URL + reverse("staff:take", args=[token])
    try:
        get_adapter().send_mail("staff/invitation", made.email, {"invitation": made, "link": link})
    except NotSent:
        words = "but the letter did not go out: the mail server does not take any. Press Send again in a few minutes."
        messages.warning(request, f"{made.email} is invited, {words}")
    else:
        messages.success(request, f"Invited {made.email}. The letter's link works for 3 days.")


def _who_works_here(request: StaffRequest, uid: uuid.UUID) -> Membership:
    rows = Membership.objects.select_related("clinic", "user")
    return get_object_or_404(rows, clinic=request.clinic, user__uid=uid, active=True)


def _act(request: StaffRequest, uid: uuid.UUID, act: Callable[[Membership], None], done: str) -> HttpResponse:
    membership = _who_works_here(request, uid)
    try:
        act(membership)
    except actions.Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{membership.user}: {done}")
    return redirect("staff:people")


@require_POST
@requires(Capability.PEOPLE)
def change_role(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change what somebody is here."""
    form = RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""

    def act(row: Membership) -> None:
        if not role:
            raise actions.Refused("Choose a role from the list.")
        actions.change_role(membership=row, role=role, by=request.user, at=timezone.now())

    return _act(request, uid, act, f"now {dict(Role.choices).get(role, '')}.")


@require_http_methods(["GET", "POST"])
@requires(Capability.PEOPLE)
def end_access(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what ends with somebody's access; a press of the button lets them in no more."""
    if request.method == "GET":
        return render(request, "staff/end_access.html", {"row": _who_works_here(request, uid)})
    return _act(
        request,
        uid,
        lambda row: actions.end_access(membership=row, by=request.user, at=timezone.now()),
        "has no access here any more.",
    )


@require_POST
@requires(Capability.PEOPLE)
def sign_out(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End somebody's sessions."""
    return _act(
        request,
        uid,
        lambda row: actions.sign_out(membership=row, by=request.user, at=timezone.now()),
        "signed out on every device.",
    )


@require_POST
@requires(Capability.PEOPLE)
def send_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write a letter that did not arrive anew. Its link takes the place of the old one, which nobody can read any more."""
    waiting = Invitation.objects.filter(taken_at=None, withdrawn_at=None)
    old = get_object_or_404(waiting, clinic=request.clinic, uid=uid)
    try:
        made, token = actions.invite(
            clinic=request.clinic, email=old.email, role=old.role, by=request.user, at=timezone.now()
        )
    except actions.Refused as error:
        messages.warning(request, str(error))
    else:
        _send(request, made, token)
    return redirect("staff:people")


@require_POST
@requires(Capability.PEOPLE)
def withdraw(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation.objects.select_related("clinic"), clinic=request.clinic, uid=uid)
    try:
        actions.withdraw(invitation=invitation, by=request.user, at=timezone.now())
    except actions.Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"The invitation to {invitation.email} is taken back.")
    return redirect("staff:people")


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; a press of its button takes it. Looking at it, as mail filters do, takes nothing."""
    now = timezone.now()
    found = Invitation.objects.filter(token_hash=actions.hash_of(token)).select_related("clinic").first()
    if found is None or not found.open_at(now):
        return render(request, "staff/ended.html", status=404)
    known = User.objects.filter(email=found.email).exists()
    form = None if known else TakeForm(request.POST or None, email=found.email)
    if request.method == "POST" and (form is None or form.is_valid()):
        typed = form.cleaned_data if form else dict.fromkeys(("full_name", "password"), "")
        try:
            new = actions.take(token=token, at=now, **typed)
        except actions.Refused:
            return render(request, "staff/ended.html", status=404)
        user = User.objects.get(email=found.email)
        recognise(user=user, clinic=found.clinic, at=now)
        if request.user.is_authenticated and request.user != user:
            logout(request)  # else the log-in leads on into the session of whoever sat here before
        if not request.user.is_authenticated:
            request.session[INVITED] = user.email
        with_which = "" if new else " with the password that you had here already"
        messages.success(request, f"You can sign in now{with_which}.")
        return redirect("account_login")
    bad = form is not None and form.is_bound
    return render(request, "staff/take.html", {"form": form, "invitation": found}, status=422 if bad else 200)
