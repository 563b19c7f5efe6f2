"""The people: who they are, how to reach them, their diary, and whether they qualify."""

from patients.models.assessment import Assessment
from patients.models.authorization import Authorization
from patients.models.baseline import Baseline
from patients.models.contact import Channel, ContactPoint
from patients.models.diary import DiaryClaim, DiaryDay
from patients.models.medicine import AcuteMedication, PreventiveTrial
from patients.models.patient import Patient
from patients.models.policy import Policy

__all__ = [
    "AcuteMedication",
    "Assessment",
    "Authorization",
    "Baseline",
    "Channel",
    "ContactPoint",
    "DiaryClaim",
    "DiaryDay",
    "Patient",
    "Policy",
    "PreventiveTrial",
]
