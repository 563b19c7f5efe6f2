"""One writer of a person at a time."""

from patients.models import ContactPoint, Patient


def hold(patient: Patient) -> None:
    """Read a person as they are now, and let nobody else change them before the transaction ends.

    What was read before may be another's past by now, and a row is written whole: a death, an erasure or a STOP of the
    same moment would be undone. Ways to reach them first, as for whoever writes one of those: each ends in the
    person's search text.
    """
    list(ContactPoint.objects.select_for_update().filter(patient=patient.pk).order_by("pk"))
    patient.refresh_from_db(
        from_queryset=Patient.objects.select_related("clinic").select_for_update(no_key=True, of=("self",))
    )
