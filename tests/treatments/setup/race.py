"""People book into a day while leave for that day is being saved: run as a program, prints what happened as JSON.

Several rounds; in each, eight processes hold times offered before the leave and book them at the moment one process
saves the leave. Afterwards no booked visit may lie in leave that nobody has seen there.
"""

import datetime as dt
import json
import multiprocessing
import sys
import uuid
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from clinic.models import Absence, Injector, Role, User  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_user, room_of  # noqa: E402
from treatments import booking  # noqa: E402
from treatments.models import Course, TreatmentSession  # noqa: E402
from treatments.setup import changes, saving  # noqa: E402
from treatments.slots import Slot  # noqa: E402

BOOKERS = 8
ROUNDS = 5  # Monday to Friday
DAY = dt.datetime(2026, 12, 7, 0, 0, tzinfo=dt.UTC)


def slot(number: int, index: int) -> Slot:
    """Return the quarter of an hour that one process wants in one round."""
    osei = Injector.objects.get()
    starts_at = DAY + dt.timedelta(days=number, hours=9, minutes=15 * index)
    return Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))


def book(index: int, barrier: Any, results: Any, courses: list[int]) -> None:
    """One process of the front desk: in each round, book a time of the day that is about to become leave."""
    connections.close_all()
    by = User.objects.get()
    outcomes = []
    for number, pk in enumerate(courses):
        course = Course.objects.select_related("clinic").get(pk=pk)
        place = slot(number, index)
        barrier.wait()
        try:
            booking.book(course=course, slot=place, uid=uuid.uuid4(), by=by, at=NOW)
            outcomes.append("won")
        except booking.Taken:
            outcomes.append("Taken")
        except Exception as error:
            outcomes.append(repr(error))
    results.put(outcomes)


def give_leave(barrier: Any, results: Any) -> None:
    """The admin: in each round, leave for the whole day, of which nobody is known to be in the way."""
    connections.close_all()
    by, osei = User.objects.get(), Injector.objects.select_related("clinic").get()
    outcomes = []
    for number in range(ROUNDS):
        starts_at = DAY + dt.timedelta(days=number)
        leave = Absence(
            clinic=osei.clinic, injector=osei, starts_at=starts_at, ends_at=starts_at + dt.timedelta(days=1)
        )
        barrier.wait()
        try:
            saving.save(change=changes.leave(row=leave), by=by, at=NOW)
            outcomes.append("saved")
        except saving.Unseen:
            outcomes.append("Unseen")
        except Exception as error:
            outcomes.append(repr(error))
    results.put(outcomes)


def unseen_visits() -> int:
    """Count the booked visits that lie in leave."""
    return sum(
        TreatmentSession.objects.filter(
            injector=leave.injector_id, starts_at__lt=leave.ends_at, ends_at__gt=leave.starts_at
        ).count()
        for leave in Absence.objects.all()
    )


def seed() -> list[list[int]]:
    """Make a clinic with one injector, and a course for each process and round."""
    clinic = make_clinic()
    make_user("ada@riverside.example", "Ada Lind", (clinic, Role.ADMIN))
    make_injector(clinic, "Dr Osei")
    return [[make_course(make_patient(clinic)).pk for _ in range(ROUNDS)] for _ in range(BOOKERS)]


def main() -> None:
    """Run the race and print the outcome."""
    courses = seed()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(BOOKERS + 1), context.Queue()
    runners = [context.Process(target=book, args=(index, barrier, results, courses[index])) for index in range(BOOKERS)]
    runners.append(context.Process(target=give_leave, args=(barrier, results)))
    for runner in runners:
        runner.start()
    outcomes = [outcome for _ in runners for outcome in results.get(timeout=120)]
    for runner in runners:
        runner.join()
    json.dump(
        {
            "unseen": unseen_visits(),
            "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
            "leave": Absence.objects.count(),
            "booked": TreatmentSession.objects.count(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
