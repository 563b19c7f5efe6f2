"""Who looked at this patient?"""

import csv
import io
import uuid
from itertools import chain

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from patients.views.lookup import get_patient
from privacy import looks
from privacy.forms import LooksForm
from treatments.log.export import safe_cell


@require_safe
@requires(Capability.PRIVACY)
def who_looked(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show who opened, changed, printed or exported what of a person. This look is itself on the list from now on."""
    patient = get_patient(request, uid)
    form = LooksForm(request.GET, request.clinic)
    page = looks.Page([], 0)
    if form.is_valid():
        page = looks.page_after(
            looks.chosen(looks.traces_of(patient), request.clinic, **form.cleaned_data), _after(request)
        )
    audit.looked(request, "who looked", subject=patient.uid, rows=len(page.entries))
    query = request.GET.copy()
    query.pop("after", None)
    context = {"patient": patient, "form": form, "page": page, "query": query.urlencode()}
    return render(request, "privacy/who_looked.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Capability.PRIVACY)
def export(request: StaffRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Hand out the list as CSV, all pages of it."""
    patient = get_patient(request, uid)
    form = LooksForm(request.GET, request.clinic)
    if not form.is_valid():
        return redirect(f"{reverse('privacy:who_looked', args=[patient.uid])}?{request.GET.urlencode()}")
    entries = looks.chosen(looks.traces_of(patient), request.clinic, **form.cleaned_data)
    audit.looked(request, "who looked", AuditEntry.Action.EXPORT, subject=patient.uid, rows=entries.count())
    lines = (_line(row) for row in looks.table(entries, request.clinic))
    # The mark tells spreadsheets how letters such as those of Zoë are written.
    response = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="who-looked-{patient.uid}.csv"'
    return response


def _after(request: StaffRequest) -> str:
    return request.GET.get("after", "")


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()
