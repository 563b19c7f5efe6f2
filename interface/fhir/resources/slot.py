"""Free times, as Slot. They are computed, never stored: an id says who, when and how long."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from clinic.models import Clinic, Injector
from interface.fhir import dates
from interface.fhir.codes import SLOT_STATUS
from interface.fhir.outcome import Json, not_found, refuse
from interface.fhir.query import Allowed, Query
from interface.fhir.rows import Page, Parameter, as_uid, id_in, tokens
from interface.fhir.shapes import finished, instant, reference
from treatments import slots
from treatments.slots import free_times
from treatments.slots.reading import LONGEST as LONGEST_VISIT
from treatments.slots.reading import SHORTEST as SHORTEST_VISIT

AHEAD, LONGEST = dt.timedelta(days=7), dt.timedelta(days=31)
ENDS = dt.timedelta(days=366)
_FREE = frozenset(((None, "free"), (SLOT_STATUS, "free")))
_ID = re.compile(r"([0-9a-f]{32})-(\d{8}T\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """The time that an id names: nothing of it is checked but that it can be one."""

    injector: uuid.UUID
    starts_at: dt.datetime
    minutes: int

    @property
    def ends_at(self) -> dt.datetime:
        """When the visit ends."""
        return self.starts_at + dt.timedelta(minutes=self.minutes)


def slot_id(injector: Injector, starts_at: dt.datetime, minutes: int) -> str:
    """Return the id of a time. Whether it is free is asked anew each time."""
    return f"{injector.uid.hex}-{starts_at.astimezone(dt.UTC):%Y%m%dT%H%M}-{minutes:02}"


def wanted(text: str) -> Wanted | None:
    """Return the time that an id names, or None for what cannot be an id."""
    found = _ID.fullmatch(text)
    if not found:
        return None
    try:
        starts_at = dt.datetime.strptime(found[2], "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    if not dates.FIRST_YEAR <= starts_at.year <= dates.LAST_YEAR:
        return None
    return Wanted(uuid.UUID(found[1]), starts_at, int(found[3]))


def free(asked: Wanted, clinic: Clinic, now: dt.datetime) -> slots.Slot | None:
    """Return the free time that was asked for, with a room, or None when it is not free."""
    if not now <= asked.starts_at <= now + ENDS or not SHORTEST_VISIT <= asked.minutes <= LONGEST_VISIT:
        return None
    date = clinic.date_at(asked.starts_at)
    found = free_times(clinic=clinic, first=date, days=1, now=now, minutes=asked.minutes)
    return next((one for one in found if (one.injector.uid, one.starts_at) == (asked.injector, asked.starts_at)), None)


@dataclass(frozen=True)
class Slots:
    """The one kind that is no table."""

    kind: str = "Slot"
    words: str = "A free time. Only free ones are told; read again before booking."
    sorts: tuple[str, ...] = ("start",)

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """What free times can be asked for by."""
        return (
            Parameter("schedule", "reference", "Of which Schedule.", _unused),
            Parameter("start", "date", "When it begins: at most 31 days, 7 from now unless said.", _unused),
            Parameter("status", "token", "free.", _unused),
        )

    @property
    def allowed(self) -> Allowed:
        """What a search may name."""
        names = frozenset(one.name for one in self.all_parameters)
        return Allowed(self.kind, names, frozenset(), frozenset(self.sorts))

    def find(self, uid: str, clinic: Clinic, now: dt.datetime) -> tuple[uuid.UUID | None, Json]:
        """Return a free time; one that is no longer free is not there."""
        asked = wanted(uid)
        found = free(asked, clinic, now) if asked else None
        if found is None:
            raise not_found()
        return None, _shape(found)

    def search(self, query: Query, clinic: Clinic, now: dt.datetime) -> Page:
        """Return the free times in order; the number of queries grows neither with injectors nor with days."""
        asked = list(query.asked)
        for value in (value for name, value in asked if name == "status"):
            if not _FREE.issuperset(tokens(value)):
                raise refuse(400, "not-supported", "Only free times are told.", "status")
        low, high = _window([value for name, value in asked if name == "start"], clinic, now)
        if low >= high:
            return Page([], total=0 if query.counted else None)
        found = list(_between(low, high, clinic, now, _injectors(asked, clinic)))
        return _cut(found, query)


def _between(
    low: dt.datetime, high: dt.datetime, clinic: Clinic, now: dt.datetime, who: set[uuid.UUID] | None
) -> Iterator[slots.Slot]:
    first, last = (clinic.date_at(one) for one in (low, high))
    for one in free_times(clinic=clinic, first=first, days=(last - first).days + 1, now=now):
        if low <= one.starts_at < high and (who is None or one.injector.uid in who):
            yield one


def _cut(found: list[slots.Slot], query: Query) -> Page:
    """Cut a page: what comes after the last time of the page before."""
    backwards = query.sort.startswith("-")
    found.sort(key=_key, reverse=backwards)
    total = len(found) if query.counted else None
    if query.after:
        last = tuple(query.after)
        found = [one for one in found if (_key(one) < last if backwards else _key(one) > last)]
    page = found[: query.count]
    after = _key(page[-1]) if page and len(found) > len(page) else None
    return Page([(None, _shape(one)) for one in page], after, total)


def _key(one: slots.Slot) -> tuple[str, int]:
    return one.starts_at.isoformat(), one.injector.pk


def _window(values: list[str], clinic: Clinic, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to when a search asks, never before now."""
    low, high, bounded = now, now + ENDS, False
    for value in values:
        try:
            span = dates.read(value, clinic.zone)
        except dates.NotADate as error:
            raise refuse(400, "value", "Write dates such as ge2026-11-23.", "start") from error
        if span.prefix == "ne":
            raise refuse(400, "not-supported", "Ask for the times that you want.", "start")
        asked = span.conditions("start")
        low = max(low, asked.get("start__gte", low))
        high = min(high, asked.get("start__lt", high))
        bounded = bounded or "start__lt" in asked
    if not bounded:
        high = min(high, low + AHEAD)
    # By the wall clock too: a month in which it goes back is an hour longer than its days.
    if high > max(low + LONGEST, low.astimezone(clinic.zone) + LONGEST):
        raise refuse(400, "too-costly", "Ask for at most 31 days at once.", "start")
    return low, high


def _injectors(asked: list[tuple[str, str]], clinic: Clinic) -> set[uuid.UUID] | None:
    """Return who is asked for, or None for everybody. Two parameters both have to hold."""
    chosen: set[uuid.UUID] | None = None
    for value in (value for name, value in asked if name == "schedule"):
        uids = {as_uid(id_in(part, "Schedule") or part, clinic) for part in value.split(",")} - {None}
        chosen = {uid for uid in uids if uid and (chosen is None or uid in chosen)}
    return chosen


def _shape(slot: slots.Slot) -> Json:
    minutes = int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    body = {
        "schedule": reference("Schedule", slot.injector.uid),
        "status": "free",
        "start": instant(slot.starts_at),
        "end": instant(slot.ends_at),
    }
    return finished("Slot", slot_id(slot.injector, slot.starts_at, minutes), None, body)


def _unused(text: str, clinic: Clinic) -> Q:
    return Q()


SLOT = Slots()
