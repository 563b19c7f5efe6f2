"""Minutes of a night at a clinic of the demo, when nobody works: visits made there are in nobody's way."""

import datetime as dt

from clinic.models import Clinic
from treatments.models import TreatmentSession

MINUTE = dt.timedelta(minutes=1)
NIGHT = dt.timedelta(hours=9)


def free_minutes(clinic: Clinic, day: dt.date, begins: dt.time, number: int) -> list[dt.datetime]:
    """Return so many minutes from a time of the clinic's on that have no visit. In UTC: none is skipped, none comes twice."""
    first = dt.datetime.combine(day, begins, clinic.zone).astimezone(dt.UTC)
    visits = TreatmentSession.objects.filter(clinic=clinic, starts_at__gte=first, starts_at__lt=first + NIGHT)
    taken = set(visits.values_list("starts_at", flat=True))
    minutes = (first + place * MINUTE for place in range(len(taken) + number))
    return [at for at in minutes if at not in taken][:number]
