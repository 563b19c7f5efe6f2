"""One writer of a person at a time."""

from django.core.exceptions import PermissionDenied

from patients.models import ContactPoint, Patient


def hold(*people: Patient) -> None:
    """Read people as they are now, and let nobody else change them before the transaction ends.

    What was read before may be another's past by now, and a row is written whole: a death, an erasure or a STOP of the
    same moment would be undone. Ways to reach them first, as for whoever writes one of those: each ends in the
    person's search text. Of several people all of them before anybody: a STOP from a number that two share holds both.
    """
    list(ContactPoint.objects.select_for_update().filter(patient__in=[one.pk for one in people]).order_by("pk"))
    for one in sorted(people, key=lambda one: one.pk):
        one.refresh_from_db(
            from_queryset=Patient.objects.select_related("clinic").select_for_update(no_key=True, of=("self",))
        )


def hold_to_write(patient: Patient) -> None:
    """Hold a person whose record is about to be written. Raises PermissionDenied for one who was erased.

    Nothing erases a second time what a page that was still open brings in.
    """
    hold(patient)
    if patient.erased:
        raise PermissionDenied
