"""The settings page, the visits outside hours, and who changed what."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import Absence, Closure, OpeningHours
from treatments.setup import history
from treatments.setup.opening import reasons_outside, with_visits
from treatments.setup.recognising import unrecognised
from treatments.setup.week import week_words

PAGE = 50


@require_safe
@requires(Capability.SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """Show injectors with their hours, rooms, leave and closures to come."""
    clinic, now = request.clinic, timezone.now()
    today = timezone.localdate(now, clinic.zone)
    hours = OpeningHours.objects.exclude(valid_until__lt=today).order_by("weekday", "opens")
    injectors = clinic.injectors.prefetch_related(Prefetch("opening_hours", hours)).annotate(
        unrecognised=Exists(unrecognised(clinic).filter(pk=OuterRef("pk")))
    )
    context = {
        "injectors": [
            (injector, week_words(injector.opening_hours.all(), today))
            for injector in injectors.order_by("-active", "name")
        ],
        "rooms": clinic.rooms.prefetch_related("injectors").order_by("-active", "name"),
        "absences": Absence.objects.filter(clinic=clinic, ends_at__gt=now).select_related("injector", "clinic"),
        "closures": Closure.objects.filter(clinic=clinic, ends_at__gt=now).select_related("room", "clinic"),
        "outside": len(reasons_outside(clinic, Q(), now)),
    }
    return render(request, "treatments/setup/overview.html", context)


@require_safe
@requires(Capability.SETUP)
def outside_hours(request: StaffRequest) -> HttpResponse:
    """List the booked visits that lie outside hours, whatever left them there."""
    reasons = reasons_outside(request.clinic, Q(), timezone.now())
    page = Paginator(list(reasons.items()), PAGE).get_page(request.GET.get("page"))
    visits = with_visits(dict(page.object_list))
    audit.looked(request, "outside hours", rows=len(visits))
    return render(request, "treatments/setup/outside.html", {"visits": visits, "page_obj": page})


@require_safe
@requires(Capability.SETUP)
def changes(request: StaffRequest) -> HttpResponse:
    """Show the latest changes with who made them."""
    return render(request, "treatments/setup/changes.html", {"lines": history.latest(request.clinic)})
