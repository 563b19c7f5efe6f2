"""Recording what was injected: what a signature covers, what stands in its way, signing it, and correcting it."""

from treatments.recording.correcting import correct_record
from treatments.recording.faults import Refused, answered_before
from treatments.recording.findings import Findings, SinceLast, VialUsed
from treatments.recording.signing import sign_session

__all__ = ["Findings", "Refused", "SinceLast", "VialUsed", "answered_before", "correct_record", "sign_session"]
