"""The session log, the views of it that people keep, and its export."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.middleware import IN_LINK
from clinic.models import AuditEntry
from clinic.paging import Page
from treatments.log import export as files
from treatments.log import filters, rows, views_kept
from treatments.log.forms import KeepForm

PAGE = 50
LOG = "treatments:log"


@requires(Capability.REVIEW)
def session_log(request: StaffRequest) -> HttpResponse:
    """Show the log, fifty rows a page. All filters stand in the address, so a view can be kept."""
    chosen = _chosen(request)
    valid = chosen.form.is_valid()
    page = rows.page_after(chosen.qs, request.GET.get("after", ""), PAGE) if valid else Page()
    now = timezone.now()
    audit.looked(request, "log", rows=len(page.rows))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "filter": chosen,
        "form": chosen.form,
        "page": page,
        "total": rows.total(chosen.qs) if valid else "",
        "query": query.urlencode(),
        "said": filters.said(chosen) if valid else [],
        "more_set": any(request.GET.get(name) for name in filters.MORE),
        "may_bill": may(request.membership, Capability.BILL),
        **_ways(request, request.clinic.date_at(now)),
    }
    return render(request, "treatments/log.html", context, status=200 if valid else 422)


@requires(Capability.REVIEW)
def export(request: StaffRequest) -> HttpResponseBase:
    """Hand out the filtered log, as CSV or as a workbook. The export itself is logged, with the number of rows."""
    chosen = _chosen(request)
    asked = request.GET.copy()
    asked.pop(IN_LINK, None)
    if not chosen.form.is_valid():
        return redirect(f"{reverse(LOG)}?{asked.urlencode()}")
    now, number = timezone.now(), chosen.qs.order_by().count()
    as_workbook = "xlsx" in asked.pop("format", [])
    if as_workbook and number > files.MOST_IN_A_WORKBOOK:
        most = f"A workbook takes {files.MOST_IN_A_WORKBOOK:,} sessions at most, and these are {number:,}."
        messages.warning(request, f"{most} Export CSV, or choose fewer days.")
        return redirect(f"{reverse(LOG)}?{asked.urlencode()}")
    audit.looked(request, "log", AuditEntry.Action.EXPORT, rows=number)
    name = f"sessions-{request.clinic.date_at(now)}"
    if as_workbook:
        book = files.workbook(chosen.qs, request.clinic, asked.urlencode())
        return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx")
    response = StreamingHttpResponse(
        files.csv_chunks(chosen.qs, request.clinic, asked.urlencode()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_http_methods(["GET", "POST"])
@requires(Capability.REVIEW)
def keep_view(request: StaffRequest) -> HttpResponse:
    """Give the filters in the address a name, unless the log could show nothing by them."""
    query = request.GET.urlencode()
    if not _chosen(request).form.is_valid():
        return redirect(f"{reverse(LOG)}?{query}")
    form = KeepForm(request.POST or None)
    if form.is_valid():
        try:
            kept = views_kept.keep(
                clinic=request.clinic,
                name=form.cleaned_data["name"],
                query=query,
                shared=form.cleaned_data["shared"],
                by=request.user,
                at=timezone.now(),
            )
        except views_kept.NameTaken:
            form.add_error("name", "There is a view of that name. Choose another name, or remove that view first.")
        except views_kept.TooLong:
            form.add_error(
                None, "These filters are too long to keep. Go back, use fewer or shorter words, and keep them then."
            )
        else:
            messages.success(request, f"Kept as “{kept.name}”.")
            return redirect(f"{reverse(LOG)}?{kept.query}")
    context = {"form": form, "query": query}
    return render(request, "treatments/log_keep.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Capability.REVIEW)
def forget_view(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Remove a view, one's own or the clinic's."""
    kept = get_object_or_404(views_kept.views_for(request.user, request.clinic), uid=uid)
    views_kept.forget(view=kept)
    messages.success(request, f"Removed the view “{kept.name}”.")
    return redirect(LOG)


def _chosen(request: StaffRequest) -> filters.SessionFilter:
    sessions: QuerySet[Any] = rows.sessions(request.clinic)
    return filters.SessionFilter(request.GET, queryset=sessions, request=request)


def _ways(request: StaffRequest, today: dt.date) -> dict[str, object]:
    """Return the views one can go to: those every clinic has, and those that were kept."""
    return {
        "ready": filters.ready_views(today),
        "chips": filters.date_chips(today),
        "kept": views_kept.views_for(request.user, request.clinic),
        "may_trace": may(request.membership, Capability.STOCK),
    }
