"""Free times for a course's next session: computed from hours, leave, holidays and what is booked; never stored."""

from treatments.slots.reading import NotOffered, read
from treatments.slots.search import PartOfDay, free_times, suggest
from treatments.slots.slot import Slot, Wish, wish_of

__all__ = ["NotOffered", "PartOfDay", "Slot", "Wish", "free_times", "read", "suggest", "wish_of"]
