"""Is anything wrong with the sending? Pure: no framework, no clock.

What is silent for four minutes is shown, so that whoever looks at least once a minute knows within five.
"""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from clinic.wording import clock_words, day_words

SILENT_AFTER = dt.timedelta(minutes=4)
LATE_AFTER = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Facts:
    """What is known at a moment.

    ``refusing`` tells since when a kind of message has found no gateway that takes it, ``failing_since`` since when
    planning and sending end in a fault.
    """

    now: dt.datetime
    worker_at: dt.datetime | None = None
    beat_at: dt.datetime | None = None
    due: int = 0
    oldest_due: dt.datetime | None = None
    in_doubt: int = 0
    refusing: dict[str, dt.datetime] = field(default_factory=dict)
    failing_since: dt.datetime | None = None


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: its kind, what stands still since when, and why. ``calls`` when people may have to call."""

    kind: str
    what: str
    why: str = ""
    calls: bool = False


def troubles(facts: Facts, zone: ZoneInfo) -> list[Trouble]:
    """Return what is wrong, the worst first, in words for staff on the clinic's clock."""
    found = _stopped(facts, zone)
    stands_still = bool(found)
    for kind, began in facts.refusing.items():
        if facts.now - began >= SILENT_AFTER:
            what = f"No {kind} has gone out since {_since(began, facts.now, zone)}."
            found.append(Trouble("gateway", what, "The service that carries them does not take any.", calls=True))
    if facts.failing_since and facts.now - facts.failing_since >= SILENT_AFTER:
        what = f"Messages may be missing since {_since(facts.failing_since, facts.now, zone)}."
        found.append(Trouble("fault", what, "The sender service meets a fault in this software.", calls=True))
    # Where everything stands still, that some are late goes without saying.
    if facts.oldest_due and facts.now - facts.oldest_due >= LATE_AFTER and not stands_still:
        why = f"The oldest should have gone out at {_since(facts.oldest_due, facts.now, zone)}."
        what = "1 message is late." if facts.due == 1 else f"{facts.due} messages are late."
        found.append(Trouble("backlog", what, why, calls=True))
    if facts.in_doubt:
        what = "1 message" if facts.in_doubt == 1 else f"{facts.in_doubt} messages"
        found.append(Trouble("in_doubt", f"{what} may or may not have arrived.", "We ask before we send again."))
    return found


def upkeep(
    failing: dict[str, dt.datetime],
    copied_at: dt.datetime | None,
    broken_at: dt.datetime | None,
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[Trouble]:
    """Return what is wrong with the work that keeps no message back, in words for admins.

    ``failing`` tells since when each kind of work ends in a fault, ``copied_at`` of when the newest copy is, if too old,
    ``broken_at`` when the audit log was first found to be other than it was written.
    """
    found = []
    if broken_at:
        what = f"The audit log is not as it was written: found at {_since(broken_at, now, zone)}."
        found.append(Trouble("broken", what, "Do not rely on it. Tell whoever runs this system: its log says where."))
    if copied_at:
        what = f"No copy of the data was made since {_since(copied_at, now, zone)}."
        found.append(Trouble("copy", what, "What is lost now is lost for good: tell whoever runs this system."))
    for kind, began in failing.items():
        if now - began >= SILENT_AFTER:
            what = f"{kind}: failing since {_since(began, now, zone)}."
            found.append(Trouble("upkeep", what, "Tell whoever runs this system: its log says why."))
    return found


def is_silent(seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether a sign of life is too old, or from a time yet to come: the clock was set back since."""
    return abs(now - seen_at) >= SILENT_AFTER


def _stopped(facts: Facts, zone: ZoneInfo) -> list[Trouble]:
    """The clock first: without it the worker is silent too, because nothing wakes it."""
    if facts.beat_at and is_silent(facts.beat_at, facts.now):
        what = f"No message has gone out since {_since(facts.beat_at, facts.now, zone)}."
        return [Trouble("beat", what, "The clock of the sender service has stopped.", calls=True)]
    if facts.worker_at and is_silent(facts.worker_at, facts.now):
        what = f"No message has gone out since {_since(facts.worker_at, facts.now, zone)}."
        return [Trouble("worker", what, "The sender service does not answer.", calls=True)]
    return []


def _since(moment: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> str:
    """Return the time of day; with the day when it was another one."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    words = clock_words(local.time())
    return words if local.date() == today else f"{words} on {day_words(local.date())}"
