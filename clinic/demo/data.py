"""Two made-up clinics with people in every stage of treatment, told around the moment of loading."""

import datetime as dt
from random import Random

from django.db import transaction

from clinic.demo.clinics import make_clinics
from clinic.demo.course_of_events import Chronicle
from clinic.demo.diaries import keep_on
from clinic.demo.messages import replay
from clinic.demo.shelves import fill_shelves, report_effects
from clinic.demo.stages import STAGES
from clinic.demo.texts import write_in

# Any number does; the same one makes the same people every time.
SEED = 84


@transaction.atomic
def load(*, now: dt.datetime) -> None:
    """Fill an empty database, all or nothing. Days are reckoned from ``now``, so that today is a full day."""
    large, small = (
        Chronicle(team, now, Random(f"{SEED} {slug}"))  # noqa: S311 - made-up people need no secrecy  # nosec B311
        for slug, team in make_clinics(now).items()
    )
    later = []
    for stage, at_large, at_small in STAGES:
        later += [stage(large, number) for number in range(at_large)]
        later += [stage(small, number) for number in range(at_small)]
    replay([large, small], now)
    for happen in filter(None, later):
        happen()
    for chronicle in (large, small):
        fill_shelves(chronicle)
        keep_on(chronicle.clinic, chronicle.today)
    report_effects(large)
    write_in(large)
