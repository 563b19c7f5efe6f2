"""Pages of the stock: what there is, what arrived, where a lot went, what was wasted."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import Clinic
from treatments.cycle import INTERVAL_DAYS
from treatments.forms import DaysForm
from treatments.models import LotRecall, StockVial
from treatments.stock import changes, shelf, supply, tracing
from treatments.stock.forms import DeliveryForm, DiscardForm, LotForm, LotRecallForm

REPORT_DAYS = 365


def _today(clinic: Clinic) -> dt.date:
    return clinic.date_at(timezone.now())


@require_safe
@requires(Capability.STOCK)
def stock(request: StaffRequest) -> HttpResponse:
    """Show what is in stock, the first to expire first, and whether it lasts."""
    return _stock_page(request)


def _stock_page(request: StaffRequest, discarding: DiscardForm | None = None) -> HttpResponse:
    today = _today(request.clinic)
    shelves = shelf.shelves(shelf.in_stock(request.clinic))
    if named := sum(one.owner is not None for one in shelves):
        audit.looked(request, "stock", rows=named)
    kept = shelf.keeps_stock(request.clinic)
    context = {
        "rows": [(one, one.expired(today), _discard_form(one, today, discarding)) for one in shelves],
        "form": discarding,
        "reasons": ("expired", *supply.UNFIT),
        "outlook": shelf.look_ahead(request.clinic, today) if kept else None,
        "ahead_days": shelf.AHEAD_DAYS,
        "unknown_lots": shelf.used_without_stock(request.clinic, today - dt.timedelta(days=INTERVAL_DAYS))
        if kept
        else [],
        "recalls": LotRecall.objects.filter(clinic=request.clinic)[:10],
    }
    return render(request, "treatments/stock/stock.html", context, status=422 if discarding else 200)


def _discard_form(one: shelf.Shelf, today: dt.date, posted: DiscardForm | None) -> DiscardForm:
    owner = str(one.owner.uid) if one.owner else ""
    shelf_of = {"lot": one.lot, "strength": str(one.strength), "expires_on": str(one.expires_on), "owner": owner}
    if posted and {name: posted[name].value() or "" for name in shelf_of} == shelf_of:
        return posted
    # One for each row: only what is wrong has names to lead to. What expires, expires together; what breaks is one.
    number = one.number if one.expired(today) else 1
    return DiscardForm(initial=shelf_of | {"number": number}, auto_id=False)


@require_POST
@requires(Capability.STOCK)
def discard(request: StaffRequest) -> HttpResponse:
    """Take vials out of stock unused."""
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _stock_page(request, form)
    try:
        gone = changes.discard(clinic=request.clinic, **form.cleaned_data, by=request.user, at=timezone.now())
    except changes.Refused as error:
        form.add_error(None, str(error))
        return _stock_page(request, form)
    messages.success(request, f"{gone} vial{'s' if gone > 1 else ''} of lot {form.cleaned_data['lot']} discarded.")
    return redirect("treatments:stock")


@require_http_methods(["GET", "POST"])
@requires(Capability.STOCK)
def receive(request: StaffRequest) -> HttpResponse:
    """Put a delivery into stock."""
    form = DeliveryForm(request.POST or None, clinic=request.clinic, initial={"received_on": _today(request.clinic)})
    if form.is_bound and form.is_valid():
        try:
            vials = changes.receive(clinic=request.clinic, delivery=form.delivery(), by=request.user, at=timezone.now())
        except changes.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _arrived(vials))
            return redirect("treatments:stock")
    return render(request, "treatments/stock/receive.html", {"form": form}, status=422 if form.is_bound else 200)


def _arrived(vials: list[StockVial]) -> str:
    """Say how many came, and how many of them sessions had used before they were entered."""
    many = "1 vial" if len(vials) == 1 else f"{len(vials)} vials"
    used = sum(vial.state == StockVial.State.USED for vial in vials)
    if not used:
        return f"{many} of lot {vials[0].lot} in stock."
    return (
        f"{many} of lot {vials[0].lot} received: {used} used in sessions signed before, {len(vials) - used} in stock."
    )


@require_safe
@requires(Capability.STOCK)
def trace(request: StaffRequest) -> HttpResponse:
    """Show where a lot went: sessions, and the people to call."""
    form = LotForm(request.GET or None)
    found, after = None, request.GET.get("after", "")
    if form.is_bound and form.is_valid():
        found = tracing.trace(request.clinic, form.cleaned_data["lot"], after)
    if found:
        audit.looked(request, "lot trace", rows=len(found.sessions))
    return _trace_page(request, form, found)


def _trace_page(
    request: StaffRequest, form: LotForm, found: tracing.Trace | None, recalling: LotRecallForm | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "recall_form": recalling or LotRecallForm(initial={"lot": found.lot if found else ""}),
        "wrong": recalling or form,
    }
    wrong = (form.is_bound and not form.is_valid()) or recalling is not None
    return render(request, "treatments/stock/trace.html", context, status=422 if wrong else 200)


@require_POST
@requires(Capability.STOCK)
def recall_lot(request: StaffRequest) -> HttpResponse:
    """Record that a lot was called back; the answer is the list of people to call."""
    form = LotRecallForm(request.POST)
    if form.is_valid():
        try:
            recall = changes.recall_lot(clinic=request.clinic, **form.cleaned_data, by=request.user, at=timezone.now())
        except changes.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Lot {recall.lot} is barred from use.")
            return redirect(f"{reverse('treatments:trace')}?{urlencode({'lot': recall.lot})}")
    named = LotForm({"lot": form.data.get("lot", "")})
    found = tracing.trace(request.clinic, named.cleaned_data["lot"]) if named.is_valid() else None
    return _trace_page(request, named, found, form)


@require_safe
@requires(Capability.STOCK)
def waste(request: StaffRequest) -> HttpResponse:
    """Show what was drawn, given and thrown away, month by month."""
    today = _today(request.clinic)
    form = DaysForm(request.GET or {"first": today - dt.timedelta(days=REPORT_DAYS), "last": today})
    valid = form.is_valid()
    rows = tracing.waste_by_month(request.clinic, **form.cleaned_data) if valid else []
    context = {"form": form, "rows": rows, "wasted": sum(row.wasted for row in rows)}
    return render(request, "treatments/stock/waste.html", context, status=200 if valid else 422)
