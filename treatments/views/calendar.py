"""The calendar as pages: a week of one injector, a day of all, the week of all in short."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.wording import day_words
from treatments.booking import Stale
from treatments.calendar import pages, reading
from treatments.forms import parse_day
from treatments.views.choosing import choosing_of, read_uid
from treatments.views.conflicts import conflict_page

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
# Years beyond these are typing mistakes, and nobody knows their holidays.
YEARS = range(2000, 2200)
# For what a time is chosen.
CHOSEN = ("moving", "booking")


@requires(Capability.VIEW)
def week(request: StaffRequest) -> HttpResponse:
    """Show an injector's week: one's own, unless said otherwise."""
    now = timezone.now()
    focus = _focus(request, now)
    try:
        choosing = choosing_of(request)
        injector = read_uid(request.GET.get("injector"))
        monday, sunday = pages.week_of(focus)
        stretch = reading.read_one(request.clinic, monday, sunday, now, injector=injector, user=request.user.pk)
    except LookupError as error:
        raise Http404 from error
    except Stale as error:
        return conflict_page(request, error)
    context = {
        "heading": f"{stretch.chosen.name}, week of {day_words(monday)}" if stretch.chosen else "Calendar",
        "choosing": choosing,
        "links": _links(request, focus, WEEK, stretch.chosen),
        "by_day": _links(request, focus, DAY, stretch.chosen),
    }
    return _show(request, "calendar", pages.week_page(stretch, focus), context)


@requires(Capability.VIEW)
def day(request: StaffRequest) -> HttpResponse:
    """Show a day, a column for each injector."""
    now = timezone.now()
    date = _focus(request, now)
    try:
        choosing = choosing_of(request)
    except LookupError as error:
        raise Http404 from error
    except Stale as error:
        return conflict_page(request, error)
    page = pages.day_page(reading.read_all(request.clinic, date, date, now))
    return _show(request, "calendar_day", page, {"choosing": choosing, "links": _links(request, date, DAY, None)})


@requires(Capability.VIEW)
def everyone(request: StaffRequest) -> HttpResponse:
    """Show the week of everyone in short."""
    now = timezone.now()
    focus = _focus(request, now)
    overview = pages.overview(reading.read_all(request.clinic, *pages.week_of(focus), now), focus)
    context = {
        "overview": overview,
        "links": _links(request, focus, WEEK, None),
        "by_day": _links(request, focus, DAY, None),
    }
    return _show(request, "calendar_all", overview.page, context)


def _focus(request: StaffRequest, now: dt.datetime) -> dt.date:
    """Return the date that the address asks for, else today at the clinic."""
    today = request.clinic.date_at(now)
    text = request.GET.get("date") or request.GET.get("week")
    if not text:
        return today
    date = parse_day(text)
    if date is None or date.year not in YEARS:
        raise Http404
    # Nobody is put into the past: whoever is overdue is offered the times from now on.
    return max(date, today) if any(request.GET.get(name) for name in CHOSEN) else date


def _links(request: StaffRequest, date: dt.date, step: dt.timedelta, injector: reading.Person | None) -> dict[str, str]:
    """Return where before, after and today are, keeping whose column it is and what is being chosen."""
    own = {"injector": str(injector.uid)} if injector else {}
    chosen = {name: request.GET[name] for name in CHOSEN if request.GET.get(name)}
    here = {"date": date.isoformat()}
    queries = {
        "before": own | chosen | {"date": (date - step).isoformat()},
        "here": own | chosen | here,
        "after": own | chosen | {"date": (date + step).isoformat()},
        "today": own | chosen,
        "shared": chosen | here,
        "plain": own | here,
    }
    return {name: "?" + urlencode(query) for name, query in queries.items()}


def _show(request: StaffRequest, template: str, page: pages.Page, context: dict[str, Any]) -> HttpResponse:
    audit.looked(request, "calendar", rows=page.visits)
    context |= {
        "page": page,
        "people": [person for person in page.stretch.people if not person.left],
        "may_book": may(request.membership, Capability.BOOK),
        "may_set_up": may(request.membership, Capability.SETUP),
    }
    return render(request, f"treatments/{template}.html", context)
