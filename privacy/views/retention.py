"""How long the clinic keeps what, and whose time is over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from privacy.forms import RetentionForm
from privacy.models import Retention
from privacy.retaining import save_retention
from privacy.seen import past_their_time

SHOWN = 50


@require_http_methods(["GET", "POST"])
@requires(Capability.PRIVACY)
def settings(request: StaffRequest) -> HttpResponse:
    """Show and change how long things are kept; list who would be erased as the rule stands."""
    form = RetentionForm(request.POST if request.method == "POST" else None, instance=Retention.of(request.clinic))
    if form.is_valid():
        save_retention(retention=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, "How long records and messages are kept is saved.")
        return redirect("privacy:settings")
    over = list(past_their_time(request.clinic, timezone.localdate()))
    audit.list_shown(request, "past their time", len(over[:SHOWN]))
    context = {"form": form, "over": over[:SHOWN], "number": len(over)}
    return render(request, "privacy/settings.html", context, status=422 if form.is_bound else 200)
