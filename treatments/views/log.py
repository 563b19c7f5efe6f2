"""The session log and its export."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from treatments import log

PAGE = 50
EXPORT_CHUNK = 2000


@requires(Capability.REVIEW)
def session_log(request: StaffRequest) -> HttpResponse:
    """Show the log, fifty rows a page. All filters stand in the address, so a view can be kept."""
    chosen = log.SessionFilter(request.GET, queryset=log.sessions(request.clinic), request=request)
    valid = chosen.form.is_valid()
    rows, cursor = log.page_after(chosen.qs, request.GET.get("after", ""), PAGE) if valid else ([], "")
    audit.record(
        clinic=request.clinic,
        by=request.user,
        at=timezone.now(),
        action=AuditEntry.Action.READ,
        kind="log",
        rows=len(rows),
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "filter": chosen,
        "form": chosen.form,
        "rows": rows,
        "cursor": cursor,
        "query": query.urlencode(),
        "may_bill": may(request.membership, Capability.BILL),
    }
    return render(request, "treatments/log.html", context, status=200 if valid else 422)


@requires(Capability.REVIEW)
def export(request: StaffRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream the filtered log as CSV. The export itself is logged, with the number of rows."""
    chosen = log.SessionFilter(request.GET, queryset=log.sessions(request.clinic), request=request)
    if not chosen.form.is_valid():
        return render(request, "treatments/log.html", {"filter": chosen, "form": chosen.form, "rows": []}, status=422)
    now = timezone.now()
    audit.record(
        clinic=request.clinic,
        by=request.user,
        at=now,
        action=AuditEntry.Action.EXPORT,
        kind="log",
        rows=chosen.qs.order_by().count(),
    )
    lines = log.export_lines(chosen.qs.iterator(chunk_size=EXPORT_CHUNK), request.clinic, request.GET.urlencode())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    today = now.astimezone(request.clinic.zone).date()
    response["Content-Disposition"] = f'attachment; filename="sessions-{today.isoformat()}.csv"'
    return response
