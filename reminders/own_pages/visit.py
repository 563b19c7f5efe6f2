"""What a patient is shown of a visit: values in, words out. Nothing here names a health matter."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reminders.models import PatientLink
from treatments.models import Course, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.self_booking import NOTICE

AT_THE_CLINIC = (Status.ARRIVED, Status.IN_ROOM)


@dataclass(frozen=True)
class VisitPage:
    """Heading, a line under it, what can still be answered, and whether they come or can ask for a next visit."""

    heading: str
    note: str = ""
    may_confirm: bool = False
    may_decline: bool = False
    may_book: bool = False
    will_come: bool = False
    shows_visit: bool = True


def course_of(link: PatientLink) -> Course | None:
    """Return the course that a link is about; a message about no course leads to the one that is open."""
    return link.reminder.course or Course.objects.open().filter(patient=link.person).first()


def visit_of(link: PatientLink) -> TreatmentSession | None:
    """Return the visit that a link is about: its own, or what has been booked in its place."""
    own = link.session
    if own is None or own.status not in OPEN:
        visits = TreatmentSession.objects.filter(course=course_of(link), status__in=OPEN)
        own = visits.select_related("course__patient", "injector", "room").first() or own
    return own


def may_change(session: TreatmentSession, now: dt.datetime) -> bool:
    """Return whether the patient may still give the time back on the page."""
    return session.status == Status.BOOKED and session.starts_at - now >= NOTICE


def still_to_come(session: TreatmentSession, now: dt.datetime) -> bool:
    """Return whether somebody who looks now can still come to the visit, or give it back."""
    return session.status == Status.BOOKED and session.starts_at > now


def page_of(session: TreatmentSession, *, moved: bool, name: str, now: dt.datetime) -> VisitPage:
    """Return the page for a visit as it is now. ``moved`` where the message told another time of it."""
    if session.status == Status.CANCELLED:
        return VisitPage(_("This visit is cancelled"), _("Do you want a new time?"), may_book=True, shows_visit=False)
    if session.status in AT_THE_CLINIC:
        return VisitPage(_("Welcome"), _("We know that you are here."))
    if session.status == Status.NO_SHOW:
        return VisitPage(_("We missed you"), _("Do you want a new time?"), may_book=True, shows_visit=False)
    if not still_to_come(session, now):
        return VisitPage(_("This visit is past"), _("Call us if you have a question."), shows_visit=False)
    return _booked_page(session, moved, name, now)


def _booked_page(session: TreatmentSession, moved: bool, name: str, now: dt.datetime) -> VisitPage:
    in_time = may_change(session, now)
    too_late = "" if in_time else _("It is too late to change this here. If you cannot come, please call us.")
    if session.answer == TreatmentSession.Answer.CONFIRMED:
        note = too_late or _("If plans change, tell us here.")
        return VisitPage(_("You said you will come"), note, may_decline=in_time, will_come=True)
    if session.answer == TreatmentSession.Answer.ASKED_TO_MOVE:
        note = _("You said that you cannot come. Your time stays booked until we answer. We will call you.")
        return VisitPage(_("We will find another time"), note, may_confirm=True, may_decline=in_time)
    note = _("Your visit was moved. This visit is now:") if moved else too_late
    heading = _("%(name)s, can you come?") % {"name": name}
    return VisitPage(heading, note, may_confirm=True, may_decline=in_time)
