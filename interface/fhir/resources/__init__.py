"""The kinds of resources, one file each."""

from interface.fhir.resources.administration import ADMINISTRATION
from interface.fhir.resources.appointment import APPOINTMENT
from interface.fhir.resources.observation import OBSERVATION
from interface.fhir.resources.patient import PATIENT
from interface.fhir.resources.procedure import PROCEDURE
from interface.fhir.resources.schedule import SCHEDULE
from interface.fhir.resources.slot import SLOT, Slots
from interface.fhir.rows import Rows

Kind = Rows | Slots
KINDS: tuple[Kind, ...] = (PATIENT, APPOINTMENT, SCHEDULE, SLOT, PROCEDURE, ADMINISTRATION, OBSERVATION)

__all__ = ["KINDS", "Kind"]
