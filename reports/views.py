"""Pages of the reports, on screen, on paper and as a file, and the rows behind each number."""

import datetime as dt
from itertools import islice

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.middleware import IN_LINK
from clinic.models import AuditEntry
from clinic.paging import Page, page_after, total
from clinic.redirects import next_url
from patients.models import Channel
from reminders.results import result_of
from reminders.views.centre import with_all_shown
from reports.asked import Asked, AskForm, chips, form_of
from reports.catalogue import FIRST, OF_CYCLES, REPORTS
from reports.cycles import LAST, cycle_words
from reports.export import csv_of
from reports.messages import BECAME, tried
from reports.page import Report
from reports.rows import RowsFilter
from treatments.log import rows
from treatments.log.filters import said

PAGE = 50
SHOWN = 200  # people on one page; their number is of all
# Which cycles a page of people may be asked for, as its address says it.
_CYCLES: dict[str, int | None] = {"": None} | {str(number): number for number in range(1, LAST + 1)}


@require_safe
@requires(Capability.REPORT)
def first(request: StaffRequest) -> HttpResponse:
    """Show the first report: what people ask for most is one press away."""
    return _page(request, FIRST, "reports/report.html")


@require_safe
@requires(Capability.REPORT)
def report(request: StaffRequest, key: str) -> HttpResponse:
    """Show a report of the days, injector and clinic that stand in the address."""
    return _page(request, key, "reports/report.html")


@require_safe
@requires(Capability.REPORT)
def paper(request: StaffRequest, key: str) -> HttpResponse:
    """Show the same for printing; opening it is traced as printing."""
    response = _page(request, key, "reports/print.html")
    if response.status_code == 200:
        audit.looked(request, f"report {key}", AuditEntry.Action.PRINT)
    return response


@require_safe
@requires(Capability.REPORT)
def export(request: StaffRequest, key: str) -> HttpResponse:
    """Hand out the same as CSV. The export itself is logged."""
    form = form_of(request, timezone.now())
    if not form.is_valid():
        return _back_to(request, key)
    found, asked = _made(key, form)
    rows = sum(len(table.rows) for table in found.tables)
    audit.looked(request, f"report {key}", AuditEntry.Action.EXPORT, rows=rows)
    name = f"report-{key}-{asked.first}-{asked.last}.csv"
    response = HttpResponse(csv_of(found, asked), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@requires(Capability.REPORT)
def sessions(request: StaffRequest) -> HttpResponse:
    """List the sessions behind a number, fifty a page; the filters stand in the address as they do in the log."""
    chosen = RowsFilter(request.GET, queryset=rows.sessions(request.clinic), request=request)
    valid = chosen.form.is_valid()
    page = rows.page_after(chosen.qs, request.GET.get("after", ""), PAGE) if valid else Page()
    audit.looked(request, "report sessions", rows=len(page.rows))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": chosen.form,
        "page": page,
        "total": rows.total(chosen.qs) if valid else "",
        "query": query.urlencode(),
        "said": said(chosen) if valid else [],
        "back": next_url(request, "reports:first"),
    }
    return render(request, "reports/sessions.html", context, status=200 if valid else 422)


@require_safe
@requires(Capability.REPORT)
def people(request: StaffRequest, key: str) -> HttpResponse:
    """List whose cycles are behind a number."""
    groups, members = OF_CYCLES.get(key, ({}, None))
    group, form = request.GET.get("group", next(iter(groups), "")), form_of(request, timezone.now())
    cycle = request.GET.get("cycle", "")
    if members is None or group not in groups or cycle not in _CYCLES:
        raise Http404
    if not form.is_valid():
        return _back_to(request, key)
    asked = form.asked(timezone.now(), key)
    if not asked.here:
        raise Http404
    number = _CYCLES[cycle]
    found = members(asked, group, number)
    shown = list(islice(found, SHOWN))
    more = sum(1 for _ in found)
    audit.looked(request, f"report {key}", rows=len(shown))
    title = f"{groups[group]}, {cycle_words(number)}" if number else groups[group]
    context = {"title": title, "shown": shown, "more": more, "asked": asked, "key": key}
    return render(request, "reports/people.html", context | {"query": _query(request)})


@require_safe
@requires(Capability.REPORT)
def message_rows(request: StaffRequest) -> HttpResponse:
    """List the messages behind a number, fifty a page."""
    became, channel, now = request.GET.get("became", "all"), request.GET.get("channel", ""), timezone.now()
    if became not in BECAME or channel not in {"", *Channel.values}:
        raise Http404
    form = form_of(request, now)
    if not form.is_valid():
        return _back_to(request, "messages")
    asked = form.asked(now, "messages")
    if not asked.here:
        raise Http404
    found = tried(asked, became, channel)
    page = page_after(with_all_shown(found), request.GET.get("after", ""), PAGE, by="due_at")
    audit.looked(request, "report messages", rows=len(page.rows))
    context = {
        "title": BECAME[became][0],
        "channel": Channel(channel).label if channel else "",
        "asked": asked,
        "total": total(found, "message"),
        "cursor": page.cursor,
        "rows": [(one, result_of(one, list(one.deliveries.all()), now, asked.clinic.zone)) for one in page.rows],
        "query": _query(request, "after"),
        "back": _query(request, "after", "became", "channel"),
    }
    return render(request, "reports/message_rows.html", context)


def _back_to(request: StaffRequest, key: str) -> HttpResponse:
    """Lead to the report, which says what is wrong with the address."""
    return redirect(f"{reverse('reports:report', args=[key])}?{_query(request)}")


def _page(request: StaffRequest, key: str, template: str) -> HttpResponse:
    if key not in REPORTS:
        raise Http404
    now = timezone.now()
    form = form_of(request, now)
    context: dict[str, object] = {
        "form": form,
        "key": key,
        "reports": [(name, title) for name, (title, _) in REPORTS.items()],
        "title": REPORTS[key][0],
        "chips": chips(request.clinic.date_at(now)),
        "query": _query(request),
        "kept": _query(request, "first", "last"),
    }
    valid = form.is_valid()
    if valid:
        context["report"], context["asked"] = _made(key, form, now)
    return render(request, template, context, status=200 if valid else 422)


def _made(key: str, form: AskForm, now: dt.datetime | None = None) -> tuple[Report, Asked]:
    if key not in REPORTS:
        raise Http404
    asked = form.asked(now or timezone.now(), key)
    return REPORTS[key][1](asked), asked


def _query(request: StaffRequest, *without: str) -> str:
    query = request.GET.copy()
    for name in (*without, "group", "cycle", IN_LINK):
        query.pop(name, None)
    return query.urlencode()
