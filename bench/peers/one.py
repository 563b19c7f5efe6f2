"""Both of them on one database: migrate, fill, ask, print what they said as one JSON line each.

``python -m bench.peers.one SIZE`` in the environment that `bench.peers.running` makes.
"""

import datetime as dt
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import django

PREFIX = "PEER "
CROWD, BOOKINGS = 20, 100


def main(size: int) -> None:
    """Fill both and ask both."""
    django.setup()
    logging.disable()  # they tell of each booking; that is not what is measured
    from django.core.management import call_command
    from django.db import connection

    from bench.peers import load
    from bench.peers.questions import Appointment, Scheduler

    call_command("migrate", run_syncdb=True, verbosity=0)
    now = dt.datetime.now(dt.UTC)
    taken, dense = load.visits(size, now.date()), load.dense_monday(now.date())
    load.people()
    load.fill_appointment(taken, dense, now)
    load.fill_scheduler(taken, dense, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    free = load.free_times(taken, now.date(), BOOKINGS + 1)
    client = load.user("client0")
    for peer in (Appointment(), Scheduler()):
        for what, words in _answers(peer, free, dense, now.date(), client):
            print(PREFIX + json.dumps([what, peer.name, words]), flush=True)


def _answers(peer: Any, free: list[Any], dense: dt.date, today: dt.date, by: Any) -> Any:
    """Yield what was asked and the answer in words. What reads comes before what books."""
    from bench.clients import together

    yield "Slot search, any of 20 injectors", _search(peer.any_of_all, free[0].date, "one day")
    yield "Slot search, one injector without a free time, 52 weeks", _search(peer.one_full, today, "90 days")
    open_calendar = peer.calendar(dense)
    size = open_calendar()
    yield "Calendar, week of one", f"{_ms(open_calendar)}, {size / 1000:,.0f} kB"
    crowd = together(lambda index: [peer.book(free[0], by)], CROWD)
    odd = f", {crowd.odd} errors" if crowd.odd else ""
    yield "Accepted of 20 at once for one time", f"{peer.accepted(free[0])}{odd}"
    alone = together(lambda index: [peer.book(place, by) for place in free[1:]], 1)
    yield "Booking, 1 client", f"{alone.rate:.0f} per s" + (f", {alone.odd} errors" if alone.odd else "")


def _search(ask: Callable[[dt.date], int] | None, date: dt.date, reach: str) -> str:
    if ask is None:
        return "cannot be asked"
    return f"{_ms(lambda: ask(date))} for {reach}"


def _ms(act: Callable[[], Any]) -> str:
    from bench.timing import median_ms

    return f"{median_ms(act, 3, 1):,.0f} ms"


if __name__ == "__main__":
    main(int(sys.argv[1]))
