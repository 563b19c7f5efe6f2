"""Free times for a course's next session: computed from hours, leave, holidays and what is booked; never stored."""

from treatments.slots.ranking import PartOfDay
from treatments.slots.reading import NotOffered, read, still_worked
from treatments.slots.refusals import Refusal, why_not
from treatments.slots.search import free_times, suggest
from treatments.slots.slot import Slot, Wish, wish_of

__all__ = [
    "NotOffered",
    "PartOfDay",
    "Refusal",
    "Slot",
    "Wish",
    "free_times",
    "read",
    "still_worked",
    "suggest",
    "why_not",
    "wish_of",
]
