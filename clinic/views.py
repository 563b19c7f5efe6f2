"""The hall: where a person lands, which clinic they work in, how bright the page is."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.context import THEMES
from clinic.founding import may_found
from clinic.middleware import SESSION_KEY
from clinic.models import User
from clinic.redirects import next_url, page_of_form, posted_uid
from clinic.sent import written


def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their day, and whoever sets an empty installation up to its first page."""
    if isinstance(request.user, User) and not request.user.works_at and may_found(request.user):
        return redirect("first_run:found")
    return redirect("treatments:today")


@require_POST
@requires(Capability.VIEW)
def switch(request: StaffRequest) -> HttpResponse:
    """Work at another of one's clinics from now on. What was open belongs to the old one, so this leads home."""
    chosen = get_object_or_404(request.user.memberships, active=True, clinic__uid=posted_uid(request, "clinic"))
    request.session[SESSION_KEY] = chosen.pk
    return redirect("clinic:home")


# Patient pages tell no site where they come from, so their forms arrive with "Origin: null", which the usual guard
# refuses. All that a forged form could do here is to make the page dark.
@csrf_exempt
@require_POST
@login_not_required
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, low light or auto on this device, for staff and patients alike."""
    response = redirect(next_url(request, "clinic:home"))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def open_too_long(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form whose token is not the one of who is signed in now, and show what was written, to be copied."""
    context = {"written": written(request), "page": page_of_form(request, "clinic:home")}
    return render(request, "403_csrf.html", context, status=403)
