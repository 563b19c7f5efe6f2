"""Eight desks that register people at the same instant, against a database of their own.

Run as a program (`python -m tests.patients.numbers`); prints the record numbers that were given, as JSON.
"""

import json
import multiprocessing
import sys
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from clinic.models import Clinic  # noqa: E402
from patients.actions import Newcomer, register_patient  # noqa: E402
from tests.builders import NOW, TODAY, make_clinic  # noqa: E402

DESKS = 8
PEOPLE = 6


def desk(barrier: Any, results: Any) -> None:
    """Register people one after the other and hand back their numbers."""
    connections.close_all()
    clinic, numbers = Clinic.objects.get(), []
    barrier.wait()
    for _ in range(PEOPLE):
        tom = Newcomer(given_name="Tom", family_name="Reid", birth_date=TODAY)
        patient = register_patient(clinic=clinic, person=tom, by=None, at=NOW)
        numbers.append(patient.record_number)
    results.put(numbers)


def main() -> None:
    """Run all desks and print what they gave out."""
    make_clinic()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(DESKS), context.Queue()
    desks = [context.Process(target=desk, args=(barrier, results)) for _ in range(DESKS)]
    for one in desks:
        one.start()
    json.dump([number for _ in desks for number in results.get(timeout=60)], sys.stdout)
    for one in desks:
        one.join()


if __name__ == "__main__":
    main()
