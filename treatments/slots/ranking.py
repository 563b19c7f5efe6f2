"""Which free time is better, and why. Values in, values out."""

import datetime as dt
from typing import Literal, NamedTuple

from patients.authorizing import uncovered
from treatments.slots.slot import Need

MIDDAY = 12 * 60


class Candidate(NamedTuple):
    """A start at which an injector is free, and what is left of the free time before and after the visit (seconds)."""

    injector: int
    rooms: tuple[int, ...]
    start: int
    wall_minute: int
    before: int
    after: int


PartOfDay = Literal["morning", "afternoon"]
Rank = tuple[bool, bool, bool, bool, int, int, int]


def rank(candidate: Candidate, need: Need, length: int) -> Rank:
    """Return what sorts the times of one day: the injector of last time, the same half-day and hour, no small gap.

    Days come first, since the fewest days past due are best; so the weekday is the same for all that are compared.
    """
    usual = _minutes(need.usual_time)
    return (
        need.injector_id is not None and candidate.injector != need.injector_id,
        usual is not None and (usual < MIDDAY) != (candidate.wall_minute < MIDDAY),
        usual is not None and usual != candidate.wall_minute,
        0 < candidate.before < length or 0 < candidate.after < length,
        0 if usual is None else abs(usual - candidate.wall_minute),
        candidate.start,
        candidate.injector,
    )


def in_part(part_of_day: PartOfDay | None, wall_minute: int) -> bool:
    """Return whether a time lies in the part of the day that was asked for."""
    return part_of_day is None or (part_of_day == "morning") == (wall_minute < MIDDAY)


def reasons(candidate: Candidate, date: dt.date, need: Need) -> tuple[str, ...]:
    """Return in words why this time is offered, and what speaks against it."""
    said = []
    if need.last_given_on:
        said.append(f"day {(date - need.last_given_on).days}")
    if need.injector_id is not None:
        said.append("same injector" if candidate.injector == need.injector_id else "other injector")
    usual = _minutes(need.usual_time)
    if usual is not None:
        said += _like_last_time(candidate, date, need, usual)
    if not candidate.before and not candidate.after:
        said.append("fills a gap")
    if date < need.due_on:
        said.append("before the due date")
    if not_paid := uncovered(need.authorized, date):
        said.append(not_paid[0])
    return tuple(said)


def _like_last_time(candidate: Candidate, date: dt.date, need: Need, usual: int) -> list[str]:
    said = []
    if need.last_given_on and date.weekday() == need.last_given_on.weekday():
        said.append("same weekday")
    if candidate.wall_minute == usual:
        said.append("usual time")
    elif (candidate.wall_minute < MIDDAY) == (usual < MIDDAY):
        said.append("usual half-day")
    return said


def _minutes(time: dt.time | None) -> int | None:
    return None if time is None else time.hour * 60 + time.minute
