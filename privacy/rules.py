"""What becomes of each table when a person is erased. A table without a rule fails a test, not a person.

Encrypted texts need no rule: every one is written over. Histories need none: they go.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Model, Value, When
from django.db.models.functions import Cast, Concat

from interface.models import BookedAs, HookCall
from patients.models import (
    AcuteMedication,
    Assessment,
    Authorization,
    Baseline,
    ContactPoint,
    DiaryClaim,
    DiaryDay,
    PreventiveTrial,
)
from privacy.models import Erasure
from reminders.models import Delivery, DiaryLink, InboundMessage, NudgeStop, PatientLink, Reminder, VisitCall
from treatments.models import (
    ClaimDraft,
    ContactAttempt,
    Course,
    Injection,
    OfferInvitation,
    OutcomeScore,
    OutsideDose,
    ReferralLine,
    SafetyAnswer,
    SessionDraft,
    SessionEvent,
    SessionRecord,
    SideEffect,
    SlotOffer,
    StockVial,
    TreatmentSession,
    Vial,
    WaitingEntry,
)


@dataclass(frozen=True)
class Delete:
    """The rows go."""


# Nothing in it tells who it was.
KEEP: dict[str, Any] = {}
# In place of a number by which somebody else knows a row; one each, as the database wants it.
OWN_NUMBER = Concat(Value("erased-"), Cast("pk", CharField()))

# What goes when only contact data is asked for; the ledger keeps what was sent, when, and what came of it.
CONTACT: dict[type[Model], Delete | dict[str, Any]] = {
    ContactPoint: Delete(),
    # Whoever may ask the gateway by its number is told who wrote, and what.
    InboundMessage: {"sender": "", "body": "", "answer": "", "gateway_id": OWN_NUMBER},
    Delivery: {"provider_id": "", "error": "", "receipt_words": ""},
}

# What goes or stays beyond that when nothing may tell who it was.
RULES: dict[type[Model], Delete | dict[str, Any]] = {
    AcuteMedication: KEEP,
    Assessment: KEEP,
    Authorization: {"payer": "erased", "number": OWN_NUMBER},
    Baseline: KEEP,
    BookedAs: Delete(),
    ClaimDraft: KEEP,
    ContactAttempt: KEEP,
    Course: KEEP,
    DiaryClaim: Delete(),
    DiaryDay: KEEP,
    DiaryLink: KEEP,
    Erasure: KEEP,
    HookCall: KEEP,  # ids, and what a machine answered
    Injection: KEEP,
    NudgeStop: KEEP,
    OfferInvitation: KEEP,
    OutcomeScore: KEEP,
    OutsideDose: {"reason": ""},
    PatientLink: KEEP,
    PreventiveTrial: KEEP,
    ReferralLine: Delete(),
    Reminder: KEEP,
    SafetyAnswer: KEEP,
    SessionDraft: Delete(),
    SessionEvent: KEEP,
    SessionRecord: KEEP,
    SideEffect: KEEP,
    SlotOffer: KEEP,
    StockVial: {"discard_reason": Case(When(discard_reason="", then=Value("")), default=Value("erased"))},
    TreatmentSession: KEEP,
    Vial: KEEP,
    VisitCall: KEEP,
    WaitingEntry: KEEP,
}

# Texts that are data: a word in their place could not be read as such.
BLANK = {(Assessment, "inputs")}
