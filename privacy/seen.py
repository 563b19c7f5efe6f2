"""When a person was last seen, and whose record is past its time."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Max, OuterRef, QuerySet, Subquery

from clinic.models import Clinic
from patients.models import Assessment, Patient
from privacy import keeping
from privacy.models import Retention
from treatments.models import Course, TreatmentSession


def kept_until(people: list[Patient], retention: Retention) -> dt.date | None:
    """Return the last day on which the records of one person are kept; None where the clinic has not said how long.

    The first is the record that stays. It says when they were born: a record is often there twice for a date mistyped.
    """
    if retention.years is None:
        return None
    dated = _with_dates(Patient.objects.filter(pk__in=[one.pk for one in people]))
    return _kept_until(people[0], dated, retention.years)


def past_their_time(clinic: Clinic, today: dt.date) -> Iterator[Patient]:
    """Yield each person whose record need not be kept any more; a joined record goes with the one it leads to.

    Two questions of the database, however many people there are.
    """
    retention = Retention.of(clinic)
    if retention.years is None:
        return
    # Nobody who came here within these years can be among them; that is most people, left out by the database.
    came_before = keeping.anniversary(today, -retention.years)
    old = Patient.objects.filter(clinic=clinic, merged_into__isnull=True, created_at__date__lt=came_before)
    in_care = Course.objects.filter(clinic=clinic, closed_on__isnull=True).values("patient")
    joined = _joined(clinic)
    for one in _with_dates(old.exclude(closed=Patient.Closed.ERASED).exclude(pk__in=in_care)):
        if _kept_until(one, [one, *_leading_to(one, joined)], retention.years) < today:
            yield one


def _kept_until(stays: Patient, dated: Iterable[Patient], years: int) -> dt.date:
    return keeping.keep_until(max(map(_last_seen, dated)), stays.birth_date, years)


def _joined(clinic: Clinic) -> dict[int | None, list[Patient]]:
    """Return the records that were joined with another, by the key of that one."""
    found: dict[int | None, list[Patient]] = {}
    for one in _with_dates(Patient.objects.filter(clinic=clinic, merged_into__isnull=False)):
        found.setdefault(one.merged_into_id, []).append(one)
    return found


def _leading_to(patient: Patient, joined: dict[int | None, list[Patient]]) -> Iterator[Patient]:
    """Yield the records that lead to this one, straight or through others."""
    for one in joined.get(patient.pk, ()):
        yield one
        yield from _leading_to(one, joined)


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
    registered = patient.clinic.date_at(patient.created_at)
    dates = (
        registered,
        patient.closed_on,
        getattr(patient, "last_ended", None),
        getattr(patient, "last_visit", None),
        getattr(patient, "last_assessed", None),
    )
    return max(one for one in dates if one)
