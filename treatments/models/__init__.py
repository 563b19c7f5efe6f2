"""The treatment: courses, sessions, what was injected, and the history of each booking."""

from treatments.models.claim import ClaimDraft
from treatments.models.course import Course
from treatments.models.credential import InjectingPolicy, InjectorCredentials, Profession
from treatments.models.day import DayView
from treatments.models.draft import SessionDraft
from treatments.models.effect import SideEffect
from treatments.models.log_view import LogView
from treatments.models.outside_dose import OutsideDose
from treatments.models.recall import CalendarFeed, ContactAttempt, OfferInvitation, SlotOffer, WaitingEntry
from treatments.models.record import Injection, SafetyAnswer, SessionRecord, Vial
from treatments.models.referral import ReferralLine
from treatments.models.score import OutcomeScore
from treatments.models.session import SessionEvent, Status, TreatmentSession
from treatments.models.stock import LotRecall, StockVial

__all__ = [
    "CalendarFeed",
    "ClaimDraft",
    "ContactAttempt",
    "Course",
    "DayView",
    "InjectingPolicy",
    "Injection",
    "InjectorCredentials",
    "LogView",
    "LotRecall",
    "OfferInvitation",
    "OutcomeScore",
    "OutsideDose",
    "Profession",
    "ReferralLine",
    "SafetyAnswer",
    "SessionDraft",
    "SessionEvent",
    "SessionRecord",
    "SideEffect",
    "SlotOffer",
    "Status",
    "StockVial",
    "TreatmentSession",
    "Vial",
    "WaitingEntry",
]
