"""From what happened to what is to be told: the history of visits is read, and each line asked for becomes a call."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef

from interface.hooks.events import TOLD_KINDS, name_of
from interface.models import Hook, HookCall
from reminders.watching.faults import each
from treatments.models import SessionEvent

# A line may be written long after its moment, in a transaction that had to wait; so a stretch is read again.
OVERLAP = dt.timedelta(hours=1)
AT_ONCE = 500


class Mute(Exception):
    """None of FIELD_ENCRYPTION_KEYS reads the secret of a hook."""


def gather(*, now: dt.datetime) -> int:
    """Make the calls that are missing; return how many. Running it twice, or twice at once, adds nothing.

    A hook that cannot be worked on keeps no other waiting. Raises Incomplete in the end.
    """
    made: list[int] = []
    each(Hook.objects.filter(ended_at=None), lambda hook: made.append(_of(hook, now)))
    return sum(made)


def _of(hook: Hook, now: dt.datetime) -> int:
    lines = _lines(hook)
    named = [(line, name_of(line.kind, line.after)) for line in lines]
    calls = [_call(hook, line, name, now) for line, name in named if name in hook.events]
    everything = len(lines) < AT_ONCE
    until, line = (now, 0) if everything else (lines[-1].at + OVERLAP, lines[-1].pk)
    with transaction.atomic():
        made = HookCall.objects.bulk_create(calls, ignore_conflicts=True)
        Hook.objects.filter(pk=hook.pk).update(told_until=until, told_line=line)
    if hook.is_mute:  # its calls wait, and whoever watches the machine is told
        raise Mute
    return len(made)


def _lines(hook: Hook) -> list[SessionEvent]:
    """Return the lines since the last time that have no call yet, the oldest first (one query)."""
    told = HookCall.objects.filter(hook=hook, event=OuterRef("pk"))
    since = max(hook.made_at, hook.told_until - OVERLAP)
    # The clinic is asked of each line of late: by its number, SQLite reads all lines that the clinic ever had.
    here = Hook.objects.filter(pk=hook.pk, clinic=OuterRef("clinic"))
    lines = SessionEvent.objects.filter(~Exists(told), Exists(here), at__gte=since, kind__in=TOLD_KINDS)
    # Whoever moves all visits of a leave writes more lines of one moment than are read at once.
    lines = lines.exclude(at=since, pk__lte=hook.told_line)
    return list(lines.order_by("at", "pk").only("at", "kind", "after", "clinic_id")[:AT_ONCE])


def _call(hook: Hook, line: SessionEvent, name: str | None, now: dt.datetime) -> HookCall:
    return HookCall(clinic_id=hook.clinic_id, hook=hook, event=line, name=name or "", due_at=now, created_at=now)
