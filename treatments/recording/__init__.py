"""Recording what was injected: what a signature covers, what stands in its way, signing it, and correcting it."""

from treatments.recording.correcting import correct_record
from treatments.recording.faults import Refused
from treatments.recording.findings import Findings, SinceLast, VialUsed
from treatments.recording.signing import sign_session

__all__ = ["Findings", "Refused", "SinceLast", "VialUsed", "correct_record", "sign_session"]
