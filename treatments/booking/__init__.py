"""Booking, moving and every other step of a session: one action each, one row of history each.

The database decides who gets a time; the code here only asks well and words the answer. `inserting` books, `moving` gives
a visit another time, `stepping` takes it from one status to the next, `answering` notes what the patient said, `noting`
what staff should know; `placing` is what they and undo share.
"""

from treatments.booking.answering import answer
from treatments.booking.inserting import book
from treatments.booking.moving import move
from treatments.booking.noting import change_note
from treatments.booking.placing import slot_of
from treatments.booking.stepping import change_status
from treatments.conflicts import AlreadyBooked, Conflict, DayOver, NotPossible, Stale, Taken, TooEarly

__all__ = [
    "AlreadyBooked",
    "Conflict",
    "DayOver",
    "NotPossible",
    "Stale",
    "Taken",
    "TooEarly",
    "answer",
    "book",
    "change_note",
    "change_status",
    "move",
    "slot_of",
]
