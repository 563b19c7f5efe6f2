"""The reminder centre: what needs a person, what waits, what went out, what was stopped."""

import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.paging import page_after, total
from clinic.written_out import written_out
from patients.models import Channel, ContactPoint
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT
from reminders.models.reminder import GONE_OUT, LISTED_AT, STOPPED
from reminders.results import Result, billed, result_of
from reminders.watching import facts as watch

PER_PAGE = 50


class Tab(NamedTuple):
    """One list of the centre. One of what is over grows for ever: the newest first, and no page has a number."""

    key: str
    label: str
    states: Q
    over: bool = False


TABS = (
    Tab("needs", "Needs you", Q(state__in=(State.FAILED, State.MISSED))),
    Tab("waiting", "Queue", Q(state__in=(State.WAITING, State.SENDING))),
    Tab("sent", "Sent", GONE_OUT, over=True),
    Tab("stopped", "Stopped", STOPPED, over=True),
)


@requires(Capability.VIEW)
def centre(request: StaffRequest) -> HttpResponse:
    """Show one tab, 50 rows at a time."""
    return show_centre(request)


def show_centre(request: StaffRequest, *, fixing: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Draw the page; ``fixing`` holds the row whose new address was not taken: its uid, what was typed, and why not."""
    now = timezone.now()
    chosen = next((tab for tab in TABS if tab.key == request.GET.get("tab")), TABS[0])
    if chosen.over:
        shown, page = _of_what_is_over(request, chosen)
    else:
        shown, page = _of_what_is_open(request, chosen, fixing["uid"] if fixing else None)
    context = page | {
        "tabs": [(tab.key, tab.label, tab == chosen) for tab in TABS],
        "tab": chosen.key,
        "home": reverse("reminders:centre"),  # a form of a row is answered at an address that is no page
        "rows": [(reminder, _result(reminder, now, request), _billed(reminder)) for reminder in shown],
        "watch": watch.look(clinic=request.clinic, now=now),
        "may_act": may(request.membership, Capability.MESSAGE),
        "fixing": fixing,
        "has_errors": fixing is not None,
        "now": now,
    }
    audit.looked(request, "reminders", rows=len(shown))
    return render(request, "reminders/centre.html", context, status=status)


@requires(Capability.VIEW)
def line(request: StaffRequest) -> HttpResponse:
    """Give the lines about messages anew, for a page that stays open."""
    return render(request, "reminders/_line.html")


def _result(reminder: Reminder, now: dt.datetime, request: StaffRequest) -> Result:
    return result_of(reminder, list(reminder.deliveries.all()), now, request.clinic.zone)


def _billed(reminder: Reminder) -> str:
    return billed(list(reminder.deliveries.all()), settings.SMS_PRICE, settings.SMS_CURRENCY)


def _of_what_is_over(request: StaffRequest, tab: Tab) -> tuple[list[Any], dict[str, object]]:
    """Return the rows behind the cursor in the address, and what leads on from there."""
    found = Reminder.objects.filter(tab.states, clinic=request.clinic)
    page = page_after(with_all_shown(found), request.GET.get("after", ""), PER_PAGE, by="listed_at")
    return page.rows, {"cursor": page.cursor, "total": total(found, "message")}


def _of_what_is_open(
    request: StaffRequest, tab: Tab, row: uuid.UUID | None = None
) -> tuple[list[Any], dict[str, object]]:
    """Return one page of what somebody or the dispatch still has to do. In the queue, what is in doubt comes first.

    ``row`` is one that has to be seen, on whichever page it stands: a form that was sent names no page.
    """
    found = with_all_shown(Reminder.objects.filter(tab.states, clinic=request.clinic)).order_by("listed_at", "pk")
    if tab.key == "waiting":
        doubt = Delivery.objects.filter(outcome__in=written_out(IN_DOUBT)).values("reminder")
        found = found.annotate(doubt=Q(pk__in=doubt, attempts__gt=0)).order_by("-doubt", "listed_at", "pk")
    page = Paginator(found, PER_PAGE).get_page(_page_with(row, found) if row else request.GET.get("page"))
    return list(page), {"page_obj": page}


def _page_with(row: uuid.UUID, found: QuerySet[Reminder]) -> int:
    """Return the number of the page on which a row stands, the first for one that stands on none."""
    uids = list(found.values_list("uid", flat=True))
    return uids.index(row) // PER_PAGE + 1 if row in uids else 1


def with_all_shown(reminders: QuerySet[Reminder]) -> QuerySet[Any]:
    """Add all that the page shows of each."""
    usable = ContactPoint.objects.usable().filter(patient=OuterRef("patient"))
    other_way = Q(channel=Channel.SMS) & Exists(usable.filter(channel=Channel.EMAIL)) | Q(
        channel=Channel.EMAIL
    ) & Exists(usable.filter(channel=Channel.SMS))
    points = ContactPoint.objects.order_by("pk")
    return (
        reminders.annotate(other_way=other_way, listed_at=LISTED_AT)
        .select_related("patient", "rule", "session", "invitation__offer", "handled_by", "template", "one_off")
        .prefetch_related(
            Prefetch("deliveries", Delivery.objects.order_by("attempt")),
            Prefetch("patient__contact_points", points),
        )
    )
