"""Reminders: what needs a person, what waits, what went out, what was stopped."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, may, requires
from reminders import handling
from reminders.models import Delivery, Reminder, State

PER_PAGE = 50
# key, label, states, newest first
TABS = (
    ("needs", "Needs you", (State.FAILED, State.MISSED), False),
    ("waiting", "Waiting", (State.WAITING, State.SENDING), False),
    ("sent", "Sent", (State.SENT, State.HANDLED), True),
    ("stopped", "Stopped", (State.CANCELLED, State.REPLACED), True),
)


@requires(Capability.VIEW)
def centre(request: StaffRequest) -> HttpResponse:
    """Show one tab, 50 rows at a time."""
    chosen = next((tab for tab in TABS if tab[0] == request.GET.get("tab")), TABS[0])
    of_clinic = Reminder.objects.filter(clinic=request.clinic)
    page = Paginator(_rows(of_clinic, chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": [(key, label, key == chosen[0]) for key, label, _, _ in TABS],
        "tab": chosen[0],
        "page_obj": page,
        "needing": of_clinic.needs_person().count(),
        "waiting": of_clinic.filter(state=State.WAITING).count(),
        "may_act": may(request.membership, Capability.MESSAGE),
        "now": timezone.now(),
    }
    return render(request, "reminders/centre.html", context)


def _rows(reminders: QuerySet[Reminder], tab: tuple[str, str, tuple[State, ...], bool]) -> QuerySet[Reminder]:
    """Return a tab's rows with all that the page shows of each."""
    order = ("-due_at", "-pk") if tab[3] else ("due_at", "pk")
    return (
        reminders.filter(state__in=tab[2])
        .select_related("patient", "rule", "session", "invitation__offer", "handled_by")
        .prefetch_related(Prefetch("deliveries", Delivery.objects.order_by("attempt")))
        .order_by(*order)
    )


@require_POST
@requires(Capability.MESSAGE)
def send_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Send a reminder once more."""
    reminder = _one(request, uid)
    try:
        handling.send_again(reminder=reminder, by=request.user, at=timezone.now())
    except handling.NothingToDo:
        messages.warning(request, "Nothing was sent: somebody else dealt with it, or it is too late.")
    else:
        messages.success(request, f"The message to {reminder.patient} goes out now.")
    return redirect("reminders:centre")


@require_POST
@requires(Capability.MESSAGE)
def called(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Note that the patient was called."""
    reminder = _one(request, uid)
    try:
        handling.mark_called(reminder=reminder, by=request.user, at=timezone.now())
    except handling.NothingToDo:
        messages.warning(request, "Somebody else dealt with it.")
    else:
        messages.success(request, f"{reminder.patient} was called.")
    return redirect("reminders:centre")


def _one(request: StaffRequest, uid: uuid.UUID) -> Reminder:
    of_clinic = Reminder.objects.filter(clinic=request.clinic)
    return get_object_or_404(of_clinic.select_related("patient", "clinic"), uid=uid)
