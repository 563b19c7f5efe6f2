"""The level before treatment: as it was frozen, its earlier versions, and the way to correct it."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from patients.access import may_write
from patients.actions.baseline import Refused, from_diary, write_baseline
from patients.models import Baseline
from patients.views.lookup import refuse_erased
from treatments.forms.level import LevelForm, initial_of
from treatments.models import Course
from treatments.views.lookup import get_course


@require_safe
@requires(Capability.VIEW)
def level(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the level of a course with every version, and the form for whoever may correct it."""
    course = get_course(request, uid)
    given_on, versions = _versions(course)
    audit.looked(request, "baseline", subject=course.patient.uid)
    counted = from_diary(course.patient, given_on)
    form = LevelForm(initial=initial_of(versions[0] if versions else None, counted))
    return _page(request, course, form, {"given_on": given_on, "versions": versions, "counted": counted})


@require_POST
@requires(Capability.PRESCRIBE)
def write(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write the level down by hand: a new version, with a reason."""
    course = get_course(request, uid)
    refuse_erased(request, course.patient)
    given_on, versions = _versions(course)
    form = LevelForm(request.POST)
    if form.is_valid():
        try:
            write_baseline(
                patient=course.patient,
                given_on=given_on,
                numbers=form.numbers(),
                reason=form.cleaned_data["reason"],
                corrects=versions[0] if versions else None,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The level before treatment is written down. What it said before stays readable.")
            return redirect("treatments:level", course.uid)
    return _page(request, course, form, {"given_on": given_on, "versions": versions})


def _versions(course: Course) -> tuple[dt.date, list[Baseline]]:
    """Return the first day of treatment on record and the versions of its level, the newest first; 404 before it."""
    given_on = course.first_given()
    if given_on is None:
        raise Http404
    version = Baseline.objects.newest().filter(patient=course.patient, given_on=given_on).first()
    versions = []
    while version:  # by what each corrects: an earlier one may be under another first day
        versions.append(version)
        version = version.corrects
    return given_on, versions


def _page(request: StaffRequest, course: Course, form: LevelForm, context: dict[str, Any]) -> HttpResponse:
    own = {
        "course": course,
        "patient": course.patient,
        "form": form,
        "may_prescribe": may_write(request.membership, Capability.PRESCRIBE, course.patient),
    }
    return render(request, "treatments/level.html", context | own, status=422 if form.is_bound else 200)
