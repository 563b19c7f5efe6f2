"""Choosing a time in the calendar, for a visit that moves or a course that gets its next one."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Choosing:
    """For whom a time is chosen, and where the choice is sent. ``fields`` go with it."""

    heading: str
    query: dict[str, str]
    address: str
    cancel_address: str
    fields: dict[str, str]
    earliest: dt.date
    may_override: bool
    # The person of whose visit something may be noted: one that moves has its note.
    note_of: str = ""

    @property
    def prefix(self) -> str:
        """The choice as the beginning of an address's query."""
        return urlencode(self.query) + "&"

    def may_take(self, date: dt.date) -> bool:
        """Return whether a day may be chosen: before the due date only by who may give a reason for it."""
        return self.may_override or date >= self.earliest
