"""Free times for a course's next session: computed from hours, leave, holidays and what is booked; never stored."""

from treatments.slots.ranking import PartOfDay
from treatments.slots.reading import NotOffered, read, still_worked
from treatments.slots.refusals import RefusedDay, why_not
from treatments.slots.search import free_times, suggest
from treatments.slots.slot import Need, Slot, need_of

__all__ = [
    "Need",
    "NotOffered",
    "PartOfDay",
    "RefusedDay",
    "Slot",
    "free_times",
    "need_of",
    "read",
    "still_worked",
    "suggest",
    "why_not",
]
