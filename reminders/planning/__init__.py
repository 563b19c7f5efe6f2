"""Planning: the ledger is compared with the calendar, and made to agree with it.

It pulls: treatments knows nothing of reminders, and whatever happened there heals within one run. Running it twice,
or twice at once, adds nothing; the database's unique constraints say so.
"""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from reminders.planning.apart import in_turn
from reminders.planning.carried import carry_over
from reminders.planning.checkups import create_checkups
from reminders.planning.diary import create_diary_stopped, create_diary_unbegun
from reminders.planning.due import create_due
from reminders.planning.happened import create_happened
from reminders.planning.offered import create_offered
from reminders.planning.rules import ActiveRules
from reminders.planning.settle import bring_back, mark_missed, stop, take_up
from reminders.planning.visits import create_visits
from reminders.planning.welcome import create_welcome
from treatments.recall import offers

__all__ = ["Plan", "reconcile"]


@dataclass(frozen=True)
class Plan:
    """What one run changed, in rows."""

    stopped: int
    brought_back: int
    missed: int
    created: int


def reconcile(*, now: dt.datetime) -> Plan:
    """Stop what no longer holds, bring back what holds again or can go by now, mark what is too late, create what is missing.

    First offers that ended are closed, and what may have arrived goes with its visit, so that it is not stopped and
    made anew. The number of queries depends on how many different rules there are, not on how many rows. What cannot be
    done leaves the rest alone. Raises Incomplete in the end.
    """
    steps = (offers.close_ended, carry_over, stop, bring_back, take_up, mark_missed, _create)
    done = in_turn((step.__name__, partial(step, now=now)) for step in steps)
    _, _, stopped, brought_back, taken_up, missed, created = done
    return Plan(stopped, brought_back + taken_up, missed, created)


def _create(*, now: dt.datetime) -> int:
    active = ActiveRules()
    planners = (
        create_happened,
        create_visits,
        create_due,
        create_checkups,
        create_welcome,
        create_diary_stopped,
        create_diary_unbegun,
    )
    steps = [(planner.__name__, partial(planner, active, now=now)) for planner in planners]
    return sum(in_turn([*steps, (create_offered.__name__, partial(create_offered, now=now))]))
