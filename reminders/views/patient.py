"""The patient's own pages behind the link in a message. No log-in: the address itself is the key.

Looking changes nothing, however often a mail scanner looks: an answer is a POST from a visible button.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from reminders import links, offer_page
from reminders.models import PatientLink
from reminders.visit_page import page_of
from treatments import booking
from treatments.models import OfferInvitation, TreatmentSession
from treatments.recall import offers

LinkView = Callable[[HttpRequest, PatientLink, dt.datetime], HttpResponse]
Answer = TreatmentSession.Answer
NO_LONGER_FITS = "This time no longer fits with your other visit. Call us if you want to change it."
CHANGED = "The visit changed while you had this page open, so your answer was not taken. This is how it is now."


def behind_link(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Serve a view to whoever holds its link, in the clinic's time, kept by no cache and told to no other site."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        now, link = timezone.now(), links.find(token)
        if link is None:
            response = _show(request, "ended", status=404)
        elif link.has_ended(now):
            response = _show(request, "ended", status=410, clinic=link.clinic)
        else:
            with timezone.override(link.clinic.zone):
                response = view(request, link, now)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return login_not_required(never_cache(guarded))


@require_safe
@behind_link
def visit(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Show the visit and the two answers, or where to call when there is no visit yet."""
    return _show_visit(request, link, now)


# A page that tells no site where it comes from sends its forms with "Origin: null", which the usual guard against
# forged forms refuses. Here the guard is the address: who forges a form would have to know it.
@csrf_exempt
@require_POST
@behind_link
def confirm(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "yes, I will come"."""
    return _take(request, link, Answer.CONFIRMED, now)


@csrf_exempt
@require_POST
@behind_link
def cannot_come(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "I cannot come": the time stays booked until staff find another."""
    return _take(request, link, Answer.ASKED_TO_MOVE, now)


@csrf_exempt
@require_POST
@behind_link
def take_offer(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "yes, I want this time": the first yes gets it."""
    invitation = link.reminder.invitation
    if invitation is None:
        return _show_visit(request, link, now)
    try:
        offers.accept(invitation=invitation, at=now)
    except offers.Gone:
        return _show_offer(request, link, invitation, now, status=409)
    except offers.NoLongerFits:
        return _show_offer(request, link, invitation, now, note=NO_LONGER_FITS, status=409)
    return redirect("reminders:visit", _token(request))


@csrf_exempt
@require_POST
@behind_link
def pass_offer(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "no, thank you"."""
    if link.reminder.invitation:
        offers.decline(invitation=link.reminder.invitation, at=now)
    return redirect("reminders:visit", _token(request))


@require_safe
@behind_link
def done(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Say what was understood. Without an answer there is nothing to say yet."""
    session = link.session
    if session is None or not session.answer:
        return redirect("reminders:visit", _token(request))
    confirmed = session.answer == Answer.CONFIRMED
    return _show(request, "done", clinic=link.clinic, session=session, confirmed=confirmed, token=_token(request))


def _take(request: HttpRequest, link: PatientLink, answer: Answer, now: dt.datetime) -> HttpResponse:
    """Note an answer about the visit as the page showed it, or show how it is now."""
    session, version = link.session, request.POST.get("version", "")
    if session is None:
        return _show_visit(request, link, now)
    same = session.answer == answer and str(session.version) == version
    try:
        if not same:
            booking.answer(session=session, version=int(version) if version.isdecimal() else 0, answer=answer, at=now)
    except booking.Stale:
        return _show_visit(request, link, now, note=CHANGED, status=409)
    return redirect("reminders:done", _token(request))


def _show_visit(
    request: HttpRequest, link: PatientLink, now: dt.datetime, note: str = "", status: int = 200
) -> HttpResponse:
    if link.reminder.invitation:
        return _show_offer(request, link, link.reminder.invitation, now)
    if link.session is None:
        return _show(request, "call", clinic=link.clinic)
    session = TreatmentSession.objects.select_related("injector", "room").get(pk=link.session.pk)
    name = link.reminder.patient.given_name.split()[0]
    page = page_of(session, told_version=link.reminder.session_version, name=name, now=now)
    return _show(
        request,
        "visit",
        status=status,
        clinic=link.clinic,
        session=session,
        page=page,
        note=note,
        token=_token(request),
    )


def _show_offer(
    request: HttpRequest,
    link: PatientLink,
    asked: OfferInvitation,
    now: dt.datetime,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show an offered time as it stands now."""
    invitations = OfferInvitation.objects.select_related("offer__injector", "offer__room", "offer__session", "course")
    invitation = invitations.get(pk=asked.pk)
    page = offer_page.page_of(invitation, name=link.reminder.patient.given_name.split()[0], now=now)
    context = {"page": page, "offer": invitation.offer, "clinic": link.clinic, "note": note, "token": _token(request)}
    return _show(request, "offer", status=status, **context)


def _show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"reminders/{template}.html", context, status=status)


def _token(request: HttpRequest) -> str:
    """Return the token of the address being served."""
    match = request.resolver_match
    return str(match.kwargs["token"]) if match else ""
