"""Which visits and courses a message may still be about. One definition for planning, sending and the worklist."""

import datetime as dt
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from treatments.models import Course, OfferInvitation, SlotOffer, Status, TreatmentSession

MOVED = "The visit was moved"
CANCELLED = "The visit was cancelled"
ASKED_TO_MOVE = "They asked to move"
BEGUN = "The visit has begun or is over"
OFFER_OVER = "The time was taken, or the offer has ended"
NOT_DUE = "A visit is booked, or the course has ended"

# Who said Yes is still reminded: two messages gave fewer missed visits than one, whatever had been answered (Steiner
# 2018). Who asked to move waits for our answer, and a reminder of the old time would be the wrong one.
ANNOUNCED = Q(status=Status.BOOKED) & ~Q(answer=TreatmentSession.Answer.ASKED_TO_MOVE)


def visit_stands() -> Q:
    """For a reminder: its visit is booked, at the version that the reminder is about, and they did not ask to move."""
    visits = TreatmentSession.objects.filter(ANNOUNCED, pk=OuterRef("session_id"), version=OuterRef("session_version"))
    return Q(Exists(visits))


def course_stands() -> Q:
    """For a reminder: its course is open, due on the date that the reminder is about, and has nothing booked.

    The dates are compared outside the subquery: SQLite does not let HAVING look out of one.
    """
    courses: Any = Course.objects.open().with_due().with_booked()
    due_on = Subquery(courses.filter(pk=OuterRef("course_id"), booked=False).values("next_due_on")[:1])
    return Q(Exact(F("due_date"), Coalesce(due_on, Value(dt.date.min))))


def offer_stands() -> Q:
    """For a reminder: the time it offers is still to be had, its person has not answered, and their course goes on."""
    invitations = OfferInvitation.objects.filter(
        pk=OuterRef("invitation_id"),
        offer__state=SlotOffer.State.OPEN,
        answer=OfferInvitation.Answer.NONE,
        course__closed_on__isnull=True,
    )
    return Q(Exists(invitations))


def why_not() -> Subquery:
    """For a reminder whose visit no longer stands: the reason, in words for staff."""
    return Subquery(
        TreatmentSession.objects.filter(pk=OuterRef("session_id"))
        .annotate(
            why=Case(
                When(status=Status.CANCELLED, then=Value(CANCELLED)),
                When(~Q(version=OuterRef("session_version")), then=Value(MOVED)),
                When(~Q(status=Status.BOOKED), then=Value(BEGUN)),
                default=Value(ASKED_TO_MOVE),
                output_field=CharField(),
            )
        )
        .values("why")[:1]
    )
