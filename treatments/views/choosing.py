"""What the calendar is told in its address: whose time is chosen there, if any."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from clinic.access import Capability, StaffRequest, may
from clinic.redirects import next_url
from clinic.wording import moment_words
from treatments.booking import DayOver, Stale
from treatments.calendar.choosing import Choosing
from treatments.models import Course, Status
from treatments.moves import day_is_over
from treatments.views.lookup import get_session


def read_uid(text: str | None) -> uuid.UUID | None:
    """Return the uid in an address, or None for none. Raises LookupError for anything else."""
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise LookupError(text) from error


def choosing_of(request: StaffRequest) -> Choosing | None:
    """Return for whom a time is chosen: ``moving`` names a visit, ``booking`` a course.

    Raises LookupError for an address that makes no sense, Stale when the visit is no longer booked, DayOver when its day is over.
    """
    visit, course = read_uid(request.GET.get("moving")), read_uid(request.GET.get("booking"))
    if not visit and not course:
        return None
    if not may(request.membership, Capability.BOOK):
        raise PermissionDenied
    return _moving(request, visit) if visit else _booking(request, course)


def _moving(request: StaffRequest, uid: uuid.UUID) -> Choosing:
    session = get_session(request, uid)
    if session.status != Status.BOOKED:
        raise Stale(session)
    if day_is_over(session, timezone.now()):
        raise DayOver(session)
    was = moment_words(timezone.localtime(session.starts_at))
    return Choosing(
        heading=f"Choose a new time for {session.course.patient.full_name} (was {was}, {session.injector.name}).",
        query={"moving": str(uid)},
        address=reverse("treatments:move", args=[uid]),
        cancel_address=next_url(request, reverse("treatments:session", args=[uid])),
        fields={"version": str(session.version)},
        earliest=session.course.next_due(),
        may_override=may(request.membership, Capability.PRESCRIBE),
    )


def _booking(request: StaffRequest, uid: uuid.UUID | None) -> Choosing:
    courses: Any = Course.objects.filter(clinic=request.clinic).open().with_due().select_related("patient")
    course = get_object_or_404(courses, uid=uid)
    return Choosing(
        heading=f"Choose a time for {course.patient.full_name}.",
        query={"booking": str(uid)},
        address=reverse("treatments:book", args=[course.uid]),
        cancel_address=next_url(request, reverse("treatments:book", args=[course.uid])),
        # Made here, so that the form sent twice books once.
        fields={"uid": str(uuid.uuid4())},
        earliest=course.next_due_on,
        may_override=may(request.membership, Capability.PRESCRIBE),
        note_of=str(course.patient.uid),
    )
