"""What a message may still be about. One definition for planning, sending and the worklist.

Each condition is put together once: the ORM copies what it uses of it, and putting it together cost it more than asking.
"""

import datetime as dt
from functools import cache
from typing import Any

from django.db.models import Case, CharField, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from patients.models import DiaryDay
from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.models.rule import CHECK_UPS
from reminders.models.stop import unwanted
from treatments.models import Course, OfferInvitation, SlotOffer, Status, TreatmentSession
from treatments.models.course import AddDays, awake_from
from treatments.models.session import OPEN

MOVED = "The visit was moved"
CANCELLED = "The visit was cancelled"
BOOKED_INSTEAD = "The visit was cancelled, and another one booked in its place"
ASKED_TO_MOVE = "They asked to move"
BEGUN = "The visit has begun or is over"
AS_BEFORE = "The visit stands as it did"
OFFER_OVER = "The time was taken, the offer has ended, or they were seen or have a visit before it"
NOT_DUE = "A visit is booked, or the course has ended"
LEFT_ALONE = "They are left alone on the recall list for now"
SWITCHED_OFF = "The clinic has switched this message off"
RECORD_CLOSED = "The record is closed"
DIARY_KEPT = "They have written in their diary, or want no messages about it"

# Who said Yes is still reminded: two messages gave fewer missed visits than one, whatever had been answered (Steiner
# 2018). Who asked to move waits for our answer, and a reminder of the old time would be the wrong one.
_ASKED = Q(answer=TreatmentSession.Answer.ASKED_TO_MOVE)
ANNOUNCED = Q(status=Status.BOOKED) & ~_ASKED
# Whose course has ended hears no more of it: somebody has spoken to them, or they have died.
_GOES_ON = Q(course__closed_on__isnull=True)


@cache
def visit_stands() -> Q:
    """For a reminder about a visit: the visit is still what its message says.

    Most tell of a booked time. One tells that the visit was cancelled or missed, one that they asked to move it, and
    the check-ups come after it was given.
    """
    return (
        Q(rule__kind__in=TELLS_A_TIME) & _session(ANNOUNCED & _SAME_VERSION)
        | Q(rule__kind=Kind.MOVE_ASKED) & _session(Q(status=Status.BOOKED) & _ASKED & _SAME_VERSION)
        | Q(rule__kind=Kind.CANCELLED) & _session(Q(status=Status.CANCELLED) & _GOES_ON) & ~_told_of_another()
        | Q(rule__kind=Kind.MISSED) & _session(Q(status=Status.NO_SHOW) & _GOES_ON) & ~_booked_again()
        | Q(rule__kind__in=CHECK_UPS) & _session(Q(status=Status.DONE) & _GOES_ON)
    )


def tells_a_time(first: dt.datetime, last: dt.datetime) -> Q:
    """For a reminder: it tells of a booked time between two moments."""
    return Q(rule__kind__in=TELLS_A_TIME, visit_at__range=(first, last))


def time_stands(first: dt.datetime, last: dt.datetime) -> Q:
    """For a reminder that `tells_a_time` between two moments: its visit stands.

    The same as `visit_stands`, for a visit has a new version with each new time. Asked of the visits between the two
    moments alone, a database compares all of them with all messages at once, and looks none up by itself.
    """
    return _session(ANNOUNCED & _SAME_VERSION & Q(starts_at__range=(first, last)))


TELLS_A_TIME = (Kind.VISIT, Kind.BOOKED, Kind.MOVED)
_SAME_VERSION = Q(version=OuterRef("session_version"))


def _session(so: Q) -> Q:
    return Q(Exists(TreatmentSession.objects.filter(so, pk=OuterRef("session_id"))))


def _told_of_another() -> Q:
    """For a reminder that a visit was cancelled: what was booked in its place is told as its new time."""
    moves = ReminderRule.objects.filter(clinic=OuterRef("clinic_id"), kind=Kind.MOVED, active=True)
    return Q(Exists(moves)) & (_booked_again() | told_later("course_id", "session_id"))


def told_later(course: str, session: str) -> Q:
    """For a row with a course and a visit: its person was told of a later visit of that course."""
    told = Reminder.objects.filter(
        course=OuterRef(course),
        session__gt=OuterRef(session),
        rule__kind__in=TELLS_A_TIME,
        state__in=(State.SENT, State.HANDLED),
    )
    return Q(Exists(told))


def _booked_again() -> Q:
    return Q(Exists(TreatmentSession.objects.filter(course=OuterRef("course_id"), status__in=OPEN)))


@cache
def course_stands() -> Q:
    """For a reminder: its course is open, due on the date that the reminder is about, and has nothing booked.

    The dates are compared outside the subquery: SQLite does not let HAVING look out of one.
    """
    courses: Any = Course.objects.open().with_due().with_booked()
    due_on = Subquery(courses.filter(pk=OuterRef("course_id"), booked=False).values("next_due_on")[:1])
    return Q(Exact(F("due_date"), Coalesce(due_on, Value(dt.date.min))))


@cache
def left_alone_until() -> Case:
    """For a reminder by a rule about due dates: the day until which the desk leaves its person alone; empty for all others.

    What a person sent again goes all the same: they know better.
    """
    course = Course.objects.filter(pk=OuterRef("course_id")).values(until=awake_from())
    return Case(When(rule__kind=Kind.DUE, restarted_at__isnull=True, then=Subquery(course)))


@cache
def offer_stands() -> Q:
    """For a reminder: the time it offers is still to be had, and its person may take it and has not answered.

    They may no longer once they were treated too lately for it, or have a visit before it
    (`treatments.recall.offers.still_fits`). Whose visit began before the offer may have come to it since.
    """
    visits = TreatmentSession.objects.filter(course=OuterRef("course"))
    before = Q(status__in=OPEN, starts_at__lte=OuterRef("offer__starts_at"))
    # A day less than the course asks for: which date the offered time has depends on the clinic.
    due_again = AddDays(F("given_on"), F("course__interval_days") - 1)
    treated = visits.annotate(due_again=due_again).filter(due_again__gt=Cast(OuterRef("offer__starts_at"), DateField()))
    invitations = OfferInvitation.objects.filter(
        ~Exists(visits.filter(before)),
        ~Exists(treated),
        pk=OuterRef("invitation_id"),
        offer__state=SlotOffer.State.OPEN,
        answer=OfferInvitation.Answer.NONE,
        course__closed_on__isnull=True,
    )
    return Q(Exists(invitations))


@cache
def occasion_stands() -> Q:
    """For a reminder about a person: a diary has not been gone on with, they want to be asked, and treatment goes on.

    A welcome and what staff wrote stand.
    """
    written = DiaryDay.objects.filter(patient=OuterRef("patient_id"), entered_at__gt=OuterRef("created_at"))
    courses = Course.objects.filter(patient=OuterRef("patient_id"))
    ended = Q(Exists(courses)) & ~Q(Exists(courses.filter(closed_on__isnull=True)))
    return ~Q(rule__kind=Kind.DIARY) | ~Q(Exists(written)) & ~unwanted("patient_id") & ~ended


@cache
def why_no_longer() -> Case:
    """For any reminder: why it is about nothing any more, in words for staff; empty while it stands.

    Nobody calls about a message to somebody who died. A rule may be switched off while a batch is on its way.
    """
    offer, visit = Q(invitation__isnull=False), Q(session__isnull=False)
    person = ~visit & ~Q(occasion="")
    return Case(
        When(~Q(patient__closed=""), then=Value(RECORD_CLOSED)),
        When(rule__active=False, then=Value(SWITCHED_OFF)),
        When(offer & ~offer_stands(), then=Value(OFFER_OVER)),
        When(~offer & person & ~occasion_stands(), then=Value(DIARY_KEPT)),
        When(~offer & ~visit & ~person & ~course_stands(), then=Value(NOT_DUE)),
        When(~offer & visit & ~visit_stands(), then=why_not()),
        default=Value(""),
        output_field=CharField(),
    )


@cache
def why_not() -> Subquery:
    """For a reminder whose visit no longer stands: the reason, in words for staff."""
    instead = TreatmentSession.objects.filter(course=OuterRef("course"), status__in=OPEN)
    return Subquery(
        TreatmentSession.objects.filter(pk=OuterRef("session_id"))
        .annotate(
            why=Case(
                When(Q(Exists(instead), status=Status.CANCELLED), then=Value(BOOKED_INSTEAD)),
                When(status=Status.CANCELLED, then=Value(CANCELLED)),
                When(~Q(version=OuterRef("session_version")), then=Value(MOVED)),
                When(~Q(status=Status.BOOKED), then=Value(BEGUN)),
                When(_ASKED, then=Value(ASKED_TO_MOVE)),
                default=Value(AS_BEFORE),
                output_field=CharField(),
            )
        )
        .values("why")[:1]
    )
