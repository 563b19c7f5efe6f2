"""When a person could come instead: half-days of a week, and words of their own."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from treatments.models import ContactAttempt, Course, SessionEvent, TreatmentSession
from treatments.queueing import again_after_deadlock, hold_course
from treatments.recall.contact import wake_by_themself

# In the order of the page: two columns, a row for each day.
HALF_DAYS = {
    "mon_am": _("Monday morning"),
    "mon_pm": _("Monday afternoon"),
    "tue_am": _("Tuesday morning"),
    "tue_pm": _("Tuesday afternoon"),
    "wed_am": _("Wednesday morning"),
    "wed_pm": _("Wednesday afternoon"),
    "thu_am": _("Thursday morning"),
    "thu_pm": _("Thursday afternoon"),
    "fri_am": _("Friday morning"),
    "fri_pm": _("Friday afternoon"),
}


@dataclass(frozen=True)
class Wish:
    """Half-days by their keys, and what else was said."""

    suits: tuple[str, ...] = ()
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.suits or self.words)

    def __str__(self) -> str:
        return ". ".join(filter(None, [", ".join(labels(self.suits)), self.words]))


def labels(suits: Iterable[str]) -> list[str]:
    """Return half-days in words, in the order of the week."""
    chosen = set(suits)
    return [str(label) for key, label in HALF_DAYS.items() if key in chosen]


def wish_of(session: TreatmentSession) -> Wish:
    """Return what the person last said about another time (1 query)."""
    return wishes_of([session]).get(session.pk, Wish())


def wishes_of(sessions: Iterable[TreatmentSession]) -> dict[int, Wish]:
    """Return by session what each person last said about another time (1 query)."""
    answers = SessionEvent.objects.filter(session__in=list(sessions), kind=SessionEvent.Kind.ANSWERED).order_by("pk")
    return {one.session_id: Wish(tuple(one.after.get("suits", ())), one.reason) for one in answers}


def put_on(sessions: Sequence[Any]) -> Sequence[Any]:
    """Put on each session ``wish``, what its person last said about another time (1 query)."""
    found = wishes_of(sessions)
    for session in sessions:
        session.wish = found.get(session.pk, Wish())
    return sessions


@again_after_deadlock
@transaction.atomic
def ask_for_a_visit(*, course: Course, wish: Wish, at: dt.datetime) -> ContactAttempt:
    """Note that a person with nothing booked wants a visit, and when. They are on the recall list from now on.

    The same wish sent again, by a double press or a reload, is the one that stands already. Raises Taken where others
    hold the person's visits for too long.
    """
    hold_course(course)  # of two presses at once the second finds the first
    course.refresh_from_db(fields=["snoozed_until"])
    with override("en"):
        note = str(wish)
    standing = standing_wish(course)
    if standing and standing.note == note:
        return standing
    asked = ContactAttempt.Outcome.ASKED
    attempt = ContactAttempt.objects.create(clinic_id=course.clinic_id, course=course, at=at, outcome=asked, note=note)
    wake_by_themself(course=course, at=at)
    return attempt


def standing_wish(course: Course) -> ContactAttempt | None:
    """Return the wish that nobody has acted on yet: no call and no text since, no snooze, and nothing booked."""
    last = course.contact_attempts.order_by("-pk").first()
    if last is None or last.outcome != ContactAttempt.Outcome.ASKED or course.snoozed_until is not None:
        return None
    return None if course.sessions.filter(placed_at__gt=last.at).exists() else last
