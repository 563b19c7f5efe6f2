"""The response of 10,000 people: time beside the same question as raw SQL, and memory beside 1,000 people."""

import datetime as dt
import json
import resource
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from typing import Any

from bench.report import Row

FEW, MANY = 1000, 10_000
TODAY = dt.date(2026, 11, 23)
DIARY_DAYS = 84
RUNS = 3

# What the rules need, said to the database as plainly as it can be: two windows of a kind, joined and grouped.
RAW = """
WITH given AS (
  SELECT course_id, min(given_on) AS first_on, max(given_on) AS last_on, count(*) AS number
  FROM treatments_treatmentsession WHERE given_on IS NOT NULL GROUP BY course_id
)
SELECT c.id, g.number, b.headache_days, b.days_recorded,
  count(d.id) FILTER (WHERE d.date >= %(month0)s),
  count(d.id) FILTER (WHERE d.date >= %(month0)s AND d.headache_hours > 0),
  count(d.id) FILTER (WHERE d.date >= %(month1)s AND d.date < %(month0)s),
  count(d.id) FILTER (WHERE d.date >= %(month1)s AND d.date < %(month0)s AND d.headache_hours > 0),
  count(d.id) FILTER (WHERE d.date < %(month1)s),
  count(d.id) FILTER (WHERE d.date < %(month1)s AND d.headache_hours > 0)
FROM treatments_course c
JOIN given g ON g.course_id = c.id
LEFT JOIN patients_baseline b ON b.patient_id = c.patient_id AND b.given_on = g.first_on
LEFT JOIN patients_diaryday d ON d.patient_id = c.patient_id AND d.date >= %(month2)s AND d.date < %(today)s
WHERE c.clinic_id = %(clinic)s AND c.closed_on IS NULL
GROUP BY c.id, g.number, b.headache_days, b.days_recorded
"""


def measure(engine: str) -> Iterator[Row]:
    """Ask for the response of everybody in a large clinic; memory is weighed beside a small one."""
    from django.db import transaction

    with transaction.atomic():
        few, many = _fill(FEW, 0), _fill(MANY, FEW)
    ours = min(_seconds(lambda: _ours(many)) for _ in range(RUNS))
    raw = min(_seconds(lambda: _raw(many)) for _ in range(RUNS))
    small, large = (_memory(clinic) for clinic in (few, many))
    yield Row(
        "Response of 10,000 people", engine, MANY, ours * 1000, floor=raw * 1000,
        note=f"{small:.0f} MiB more memory for {FEW:,} people, {large:.0f} for {MANY:,}",
    )  # fmt: skip


def _seconds(work: Callable[[], int]) -> float:
    began = time.perf_counter()
    if work() == 0:
        raise ValueError("nobody was found")
    return time.perf_counter() - began


def _ours(clinic: Any) -> int:
    from treatments.response.everyone import standings

    return sum(one.response.latest is not None for one in standings(clinic, TODAY))


def _raw(clinic: Any) -> int:
    from django.db import connection

    starts = {f"month{back}": TODAY - dt.timedelta(days=28 * (back + 1)) for back in range(3)}
    with connection.cursor() as cursor:
        cursor.execute(RAW, starts | {"today": TODAY, "clinic": clinic.pk})
        return len(cursor.fetchall())


def _memory(clinic: Any) -> float:
    """Return by how many MiB a process of its own grows."""
    from django.db import connections

    connections.close_all()
    context = get_context("fork")
    results = context.Queue()
    process = context.Process(target=lambda: results.put(_growth(clinic)))
    process.start()
    grown: float = results.get(timeout=600)
    process.join()
    return grown


def _growth(clinic: Any) -> float:
    from clinic.models import Clinic

    Clinic.objects.count()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _ours(clinic)
    return max(0.1, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def _fill(people: int, after: int) -> Any:
    """Make a clinic with people who had two sessions each, a frozen level and a diary of the last twelve weeks."""
    from bench.bulk import load
    from clinic.models import Clinic, Injector
    from patients.models import Patient
    from treatments.models import Course, Status, TreatmentSession

    clinic = Clinic.objects.create(name=f"Clinic of {people}", slug=f"c{people}", timezone="Europe/London", phone="1")
    injector = Injector.objects.create(clinic=clinic, name="Dr One", email=f"one@c{people}.example")
    now = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    numbers = range(after + 1, after + people + 1)
    given = {number: [TODAY - dt.timedelta(days=back + number % 80) for back in (168, 84)] for number in numbers}
    shared: dict[str, Any] = {"clinic": clinic}
    load(
        Patient,
        ("id", "uid", "record_number", "given_name"),
        ((number, uuid.uuid4(), f"B{number:07d}", f"Given{number}") for number in numbers),
        **shared, family_name="Bench", birth_date=dt.date(1984, 4, 17), search_text="", created_at=now,
    )  # fmt: skip
    load(
        Course,
        ("id", "uid", "patient_id"),
        ((number, uuid.uuid4(), number) for number in numbers),
        **shared, transfer_reason="In treatment elsewhere", opened_on=TODAY - dt.timedelta(days=300),
    )  # fmt: skip
    load(
        TreatmentSession,
        ("uid", "course_id", "starts_at", "ends_at", "local_date", "due_on", "given_on"),
        (
            (uuid.uuid4(), number, _noon(day), _noon(day) + dt.timedelta(minutes=15), day, day, day)
            for number in numbers
            for day in given[number]
        ),
        **shared, injector=injector, status=Status.GIVEN_BEFORE, placed_at=now,
    )  # fmt: skip
    _fill_diaries(given, now, shared)
    _fill_assessments(given, now, shared)
    return clinic


def _fill_diaries(given: dict[int, list[dt.date]], now: dt.datetime, shared: dict[str, Any]) -> None:
    """Give people the level before their first session and a diary."""
    from bench.bulk import load
    from patients.models import Baseline, DiaryDay

    load(
        Baseline,
        ("uid", "patient_id", "given_on", "last"),
        ((uuid.uuid4(), number, given[number][0], given[number][0] - dt.timedelta(days=1)) for number in given),
        **shared, source="diary", days_recorded=26, headache_days=20, migraine_days=12, frozen_at=now,
    )  # fmt: skip
    load(DiaryDay, ("patient_id", "date", "headache_hours"), _diary(given), **shared, source="patient", entered_at=now)


def _fill_assessments(numbers: Iterable[int], now: dt.datetime, shared: dict[str, Any]) -> None:
    """Give people two signed assessments, the second by a policy with a stop rule."""
    from bench.bulk import load
    from clinic.models import User
    from patients.eligibility.policy import EHF, LABEL
    from patients.models import Assessment

    signer = User.objects.create(email=f"signer@{shared['clinic'].slug}.example", full_name="Dr Signer")
    rows = (
        (uuid.uuid4(), number, policy.key, json.dumps(policy.plain())) for policy in (LABEL, EHF) for number in numbers
    )
    load(
        Assessment,
        ("uid", "patient_id", "policy", "policy_rules"),
        rows,
        **shared, source="diary", assessed_on=TODAY, outcome="eligible", criteria=[], drafted_at=now, signed_at=now,
        signed_by=signer,
    )  # fmt: skip


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def _diary(numbers: Iterable[int]) -> Iterator[tuple[int, dt.date, int]]:
    """Yield twelve weeks of days of each person; one day in ten is missing, one in two to one in seven has a headache."""
    for number in numbers:
        for back in range(1, DIARY_DAYS + 1):
            if (back + number) % 10:
                yield number, TODAY - dt.timedelta(days=back), 0 if back % (2 + number % 6) else 5
