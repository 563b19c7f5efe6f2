"""Calling: take what is due with a lease, tell it, write down what came back. The same ideas as the reminders' dispatch.

A caller may die between any two lines: the call is then made again after the lease, with the same id.
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from interface.hooks import delivery
from interface.hooks.delivery import NotTold, TooSlow
from interface.models import HookCall

State = HookCall.State
# A call has 20 seconds (see delivery), so that five of them fit into a lease.
LEASE = dt.timedelta(minutes=2)
BATCH = 5
# Reminders wait for the same worker.
ROUND = dt.timedelta(seconds=20)
# A day in all: who is down overnight misses nothing.
BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 900))

# What a call is made of. What is encrypted is not among it: what no key of ours reads would stop all others.
TOLD = (
    *("uid", "name", "attempts", "tries", "hook__url", "hook__old_until"),
    *("clinic__uid", "event__at", "event__session__uid"),
)


def call_due(*, clock: Callable[[], dt.datetime]) -> int:
    """Tell what is due until nothing is left or the round is over; return how many calls were made."""
    stop, made = clock() + ROUND, 0
    while clock() < stop and (batch := _claim(clock())):
        slow: set[int] = set()
        for call in batch:
            if call.hook_id in slow:
                _give_back(call, clock())
                continue
            made += 1
            if not _tell(call, clock()):
                slow.add(call.hook_id)
                _put_off(call.hook_id, clock())
    return made


def _claim(now: dt.datetime) -> list[HookCall]:
    """Take a few calls; they are ours, and committed as such, before anything leaves."""
    with transaction.atomic():
        due = HookCall.objects.claimable(now).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:BATCH])
        mine = HookCall.objects.filter(pk__in=keys)
        mine.update(state=State.CALLING, lease_until=now + LEASE, attempts=F("attempts") + 1, tries=F("tries") + 1)
        told = mine.select_related("hook", "clinic", "event__session").only(*TOLD)
        return list(told.order_by("due_at", "pk"))


def _put_off(hook: int, now: dt.datetime) -> None:
    """Let what else is due at an address wait for the next round: one that hangs would keep all others waiting."""
    HookCall.objects.filter(hook=hook, state=State.WAITING, due_at__lte=now).update(due_at=now + BACK_OFF[0])


def _give_back(call: HookCall, now: dt.datetime) -> None:
    """Do the same with one that was taken already; it has all its tries still."""
    held = HookCall.objects.held_by(call)
    held.update(state=State.WAITING, due_at=now + BACK_OFF[0], lease_until=None, tries=F("tries") - 1)


def _tell(call: HookCall, now: dt.datetime) -> bool:
    """Make one call; return whether it was answered in time. What came back is written only if the claim is still ours."""
    held = HookCall.objects.held_by(call)
    try:
        answer = delivery.send(call.hook, str(call.uid), body_of(call), now)
    except NotTold as error:
        wait = BACK_OFF[call.tries - 1] if call.tries <= len(BACK_OFF) else None
        if wait is None:
            held.update(state=State.FAILED, answer=str(error), closed_at=now, lease_until=None)
        else:
            held.update(state=State.WAITING, answer=str(error), due_at=now + wait, lease_until=None)
        return not isinstance(error, TooSlow)
    held.update(state=State.TOLD, answer=answer, closed_at=now, lease_until=None)
    return True


def body_of(call: HookCall) -> bytes:
    """Return what is told: what happened to which visit, in ids. Who may know more asks for it with a token."""
    told: dict[str, Any] = {
        "type": call.name,
        "timestamp": call.event.at.astimezone(dt.UTC).isoformat(),
        "data": {"clinic": str(call.clinic.uid), "appointment": f"Appointment/{call.event.session.uid}"},
    }
    return json.dumps(told).encode()
