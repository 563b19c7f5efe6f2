"""Importing a referral list in the browser: choose a file, look at what it would do, say yes."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import BinaryIO

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.middleware import FIELD
from clinic.uploading import takes_a_file
from patients.csvfile import CsvError
from patients.importing import Collision
from treatments.referrals import uploads
from treatments.referrals.forms import UploadForm
from treatments.referrals.load import import_referrals, open_list, preview_referrals

# A request has to be answered in seconds (2,000 people take about four); longer lists go through
# `manage.py import_referrals`.
MAX_ROWS = 2000
MAX_FAULTS_SHOWN = 100
FORM_OVERHEAD = 10_000  # bytes of a request around the file itself


def _takes_a_list(view: Callable[[StaffRequest], HttpResponse]) -> Callable[[StaffRequest], HttpResponse]:
    """Take a file with the form, and refuse one by its declared length before anything reads it."""

    @wraps(view)
    def limited(request: StaffRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD:
            return render(request, "413.html", {"limit": settings.UPLOAD_MAX_BYTES}, status=413)
        takes_a_file(request)
        return view(request)

    return limited


# The token is checked by csrf_protect below: the middleware would read the whole body before the length is looked at.
@csrf_exempt
@requires(Capability.IMPORT)
@_takes_a_list
@csrf_protect
def choose(request: StaffRequest) -> HttpResponse:
    """Show the form; keep the file that is sent and go on to its preview."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    here = str(request.clinic.uid)
    if request.POST.get(FIELD, here) != here:
        form.add_error("file", f"You are at {request.clinic.name} now. If the list is for it, choose the file again.")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            _read_through(request, file)
        except CsvError as error:
            form.add_error("file", str(error))
        else:
            return redirect("treatments:import_preview", uploads.keep(file, at=timezone.now(), owner=_owner(request)))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "treatments/import_choose.html", {"form": form, "max_rows": MAX_ROWS}, status=status)


@requires(Capability.IMPORT)
def preview(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show what the list would do: the counts, its first people, and every row that cannot be used."""
    now = timezone.now()
    try:
        with uploads.opened(uid, at=now, owner=_owner(request)) as stream:
            found = preview_referrals(clinic=request.clinic, stream=stream, by=request.user, at=now)
    except uploads.Gone:
        return _gone(request)
    faults = found.report.faults
    context = {
        "uid": uid,
        "report": found.report,
        "rows": found.first,
        "writes": found.report.new + found.report.changed,
        "faults": faults[:MAX_FAULTS_SHOWN],
        "more_faults": max(0, len(faults) - MAX_FAULTS_SHOWN),
    }
    return render(request, "treatments/import_preview.html", context)


@require_POST
@requires(Capability.IMPORT)
def confirm(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Import the list that was looked at. Rows are left out only if the person agreed to that."""
    now, skip_bad = timezone.now(), "leave_out" in request.POST
    try:
        with uploads.opened(uid, at=now, owner=_owner(request)) as stream:
            report = import_referrals(clinic=request.clinic, stream=stream, by=request.user, at=now, skip_bad=skip_bad)
    except uploads.Gone:
        return _gone(request)
    except Collision as error:
        messages.error(request, str(error))
        return redirect("treatments:import_preview", uid)
    if not report.written:
        messages.warning(request, "Nothing was imported: there are rows that cannot be used now. Look at them below.")
        return redirect("treatments:import_preview", uid)
    uploads.drop(uid, owner=_owner(request))
    messages.success(request, report.sentence)
    return redirect("treatments:import")


@require_POST
@requires(Capability.IMPORT)
def discard(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Throw the file away."""
    uploads.drop(uid, owner=_owner(request))
    messages.success(request, "The list was thrown away. Nothing was imported.")
    return redirect("treatments:import")


def _owner(request: StaffRequest) -> uploads.Owner:
    return uploads.Owner(request.clinic, request.user)


def _read_through(request: StaffRequest, file: BinaryIO) -> None:
    """Raise CsvError where a line cannot be read or there are too many."""
    source = open_list(file, clinic=request.clinic, by=request.user, at=timezone.now(), max_rows=MAX_ROWS)
    source.repeats.close()


def _gone(request: StaffRequest) -> HttpResponse:
    messages.warning(request, "That list is not here any more: it was imported or thrown away. Choose the file again.")
    return redirect("treatments:import")
