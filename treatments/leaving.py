"""A person who died, or whose record is joined with another: visits, courses and messages end with it."""

import datetime as dt

from django.db import transaction

from clinic.models import User
from clinic.wording import day_words
from patients.actions import close_record
from patients.actions.holding import hold
from patients.models import Patient
from treatments import booking
from treatments.courses import NotAllowed, close_course, unless_held
from treatments.models import Course, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import hold_course
from treatments.recall import waiting


@unless_held
@transaction.atomic
def died(*, patient: Patient, on: dt.date, by: User, at: dt.datetime, reason: str = "Died") -> None:
    """Note a death: what was booked is cancelled, the course ends, and nothing is sent any more.

    Raises NotAllowed for a day that cannot be.
    """
    _hold(patient)
    today = patient.clinic.date_at(at)
    if not patient.birth_date <= on <= today:
        raise NotAllowed(f"Enter a day from {day_words(patient.birth_date)} to {day_words(today)}.")
    later = TreatmentSession.objects.filter(course__patient=patient, given_on__gt=on).order_by("-given_on").first()
    if later and later.given_on:
        raise NotAllowed(f"A session was given on {day_words(later.given_on)}, after that day. Check both.")
    _end_all(patient, reason, by, at)
    close_record(patient=patient, closed=Patient.Closed.DIED, on=on, by=by, at=at)


@unless_held
@transaction.atomic
def merge(*, patient: Patient, into: Patient, by: User, at: dt.datetime) -> None:
    """Close a second record of one person; ``into`` stays.

    Raises NotAllowed where injections are on the record that would close, since the twelve weeks count from them, or
    the only open course: with it the person would be on no list any more.
    """
    if into.pk == patient.pk:
        raise NotAllowed("That is this record. Enter the number of the one that stays.")
    _hold(patient, into)
    if into.closed:
        raise NotAllowed(f"Record {into.record_number} is closed itself.")
    given = TreatmentSession.objects.filter(given_on__isnull=False)
    if given.filter(course__patient=patient).exists():
        if given.filter(course__patient=into).exists():
            raise NotAllowed(
                "Injections are on both records, so neither can be joined with the other. "
                "Use one of them from now on, and end the course on the other."
            )
        raise NotAllowed(
            "Injections are on this record, and the twelve weeks count from them. Keep it, and close the other one."
        )
    here, there = (Course.objects.filter(patient=one).open().exists() for one in (patient, into))
    if here and not there:
        raise NotAllowed(
            f"Treatment goes on under this record, and record {into.record_number} has no open course. "
            "Keep this one and close the other, or end the course here first."
        )
    _end_all(patient, f"Joined with record {into.record_number}", by, at)
    today = patient.clinic.date_at(at)
    close_record(patient=patient, closed=Patient.Closed.MERGED, on=today, into=into, by=by, at=at)


def _hold(patient: Patient, *others: Patient) -> None:
    """Hold records, before anything else of theirs; raises NotAllowed when the first is closed.

    In one order for everybody: two desks that join two records into each other would lose the person. The visits of
    the first with it, so that a step which somebody takes at this moment is seen, and none is taken before the end.
    """
    hold(patient, *others)
    if patient.closed:
        raise NotAllowed("This record is closed already.")
    for course in Course.objects.filter(patient=patient).open():
        hold_course(course)
    # As an update of theirs holds them: whoever writes a message about one need not wait.
    visits = TreatmentSession.objects.select_for_update(no_key=True).filter(course__patient=patient, status__in=OPEN)
    list(visits.order_by("pk"))


def _end_all(patient: Patient, reason: str, by: User, at: dt.datetime) -> None:
    for course in Course.objects.filter(patient=patient).open().select_related("clinic"):
        for session in course.sessions.filter(status__in=OPEN).select_related("clinic"):
            booking.change_status(session=session, to=Status.CANCELLED, by=by, at=at, reason=reason)
        close_course(course=course, reason=reason, by=by, at=at)
        waiting.end(course=course, at=at)  # last, as where a patient takes an offered time
