"""What a patient is shown of a time that is offered to several people. Nothing here names a health matter."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reminders.own_pages import visit as visit_page
from treatments.models import OfferInvitation, SlotOffer, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.recall import offers


@dataclass(frozen=True)
class OfferPage:
    """Heading, a line under it, whether it can still be answered, and the visit that they have until then."""

    heading: str
    note: str = ""
    may_answer: bool = False
    may_decline: bool = False
    shows_time: bool = False
    booked_for: dt.datetime | None = None


def page_of(invitation: OfferInvitation, *, name: str, now: dt.datetime) -> OfferPage:
    """Return the page for an offer as it stands (two queries, for the visit they have and the day they are due)."""
    offer = invitation.offer
    if offer.session and offer.session.course_id == invitation.course_id:
        return _won(offer, offer.session, now)
    own = invitation.course.sessions.filter(status__in=OPEN).first()
    booked_for = own.starts_at if own else None
    keep = _("Your booked visit stays as it is.") if own else _("Call us and we will find a time that suits you.")
    if offer.state == SlotOffer.State.TAKEN:
        return OfferPage(_("Someone just took it"), keep)
    over = offer.state != SlotOffer.State.OPEN or offer.expires_at <= now
    if over or not offers.still_fits(offer, invitation.course, own):
        return OfferPage(_("This offer has ended"), keep)
    if invitation.answer == OfferInvitation.Answer.NO:
        changed = _("Changed your mind?")  # last, for what follows it is the time and its Yes
        return OfferPage(_("You said no"), f"{keep} {changed}", may_answer=True, shows_time=True, booked_for=booked_for)
    return OfferPage(
        _("%(name)s, do you want this time?") % {"name": name},
        _("The first to say yes gets it."),
        may_answer=True,
        may_decline=True,
        shows_time=True,
        booked_for=booked_for,
    )


def _won(offer: SlotOffer, visit: TreatmentSession, now: dt.datetime) -> OfferPage:
    if visit.status == Status.CANCELLED or visit.starts_at != offer.starts_at:
        return OfferPage(_("This visit has changed"), _("Call us if you have a question."))
    if visit.status == Status.BOOKED and visit.starts_at > now:
        return OfferPage(_("This time is yours"), _("We will see you"), shows_time=True)
    if visit.status == Status.NO_SHOW:
        return OfferPage(_("We missed you"), _("Call us and we will find a time that suits you."))
    page = visit_page.page_of(visit, moved=False, name="", now=now)
    return OfferPage(page.heading, page.note, shows_time=page.shows_visit)
