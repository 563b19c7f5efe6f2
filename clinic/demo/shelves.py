"""Vials in the refrigerators of the made-up clinics, and side effects that people rang about."""

import datetime as dt

from clinic.demo.course_of_events import Chronicle
from clinic.models import Role
from patients.models import Patient
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, close, report
from treatments.models import Status, TreatmentSession
from treatments.stock.changes import Delivery, receive

# What was rung about: effects, how bad, and days ago. The first is settled, the others wait.
CALLS = (
    (("neck_pain",), Severity.MILD, 6),
    (("eyelid_droop",), Severity.MODERATE, 1),
    (("tiredness", "stiffness"), Severity.MILD, 3),
)


def fill_shelves(chronicle: Chronicle) -> None:
    """Put vials into stock: enough for most visits ahead, a few that expire soon, one for a named person."""
    today = chronicle.today
    arrived, soon, later = (today + dt.timedelta(days=days) for days in (-12, 20, 410))
    deliveries = [
        Delivery(f"C{later:%y%m}B1", 200, later, number=14, received_on=arrived),
        Delivery(f"C{soon:%y%m}B2", 100, soon, number=3, received_on=arrived),
        Delivery(f"P{later:%y%m}01", 200, later, number=1, received_on=arrived, owner=_booked(chronicle)),
    ]
    by = chronicle.prescriber
    for delivery in deliveries:
        receive(clinic=chronicle.clinic, delivery=delivery, by=by, at=chronicle.at(arrived, 9))


def report_effects(chronicle: Chronicle) -> None:
    """Let some people who were treated lately ring the clinic."""
    lately = TreatmentSession.objects.filter(
        clinic=chronicle.clinic,
        status=Status.DONE,
        given_on__range=(chronicle.today - dt.timedelta(days=70), chronicle.today - dt.timedelta(days=8)),
    ).select_related("course__patient")
    nurse = chronicle.team.by_role(Role.NURSE_INJECTOR)
    for session, (effects, severity, days) in zip(lately.order_by("-given_on"), CALLS, strict=False):
        day = chronicle.today - dt.timedelta(days=days)
        told = Told(effects=effects, severity=severity, began_on=day)
        rows = report(patient=session.course.patient, told=told, by=chronicle.desk, at=chronicle.at(day, 10))
        if days == CALLS[0][2]:
            close(effect=rows[0], outcome="recovering", advice="Warmth, rest", by=nurse, at=chronicle.at(day, 15))


def _booked(chronicle: Chronicle) -> Patient:
    """Return somebody who is booked ahead."""
    ahead = TreatmentSession.objects.filter(
        clinic=chronicle.clinic, status=Status.BOOKED, local_date__gt=chronicle.today
    )
    return ahead.select_related("course__patient").order_by("starts_at")[0].course.patient
