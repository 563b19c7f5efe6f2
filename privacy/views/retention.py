"""How long the clinic keeps what, and whose time is over."""

from django.contrib import messages
from django.db import transaction
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import Clinic
from privacy.forms import RetentionForm
from privacy.models import Retention
from privacy.purging import past_their_days
from privacy.retaining import begins_at, save_retention
from privacy.seen import past_their_time
from treatments.forms import Overtaken
from treatments.forms.shared import status_of

SHOWN = 50


@require_http_methods(["GET", "POST"])
@requires(Capability.PRIVACY)
def settings(request: StaffRequest) -> HttpResponse:
    """Show and change how long things are kept; list who would be erased as the rule stands."""
    form = RetentionForm(request.POST if request.method == "POST" else None, instance=Retention.of(request.clinic))
    if form.is_valid() and _saved(request, form):
        messages.success(request, "How long records and messages are kept is saved.")
        return redirect("privacy:settings")
    over = list(past_their_time(request.clinic, timezone.localdate()))
    audit.looked(request, "past their time", rows=len(over[:SHOWN]))
    now = timezone.now()
    begins = begins_at(request.clinic, now)
    context = {
        "form": form,
        "over": over[:SHOWN],
        "number": len(over),
        # As it is saved: a form that was refused holds what was typed.
        "erases": Retention.of(request.clinic).erase_by_itself,
        "begins": begins,
        "words": past_their_days(request.clinic, now) if begins else 0,
    }
    return render(request, "privacy/settings.html", context, status=status_of(form))


@transaction.atomic
def _saved(request: StaffRequest, form: RetentionForm) -> bool:
    """Save the rule; False when another one was saved meanwhile."""
    Clinic.objects.select_for_update(no_key=True).get(pk=request.clinic.pk)
    try:
        form.look_again(model_to_dict(Retention.of(request.clinic), form.Meta.fields))
    except Overtaken:
        return False
    save_retention(retention=form.save(commit=False), by=request.user, at=timezone.now())
    return True
