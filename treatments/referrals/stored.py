"""What is stored about the people of one batch, fetched with the same few queries whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from clinic.models import Clinic
from patients.authorizing import number_key
from patients.models import Assessment, Authorization, ContactPoint, Patient
from treatments.models import Course, ReferralLine, Status, TreatmentSession
from treatments.referrals.rows import Referral

# The reason of a course that a list brought; it tells such a course from one that was opened here.
IN_TREATMENT = "In treatment before this system"


@dataclass
class Stored:
    """One person as they are here: their newest referral assessment, and the course a list may still correct."""

    patient: Patient
    line: ReferralLine | None = None
    contacts: dict[str, ContactPoint] = field(default_factory=dict)
    draft: Assessment | None = None
    from_referral: Assessment | None = None
    authorizations: dict[str, Authorization] = field(default_factory=dict)
    has_course: bool = False
    # The one session of an untouched course that a list brought; not there once anything of our own happened.
    session_before: TreatmentSession | None = None

    def heard(self, referral: Referral) -> dict[str, Any]:
        """Return what the list says of them, as far as it is taken."""
        return self.line.heard(referral.said) if self.line else referral.said

    def says_the_same(self, referral: Referral) -> bool:
        """Tell whether the list said exactly this last time."""
        return self.line is not None and self.line.said == self.heard(referral)

    def said_units(self) -> int | None:
        """Return the units of the last injection as the list gave them last time."""
        treated = self.line.said["treated"] if self.line else None
        return treated["units"] if treated else None


def find(clinic: Clinic, referrals: Sequence[Referral]) -> dict[str, Stored]:
    """Return who is here already, by record number.

    People about whom the list says what it said last time come without their details: nothing will be done to them.
    """
    numbers = {referral.record_number: referral for referral in referrals}
    here = Patient.objects.filter(clinic=clinic, record_number__in=numbers).select_related("merged_into")
    people = {patient.pk: Stored(patient) for patient in here}
    for line in ReferralLine.objects.filter(clinic=clinic, patient__in=people):
        people[line.patient_id].line = line
    differing = {
        key: stored for key, stored in people.items() if not stored.says_the_same(numbers[stored.patient.record_number])
    }
    if differing:
        _add_details(clinic, differing)
    return {stored.patient.record_number: stored for stored in people.values()}


def _add_details(clinic: Clinic, people: dict[int, Stored]) -> None:
    for point in ContactPoint.objects.filter(clinic=clinic, patient__in=people):
        people[point.patient_id].contacts[point.channel] = point
    for authorization in Authorization.objects.filter(clinic=clinic, patient__in=people):
        people[authorization.patient_id].authorizations[number_key(authorization.number)] = authorization
    for assessment in Assessment.objects.filter(clinic=clinic, patient__in=people).order_by("pk"):
        if assessment.signed_at is None:
            people[assessment.patient_id].draft = assessment
        if assessment.source == Assessment.Source.REFERRAL:
            people[assessment.patient_id].from_referral = assessment
    _add_courses(clinic, people)


def _add_courses(clinic: Clinic, people: dict[int, Stored]) -> None:
    untouched: list[int] = []
    own = Count("sessions", filter=~Q(sessions__status=Status.GIVEN_BEFORE))
    found: Any = Course.objects.filter(clinic=clinic, patient__in=people).annotate(own=own)
    for course in found:
        people[course.patient_id].has_course = True
        if not course.own and course.closed_on is None and course.transfer_reason == IN_TREATMENT:
            untouched.append(course.pk)
    sessions = TreatmentSession.objects.filter(clinic=clinic, course__in=untouched)
    for session in sessions.select_related("course", "injector"):
        people[session.course.patient_id].session_before = session
