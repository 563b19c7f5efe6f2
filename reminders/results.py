"""Where a message stands, in a word and a reason that staff read without a manual."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clinic.wording import clock_words, short_words
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT
from reminders.planning.settle import TOO_LATE
from reminders.standing import ASKED_TO_MOVE, BOOKED_INSTEAD, CANCELLED, MOVED

# What is put off for longer than this simply has its day still to come.
HOLD = dt.timedelta(hours=12)
_SKIPPED = {
    MOVED: "Skipped (visit moved)",
    CANCELLED: "Skipped (visit cancelled)",
    BOOKED_INSTEAD: "Skipped (visit cancelled, another booked)",
    ASKED_TO_MOVE: "Skipped (asked to move)",
}
# How the reasons begin of who wants no messages: as consent says it, and as a gateway does.
_OPTED_OUT = ("They do not want ", "They replied STOP")
_NO_ANSWER = (Delivery.Outcome.UNREACHABLE, Delivery.Outcome.UNANSWERED)
# What was taken is billed, and what may have been taken may be.
_BILLED = (Delivery.Outcome.ACCEPTED, Delivery.Outcome.FOUND, *IN_DOUBT)
_PLAIN = {
    State.SENDING: ("sending", "Sending"),
    State.SENT: ("sent", "Sent"),
    State.MISSED: ("missed", "Not sent in time"),
    State.REPLACED: ("opted_out", "Sent another way"),
    State.HANDLED: ("done", "Called"),
    State.STOPPED: ("opted_out", "Stopped"),
}


@dataclass(frozen=True)
class Result:
    """The face of a state, its word, and why it is so."""

    face: str
    word: str
    why: str = ""


def result_of(reminder: Reminder, attempts: Sequence[Delivery], now: dt.datetime, zone: dt.tzinfo) -> Result:
    """Return how a message stands at a moment, on the clinic's clock. ``attempts`` are in order."""
    state = State(reminder.state)
    if state in (State.WAITING, State.SENDING) and _in_doubt(reminder, attempts, now):
        return Result("in_doubt", "In doubt", "No answer came. We ask before we send again.")
    if state == State.WAITING:
        return _waiting(reminder, now, zone)
    if state == State.FAILED:
        return _failed(reminder, attempts)
    if state == State.CANCELLED:
        word = _SKIPPED.get(reminder.reason)
        return Result("cancelled", word) if word else Result("cancelled", "Stopped", reminder.reason)
    if state == State.SENT and reminder.delivered_at:
        return Result("delivered", "Delivered")
    face, word = _PLAIN[state]
    return Result(face, word, "" if reminder.reason in (word, TOO_LATE) else reminder.reason)


def _in_doubt(reminder: Reminder, attempts: Sequence[Delivery], now: dt.datetime) -> bool:
    """Return whether the last attempt that left may have arrived: not while a worker is still at it."""
    left = [one for one in attempts if one.outcome != Delivery.Outcome.UNREACHABLE]
    if not left or left[-1].outcome not in IN_DOUBT:
        return False
    held = reminder.state == State.SENDING and reminder.lease_until is not None and reminder.lease_until > now
    return not (held and attempts[-1].attempt == reminder.attempts)


def _waiting(reminder: Reminder, now: dt.datetime, zone: dt.tzinfo) -> Result:
    if not now < reminder.due_at <= now + HOLD:
        return Result("waiting", "Waiting", reminder.reason)
    local = reminder.due_at.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    until = clock_words(local.time()) if today else short_words(local)
    return Result("waiting", f"On hold until {until}", reminder.reason)


def _failed(reminder: Reminder, attempts: Sequence[Delivery]) -> Result:
    if reminder.reason.startswith(_OPTED_OUT):
        return Result("opted_out", "Opted out", reminder.reason)
    if attempts and attempts[-1].outcome in _NO_ANSWER:
        tries = "1 try" if len(attempts) == 1 else f"{len(attempts)} tries"
        return Result("failed", f"Given up after {tries}", reminder.reason)
    return Result("failed", "Not delivered", reminder.reason)


def billed(attempts: Sequence[Delivery], price: Decimal | None, currency: str) -> str:
    """Return how many texts the networks bill for a message, and what they cost where the price of one is known."""
    texts = sum(attempt.texts for attempt in attempts if attempt.outcome in _BILLED)
    if not texts:
        return ""
    words = "1 text" if texts == 1 else f"{texts} texts"
    return words if price is None else f"{words}, {currency}{(texts * price).quantize(Decimal('0.01'))}"
