"""Claims: the diagnosis code of a session, the lines that follow, and the file for who submits them."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from treatments.claims import drafting
from treatments.claims.forms import CodeForm
from treatments.claims.record import diagnoses_of
from treatments.forms import DaysForm
from treatments.models import ClaimDraft
from treatments.views.lookup import get_session

USUAL_DAYS = 31


def _days(request: StaffRequest) -> DaysForm:
    today = request.clinic.date_at(timezone.now())
    return DaysForm(request.GET or {"first": today - dt.timedelta(days=USUAL_DAYS), "last": today})


@require_safe
@requires(Capability.BILL)
def claims(request: StaffRequest) -> HttpResponse:
    """List the drafted claims of some days with their lines."""
    form = _days(request)
    valid = form.is_valid()
    rows = drafting.with_lines(drafting.drafts(request.clinic, **form.cleaned_data)) if valid else []
    query = {name: value.isoformat() for name, value in form.cleaned_data.items()} if valid else {}
    audit.looked(request, "claims", rows=len(rows))
    context = {"form": form, "rows": rows, "query": query}
    return render(request, "treatments/claims/claims.html", context, status=200 if valid else 422)


@require_http_methods(["GET", "POST"])
@requires(Capability.BILL)
def draft(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Choose the code for one signed session and see its lines."""
    session = get_session(request, uid)
    record, chosen = session.record, ClaimDraft.objects.filter(session=session).first()
    on_record = diagnoses_of(session)
    usual = chosen.diagnosis_code if chosen else on_record[0].code if on_record else ""
    form = CodeForm(request.POST or None, initial={"diagnosis_code": usual})
    if request.method == "GET":
        audit.looked(request, "claim", subject=session.uid)
    elif form.is_valid():
        try:
            drafting.draft_claim(session=session, **form.cleaned_data, by=request.user, at=timezone.now())
        except drafting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Claim drafted. It is not sent: export it from the list of claims.")
            return redirect("treatments:draft_claim", uid)
    context = {
        "form": form,
        "session": session,
        "patient": session.course.patient,
        "record": record,
        "lines": drafting.lines_of(record) if record else [],
        "draft": chosen,
        "on_record": on_record,
    }
    return render(request, "treatments/claims/draft.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Capability.BILL)
def export(request: StaffRequest) -> HttpResponse:
    """Hand out the claims of some days as CSV; who exported them is noted on each."""
    form = DaysForm(request.POST)
    if not form.is_valid():
        return render(request, "treatments/claims/claims.html", {"form": form, "rows": []}, status=422)
    text = drafting.export(clinic=request.clinic, **form.cleaned_data, by=request.user, at=timezone.now())
    days = "{first:%Y-%m-%d}-to-{last:%Y-%m-%d}".format(**form.cleaned_data)
    headers = {"Content-Disposition": f'attachment; filename="claims-{days}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
