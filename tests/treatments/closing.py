"""A record is closed while somebody takes its visit a step on: run as a program, prints what came of it as JSON."""

import datetime as dt
import json
import sys
from functools import partial

import django

django.setup()

from clinic.models import Role, User  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402
from tests.treatments.uncommitted import Work, at_once  # noqa: E402
from treatments import booking, leaving  # noqa: E402
from treatments.models import Course, Status, TreatmentSession  # noqa: E402

STEPS = (Status.ARRIVED, Status.NO_SHOW, Status.CANCELLED, Status.DONE)


def step(session: TreatmentSession, to: Status, by: User) -> None:
    """Take a step; done is what the database sees of a signature."""
    if to == Status.DONE:
        rows = TreatmentSession.objects.filter(pk=session.pk)
        rows.update(status=Status.DONE, given_on=NOW.date())
    else:
        booking.change_status(session=session, to=to, by=by, at=session.starts_at, reason="Ill")


def closed_meanwhile(session: TreatmentSession, to: Status, by: User, close: Work) -> str:
    """Close the record while the step is being taken; return what came of it, and how visit and course end."""
    refused = at_once(partial(step, session, to, by), close)
    outcome = repr(refused) if refused else "closed"
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
            found[f"{to} {way}"] = closed_meanwhile(
                session, to, by, partial(close, patient=course.patient, by=by, at=NOW)
            )
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
