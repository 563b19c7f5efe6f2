"""Everything about one person, to hand out."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from patients.views.lookup import get_patient
from privacy.models import Erasure
from privacy.paths import records_of, unclaimed_texts
from privacy.portrait import bundle


@require_safe
@requires(Capability.PRIVACY)
def about(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what may be done with all that is known of a person: hand it out, or erase it."""
    patient = get_patient(request, uid)
    people = records_of(patient)
    texts = unclaimed_texts(people).order_by("received_at", "pk")
    context = {
        "patient": patient,
        "erasures": Erasure.objects.filter(patient__in=people).select_related("by"),
        # One of each number: its page shows the others.
        "unclaimed": {text.sender: text for text in texts}.values(),
    }
    return render(request, "privacy/about.html", context)


@require_POST
@requires(Capability.PRIVACY)
def download(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Hand out everything in one file, and log that it was."""
    patient, now = get_patient(request, uid), timezone.now()
    audit.looked(request, "person", AuditEntry.Action.EXPORT, subject=patient.uid)
    response = HttpResponse(bundle(patient, now), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="person-{patient.uid}.zip"'
    return response
