"""How quickly a race is lost, and by how many it is won: one slot for all at once, and moves in shuffled order."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.booking import booking_of
from bench.clients import Act, Outcome, share, together
from bench.report import Row
from bench.world import World
from clinic.models import User
from treatments import booking
from treatments.models import TreatmentSession
from treatments.slots import Slot

RACERS = 16
ROUNDS = 12
# So many went for one time at once when others were measured.
CROWD = 20
MOVERS, MOVES = 8, 40
TARGET_MS = 100


def measure(world: World) -> list[Row]:
    """Measure a crowd of 20 on one slot, 16 on one slot again and again, and 8 who move visits about."""
    return [_crowd(world), _same_slot(world), _shuffled_moves(world)]


def _crowd(world: World) -> Row:
    found = _on_one_slot(world, CROWD)
    won = found.tally["won"]
    note = f"{found.odd} errors"
    return Row(
        f"Accepted of {CROWD} at once for one time", world.engine, world.size, won, "bookings",
        target="1", met=won == 1 and not found.odd, note=note,
    )  # fmt: skip


def _on_one_slot(world: World, racers: int) -> Outcome:
    slot, courses, desk = world.free_times(1)[0], world.candidates(racers), world.desk
    to_sunday = dt.timedelta(days=6 - slot.starts_at.weekday())
    closed = replace(slot, starts_at=slot.starts_at + to_sunday, ends_at=slot.ends_at + to_sunday)

    def prepare(index: int) -> Sequence[Act]:
        for _ in range(3):  # refused; the process is then as warm as one that is at work
            booking_of(courses[index], closed, desk)()
        return [booking_of(courses[index], slot, desk)]

    return together(prepare, racers)


def _same_slot(world: World) -> Row:
    before = _deadlocks()
    rounds = [_on_one_slot(world, RACERS) for _ in range(ROUNDS)]
    took = sorted(ms for one in rounds for ms in one.took)
    p99, errors = took[int(len(took) * 0.99)], sum(one.odd for one in rounds)
    won = sum(one.tally["won"] for one in rounds)
    return Row(
        f"Race of {RACERS} for one time, p99", world.engine, world.size, p99, target=f"{TARGET_MS} ms, nothing unhandled",
        met=p99 <= TARGET_MS and not errors and won == ROUNDS,
        note=f"{won} won in {ROUNDS} rounds, longest {took[-1]:.0f} ms, {errors} errors, {_deadlocks() - before} deadlocks",
    )  # fmt: skip


def _shuffled_moves(world: World) -> Row:
    """Eight people move sixteen visits of two injectors onto each other's times, in any order."""
    desk, slots = world.desk, world.free_times(400)
    two = sorted({slot.injector.pk for slot in slots})[:2]
    targets = [slot for slot in slots if slot.injector.pk in two][: MOVERS * 3]
    for course, slot in zip(world.candidates(MOVERS * 2), targets, strict=False):
        booking.book(course=course, slot=slot, uid=course.uid, by=desk, at=timezone.now())
    uids = [slot.starts_at for slot in targets]
    keys = list(
        TreatmentSession.objects.filter(injector__in=two, starts_at__in=uids, status="booked").values_list(
            "pk", flat=True
        )
    )
    before = _deadlocks()

    def prepare(index: int) -> Sequence[Act]:
        rng = random.Random(index)
        return [_move_of(rng.choice(share(keys, index, MOVERS)), rng.choice(targets), desk) for _ in range(MOVES)]

    found = together(prepare, MOVERS)
    return Row(
        f"Moves in shuffled order, {MOVERS} people, p99", world.engine, world.size, found.p99,
        target=f"{TARGET_MS} ms, nothing unhandled", met=found.p99 <= TARGET_MS and not found.odd,
        note=f"{found.tally['won']} moved, {found.tally['lost']} refused, longest {max(found.took):.0f} ms, "
        f"{found.odd} errors, {_deadlocks() - before} deadlocks",
    )  # fmt: skip


def _move_of(key: int, target: Slot, by: User) -> Act:
    def act() -> str:
        session: Any = TreatmentSession.objects.select_related("clinic", "course__clinic").get(pk=key)
        try:
            booking.move(session=session, version=session.version, slot=target, by=by, at=timezone.now())
        except (booking.Conflict, booking.TooEarly):
            return "lost"
        except Exception as error:
            return type(error).__name__
        return "won"

    return act


def _deadlocks() -> int:
    """Return how many deadlocks the database has broken so far."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[1])
