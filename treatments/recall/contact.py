"""What the desk does about a person on the recall list: write down a try, leave them alone for a while, let them go."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from clinic.undo_time import undo_time
from clinic.wording import day_words
from treatments import leaving
from treatments.courses import NotAllowed, close_course, unless_held
from treatments.models import ContactAttempt, Course, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import hold_course
from treatments.recall import waiting

# After a contact the person leaves the list this long, and returns when nothing was booked.
CONTACT_DAYS = 7
LONGEST_SNOOZE_DAYS = 365
_Outcome = ContactAttempt.Outcome
CALLS = frozenset({_Outcome.NO_ANSWER, _Outcome.LEFT_MESSAGE, _Outcome.WILL_CALL_BACK, _Outcome.DOES_NOT_WANT})


class NotNow(NotAllowed):
    """The step does not fit; the text says why, for the reader."""


@unless_held
@transaction.atomic
def log_attempt(
    *, course: Course, outcome: str, by: User | None, at: dt.datetime, days: int = CONTACT_DAYS
) -> ContactAttempt:
    """Write down a try to reach the person; they leave the list for ``days`` and come back by themselves.

    Raises NotNow in a course that has ended; NotAllowed where others hold it for too long, as the two below do.
    """
    if outcome in CALLS:  # many are texted at once: they hold up nobody
        _hold(course)
    if course.closed_on is not None:
        raise NotNow("This course has ended.")
    attempt = ContactAttempt.objects.create(clinic_id=course.clinic_id, course=course, at=at, by=by, outcome=outcome)
    if not _booked(course):  # a visit that falls through later must not find them asleep
        _sleep(course, _today(course, at) + dt.timedelta(days=days), by=by, at=at)
    return attempt


@unless_held
@transaction.atomic
def take_back_try(*, course: Course, by: User, at: dt.datetime) -> None:
    """Undo the call that somebody noted just now, in the wrong row: it counts for nothing, and the person is back.

    Raises NotNow when it is too late, when the newest try is no call of theirs, or when it is undone already.
    """
    _hold(course)  # of two presses at once the second finds the first, and undoes no earlier call
    last = course.contact_attempts.order_by("-pk").first()
    began = at - undo_time()
    if last is None or last.by != by or last.outcome not in CALLS or last.at < began:
        raise NotNow("There is nothing to undo any more.")
    ContactAttempt.objects.create(
        clinic_id=course.clinic_id, course=course, at=at, by=by, outcome=ContactAttempt.Outcome.UNDONE
    )
    _sleep(course, None, by=by, at=at)


@unless_held
@transaction.atomic
def snooze(*, course: Course, until: dt.date, by: User, at: dt.datetime) -> None:
    """Take the person off the list until a day, on which they are back. Raises NotNow for a day that is no use."""
    _hold(course)
    _refuse_who_is_on_no_list(course)
    today = _today(course, at)
    if until <= today:
        raise NotNow(f"Enter a date after {day_words(today)}.")
    if until > today + dt.timedelta(days=LONGEST_SNOOZE_DAYS):
        raise NotNow("Enter a date within a year: who stays away longer should be asked whether the course ends.")
    _sleep(course, until, by=by, at=at)


@unless_held
@transaction.atomic
def wake(*, course: Course, by: User, at: dt.datetime) -> None:
    """Put the person back on the list now. Raises NotNow for somebody who is on no list."""
    _hold(course)
    _refuse_who_is_on_no_list(course)
    _sleep(course, None, by=by, at=at)


def wake_by_themself(*, course: Course, at: dt.datetime) -> None:
    """Put a person back on the list who has asked for a visit."""
    if course.snoozed_until is not None:
        _sleep(course, None, by=None, at=at)


def sleep_again(*, session: TreatmentSession, by: User, at: dt.datetime) -> None:
    """Leave a person alone again whom the booking of a visit brought back to the list: it was undone."""
    course = session.course
    others = course.sessions.exclude(pk=session.pk)
    if course.snoozed_at and course.snoozed_until and not others.filter(placed_at__gt=course.snoozed_at).exists():
        _sleep(course, course.snoozed_until, by=by, at=at)


@transaction.atomic
def take_back_text(*, course: Course, by: User, at: dt.datetime) -> None:
    """Note that a planned text did not go out after all; the person is back on the list."""
    ContactAttempt.objects.create(
        clinic_id=course.clinic_id, course=course, at=at, by=by, outcome=ContactAttempt.Outcome.TAKEN_BACK
    )
    _sleep(course, None, by=by, at=at)


@unless_held
@transaction.atomic
def let_go(*, course: Course, reason: str, died: bool, by: User, at: dt.datetime) -> None:
    """End the course from the recall list. After a death nothing may be sent any more, and no visit stays booked.

    Raises NotAllowed as `close_course` does.
    """
    if died:
        leaving.died(patient=course.patient, on=_today(course, at), by=by, at=at, reason=reason)
        course.refresh_from_db()
        return
    close_course(course=course, reason=reason, by=by, at=at)
    waiting.end(course=course, at=at)  # last, as where a patient takes an offered time


def _hold(course: Course) -> None:
    """Let who books for the person at this moment, or ends the course, go first; read what they left."""
    hold_course(course)
    course.refresh_from_db(fields=["closed_on", "snoozed_until", "snoozed_at"])


def _refuse_who_is_on_no_list(course: Course) -> None:
    if course.closed_on is not None:
        raise NotNow("This course has ended.")
    if _booked(course):
        raise NotNow("A visit is booked, so this person is on no list.")


def _sleep(course: Course, until: dt.date | None, *, by: User | None, at: dt.datetime) -> None:
    course.snoozed_until, course.snoozed_at = until, at
    audit.save_as(course, by=by, at=at, fields=["snoozed_until", "snoozed_at"])
    audit.record(clinic=course.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="recall", subject=course.uid)


def _booked(course: Course) -> bool:
    return course.sessions.filter(status__in=OPEN).exists()


def _today(course: Course, at: dt.datetime) -> dt.date:
    return course.clinic.date_at(at)


__all__ = [
    "CALLS",
    "CONTACT_DAYS",
    "NotAllowed",
    "NotNow",
    "let_go",
    "log_attempt",
    "snooze",
    "take_back_text",
    "take_back_try",
    "wake",
]
