"""Who is working on whom at this moment: read from the trace that opening a person's times or call pages leaves anyway.

Nothing is locked and nothing expires by a job: a colleague sees that somebody is on it, and may act all the same.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from treatments.models import Course

KIND = "course"
# A call takes no longer; who needs more opens the page again.
LASTS = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Colleague:
    """Somebody who opened a page about a person, and how many minutes ago (at least one)."""

    name: str
    minutes: int


def note(*, course: Course, by: User, at: dt.datetime) -> None:
    """Leave the trace that somebody opened a page to do something about a person."""
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.READ, kind=KIND, subject=course.uid)


def colleagues(*, clinic: Clinic, courses: Iterable[Course], but: User, now: dt.datetime) -> dict[uuid.UUID, Colleague]:
    """Return who else is on which of these courses, the latest of several (one query)."""
    opened = AuditEntry.objects.filter(
        clinic=clinic,
        kind=KIND,
        action=AuditEntry.Action.READ,
        subject__in=[course.uid for course in courses],
        at__gt=now - LASTS,
    ).exclude(actor=but)
    rows = opened.order_by("at").values_list("subject", "actor__full_name", "at")
    return {
        subject: Colleague(name, max(1, int((now - at).total_seconds()) // 60)) for subject, name, at in rows if subject
    }
