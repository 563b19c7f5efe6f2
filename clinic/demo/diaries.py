"""Diaries of made-up people: many headache days before treatment, fewer with each cycle, more before the next one."""

import datetime as dt
from decimal import Decimal

from clinic.demo.course_of_events import Chronicle
from patients.models import DiaryDay, Patient
from treatments.models import TreatmentSession

BEFORE = dt.timedelta(days=28)
KEEPS_ONE = 2  # every second person keeps a diary
SKIPS = 0.12  # the share of days nobody filled in
# The chance of a headache: before treatment, and how it falls with each cycle.
CHANCE, FALLS = 0.75, 0.6
WEARS_OFF_AFTER, WORSE = 63, 1.25  # days into a cycle, and by how much
MIGRAINE = 0.55


def keep_diaries(chronicle: Chronicle) -> None:
    """Let every second person who was treated keep a diary since four weeks before their first session."""
    given = TreatmentSession.objects.filter(clinic=chronicle.clinic, given_on__isnull=False)
    sessions: dict[int, list[dt.date]] = {}
    for patient, day in given.order_by("given_on").values_list("course__patient", "given_on"):
        if day:
            sessions.setdefault(patient, []).append(day)
    rows: list[DiaryDay] = []
    for patient, days in sorted(sessions.items())[::KEEPS_ONE]:
        rows += _diary(chronicle, Patient.objects.get(pk=patient), days)
    DiaryDay.objects.bulk_create(rows, batch_size=500)


def _diary(chronicle: Chronicle, patient: Patient, sessions: list[dt.date]) -> list[DiaryDay]:
    rows, day = [], sessions[0] - BEFORE
    while day < chronicle.today:
        if chronicle.rng.random() >= SKIPS:
            rows.append(_day(chronicle, patient, day, _chance(day, sessions)))
        day += dt.timedelta(days=1)
    return rows


def _chance(day: dt.date, sessions: list[dt.date]) -> float:
    given = [session for session in sessions if session < day]
    chance = CHANCE * FALLS ** len(given)
    return min(1.0, chance * WORSE) if given and (day - given[-1]).days > WEARS_OFF_AFTER else chance


def _day(chronicle: Chronicle, patient: Patient, day: dt.date, chance: float) -> DiaryDay:
    headache = chronicle.rng.random() < chance
    migraine = headache and chronicle.rng.random() < MIGRAINE
    return DiaryDay(
        clinic=chronicle.clinic,
        patient=patient,
        date=day,
        headache_hours=Decimal(chronicle.rng.randint(2, 14)) if headache else Decimal(0),
        worst_pain=chronicle.rng.randint(1, 3) if headache else 0,
        migraine=migraine,
        triptan_doses=1 if migraine and chronicle.rng.random() < MIGRAINE else 0,
        source=DiaryDay.Source.PATIENT,
        entered_at=chronicle.at(day, 21),
    )
