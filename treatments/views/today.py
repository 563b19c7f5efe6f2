"""The day at the clinic: a page, and its rows anew every 20 seconds."""

import datetime as dt
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.middleware import FIELD
from clinic.redirects import next_url
from treatments import days, menus
from treatments.forms import DayFilterForm, parse_day
from treatments.models import DayView

# As long as a log-in lasts.
OPENED_FOR = dt.timedelta(hours=12)


@requires(Capability.VIEW)
def today(request: StaffRequest) -> HttpResponse:
    """Show today at the clinic, whatever the date is where the screen stands."""
    now = timezone.now()
    return _day_page(request, request.clinic.date_at(now), now)


@requires(Capability.VIEW)
def day(request: StaffRequest, date: str) -> HttpResponse:
    """Show another day."""
    wanted = parse_day(date)
    if wanted is None:
        raise Http404
    return _day_page(request, wanted, timezone.now())


def _day_page(request: StaffRequest, date: dt.date, now: dt.datetime) -> HttpResponse:
    view = DayView.objects.filter(user=request.user).first() or DayView(user=request.user)
    live = _live(request, date, now, board=view.board)
    audit.looked(request, "day", rows=len(live["rows"]))
    step, is_today = dt.timedelta(days=1), date == request.clinic.date_at(now)
    context = live | {
        "view": view,
        "is_today": is_today,
        "left_open": days.left_open(request.clinic, date) if is_today else [],
        "previous": date - step,
        "following": date + step,
        "next_day": None if live["rows"] else days.next_day_with_visits(request.clinic, date),
        # Before the day is over people are late, not lost.
        "still_open": days.still_open(request.clinic, date, now).count() if live["over"] else 0,
        "menus": menus.row_menus(request.membership, ahead=live["ahead"]) if live["may_book"] else (),
        "opened": _signer().sign(_opening(request, date)),
        "fresh": request.get_full_path(),
    }
    return render(request, "treatments/today.html", context)


@requires(Capability.VIEW)
def changes(request: StaffRequest) -> HttpResponse:
    """Give the rows of a day anew, for the page that is open.

    Opening the page left its trace; a row in the audit trail for each refresh would bury it. The page hands back what
    it was given when it was opened; a request without that counts as an opening. Of a page of another clinic it says
    nothing (409): whoever went there in another window would read its people under the name of this one.
    """
    if request.GET.get(FIELD, str(request.clinic.uid)) != str(request.clinic.uid):
        return HttpResponse(status=409)
    now = timezone.now()
    date = parse_day(request.GET.get("date", "")) or request.clinic.date_at(now)
    live = _live(request, date, now, board="board" in request.GET)
    if not _was_opened(request, date):
        audit.looked(request, "day", rows=len(live["rows"]))
    return render(request, "treatments/_day_live.html", live | {"fresh": request.GET.get("page", "")})


@require_POST
@requires(Capability.VIEW)
def choose_view(request: StaffRequest) -> HttpResponse:
    """Remember list or board, and whether the page refreshes by itself, for this person."""
    chosen = {
        name: request.POST[name] == "on"
        for name in ("board", "auto_refresh")
        if request.POST.get(name) in {"on", "off"}
    }
    DayView.objects.update_or_create(user=request.user, defaults=chosen)
    return redirect(next_url(request, "treatments:today"))


def _live(request: StaffRequest, date: dt.date, now: dt.datetime, *, board: bool) -> dict[str, Any]:
    """Return what a refresh shows: the rows that the filter keeps, and what is counted of them."""
    search = DayFilterForm(request.GET, clinic=request.clinic)
    everyone, visits = days.sessions_of_day(request.clinic, date), days.shown_on(request.clinic, date)
    kept = [session for session in everyone if search.keeps(session)]
    recalled = days.recalled(kept, request.clinic, now)
    rows = [days.row_of(session, request.clinic, now, recalled) for session in kept]
    return {
        "date": date,
        "now": now,
        "ahead": request.clinic.date_at(now) < date,
        "over": all(session.ends_at <= now for session in everyone),
        "search": search,
        "filtered": any(request.GET.get(name) for name in search.fields),
        "rows": rows,
        "visits": visits,
        "patients": visits.values("course__patient"),
        "columns": days.board(rows) if board else [],
        "counts": days.counts(kept),
        "may_book": may(request.membership, Capability.BOOK),
    }


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="treatments.day-opened")


def _opening(request: StaffRequest, date: dt.date) -> str:
    return f"{request.user.pk}.{request.clinic.pk}.{date:%Y%m%d}"


def _was_opened(request: StaffRequest, date: dt.date) -> bool:
    try:
        return _signer().unsign(request.GET.get("opened", ""), max_age=OPENED_FOR) == _opening(request, date)
    except BadSignature:
        return False
