"""Two desks press together, over HTTP, against real server processes. Run as a program; prints what each was told.

`python -m tests.acceptance.desks` seeds its database, starts gunicorn with two processes, and lets two people with their
own sessions book: twenty times the same time for two patients, then five times two times for one patient.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import django

django.setup()

import requests  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from clinic.models import Clinic, Role, User  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_user  # noqa: E402
from tests.servers.processes import ROOT, free_port, listens, wait_for  # noqa: E402
from treatments import slots  # noqa: E402
from treatments.models import Course, Status, TreatmentSession  # noqa: E402
from treatments.slots import Slot  # noqa: E402

ROUNDS, SAME_PATIENT_ROUNDS = 20, 5
NOTE = "needs parking"
# The button of the page that stands out, and that Enter presses.
MOVE_FIRST = re.compile(r'<button class="btn btn-primary"[^>]*data-main[^>]*>Move that visit here<')


@dataclass(frozen=True)
class Answer:
    """What one desk was told."""

    status: int
    heading: str
    fresh: int
    note_kept: bool
    move_offered: bool


class Desk:
    """One person's browser, logged in."""

    def __init__(self, port: int, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.token = get_random_string(32)
        self.session.cookies.update({"session": client.cookies["session"].value, "csrftoken": self.token})

    def book(self, course: Course, slot: Slot) -> Answer:
        """Press a time."""
        form = {"csrfmiddlewaretoken": self.token, "slot": slot.code, "uid": str(uuid.uuid4()), "note": NOTE}
        address = self.base + reverse("treatments:book", args=[course.uid])
        answer = self.session.post(address, form, allow_redirects=False, timeout=60)
        summary = re.search(r"<h2>(.*?)</h2>", answer.text, re.DOTALL)
        return Answer(
            answer.status_code,
            " ".join(summary[1].split()) if summary else "",
            answer.text.count('class="slot"'),
            f'value="{NOTE}"' in answer.text,
            bool(MOVE_FIRST.search(answer.text)),
        )


@contextmanager
def server() -> Iterator[int]:
    """Run gunicorn with two processes; give its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--config", "python:clinic.gunicorn"]
    more = ["--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen([*command, *more], cwd=ROOT, env=os.environ)
    try:
        wait_for(lambda: process.poll() is not None or listens(port), seconds=60)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def together(desks: list[Desk], wants: list[tuple[Course, Slot]]) -> list[Answer]:
    """Let both press at the same moment."""
    barrier = threading.Barrier(len(desks))
    answers: list[Answer | None] = [None] * len(desks)

    def press(index: int) -> None:
        barrier.wait()
        answers[index] = desks[index].book(*wants[index])

    threads = [threading.Thread(target=press, args=(index,)) for index in range(len(desks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer]


def times(clinic: Clinic, number: int) -> list[Slot]:
    """Return so many free times, from a week on."""
    now = timezone.now()
    first = timezone.localdate() + dt.timedelta(days=7)
    return slots.free_times(clinic=clinic, first=first, days=14, now=now)[:number]


def main() -> None:
    """Run all rounds and print what was said and what is stored."""
    clinic = make_clinic()
    make_injector(clinic, "Dr Osei")
    people = [
        make_user("ana@riverside.example", "Ana Kim", (clinic, Role.FRONT_DESK)),
        make_user("ben@riverside.example", "Ben Ode", (clinic, Role.FRONT_DESK)),
    ]
    courses = [make_course(make_patient(clinic)) for _ in range(2 * ROUNDS + SAME_PATIENT_ROUNDS)]
    free = times(clinic, ROUNDS + 2 * SAME_PATIENT_ROUNDS)
    with server() as port:
        desks = [Desk(port, person) for person in people]
        connections.close_all()
        same_time = [
            together(desks, [(courses[2 * number], free[number]), (courses[2 * number + 1], free[number])])
            for number in range(ROUNDS)
        ]
        same_patient = [
            together(desks, [(course, free[ROUNDS + 2 * number]), (course, free[ROUNDS + 2 * number + 1])])
            for number, course in enumerate(courses[2 * ROUNDS :])
        ]
    stored = TreatmentSession.objects.filter(status=Status.BOOKED)
    json.dump(
        {
            "same_time": [[asdict(answer) for answer in answers] for answers in same_time],
            "same_patient": [[asdict(answer) for answer in answers] for answers in same_patient],
            "stored": [stored.filter(starts_at=slot.starts_at).count() for slot in free[:ROUNDS]],
            "per_patient": [stored.filter(course=course).count() for course in courses[2 * ROUNDS :]],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
