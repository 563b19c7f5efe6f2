"""A search that found nothing: what was asked for, in words, and the ways on from there."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from clinic.wording import day_words
from treatments import slots
from treatments.models import Course
from treatments.slots.search import LOOK_AHEAD_DAYS

# How far the number of other times looks: who wants to know whether to ask for somebody else thinks in weeks.
COUNTED_DAYS = 28


@dataclass(frozen=True)
class Nothing:
    """What was looked for in vain, and pairs of a label and the query of another search."""

    words: str
    ways: tuple[tuple[str, str], ...]


def nothing_free(course: Course, wanted: dict[str, Any], due_on: dt.date, now: dt.datetime, next_: str) -> Nothing:
    """Say what has no free time, and offer to ask for less of it, or for later."""
    today = course.clinic.date_at(now)
    first = max(wanted.get("not_before") or due_on, today)
    last = first + dt.timedelta(days=LOOK_AHEAD_DAYS - 1)
    words = f"No free time{_like(wanted)} from {day_words(first)} to {day_words(last)}."
    ways = [("Later", _query(wanted, next_, not_before=last + dt.timedelta(days=1)))]
    if any(wanted.get(name) for name in ("part_of_day", "room", "minutes")):
        ways.insert(0, ("Any time of day, any room", _query(wanted, next_, part_of_day=None, room=None, minutes=None)))
    if wanted.get("injector"):
        others = _free_with_others(course, wanted, first, now)
        ways.insert(0, (f"Other injectors ({others} free in 4 weeks)", _query(wanted, next_, injector=None)))
    return Nothing(words, tuple(ways))


def _free_with_others(course: Course, wanted: dict[str, Any], first: dt.date, now: dt.datetime) -> int:
    """Count the times of the next four weeks that another injector has free, of those that were asked for."""
    like = {name: wanted.get(name) for name in ("minutes", "part_of_day", "room")}
    free = slots.free_times(clinic=course.clinic, first=first, days=COUNTED_DAYS, now=now, **like)
    return sum(slot.injector != wanted["injector"] for slot in free)


def _like(wanted: dict[str, Any]) -> str:
    said = ""
    if wanted.get("injector"):
        said += f" with {wanted['injector'].name}"
    if wanted.get("room"):
        said += f" in {wanted['room'].name}"
    if wanted.get("part_of_day"):
        said += f" in the {wanted['part_of_day']}"
    return said + (f" for {wanted['minutes']} minutes" if wanted.get("minutes") else "")


def _query(wanted: dict[str, Any], next_: str, **changed: Any) -> str:
    """Return the same search as an address carries it, with some of it changed or left out."""
    asked = {name: value for name, value in (wanted | changed).items() if value}
    return urlencode({name: getattr(value, "uid", value) for name, value in asked.items()} | {"next": next_})
