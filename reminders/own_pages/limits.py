"""How often patients' pages may be tried: wrong addresses, presses of buttons, wrong dates of birth.

Kept in the database by statements that count where the row is, so that many processes share one count and none of
them is lost. Looking at a page that exists is not counted: it writes nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F
from django.utils.crypto import salted_hmac

from reminders.models import Tries

FORGET_AFTER = dt.timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most so many tries within a stretch of time; then none until it is over."""

    name: str
    most: int
    within: dt.timedelta


WRONG_ADDRESSES = Limit("address", 30, dt.timedelta(minutes=10))
PRESSES = Limit("press", 120, dt.timedelta(minutes=10))
# A date of birth has some 30,000 values: at five an hour, half of them take more than four months.
WRONG_BIRTH_DATES = Limit("birth-date", 5, dt.timedelta(hours=1))


def spend(limit: Limit, who: str, now: dt.datetime) -> dt.datetime | None:
    """Count a try. Return None when it is within the limit, else the moment from which there are new ones."""
    key = _key(limit, who)
    mine = Tries.objects.filter(key=key)
    mine.filter(since__lte=now - limit.within).update(since=now, number=0)
    if not mine.update(number=F("number") + 1):
        Tries.objects.filter(since__lte=now - FORGET_AFTER).delete()
        Tries.objects.bulk_create([Tries(key=key, since=now)], ignore_conflicts=True)
        mine.update(number=F("number") + 1)
    row = mine.get()
    return _free_from(limit, row.number > limit.most, row.since)


def used_up(limit: Limit, who: str, now: dt.datetime) -> dt.datetime | None:
    """Return the moment from which there are new tries, or None while some are left. Writes nothing."""
    row = Tries.objects.filter(key=_key(limit, who), since__gt=now - limit.within).first()
    return _free_from(limit, row.number >= limit.most, row.since) if row else None


def forgive(limit: Limit, who: str) -> None:
    """Give all tries back, after a right one."""
    Tries.objects.filter(key=_key(limit, who)).update(number=0)


def _free_from(limit: Limit, over: bool, since: dt.datetime) -> dt.datetime | None:
    return since + limit.within if over else None


def _key(limit: Limit, who: str) -> str:
    return salted_hmac(f"reminders.own_pages.limits.{limit.name}", who, algorithm="sha256").hexdigest()
