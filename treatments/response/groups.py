"""Everybody's response sorted by what it asks of the clinic, and who is to be looked at again after a stop."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from clinic.models import Clinic
from patients.models import Assessment
from treatments.models import Course
from treatments.response.everyone import Group, Standing, standings

# EHF 2018: re-evaluate 4 to 5 months after the stop. Later than 180 days it is a new start (clinical rules 3 and 24).
LOOK_AGAIN_FROM, LOOK_AGAIN_UNTIL = dt.timedelta(days=120), dt.timedelta(days=180)
SHOWN = 100  # people of one group on the page; the counts are of all
TO_ACT_ON = (Group.TOO_LITTLE, Group.EPISODIC, Group.NOT_KNOWN)


@dataclass(frozen=True)
class Summary:
    """How many people are in each group, and the first of those that somebody has to act on."""

    counts: Counter[Group]
    people: dict[Group, list[Standing]]

    @property
    def total(self) -> int:
        """Everybody in treatment with a session given."""
        return self.counts.total()


def summary(clinic: Clinic, today: dt.date) -> Summary:
    """Sort everybody in one pass; only those that are shown are kept."""
    counts: Counter[Group] = Counter()
    people: dict[Group, list[Standing]] = {group: [] for group in TO_ACT_ON}
    for standing in standings(clinic, today):
        group = standing.group
        counts[group] += 1
        if group in people and len(people[group]) < SHOWN:
            people[group].append(standing)
    return Summary(counts, people)


def to_look_at_again(clinic: Clinic, today: dt.date) -> list[Course]:
    """Return the courses that ended four to six months ago, with no new assessment or course since (1 query).

    A course that ended with its person, or with a second record of theirs, is looked at no more.
    """
    ended = Course.objects.filter(
        clinic=clinic, patient__closed="", closed_on__range=(today - LOOK_AGAIN_UNTIL, today - LOOK_AGAIN_FROM)
    ).select_related("patient")
    since = Assessment.objects.filter(
        patient=OuterRef("patient"), signed_at__isnull=False, assessed_on__gt=OuterRef("closed_on")
    )
    opened = Course.objects.filter(patient=OuterRef("patient"), closed_on__isnull=True)
    return list(ended.exclude(Exists(since)).exclude(Exists(opened)).order_by("closed_on", "pk"))
