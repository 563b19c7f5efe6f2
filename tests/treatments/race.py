"""Sixteen processes that book, lose and move at the same instant, against a database of their own.

Run as a program (`python -m tests.treatments.race`); prints what happened as JSON.
"""

import datetime as dt
import json
import multiprocessing
import random
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from clinic.models import Injector, Role, User  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_user, room_of  # noqa: E402, room_of
from treatments import booking  # noqa: E402
from treatments.models import Course, TreatmentSession  # noqa: E402
from treatments.slots import Slot  # noqa: E402

PROCESSES = 16
ROUNDS = 12
ATTEMPTS = 8
MOVES = 8
DAY = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)

OVERLAPS = """
    SELECT count(*) FROM treatments_treatmentsession a JOIN treatments_treatmentsession b
    ON a.id < b.id AND (a.injector_id = b.injector_id OR a.room_id = b.room_id)
    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.status IN ('booked', 'done') AND b.status IN ('booked', 'done')
"""


def slot(injector: Injector, starts_at: dt.datetime) -> Slot:
    """Return a quarter of an hour of an injector."""
    return Slot(injector, room_of(injector), starts_at, starts_at + dt.timedelta(minutes=15))


def attempt(act: Callable[[], TreatmentSession]) -> tuple[str, float]:
    """Try something and return what came of it and how long it took (seconds)."""
    start = time.perf_counter()
    try:
        act()
        outcome = "won"
    except booking.Conflict as error:
        outcome = type(error).__name__
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    return outcome, time.perf_counter() - start


def race(index: int, barrier: Any, results: Any, courses: list[int]) -> None:
    """One process: the same slot with everyone, a day of one injector in any order, then moving about."""
    connections.close_all()
    mine = list(Course.objects.filter(pk__in=courses).select_related("clinic"))
    by = User.objects.get()
    first, second = Injector.objects.order_by("pk")
    rng = random.Random(index)
    found: dict[str, list[tuple[str, float]]] = {"slot": [], "day": [], "move": []}

    def book(injector: Injector, starts_at: dt.datetime) -> tuple[str, float]:
        course = mine.pop()
        return attempt(
            lambda: booking.book(course=course, slot=slot(injector, starts_at), uid=uuid.uuid4(), by=by, at=NOW)
        )

    for number in range(ROUNDS):
        barrier.wait()
        found["slot"].append(book(first, DAY + number * dt.timedelta(minutes=15)))
    barrier.wait()
    for _ in range(ATTEMPTS):
        found["day"].append(book(second, DAY + dt.timedelta(minutes=5 * rng.randrange(96))))
    barrier.wait()
    session = TreatmentSession.objects.filter(course__in=courses).select_related("clinic", "course__clinic").first()
    for _ in range(MOVES if session else 0):
        target = slot(rng.choice([first, second]), DAY + dt.timedelta(days=1, minutes=15 * rng.randrange(8)))
        found["move"].append(attempt(lambda: move(session.pk, target, by)))  # type: ignore[union-attr]  # noqa: B023
    results.put(found)


def move(pk: int, target: Slot, by: User) -> TreatmentSession:
    """Move a session from where it is now."""
    session = TreatmentSession.objects.select_related("clinic", "course__clinic").get(pk=pk)
    return booking.move(session=session, version=session.version, slot=target, by=by, at=NOW)


def seed() -> list[list[int]]:
    """Make a clinic with two injectors and courses enough for each process; return their keys."""
    clinic = make_clinic()
    make_user("fran@riverside.example", "Fran Adeyemi", (clinic, Role.FRONT_DESK))
    make_injector(clinic, "Dr Osei")
    make_injector(clinic, "RN Bello")
    return [[make_course(make_patient(clinic)).pk for _ in range(ROUNDS + ATTEMPTS)] for _ in range(PROCESSES)]


def main() -> None:
    """Run the race and print the outcome."""
    courses = seed()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    runners = [
        context.Process(target=race, args=(index, barrier, results, courses[index])) for index in range(PROCESSES)
    ]
    for runner in runners:
        runner.start()
    found = [results.get(timeout=120) for _ in runners]
    for runner in runners:
        runner.join()
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        overlaps = cursor.fetchone()[0]
    summary: dict[str, Any] = {"overlaps": overlaps, "stored": TreatmentSession.objects.count()}
    for stage in ("slot", "day", "move"):
        pairs = [tuple(pair) for one in found for pair in one[stage]]
        outcomes = [outcome for outcome, _ in pairs]
        summary[stage] = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
        seconds = sorted(took for _, took in pairs)
        summary[f"{stage}_p99"] = seconds[int(len(seconds) * 0.99)]
        summary[f"{stage}_max"] = seconds[-1]
    json.dump(summary, sys.stdout)


if __name__ == "__main__":
    main()
