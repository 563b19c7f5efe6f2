"""Calendar files: one visit to download, and the feeds that calendar programs read."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from clinic.redirects import posted_uid
from treatments import feeds, ics
from treatments.models import CalendarFeed
from treatments.views.lookup import get_session


@require_safe
@requires(Capability.VIEW)
def visit_file(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Hand out one visit as a calendar file."""
    session, now = get_session(request, uid), timezone.now()
    audit.looked(request, "session", AuditEntry.Action.EXPORT, subject=session.uid)
    return calendar_file(ics.visit_file(session, now=now), "visit.ics")


def calendar_file(content: bytes, name: str) -> HttpResponse:
    """Answer with a calendar file."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=ics.CONTENT_TYPE, headers={"Content-Disposition": disposition})


@login_not_required
@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Serve a feed to whoever holds its address."""
    found, now = feeds.find(token), timezone.now()
    if found is None:
        raise Http404
    return calendar_file(ics.feed_file(found.clinic, feeds.sessions_of(found, now), now=now), "visits.ics")


@require_safe
@requires(Capability.SETUP)
def list_feeds(request: StaffRequest) -> HttpResponse:
    """List the feeds, who made them, and which are revoked."""
    return _page(request)


@require_POST
@never_cache
@requires(Capability.SETUP)
def make_feed(request: StaffRequest) -> HttpResponse:
    """Make a feed and show its address, this one time."""
    uid = posted_uid(request, "injector")
    injector = get_object_or_404(request.clinic.injectors.filter(active=True), uid=uid)
    _feed, token = feeds.make_feed(injector=injector, by=request.user, at=timezone.now())
    address = settings.BASE_URL + reverse("treatments:feed", args=[token])
    return _page(request, made_for=injector, address=address)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def revoke_feed(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what ends with a feed; a press of the button ends it, and nothing brings it back."""
    rows = CalendarFeed.objects.filter(clinic=request.clinic).select_related("injector", "made_by")
    found = get_object_or_404(rows, uid=uid)
    if request.method == "GET":
        return render(request, "treatments/revoke_feed.html", {"feed": found})
    feeds.revoke_feed(feed=found, by=request.user, at=timezone.now())
    messages.success(request, f"The feed of {found.injector.name} is revoked. Its address answers no more.")
    return redirect("treatments:feeds")


def _page(request: StaffRequest, **more: object) -> HttpResponse:
    context = {
        "feeds": CalendarFeed.objects.filter(clinic=request.clinic).select_related("injector", "made_by"),
        "injectors": request.clinic.injectors.filter(active=True),
    }
    return render(request, "treatments/feeds.html", context | more)
