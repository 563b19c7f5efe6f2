"""The waiting list: who wants an earlier time than theirs, or any time at all."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Injector, User
from treatments.models import Course, WaitingEntry


@transaction.atomic
def add(
    *,
    course: Course,
    by: User,
    at: dt.datetime,
    injector: Injector | None = None,
    mornings: bool = True,
    afternoons: bool = True,
    notice_hours: int = 24,
    note: str = "",
) -> WaitingEntry:
    """Put a person on the list. Who is on it already keeps their place in the queue, with the new wishes."""
    hold(course)
    standing = WaitingEntry.objects.filter(course=course).standing().first()
    end(course=course, at=at)
    entry = WaitingEntry.objects.create(
        clinic_id=course.clinic_id,
        course=course,
        since=standing.since if standing else at,
        added_by=by,
        injector=injector,
        mornings=mornings,
        afternoons=afternoons,
        notice_hours=notice_hours,
        note=note,
    )
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="waiting", subject=entry.uid)
    return entry


def hold(course: Course) -> None:
    """Let nobody else change the wishes until the transaction ends."""
    # As an update of it: whoever takes an offered time points to the course, and only then waits for the entry.
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def end(*, course: Course, at: dt.datetime) -> bool:
    """Take a person off the list; False for who is not on it, and stays off it."""
    return bool(WaitingEntry.objects.filter(course=course, ended_at__isnull=True).update(ended_at=at))


def wait_again(*, course: Course, ended_at: dt.datetime) -> None:
    """Put a person back in their old place in the queue, if their wait ended at this very moment: what ended it was undone."""
    entries = WaitingEntry.objects.filter(course=course)
    if not entries.filter(ended_at__isnull=True).exists():
        entries.filter(ended_at=ended_at).update(ended_at=None)


def end_again(*, course: Course, ended_at: dt.datetime) -> None:
    """Take a person off the list whom `wait_again` put back: what ended their wait at this very moment holds after all."""
    entries = WaitingEntry.objects.filter(course=course)
    if not entries.filter(ended_at=ended_at).exists():
        entries.filter(ended_at__isnull=True).update(ended_at=ended_at)


@transaction.atomic
def remove(*, entry: WaitingEntry, by: User, at: dt.datetime) -> None:
    """Take a person off the list at their wish."""
    if end(course=entry.course, at=at):
        change = AuditEntry.Action.CHANGE
        audit.record(clinic=entry.clinic, by=by, at=at, action=change, kind="waiting", subject=entry.uid)
