"""The reminder centre: what needs a person, what waits, what went out, what was stopped."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from patients.models import Channel, ContactPoint
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT
from reminders.results import billed, result_of
from reminders.watching import facts as watch

PER_PAGE = 50
# key, label, states, newest first
TABS = (
    ("needs", "Needs you", (State.FAILED, State.MISSED), False),
    ("waiting", "Queue", (State.WAITING, State.SENDING), False),
    ("sent", "Sent", (State.SENT, State.HANDLED), True),
    ("stopped", "Stopped", (State.CANCELLED, State.REPLACED, State.STOPPED), True),
)
Tab = tuple[str, str, tuple[State, ...], bool]


@requires(Capability.VIEW)
def centre(request: StaffRequest) -> HttpResponse:
    """Show one tab, 50 rows at a time."""
    return show_centre(request)


def show_centre(request: StaffRequest, *, fixing: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Draw the page; ``fixing`` holds the row whose new address was not taken: its uid, what was typed, and why not."""
    now = timezone.now()
    chosen = next((tab for tab in TABS if tab[0] == request.GET.get("tab")), TABS[0])
    reminders = Reminder.objects.filter(clinic=request.clinic)
    page = Paginator(_rows(reminders, chosen), PER_PAGE).get_page(request.GET.get("page"))
    seen = watch.look(clinic=request.clinic, now=now)
    context = {
        "tabs": [(key, label, key == chosen[0]) for key, label, _, _ in TABS],
        "tab": chosen[0],
        "page_obj": page,
        "rows": [(reminder, _result(reminder, now, request), _billed(reminder)) for reminder in page],
        "watch": seen,
        "may_act": may(request.membership, Capability.MESSAGE),
        "fixing": fixing,
        "now": now,
    }
    audit.list_shown(request, "reminders", len(page))
    return render(request, "reminders/centre.html", context, status=status)


@requires(Capability.VIEW)
def line(request: StaffRequest) -> HttpResponse:
    """Give the lines about messages anew, for a page that stays open."""
    return render(request, "reminders/_alert.html", {"watch": watch.look(clinic=request.clinic, now=timezone.now())})


def _result(reminder: Any, now: dt.datetime, request: StaffRequest) -> Any:
    return result_of(reminder, list(reminder.deliveries.all()), now, request.clinic.zone)


def _billed(reminder: Any) -> str:
    return billed(list(reminder.deliveries.all()), settings.SMS_PRICE, settings.SMS_CURRENCY)


def _rows(reminders: QuerySet[Reminder], tab: Tab) -> QuerySet[Reminder]:
    """Return a tab's rows with all that the page shows of each. In the queue, what is in doubt comes first."""
    order = ("-due_at", "-pk") if tab[3] else ("due_at", "pk")
    usable = ContactPoint.objects.usable().filter(patient=OuterRef("patient"))
    other_way = Q(channel=Channel.SMS) & Exists(usable.filter(channel=Channel.EMAIL)) | Q(
        channel=Channel.EMAIL
    ) & Exists(usable.filter(channel=Channel.SMS))
    points = ContactPoint.objects.order_by("pk")
    found = (
        reminders.filter(state__in=tab[2])
        .annotate(other_way=other_way)
        .select_related("patient", "rule", "session", "invitation__offer", "handled_by", "template", "one_off")
        .prefetch_related(
            Prefetch("deliveries", Delivery.objects.order_by("attempt")),
            Prefetch("patient__contact_points", points),
        )
    )
    if tab[0] == "waiting":
        doubt = Delivery.objects.filter(outcome__in=IN_DOUBT).values("reminder")
        return found.annotate(doubt=Q(pk__in=doubt, attempts__gt=0)).order_by("-doubt", *order)
    return found.order_by(*order)
