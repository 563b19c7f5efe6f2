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
from privacy.paths import records_of
from privacy.portrait import bundle


@require_safe
@requires(Capability.PRIVACY)
def about(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what may be done with all that is known of a person: hand it out, or erase it."""
    patient = get_patient(request, uid)
    erasures = Erasure.objects.filter(patient__in=records_of(patient)).select_related("by")
    return render(request, "privacy/about.html", {"patient": patient, "erasures": erasures})


@require_POST
@requires(Capability.PRIVACY)
def download(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Hand out everything in one file, and log that it was."""
    patient, now = get_patient(request, uid), timezone.now()
    audit.record(
        clinic=request.clinic,
        by=request.user,
        at=now,
        action=AuditEntry.Action.EXPORT,
        kind="person",
        subject=patient.uid,
    )
    response = HttpResponse(bundle(patient, now), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="person-{patient.uid}.zip"'
    return response
