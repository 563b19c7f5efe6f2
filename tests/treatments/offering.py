"""Several people who say yes to one time at the same instant, against a database of their own.

Run as a program (`python -m tests.treatments.offering`); prints what happened as JSON.
"""

import datetime as dt
import json
import multiprocessing
import sys
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from clinic.models import Role  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session, make_user, room_of  # noqa: E402
from treatments.models import OfferInvitation, SlotOffer, TreatmentSession  # noqa: E402
from treatments.recall import offers  # noqa: E402

PROCESSES = 8
ROUNDS = 6
STARTS = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


def seed() -> list[list[int]]:
    """Make offers to as many people as there are processes, every second of whom has a later visit; return keys."""
    clinic = make_clinic()
    by = make_user("fran@riverside.example", "Fran Adeyemi", (clinic, Role.FRONT_DESK))
    osei, bello = make_injector(clinic, "Dr Osei"), make_injector(clinic, "RN Bello")
    rounds = []
    for number in range(ROUNDS):
        offer = SlotOffer.objects.create(
            clinic=clinic,
            injector=osei,
            room=room_of(osei),
            starts_at=STARTS + number * dt.timedelta(minutes=15),
            ends_at=STARTS + (number + 1) * dt.timedelta(minutes=15),
            offered_at=NOW,
            offered_by=by,
            expires_at=NOW + dt.timedelta(hours=2),
        )
        invitations = []
        for place in range(PROCESSES):
            course = make_course(make_patient(clinic), last_given_on=NOW.date() - dt.timedelta(days=100), injector=osei)
            if place % 2:
                later = STARTS + dt.timedelta(days=7 + number, minutes=15 * place)
                make_session(course, bello, later, due_on=course.next_due())
            invitations.append(OfferInvitation.objects.create(clinic=clinic, offer=offer, course=course).pk)
        rounds.append(invitations)
    return rounds


def say_yes(index: int, barrier: Any, results: Any, rounds: list[list[int]]) -> None:
    """One person: yes, at the same instant as all the others."""
    connections.close_all()
    said = []
    for invitations in rounds:
        invitation = OfferInvitation.objects.get(pk=invitations[index])
        barrier.wait()
        try:
            offers.accept(invitation=invitation, at=NOW)
            said.append("won")
        except Exception as error:
            said.append(type(error).__name__)
    results.put(said)


def main() -> None:
    """Let them all say yes, and print the outcome."""
    rounds = seed()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    people = [context.Process(target=say_yes, args=(index, barrier, results, rounds)) for index in range(PROCESSES)]
    for one in people:
        one.start()
    said = [results.get(timeout=90) for _ in people]
    for one in people:
        one.join()
    flat = [word for words in said for word in words]
    summary = {
        "said": {word: flat.count(word) for word in sorted(set(flat))},
        "offers": sorted(SlotOffer.objects.values_list("state", flat=True)),
        "answers": sorted(OfferInvitation.objects.values_list("answer", flat=True)),
        "visits": TreatmentSession.objects.filter(
            starts_at__gte=STARTS, starts_at__lt=STARTS + dt.timedelta(days=1)
        ).count(),
    }
    json.dump(summary, sys.stdout)


if __name__ == "__main__":
    main()
