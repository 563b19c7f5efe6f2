"""What the signed record says of a diagnosis, to hold a claim's code against."""

import datetime as dt
from dataclasses import dataclass

from patients.diagnosis_codes import disagreement, fault
from patients.models import Assessment, Patient


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis of the newest signed assessment; None for what nobody recorded. ``accepted``: the payer's codes."""

    assessed_on: dt.date
    aura: bool | None
    intractable: bool | None
    code: str
    accepted: frozenset[str]

    @property
    def words(self) -> str:
        """What is on record, as one line."""
        aura = {None: "aura not recorded", True: "with aura", False: "without aura"}[self.aura]
        kind = {None: "intractable not recorded", True: "intractable", False: "not intractable"}[self.intractable]
        return f"{aura}, {kind}, " + (f"code {self.code}" if self.code else "no code")

    @property
    def unknown(self) -> bool:
        """Whether the code cannot be held against the record in every part."""
        return self.aura is None or self.intractable is None


def diagnosis_of(patient: Patient) -> Diagnosis | None:
    """Return what the assessment that was signed last says, or None (1 query)."""
    signed = Assessment.objects.filter(patient=patient, signed_at__isnull=False).select_related("patient")
    newest = signed.order_by("-signed_at", "-pk").first()
    if newest is None:
        return None
    found = newest.findings()
    accepted = frozenset(newest.rules.codes)
    return Diagnosis(newest.assessed_on, found.aura, found.intractable, newest.diagnosis_code, accepted)


def fault_of(code: str, record: Diagnosis | None) -> str:
    """Return why a session cannot be billed under a code, or "": no leaf, not the payer's, or not what is on record."""
    wrong = fault(code, record.accepted if record else frozenset())
    if wrong or record is None:
        return wrong
    return disagreement(code, aura=record.aura, is_intractable=record.intractable)
