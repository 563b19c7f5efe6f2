"""What a patient is shown of a visit: values in, words out. Nothing here names a health matter."""

import datetime as dt
from dataclasses import dataclass

from treatments.models import Status, TreatmentSession

AT_THE_CLINIC = (Status.ARRIVED, Status.IN_ROOM)


@dataclass(frozen=True)
class VisitPage:
    """Heading, a line under it, and which of the two answers can still be given."""

    heading: str
    note: str = ""
    may_confirm: bool = False
    may_decline: bool = False
    shows_visit: bool = True


def page_of(session: TreatmentSession, *, told_version: int | None, name: str, now: dt.datetime) -> VisitPage:
    """Return the page for a visit as it is now. ``told_version`` is the version the message was about."""
    if session.status == Status.CANCELLED:
        return VisitPage("This visit is cancelled", "Call us if you want a new time.", shows_visit=False)
    if session.status in AT_THE_CLINIC:
        return VisitPage("Welcome", "We know that you are here.")
    if session.status != Status.BOOKED or session.starts_at <= now:
        return VisitPage("This visit is past", "Call us if you have a question.", shows_visit=False)
    if session.answer == TreatmentSession.Answer.CONFIRMED:
        return VisitPage("You said that you will come", "If plans change, tell us here.", may_decline=True)
    if session.answer == TreatmentSession.Answer.ASKED_TO_MOVE:
        note = "You said that you cannot come. Your time stays booked until we answer. We will call you."
        return VisitPage("We will find another time", note, may_confirm=True)
    moved = "Your visit was moved. This visit is now:" if session.version != told_version else ""
    return VisitPage(f"{name}, can you come?", moved, may_confirm=True, may_decline=True)
