"""A record is closed while somebody takes its visit a step on: run as a program, prints what came of it as JSON.

Each step is kept uncommitted until the one who closes has had time to read the visit as it was before.
"""

import datetime as dt
import json
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

import django

django.setup()

from django.db import connections, transaction  # noqa: E402

from clinic.models import Role, User  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402
from treatments import booking, leaving  # noqa: E402
from treatments.models import Course, Status, TreatmentSession  # noqa: E402

HELD = 0.7  # seconds
STEPS = (Status.ARRIVED, Status.NO_SHOW, Status.CANCELLED, Status.DONE)


def step(session: TreatmentSession, to: Status, by: User, taken: threading.Event) -> None:
    """Take a step and commit it a moment later; done is what the database sees of a signature."""
    with transaction.atomic():
        if to == Status.DONE:
            rows = TreatmentSession.objects.filter(pk=session.pk)
            rows.update(status=Status.DONE, given_on=NOW.date())
        else:
            booking.change_status(session=session, to=to, by=by, at=session.starts_at, reason="Ill")
        taken.set()
        time.sleep(HELD)
    connections.close_all()


def at_once(session: TreatmentSession, to: Status, by: User, close: Callable[[], None]) -> str:
    """Close the record while the step is being taken; return what came of it, and how visit and course end."""
    taken = threading.Event()
    desk = threading.Thread(target=step, args=(session, to, by, taken))
    desk.start()
    taken.wait(10)
    try:
        close()
        outcome = "closed"
    except Exception as error:
        outcome = repr(error)
    desk.join()
    found = TreatmentSession.objects.get(pk=session.pk)
    ended = Course.objects.get(pk=session.course_id).closed_on is not None
    return f"{outcome}, {found.status}, {'ended' if ended else 'goes on'}"


def main() -> None:
    """Close two records for each step: of somebody who died, and one that is joined with another."""
    clinic = make_clinic()
    by, osei = make_user("fran@riverside.example", "Fran Adeyemi", (clinic, Role.FRONT_DESK)), make_injector(clinic)
    stays = make_course(make_patient(clinic)).patient
    ways = {"died": partial(leaving.died, on=NOW.date()), "joined": partial(leaving.merge, into=stays)}
    found = {}
    for hour, to in enumerate(STEPS):
        for minute, (way, close) in zip((0, 30), ways.items(), strict=True):
            course = make_course(make_patient(clinic))
            session = make_session(course, osei, NOW + dt.timedelta(hours=hour, minutes=minute))
            found[f"{to} {way}"] = at_once(session, to, by, partial(close, patient=course.patient, by=by, at=NOW))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
