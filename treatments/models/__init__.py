"""The treatment: courses, sessions, what was injected, and the history of each booking."""

from treatments.models.course import Course
from treatments.models.day import DayView
from treatments.models.recall import CalendarFeed, ContactAttempt, OfferInvitation, SlotOffer, WaitingEntry
from treatments.models.record import Injection, SafetyAnswer, SessionRecord, Vial
from treatments.models.referral import ReferralLine
from treatments.models.session import SessionEvent, Status, TreatmentSession

__all__ = [
    "CalendarFeed",
    "ContactAttempt",
    "Course",
    "DayView",
    "Injection",
    "OfferInvitation",
    "ReferralLine",
    "SafetyAnswer",
    "SessionEvent",
    "SessionRecord",
    "SlotOffer",
    "Status",
    "TreatmentSession",
    "Vial",
    "WaitingEntry",
]
