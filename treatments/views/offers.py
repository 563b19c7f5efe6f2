"""Times that became free, and offering them to people who are due."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.message_hours import leaving_words
from clinic.wording import moment_words
from treatments import slots
from treatments.models import SlotOffer
from treatments.recall import candidates, offers
from treatments.recall.freed import freed_times

RECENT = 20
MOST = 50


@requires(Capability.VIEW)
def freed(request: StaffRequest) -> HttpResponse:
    """List free times that cancelled and moved visits left behind, and the newest offers."""
    now = timezone.now()
    free = freed_times(clinic=request.clinic, now=now)
    made = SlotOffer.objects.filter(clinic=request.clinic).select_related("injector", "session__course__patient")
    recent = list(made[: RECENT + 1])
    if taken := sum(offer.session is not None for offer in recent[:RECENT]):
        audit.looked(request, "offers", rows=taken)
    context = {
        "freed": free[:MOST],
        "more": len(free[MOST:]),
        "recent": recent[:RECENT],
        "older": recent[RECENT : RECENT + 1],
        "now": now,
        "may_book": may(request.membership, Capability.BOOK),
    }
    return render(request, "treatments/offers.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def new(request: StaffRequest) -> HttpResponse:
    """Show who could take a time, best first, or what stands in the way; offer it to the ticked ones."""
    now, problem, slot, ticked = timezone.now(), "", None, None
    try:
        slot = slots.read(request.clinic, request.POST.get("slot") or request.GET.get("slot", ""), now)
        if request.method == "POST":
            ticked = _ticked(request)
            return _make(request, slot, ticked)
    except (slots.NotOffered, offers.CannotBeOffered) as error:
        problem = str(error)
    cannot = offers.obstacle(slot, now) if slot else ""
    ranking = candidates.rank(clinic=request.clinic, slot=slot, at=now) if slot and not cannot else None
    if ranking:
        audit.looked(request, "offer", rows=len(ranking.first))
    context = {
        "slot": slot,
        "people": ranking.first if ranking else [],
        "more": ranking.more if ranking else 0,
        "reachable": any(one.reachable for one in ranking.first) if ranking else False,
        "ticked": ticked,
        "problem": problem,
        "cannot": cannot,
        "too_near": cannot == offers.TOO_NEAR,
        "ends": offers.expires_at(now, slot) if slot else None,
        "has_errors": bool(problem),
    }
    return render(request, "treatments/offer_new.html", context, status=422 if problem else 200)


def _make(request: StaffRequest, slot: slots.Slot, ticked: set[uuid.UUID]) -> HttpResponse:
    offer = offers.make(clinic=request.clinic, slot=slot, courses=ticked, by=request.user, at=timezone.now())
    number = offer.invitations.count()
    who = "1 person" if number == 1 else f"{number} people"
    undo = reverse("treatments:end_offer", args=[offer.uid])
    leave = leaving_words(offers.messages_leave(offer.offered_at, offer.clinic), offer.offered_at, offer.clinic.zone)
    messages.success(request, f"Offered to {who}. Messages leave {leave}.", extra_tags=f"undo:{undo}")
    return redirect("treatments:offered", offer.uid)


def _ticked(request: StaffRequest) -> set[uuid.UUID]:
    try:
        return {uuid.UUID(one) for one in request.POST.getlist("course")}
    except ValueError as error:
        raise offers.CannotBeOffered("Tick people on the page.") from error


@requires(Capability.VIEW)
def show(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show how an offer stands, and what each person said."""
    offer = _offer(request, uid)
    invitations = offer.invitations.select_related("course__patient").order_by("pk")
    running = offer.state == SlotOffer.State.OPEN and offer.expires_at > timezone.now()
    return render(request, "treatments/offer.html", {"offer": offer, "invitations": invitations, "running": running})


@require_POST
@requires(Capability.BOOK)
def end(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an offer back."""
    offer = _offer(request, uid)
    if offers.end(offer=offer, by=request.user, at=timezone.now()):
        messages.success(request, "The offer has ended. Messages that had not left do not leave.")
    else:
        messages.warning(request, "The offer was over already.")
    return redirect("treatments:offered", offer.uid)


def say_what_is_free(request: StaffRequest, old: slots.Slot | None) -> None:
    """After a visit was cancelled or moved: its old time can be offered to others, or booked where messages come too late.

    Nothing is said of a time at which the clinic no longer works: a visit that was moved away from leave leaves none.
    Nor does one that was moved by less than its length, or from room to room.
    """
    now = timezone.now()
    if old is None:
        return
    try:
        slot = slots.read(request.clinic, old.code, now)
    except slots.NotOffered:
        return
    if offers.is_taken(slot):
        return
    slot.injector.clinic = request.clinic
    when = moment_words(timezone.localtime(slot.starts_at))
    if offers.leaves_in_time(now, slot):
        words, url = "Offer this time", f"{reverse('treatments:offer')}?slot={slot.code}"
    else:
        words, url = "Book it for somebody", f"{reverse('treatments:calendar_free')}?time={slot.code}"
    messages.info(request, format_html('{} is free now. <a href="{}">{}</a>', when, url, words))


def _offer(request: StaffRequest, uid: uuid.UUID) -> SlotOffer:
    of_clinic = SlotOffer.objects.filter(clinic=request.clinic)
    return get_object_or_404(
        of_clinic.select_related("clinic", "injector", "room", "offered_by", "session__course__patient"), uid=uid
    )
