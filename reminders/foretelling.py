"""What the person of a visit is told of the step that somebody has just taken, and when: said before a round plans it."""

import datetime as dt
import uuid
from collections import defaultdict

from clinic.message_hours import leaving_clock_words
from clinic.models import Clinic
from reminders import rehearsal
from reminders.models import Reminder, State
from reminders.planning.happened import foretold
from reminders.planning.rows import is_worth_a_row
from reminders.planning.settle import TOO_LATE
from treatments.models import TreatmentSession

_TO_LEAVE = (State.WAITING, State.SENDING)
MOST_TOLD_OF = 10  # in one line: five queries for each, and of more nobody reads on


def words_about(*, session: uuid.UUID, clinic: Clinic, now: dt.datetime) -> str:
    """Return when a message goes out, or why none does, in a sentence for the desk; nothing where there is nothing to tell."""
    found = foretold(session=session, clinic=clinic, now=now)
    if isinstance(found, str):
        return _none(found) if found else ""
    if found.state not in _TO_LEAVE:
        call = found.state != State.STOPPED and is_worth_a_row(found)
        return _none(found.reason, call=call)
    return _goes_out(found, now)


def words_about_all(*, sessions: list[uuid.UUID], clinic: Clinic, now: dt.datetime) -> str:
    """Return the same of several visits of which one line tells: those whose people are told alike stand together."""
    if len(sessions) > MOST_TOLD_OF:
        return "Reminders says what each of them is told."
    told: dict[str, list[uuid.UUID]] = defaultdict(list)
    for session in sessions:
        told[words_about(session=session, clinic=clinic, now=now)].append(session)
    if len(sessions) == 1:
        return next(iter(told))
    if len(told) == 1:
        return _of("Each of them", *told)
    names = _names(sessions, clinic)
    return " ".join(_of(", ".join(names[one] for one in alike), words) for words, alike in told.items() if words)


def _names(sessions: list[uuid.UUID], clinic: Clinic) -> dict[uuid.UUID, str]:
    visits = TreatmentSession.objects.filter(clinic=clinic, uid__in=sessions).select_related("course__patient")
    return {visit.uid: visit.course.patient.full_name for visit in visits.defer("course__patient__safety_note")}


def _of(whom: str, words: str) -> str:
    return f"{whom}: {words[:1].lower()}{words[1:]}" if words else ""


def _goes_out(reminder: Reminder, now: dt.datetime) -> str:
    line = rehearsal.leaving(reminder, now=now)
    if line is None:
        return ""
    if not line.to or line.how == rehearsal.TOO_LATE:
        return _none(TOO_LATE, call=True)
    return f"Message goes out {leaving_clock_words(line.at, now, reminder.clinic.zone)} by {line.how.lower()}."


def _none(why: str, *, call: bool = False) -> str:
    return f"No message: {why[:1].lower()}{why[1:]}.{' Call them.' if call else ''}"
