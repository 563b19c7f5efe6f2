"""Which visits and courses a message may still be about. One definition for planning, sending and the worklist."""

from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from treatments.models import Course, Status, TreatmentSession

MOVED = "The visit was moved"
CANCELLED = "The visit was cancelled"
ANSWERED = "They have answered"
BEGUN = "The visit has begun or is over"
NOT_DUE = "A visit is booked, or the course has ended"

# A visit is announced until the person has said whether they come; what they said, they know.
ANNOUNCED = Q(status=Status.BOOKED, answer=TreatmentSession.Answer.NONE)


def visit_stands() -> Exists:
    """For a reminder: its visit is booked, at the version that the reminder is about, and not answered yet."""
    return Exists(
        TreatmentSession.objects.filter(ANNOUNCED, pk=OuterRef("session_id"), version=OuterRef("session_version"))
    )


def course_stands() -> Exists:
    """For a reminder: its course is open, due on the date that the reminder is about, and has nothing booked."""
    courses: Any = Course.objects.open().with_due().with_booked()
    return Exists(courses.filter(pk=OuterRef("course_id"), booked=False, next_due_on=OuterRef("due_date")))


def why_not() -> Subquery:
    """For a reminder whose visit no longer stands: the reason, in words for staff."""
    return Subquery(
        TreatmentSession.objects.filter(pk=OuterRef("session_id"))
        .annotate(
            why=Case(
                When(status=Status.CANCELLED, then=Value(CANCELLED)),
                When(~Q(version=OuterRef("session_version")), then=Value(MOVED)),
                When(~Q(status=Status.BOOKED), then=Value(BEGUN)),
                default=Value(ANSWERED),
                output_field=CharField(),
            )
        )
        .values("why")[:1]
    )
