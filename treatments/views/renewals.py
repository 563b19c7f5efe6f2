"""What has to be asked of payers again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from patients.renewals import worklist
from treatments.authorized import used_up


@require_safe
@requires(Capability.VIEW)
def to_renew(request: StaffRequest) -> HttpResponse:
    """List the authorizations that end within six weeks, have ended or are used up, with none to follow."""
    today = timezone.localdate()
    work = worklist(request.clinic, today, used_up(request.clinic, today))
    context = {
        "work": work,
        "people": [one.authorization.patient for one in work],
        "may_register": may(request.membership, Capability.REGISTER),
    }
    audit.looked(request, "to renew", rows=len(work))
    return render(request, "treatments/to_renew.html", context)
