"""What a person said about messages that are no reminders of a visit."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from clinic.models import Clinic
from patients.models import Patient


class NudgeStopQuerySet(models.QuerySet["NudgeStop"]):
    """Whom they are about."""

    def of_person(self, patient: Patient) -> "NudgeStopQuerySet":
        """Those of one person, on whichever of their records they said it (1 query more, mostly)."""
        return self.filter(patient__in=patient.joined())


class NudgeStop(models.Model):
    """This person wants no messages about their diary. Gone again when they change their mind."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    objects = NudgeStopQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"No nudges {self.patient_id}"


def unwanted(patient: str) -> Q:
    """Return whether a person wants no messages about their diary, whose id is in the column ``patient``.

    Their diary goes to the record that stays when two are joined, and what they said of it holds there too, also of a
    record that is joined in turn.
    """
    person = OuterRef(patient)
    # From the person to their records, each way by itself: from the stops, all of them are read for each diary.
    joined = Patient.objects.filter(Exists(NudgeStop.objects.filter(patient=OuterRef("pk"))))
    return (
        Q(Exists(NudgeStop.objects.filter(patient=person)))
        | Q(Exists(joined.filter(merged_into=person)))
        | Q(Exists(joined.filter(merged_into__merged_into=person)))
    )
