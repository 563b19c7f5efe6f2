"""A correction that names another day on which the session was given: what hangs on the day goes with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Max

from clinic.models import User
from clinic.wording import day_words
from patients.actions.baseline import move_baseline
from patients.models import Patient
from treatments.courses import reckon_first_due
from treatments.effects import reporting
from treatments.models import Course, SideEffect, Status, TreatmentSession
from treatments.queueing import hold_course
from treatments.recording import given
from treatments.recording.faults import NO_DAY, Refused, before_due
from treatments.recording.findings import Findings
from treatments.scores.entering import move_wear_off
from treatments.setup import who_injects


def named(session: TreatmentSession, found: Findings) -> tuple[dt.date, Findings]:
    """Return the day that the findings name, and them with the safety answers of that day, as their giver asked them.

    Raises Refused for a day that it cannot have been.
    """
    if found.given_on is None or found.given_on not in given.days_then(session):
        raise Refused([NO_DAY])
    asked_then = found.screened_on == session.given_on
    return found.given_on, replace(found, screened_on=found.given_on) if asked_then else found


def faults(session: TreatmentSession, given_on: dt.date) -> list[str]:
    """Return what stands against the day: that the one before it in the course is too near, or the injector's licence."""
    before = session.course.sessions.filter(given_on__lt=session.given_on).aggregate(last=Max("given_on"))["last"]
    too_early = before_due(session, given_on, session.course.due_after(before))
    return too_early + who_injects.faults(session.injector, session.clinic, given_on)


def next_too_early(patient: Patient) -> str:
    """Return what to say of a visit booked ahead that its course's due date has overtaken; empty where none is."""
    booked = TreatmentSession.objects.filter(course__patient=patient, status=Status.BOOKED)
    visit = booked.select_related("course").first()
    if visit is None or visit.early_reason or visit.local_date >= (due := visit.course.next_due()):
        return ""
    return f"The next visit, on {day_words(visit.local_date)}, is too early now: the earliest day is {day_words(due)}. Move it."


def followed_too_early(session: TreatmentSession) -> str:
    """Return what to say of the session given after this one where its day makes that too early; empty where it does not."""
    day = TreatmentSession.objects.values_list("given_on", flat=True).get(pk=session.pk)
    given_since = TreatmentSession.objects.filter(course__patient=session.course.patient_id, given_on__gt=day)
    after = given_since.select_related("course").order_by("given_on", "pk").first()
    if day is None or after is None or after.given_on is None or after.early_reason:
        return ""
    due = after.course.due_after(day)
    if after.given_on >= due:
        return ""
    return (
        f"The session after it, on {day_words(after.given_on)}, was given {(after.given_on - day).days} days later and "
        f"names no reason to be early: the earliest day was {day_words(due)}."
    )


def move(
    session: TreatmentSession, given_on: dt.date, reason: str, by: User, at: dt.datetime
) -> tuple[dict[str, str], dict[str, str]]:
    """Take the session to its day, with the level and the answers that are kept under it; return the line of history.

    Both of its sides are empty where the day stays. Inside the transaction of the correction.
    """
    before = session.given_on
    if before is None or before == given_on:
        return {}, {}
    patient = session.course.patient
    if session.course.first_given() == before:
        move_baseline(patient=patient, before=before, given_on=given_on, reason=reason, by=by, at=at)
    move_wear_off(patient=patient, before=before, taken_on=given_on, by=by, at=at)
    # That in which the next visit is: who books it at this moment waits for the due date that follows, or is seen.
    goes_on = Course.objects.filter(patient=patient).open().first()
    if goes_on:
        hold_course(goes_on)
    TreatmentSession.objects.filter(pk=session.pk).update(given_on=given_on)
    if goes_on and goes_on.pk != session.course_id:
        reckon_first_due(course=goes_on, by=by, at=at)
    _tie_effects(session, sorted((before, given_on)), by, at)
    return {"given_on": before.isoformat()}, {"given_on": given_on.isoformat()}


def _tie_effects(session: TreatmentSession, days: Sequence[dt.date], by: User, at: dt.datetime) -> None:
    """Tie anew what began between the two days. What was told at the session itself is of the time before it."""
    first, last = days
    between = SideEffect.objects.filter(patient=session.course.patient_id, began_on__gte=first, began_on__lt=last)
    told = between.exclude(reported_at=given.first_signed_at(session))
    reporting.tie_anew(effects=told, by=by, at=at)
