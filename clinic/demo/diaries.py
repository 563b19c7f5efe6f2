"""Diaries of made-up people: many headache days before treatment, fewer with each cycle, more before the next one."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from clinic.models import Clinic
from patients.models import DiaryDay, Patient
from treatments.cycle import instant
from treatments.models import TreatmentSession

BEFORE = dt.timedelta(days=28)
ONE_DAY = dt.timedelta(days=1)
KEEPS_ONE = 2  # every second person keeps a diary
SKIPS = 0.12  # the share of days nobody filled in
# The chance of a headache: before treatment, and how it falls with each cycle.
CHANCE, FALLS = 0.75, 0.6
WEARS_OFF_AFTER, WORSE = 63, 1.25  # days into a cycle, and by how much
MIGRAINE = 0.55
# How often a symptom comes with a migraine.
SYMPTOMS = {"nausea": 0.6, "vomiting": 0.2, "light": 0.8, "sound": 0.7, "smell": 0.3}


def keep_before(patient: Patient, first: dt.date) -> None:
    """Let somebody keep a diary for the four weeks before their first session: the level that is frozen then."""
    _keep(patient, first - BEFORE, first, [])


def keep_on(clinic: Clinic, today: dt.date) -> None:
    """Let those who began a diary go on with it up to yesterday."""
    given = TreatmentSession.objects.filter(clinic=clinic, given_on__isnull=False)
    sessions: dict[int, list[dt.date]] = {}
    for patient, day in given.order_by("given_on").values_list("course__patient", "given_on"):
        if day:
            sessions.setdefault(patient, []).append(day)
    begun = Patient.objects.filter(pk__in=sessions, diary_days__isnull=False).distinct().select_related("clinic")
    for person in begun:
        _keep(person, sessions[person.pk][0], today, sessions[person.pk])


def _keep(patient: Patient, day: dt.date, end: dt.date, sessions: list[dt.date]) -> None:
    rng = Random(f"{patient.record_number} {day}")  # noqa: S311 - made-up people need no secrecy  # nosec B311
    DiaryDay.objects.bulk_create(_days(patient, rng, day, end, sessions), batch_size=500)


def _days(patient: Patient, rng: Random, day: dt.date, end: dt.date, sessions: list[dt.date]) -> Iterator[DiaryDay]:
    while day < end:
        if rng.random() >= SKIPS:
            yield _day(patient, rng, day, _chance(day, sessions))
        day += ONE_DAY


def _chance(day: dt.date, sessions: list[dt.date]) -> float:
    given = [session for session in sessions if session < day]
    chance = CHANCE * FALLS ** len(given)
    return min(1.0, chance * WORSE) if given and (day - given[-1]).days > WEARS_OFF_AFTER else chance


def _day(patient: Patient, rng: Random, day: dt.date, chance: float) -> DiaryDay:
    headache = rng.random() < chance
    migraine = headache and rng.random() < MIGRAINE
    return DiaryDay(
        clinic=patient.clinic,
        patient=patient,
        date=day,
        headache_hours=Decimal(rng.randint(2, 14)) if headache else Decimal(0),
        worst_pain=rng.randint(1, 3) if headache else 0,
        migraine=migraine,
        triptan_doses=1 if migraine and rng.random() < MIGRAINE else 0,
        **{one: migraine and rng.random() < share for one, share in SYMPTOMS.items()},
        source=DiaryDay.Source.PATIENT,
        entered_at=instant(day, dt.time(21), patient.clinic.zone),
    )
