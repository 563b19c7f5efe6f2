"""Taking a visit from one status to another, as the table of `treatments.moves` allows it."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from clinic.access import allows
from clinic.models import User
from clinic.wording import moment_words
from treatments import moves
from treatments.booking.placing import mind_the_course, slot_of, written_or_refused
from treatments.conflicts import NotPossible
from treatments.history import note_change
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import again_after_deadlock, share
from treatments.setup.written import shut


@again_after_deadlock
def change_status(
    *, session: TreatmentSession, to: Status, by: User, at: dt.datetime, reason: str = ""
) -> TreatmentSession:
    """Take a session from where the page saw it to ``to``. Asking for where it is already changes nothing.

    Raises NotPossible, also when a cancelled visit's time is no longer open, PermissionDenied, Stale when somebody else
    moved it meanwhile, or Taken when its old time has gone.
    """
    seen = session.status
    if seen == to:
        return session
    _check_the_table(session, to, by, reason, at)
    changes: dict[str, Any] = {"status": to}
    if to == Status.ARRIVED and seen in {Status.BOOKED, Status.NO_SHOW}:
        changes["arrived_at"] = at
    if to == Status.BOOKED:
        changes |= {"arrived_at": None, "placed_at": at}
    before = {name: getattr(session, name) for name in changes.keys() - {"placed_at"}}
    after = {name: changes[name] for name in before}
    with written_or_refused(session):
        if to in OPEN and seen not in OPEN:
            share(slot_of(session), session.course_id)
        as_seen = TreatmentSession.objects.filter(pk=session.pk, status=seen, version=session.version)
        changed = as_seen.update(**changes)
        if seen in {Status.CANCELLED, Status.NO_SHOW}:
            mind_the_course(session)
        if seen == Status.CANCELLED and (why := shut(session)):
            raise NotPossible(f"This time is no longer open: {why}. Book another one.")
        return note_change(changed, session, SessionEvent.Kind.STATUS, by, at, reason, before, after)


def _check_the_table(session: TreatmentSession, to: Status, by: User, reason: str, at: dt.datetime) -> None:
    """Refuse a step that is not in `treatments.moves`, that this person may not take, or for which it is too soon."""
    step = moves.find(session.status, to)
    if step is None or to == Status.DONE:
        raise NotPossible(f"A visit that is {session.get_status_display().lower()} cannot become {to.label.lower()}.")
    if not allows(by, session.clinic, step.capability):
        raise PermissionDenied
    if step.needs_reason and not reason.strip():
        raise NotPossible("Say why the visit is cancelled.")
    if step.is_too_soon(session, at):
        raise NotPossible(_too_soon_words(session, to))


def _too_soon_words(session: TreatmentSession, to: Status) -> str:
    when = moment_words(session.starts_at.astimezone(session.clinic.zone))
    if to == Status.NO_SHOW:
        return f"The visit is on {when}: nobody has missed it yet. Cancel it if they cannot come."
    return f"The visit is on {when}. Whoever is seen today needs a time of today: move the visit."
