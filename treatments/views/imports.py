"""Importing a list in the browser: choose a file, look at what it would do, say yes. Which lists: `import_kinds`."""

import csv
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
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from clinic.middleware import FIELD
from clinic.uploading import takes_a_file
from patients import uploads
from patients.csvfile import CsvError
from patients.forms.upload import UploadForm
from patients.importing import Collision, Report
from treatments.views.import_kinds import ImportKind

MAX_FAULTS_SHOWN = 100
FORM_OVERHEAD = 10_000  # bytes of a request around the file itself
_Chooses = Callable[[StaffRequest, ImportKind], HttpResponse]


def _takes_a_list(view: _Chooses) -> _Chooses:
    """Take a file with the form, and refuse one by its declared length before anything reads it."""

    @wraps(view)
    def limited(request: StaffRequest, kind: ImportKind) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD:
            return render(request, "413.html", {"limit": settings.UPLOAD_MAX_BYTES}, status=413)
        takes_a_file(request)
        return view(request, kind)

    return limited


# The token is checked by csrf_protect below: the middleware would read the whole body before the length is looked at.
@csrf_exempt
@requires(Capability.IMPORT)
@_takes_a_list
@csrf_protect
def choose(request: StaffRequest, kind: ImportKind) -> HttpResponse:
    """Show the form and what the file has to hold; keep the file that is sent and go on to its preview."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, label=kind.label)
    here = str(request.clinic.uid)
    if request.POST.get(FIELD, here) != here:
        form.add_error("file", f"You are at {request.clinic.name} now. If the list is for it, choose the file again.")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            _read_through(request, kind, file)
        except CsvError as error:
            form.add_error("file", str(error))
        else:
            uid = uploads.keep(file, at=timezone.now(), owner=_owner(request, kind))
            return redirect(f"{kind.url}_preview", uid)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "treatments/import_choose.html", {"form": form, "kind": kind}, status=status)


@require_safe
@requires(Capability.IMPORT)
def example(request: StaffRequest, kind: ImportKind) -> HttpResponse:
    """Give a small list to fill in."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.example_file}"'
    today = timezone.localdate(timezone=request.clinic.zone)
    csv.writer(response).writerows([tuple(kind.about), *kind.example(request.clinic, today)])
    return response


@requires(Capability.IMPORT)
def preview(request: StaffRequest, kind: ImportKind, uid: uuid.UUID) -> HttpResponse:
    """Show what the list would do: the counts, its first rows, and every row that cannot be used."""
    now = timezone.now()
    try:
        with uploads.opened(uid, at=now, owner=_owner(request, kind)) as stream:
            found = kind.preview(request.clinic, stream, request.user, now)
    except uploads.Gone:
        return _gone(request, kind)
    faults = found.report.faults
    context = {
        "uid": uid,
        "kind": kind,
        "report": found.report,
        "rows": found.first,
        "writes": kind.counted(found.report.writes) if found.report.writes else "",
        "faults": faults[:MAX_FAULTS_SHOWN],
        "more_faults": max(0, len(faults) - MAX_FAULTS_SHOWN),
    }
    return render(request, "treatments/import_preview.html", context)


@require_POST
@requires(Capability.IMPORT)
def confirm(request: StaffRequest, kind: ImportKind, uid: uuid.UUID) -> HttpResponse:
    """Import the list that was looked at. Rows are left out only if the person agreed to that."""
    now, skip_bad = timezone.now(), "leave_out" in request.POST
    try:
        with uploads.opened(uid, at=now, owner=_owner(request, kind)) as stream:
            report = kind.write(clinic=request.clinic, stream=stream, by=request.user, at=now, skip_bad=skip_bad)
    except uploads.Gone:
        return _gone(request, kind)
    except Collision as error:
        messages.error(request, str(error))
        return redirect(f"{kind.url}_preview", uid)
    if not report.written:
        messages.warning(request, "Nothing was imported: there are rows that cannot be used now. Look at them below.")
        return redirect(f"{kind.url}_preview", uid)
    uploads.drop(uid, owner=_owner(request, kind))
    messages.success(request, _done(kind, report))
    return redirect(kind.url)


@require_POST
@requires(Capability.IMPORT)
def discard(request: StaffRequest, kind: ImportKind, uid: uuid.UUID) -> HttpResponse:
    """Throw the file away."""
    if not uploads.drop(uid, owner=_owner(request, kind)):
        return _gone(request, kind)
    messages.success(request, "The list was thrown away. Nothing was imported.")
    return redirect(kind.url)


def _done(kind: ImportKind, report: Report) -> str:
    return f"Imported {kind.counted(report.writes)}: {report.sentence}" if report.writes else report.sentence


def _owner(request: StaffRequest, kind: ImportKind) -> uploads.Owner:
    return uploads.Owner(request.clinic, request.user, kind.name)


def _read_through(request: StaffRequest, kind: ImportKind, file: BinaryIO) -> None:
    """Raise CsvError where a line cannot be read or there are too many."""
    source = kind.read(file, clinic=request.clinic, by=request.user, at=timezone.now(), max_rows=kind.max_rows)
    source.repeats.close()


def _gone(request: StaffRequest, kind: ImportKind) -> HttpResponse:
    messages.warning(request, "That list is not here any more: it was imported or thrown away. Choose the file again.")
    return redirect(kind.url)
