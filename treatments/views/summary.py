"""A person's summary on paper: a letter to whoever treats them next."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from patients.models import Assessment, DiaryDay, PreventiveTrial
from patients.views.lookup import get_patient
from treatments.care import care_of
from treatments.models.score import TOTALS
from treatments.response.reading import response_of

SESSIONS, SCORES = 6, 3  # the newest of each


@require_safe
@requires(Capability.VIEW)
def summary(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the summary as a letter; looking at it is traced as printing."""
    patient, now = get_patient(request, uid), timezone.now()
    audit.looked(request, "patient summary", AuditEntry.Action.PRINT, subject=patient.uid)
    today, care = timezone.localdate(now, request.clinic.zone), care_of(patient)
    all_signed = Assessment.objects.filter(patient=patient, signed_at__isnull=False).select_related("signed_by")
    signed = all_signed.order_by("-signed_at", "-pk").first()
    context = {
        "patient": patient,
        "today": today,
        "care": care,
        "sessions": [one for one in care.sessions if one.given_on][:SESSIONS],
        "reading": response_of(patient, care.given, DiaryDay.objects.filter(patient=patient).facts(), today, signed),
        "signed": signed,
        "preventives": PreventiveTrial.objects.filter(patient=patient, removed_at__isnull=True),
        # Each session asks when the effect wore off: rows that say no more than that would push out the questionnaires.
        "scores": care.scores.exclude(**dict.fromkeys(TOTALS))[:SCORES],
    }
    return render(request, "treatments/summary.html", context)
