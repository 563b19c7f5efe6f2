"""Whether somebody may write into a person's record."""

from clinic.access import Capability, may
from clinic.models import Membership
from patients.models import Patient


def may_write(membership: Membership | None, capability: Capability, patient: Patient) -> bool:
    """Return whether a page offers it: what a form brought to an erased record is refused, so none is shown there."""
    return may(membership, capability) and not patient.erased
