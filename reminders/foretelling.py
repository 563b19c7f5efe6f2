"""What the person of a visit is told of the step that somebody has just taken, and when: said before a round plans it."""

import datetime as dt
import uuid

from clinic.message_hours import leaving_clock_words
from clinic.models import Clinic
from reminders import rehearsal
from reminders.models import Reminder, State
from reminders.planning.happened import foretold
from reminders.planning.rows import is_worth_a_row
from reminders.planning.settle import TOO_LATE

_TO_LEAVE = (State.WAITING, State.SENDING)


def words_about(*, session: uuid.UUID, clinic: Clinic, now: dt.datetime) -> str:
    """Return when a message goes out, or why none does, in a sentence for the desk; nothing where there is nothing to tell."""
    found = foretold(session=session, clinic=clinic, now=now)
    if isinstance(found, str):
        return _none(found) if found else ""
    if found.state not in _TO_LEAVE:
        call = found.state != State.STOPPED and is_worth_a_row(found)
        return _none(found.reason, call=call)
    return _goes_out(found, now)


def _goes_out(reminder: Reminder, now: dt.datetime) -> str:
    line = rehearsal.leaving(reminder, now=now)
    if line is None:
        return ""
    if not line.to or line.how == rehearsal.TOO_LATE:
        return _none(TOO_LATE, call=True)
    return f"Message goes out {leaving_clock_words(line.at, now, reminder.clinic.zone)} by {line.how.lower()}."


def _none(why: str, *, call: bool = False) -> str:
    return f"No message: {why[:1].lower()}{why[1:]}.{' Call them.' if call else ''}"
