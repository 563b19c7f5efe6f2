"""When a person was last seen, and whose record is past its time."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Max, OuterRef, QuerySet, Subquery

from clinic.models import Clinic
from patients.models import Assessment, Patient
from privacy import keeping
from privacy.models import Retention
from privacy.paths import records_of
from treatments.models import Course, TreatmentSession


def kept_until(people: list[Patient], retention: Retention) -> dt.date | None:
    """Return the last day on which the records of one person are kept; None where the clinic has not said how long.

    The first is the record that stays. It says when they were born: a record is often there twice for a date mistyped.
    """
    if retention.years is None:
        return None
    last = max(_last_seen(one) for one in _with_dates(Patient.objects.filter(pk__in=[one.pk for one in people])))
    return keeping.keep_until(last, people[0].birth_date, retention.years)


def past_their_time(clinic: Clinic, today: dt.date) -> Iterator[Patient]:
    """Yield each person whose record need not be kept any more; a joined record goes with the one it leads to."""
    retention = Retention.of(clinic)
    if retention.years is None:
        return
    # Nobody who came here within these years can be among them; that is most people, left out by the database.
    came_before = keeping.anniversary(today, -retention.years)
    old = Patient.objects.filter(clinic=clinic, merged_into__isnull=True, created_at__date__lt=came_before)
    in_care = Course.objects.filter(clinic=clinic, closed_on__isnull=True).values("patient")
    for one in old.exclude(closed=Patient.Closed.ERASED).exclude(pk__in=in_care).select_related("clinic"):
        until = kept_until(records_of(one), retention)
        if until and until < today:
            yield one


def _with_dates(people: QuerySet[Patient]) -> QuerySet[Patient]:
    visits = TreatmentSession.objects.filter(course__patient=OuterRef("pk")).order_by().values("course__patient")
    assessed = Assessment.objects.filter(patient=OuterRef("pk")).order_by().values("patient")
    # The years begin with the last visit or, where that is later, with the end of treatment.
    ended = Course.objects.filter(patient=OuterRef("pk")).order_by().values("patient")
    return people.select_related("clinic").annotate(
        last_ended=Subquery(ended.annotate(last=Max("closed_on")).values("last")),
        last_visit=Subquery(visits.annotate(last=Max("local_date")).values("last")),
        last_assessed=Subquery(assessed.annotate(last=Max("assessed_on")).values("last")),
    )


def _last_seen(patient: Patient) -> dt.date:
    registered = patient.created_at.astimezone(patient.clinic.zone).date()
    dates = (
        registered,
        patient.closed_on,
        getattr(patient, "last_ended", None),
        getattr(patient, "last_visit", None),
        getattr(patient, "last_assessed", None),
    )
    return max(one for one in dates if one)
