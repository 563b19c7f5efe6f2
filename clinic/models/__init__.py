"""The ground floor: clinics, their people, rooms and hours, and the trace of who looked at what."""

from clinic.models.audit import AuditCheck, AuditEntry, AuditHead, AuditLink
from clinic.models.clinic import Clinic, Room
from clinic.models.first_run import FirstStep, SetUpToken
from clinic.models.hours import Absence, Closure, OpeningHours, WorkedHoliday
from clinic.models.invitations import Invitation
from clinic.models.opening import Opening
from clinic.models.people import Injector, Membership, Role, User
from clinic.models.sessions import StaffSession

__all__ = [
    "Absence",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "Clinic",
    "Closure",
    "FirstStep",
    "Injector",
    "Invitation",
    "Membership",
    "Opening",
    "OpeningHours",
    "Role",
    "Room",
    "SetUpToken",
    "StaffSession",
    "User",
    "WorkedHoliday",
]
