"""Opening and closing a course of treatment."""

import datetime as dt

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.models import Assessment
from treatments.models import Course
from treatments.models.session import OPEN
from treatments.queueing import hold_course


class NotAllowed(Exception):
    """The step would break a rule; the text says which, for the reader."""


@transaction.atomic
def open_course(*, assessment: Assessment, by: User, at: dt.datetime) -> Course:
    """Open a course on a signed assessment that is eligible, or overridden with a reason. The first session is due at once."""
    if not allows(by, assessment.clinic, Capability.PRESCRIBE):
        raise NotAllowed("Only a prescriber can open a course.")
    if assessment.patient.closed:
        raise NotAllowed("This record is closed, so no course can be opened.")
    if not assessment.allows_treatment:
        raise NotAllowed("A course opens only on a signed assessment that is eligible or overridden with a reason.")
    _refuse_what_was_signed_before_the_stop(assessment)
    course = Course(
        clinic=assessment.clinic,
        patient=assessment.patient,
        assessment=assessment,
        opened_on=at.astimezone(assessment.clinic.zone).date(),
        opened_by=by,
        interval_days=assessment.rules.interval_days,
    )
    course._history_user = by  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            course.save()
    except IntegrityError as error:
        raise NotAllowed("This person already has an open course.") from error
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="course", subject=course.uid)
    return course


def _refuse_what_was_signed_before_the_stop(assessment: Assessment) -> None:
    """Clinical rule 25: treatment begins again on a new assessment; the first injection then freezes a new level."""
    stopped = Course.objects.filter(patient=assessment.patient, closed_on__gt=assessment.assessed_on)
    if stopped.exists():
        raise NotAllowed("This assessment is from before the last course ended. Assess again, then open a new course.")


@transaction.atomic
def close_course(*, course: Course, reason: str, by: User, at: dt.datetime) -> Course:
    """End a course with a reason. A booked visit has to be cancelled first, so that nobody waits for a person who left."""
    if not reason.strip():
        raise NotAllowed("Say why the course ends.")
    if course.closed_on is not None:
        raise NotAllowed("This course has ended already.")
    hold_course(course)
    if course.sessions.filter(status__in=OPEN).exists():
        raise NotAllowed("Cancel the booked visit first, then end the course.")
    course.closed_on = at.astimezone(course.clinic.zone).date()
    course.closed_by, course.close_reason = by, reason.strip()
    course._history_user = by  # type: ignore[attr-defined]
    course.save()
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="course", subject=course.uid)
    return course
