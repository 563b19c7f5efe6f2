"""Opening and closing a course of treatment."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.actions.holding import hold
from patients.models import Assessment, Patient
from treatments.conflicts import Taken
from treatments.cycle import due_on
from treatments.models import Course, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import again_after_deadlock, hold_course

P = ParamSpec("P")
T = TypeVar("T")


class NotAllowed(Exception):
    """The step would break a rule; the text says which, for the reader."""


def unless_held(action: Callable[P, T]) -> Callable[P, T]:
    """Run an action anew after a deadlock; NotAllowed, in words, where others hold the person's visits for too long."""

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return again_after_deadlock(action)(*args, **kwargs)
        except Taken as error:
            raise NotAllowed("A visit of this person is being changed at this moment. Try again.") from error

    return run


@transaction.atomic
def open_course(*, assessment: Assessment, by: User, at: dt.datetime) -> Course:
    """Open a course on a signed assessment that is eligible, or overridden with a reason.

    The first session is due at once, or when the interval since the last one of an earlier course is over.
    """
    if not allows(by, assessment.clinic, Capability.PRESCRIBE):
        raise NotAllowed("Only a prescriber can open a course.")
    # Held as by who closes the record: a course that opens at the same moment would outlive it.
    hold(assessment.patient)
    if assessment.patient.closed:
        raise NotAllowed("This record is closed, so no course can be opened.")
    if not assessment.allows_treatment:
        raise NotAllowed("A course opens only on a signed assessment that is eligible or overridden with a reason.")
    _refuse_what_was_signed_before_the_stop(assessment)
    opened_on, interval = assessment.clinic.date_at(at), assessment.rules.interval_days
    course = Course(
        clinic=assessment.clinic,
        patient=assessment.patient,
        assessment=assessment,
        opened_on=opened_on,
        first_due_on=_due_after_earlier_courses(assessment.patient, opened_on, interval),
        opened_by=by,
        interval_days=interval,
    )
    try:
        with transaction.atomic():
            audit.save_as(course, by=by, at=at)
    except IntegrityError as error:
        raise NotAllowed("This person already has an open course.") from error
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="course", subject=course.uid)
    return course


def _refuse_what_was_signed_before_the_stop(assessment: Assessment) -> None:
    """Clinical rule 25: treatment begins again on a new assessment; the first injection then freezes a new level."""
    stopped = Course.objects.filter(patient=assessment.patient, closed_on__gt=assessment.assessed_on)
    if stopped.exists():
        raise NotAllowed("This assessment is from before the last course ended. Assess again, then open a new course.")


@unless_held
@transaction.atomic
def take_interval(*, assessment: Assessment, by: User, at: dt.datetime) -> Course:
    """Change the days between sessions of the open course, from now on, to what the assessment that was signed last asks for.

    A payer may come to ask for more than the course began with, or the next one for less. Pressed twice it is done once.
    """
    if not allows(by, assessment.clinic, Capability.PRESCRIBE):
        raise NotAllowed("Only a prescriber can change the days between sessions.")
    course = Course.objects.filter(patient=assessment.patient).open().first()
    if course is None:
        raise NotAllowed("No course is open.")
    signed = Assessment.objects.filter(patient=assessment.patient, signed_at__isnull=False)
    if signed.order_by("-signed_at", "-pk").first() != assessment:
        raise NotAllowed("Another assessment was signed since. Look again.")
    hold_course(course)
    course.refresh_from_db(from_queryset=Course.objects.select_for_update())
    if course.closed_on is not None:
        raise NotAllowed("This course has ended already.")
    if course.interval_days == assessment.rules.interval_days:
        return course
    course.interval_days = assessment.rules.interval_days
    audit.save_as(course, by=by, at=at, fields=["interval_days"])
    reckon_first_due(course=course, by=by, at=at)
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="course", subject=course.uid)
    return course


def reckon_first_due(*, course: Course, by: User, at: dt.datetime) -> None:
    """Reckon anew when a course that has no session yet is due: the last one of an earlier course was on another day.

    Inside the caller's transaction.
    """
    if course.first_given():
        return
    due = _due_after_earlier_courses(course.patient, course.opened_on, course.interval_days)
    if due != course.first_due_on:
        course.first_due_on = due
        audit.save_as(course, by=by, at=at, fields=["first_due_on"])


def _due_after_earlier_courses(patient: Patient, opened_on: dt.date, interval_days: int) -> dt.date | None:
    """Return the due date that sessions given before ask for, or None when it is past (clinical rule 9)."""
    given = TreatmentSession.objects.filter(course__patient=patient, given_on__isnull=False)
    last = given.aggregate(last=Max("given_on"))["last"]
    due = due_on(last, interval_days) if last else opened_on
    return due if due > opened_on else None


@unless_held
@transaction.atomic
def close_course(*, course: Course, reason: str, by: User, at: dt.datetime) -> Course:
    """End a course with a reason. A booked visit has to be cancelled first, so that nobody waits for a person who left."""
    if not reason.strip():
        raise NotAllowed("Say why the course ends.")
    hold_course(course)
    # As it is now: a colleague may have ended or snoozed it since the page was read, and all of it is written below.
    course.refresh_from_db(from_queryset=Course.objects.select_for_update())
    if course.closed_on is not None:
        raise NotAllowed("This course has ended already.")
    if course.sessions.filter(status__in=OPEN).exists():
        raise NotAllowed("Cancel the booked visit first, then end the course.")
    course.closed_on = course.clinic.date_at(at)
    course.closed_by, course.close_reason = by, reason.strip()
    audit.save_as(course, by=by, at=at)
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="course", subject=course.uid)
    return course
