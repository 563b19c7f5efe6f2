"""One person's page."""

import uuid
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from patients.access import may_write
from patients.changes import changes_of
from patients.diary import count, squares, window_before
from patients.models import DiaryClaim, DiaryDay, Patient, PreventiveTrial
from patients.renewals import ending_of
from patients.views.lookup import get_patient


@requires(Capability.VIEW)
def detail(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show all that is known of a person, their next visit first."""
    unsettled = DiaryClaim.objects.filter(patient=OuterRef("pk"), settled_at__isnull=True).order_by().values("patient")
    two_answers = Subquery(unsettled.annotate(days=Count("pk")).values("days"))
    patient = get_patient(request, uid, two_answers=two_answers)
    audit.looked(request, "patient", subject=patient.uid)
    today = timezone.localdate()
    authorizations = list(patient.authorizations.all())
    days = DiaryDay.objects.filter(patient=patient).facts()
    context = standing(request, patient) | {
        # All of the diary, read once: the last 28 days are counted from it, and the response.
        "diary_days": days,
        "diary": count(days, window_before(today)[1]),
        "squares": squares(days, window_before(today)[1]),
        "authorizations": authorizations,
        "to_renew": ending_of(authorizations, today),
        "preventives": PreventiveTrial.objects.filter(patient=patient, removed_at__isnull=True),
        "may_register": may_write(request.membership, Capability.REGISTER, patient),
        "may_privacy": may(request.membership, Capability.PRIVACY),
    }
    return render(request, "patients/detail.html", context)


@requires(Capability.VIEW)
def history(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show who changed what about a person, the newest first."""
    patient = get_patient(request, uid)
    audit.looked(request, "patient history", subject=patient.uid)
    return render(request, "patients/history.html", {"patient": patient, "changes": changes_of(patient)})


def standing(request: StaffRequest, patient: Patient) -> dict[str, Any]:
    """Return the person with the assessment that was signed last and the one to be signed."""
    assessments = list(patient.assessments.select_related("signed_by", "drafted_by").order_by("-signed_at", "-pk"))
    return {
        "patient": patient,
        "people": [patient],
        "today": timezone.localdate(),
        "signed": next((one for one in assessments if one.signed_at), None),
        "draft": next((one for one in assessments if not one.signed_at), None),
        "may_assess": may_write(request.membership, Capability.ASSESS, patient),
        "may_prescribe": may_write(request.membership, Capability.PRESCRIBE, patient),
    }
