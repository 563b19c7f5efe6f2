"""What the signed record says of a diagnosis, to hold a claim's code against."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from patients.diagnosis_codes import disagreement, fault
from patients.models import Assessment
from treatments.models import TreatmentSession


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis of a signed assessment; None for what nobody recorded. ``accepted``: the payer's codes."""

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


def diagnoses_of(session: TreatmentSession) -> list[Diagnosis]:
    """Return what was on record on the day of a session, then what the newest assessment says where that is another.

    A signature cannot be changed: what was recorded wrongly is put right by the next one. Where nothing had been signed
    by that day, the newest counts. (1 query)
    """
    rows = Assessment.objects.filter(patient=session.course.patient_id, signed_at__isnull=False)
    signed = list(rows.select_related("patient").order_by("assessed_on", "signed_at", "pk"))
    by_then = [one for one in signed if session.given_on and one.assessed_on <= session.given_on]
    return [_diagnosis(one) for one in dict.fromkeys((*by_then[-1:], *signed[-1:]))]


def _diagnosis(signed: Assessment) -> Diagnosis:
    found, accepted = signed.findings(), frozenset(signed.rules.codes)
    return Diagnosis(signed.assessed_on, found.aura, found.intractable, signed.diagnosis_code, accepted)


def fault_of(code: str, on_record: Sequence[Diagnosis]) -> str:
    """Return why a session cannot be billed under a code, or "": no leaf, not the payer's, or not what is on record."""
    wrong = [_fault(code, one) for one in on_record] or [fault(code)]
    return wrong[0] if all(wrong) else ""


def _fault(code: str, record: Diagnosis) -> str:
    wrong = fault(code, record.accepted)
    return wrong or disagreement(code, aura=record.aura, is_intractable=record.intractable)
