"""The page of a time that became free and is offered to several people."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reminders.models import PatientLink
from reminders.own_pages import offer as offer_page
from reminders.own_pages.views.behind_link import behind_link, show
from treatments import booking
from treatments.models import OfferInvitation
from treatments.models.session import OPEN
from treatments.recall import offers


@require_POST
@behind_link
def take_offer(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "yes, I want this time": the first yes gets it."""
    invitation = link.reminder.invitation
    if invitation is None:
        return redirect(link.home)
    try:
        offers.accept(invitation=invitation, at=now)
    except offers.NotFree:  # and nothing of why: that is between the clinic and whom it concerns
        return show_offer(request, link, invitation, now, note=_("This time is no longer free."), status=409)
    except offers.Gone:
        return show_offer(request, link, invitation, now, status=409)
    except booking.Taken:  # others hold its calendar for too long: the page as it is, to press again
        return show_offer(request, link, invitation, now, status=409)
    except offers.NoLongerFits:
        other = invitation.course.sessions.filter(status__in=OPEN).exists()  # or they were treated meanwhile
        note = _("This time no longer fits with your other visit. Call us if you want to change it.") if other else ""
        return show_offer(request, link, invitation, now, note=note, status=409)
    return redirect(link.home)


@require_POST
@behind_link
def pass_offer(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "no, thank you"."""
    if link.reminder.invitation:
        offers.decline(invitation=link.reminder.invitation, at=now)
    return redirect(link.home)


def show_offer(
    request: HttpRequest,
    link: PatientLink,
    asked: OfferInvitation,
    now: dt.datetime,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show an offered time as it stands now."""
    invitations = OfferInvitation.objects.select_related(
        "offer__injector", "offer__room", "offer__session", "course__clinic"
    )
    invitation = invitations.get(pk=asked.pk)
    page = offer_page.page_of(invitation, name=link.person.given_name.split()[0], now=now)
    return show(request, "offer", link, status=status, page=page, offer=invitation.offer, note=note)
