"""The demo clinic from the settings: what it is, one button to load it, one to remove it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from clinic.demo import installed, removal
from clinic.middleware import SESSION_KEY
from clinic.models import Clinic, Membership


@require_safe
@requires(Capability.SETUP)
def demo(request: StaffRequest) -> HttpResponse:
    """Say in plain words what loading and removing do."""
    return render(request, "demo/demo.html", {"there": installed.standing(), "here": _real(request)})


@require_POST
@requires(Capability.SETUP)
def load(request: StaffRequest) -> HttpResponse:
    """Load it and go there."""
    here = _real(request)
    if here is None:
        messages.error(request, "Load it from a clinic that is real.")
        return redirect("demo:demo")
    loaded = installed.load(here=here, by=request.user, at=timezone.now())
    request.session[SESSION_KEY] = Membership.objects.get(user=request.user, clinic=loaded).pk
    messages.success(request, "The demo clinic is loaded, and you are in it. Switch back in the menu at the top right.")
    return redirect("treatments:today")


@require_POST
@requires(Capability.SETUP)
def remove(request: StaffRequest) -> HttpResponse:
    """Remove it and go back to a clinic that is real."""
    here = _real(request)
    if here is None:
        messages.error(request, "Only an admin of a clinic that is real can remove the demo.")
        return redirect("demo:demo")
    try:
        deleted = removal.remove(here=here, by=request.user, at=timezone.now())
    except removal.NothingThere:
        messages.info(request, "There is no demo clinic.")
    else:
        words = f"The demo clinic is gone, with {deleted:,} rows. Only the log of access keeps its lines."
        messages.success(request, words)
    request.session.pop(SESSION_KEY, None)
    return redirect("demo:demo")


def _real(request: StaffRequest) -> Clinic | None:
    """Return the clinic in whose log it is written: the one the person works at, else another that they run."""
    run = [one.clinic for one in request.memberships if one.role == request.membership.role and not one.clinic.demo]
    return next((one for one in run if one == request.clinic), run[0] if run else None)
