"""What a person has to be told of their visit as it stands now, or why nothing: from a row of `happened`, with no query."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from clinic.undo_time import undo_time
from reminders import timing
from reminders.models import Kind, ReminderRule
from reminders.planning.known import KnownVisit, known_time, knows_its_time, took_since
from reminders.planning.rules import LOOK_BACK, Rules, Times, is_since
from reminders.standing import BEGUN, SWITCHED_OFF
from treatments.models import Status, TreatmentSession

# Why nobody is told, in words for whoever took the step.
TOLD_ALREADY = "They have been told"
KNOWN = "They know this time"
REMINDED = "The reminder before the visit tells it"
TOO_SOON = "There is no time left to write before the visit"
NEVER_HEARD = "They had not been told of it yet"
OF_THAT_DAY = "That is told on the day of the visit alone"
TOO_LONG_AGO = "It was too long ago, or before this message was switched on"


class SteppedVisit(KnownVisit, Protocol):
    """A visit as `happened` reads it."""

    pk: int
    clinic_id: int
    status: str
    answer: str
    local_date: dt.date
    placed_at: dt.datetime
    answered_at: dt.datetime | None
    stepped_at: dt.datetime | None
    on_its_way: bool  # that it was booked or moved, as it stands now
    off_pk: int | None  # the message on its way that says it is off
    replaces_at: dt.datetime | None  # the time they think they have of one that was cancelled


@dataclass(frozen=True)
class ToTell:
    """What is to be told of one visit: when it happened, the name of the occasion, the time that the message says."""

    kind: Kind
    happened_at: dt.datetime
    occasion: str
    visit_at: dt.datetime
    window: timing.Window


def to_tell(session: SteppedVisit, rules: dict[Kind, Rules], times: Times, now: dt.datetime) -> ToTell | str:
    """Return what the person has to be told of their visit as it stands now, or in words why nothing."""
    if session.status == Status.CANCELLED:
        return _cancelled(session, _rule_zone(session, rules))
    if session.status == Status.NO_SHOW:
        return _missed(session, _rule_zone(session, rules))
    if session.answer == TreatmentSession.Answer.ASKED_TO_MOVE:
        return _asked(session, _rule_zone(session, rules))
    return _placed(session, rules, times, now)


def _placed(session: SteppedVisit, rules: dict[Kind, Rules], times: Times, now: dt.datetime) -> ToTell | str:
    """Booked the first time, or at another time than they were told; what replaces a cancelled visit is such a one."""
    kind = _kind_of_place(session, rules[Kind.BOOKED].get(session.clinic_id), now)
    if session.on_its_way:
        return TOLD_ALREADY
    if kind is None:
        never_told = session.told_pk is None and not session.first_start
        return SWITCHED_OFF if never_told and session.clinic_id not in rules[Kind.BOOKED] else KNOWN
    if session.starts_at <= now:
        return BEGUN
    zone = _rule_zone(session, rules)
    window = timing.placed_window(session.starts_at, times, zone, session.placed_at, undo_time())
    last_use = session.starts_at - timing.LAST_USE_BEFORE_VISIT
    just_made = kind == Kind.BOOKED and window.due_at >= window.useful_until
    # Too late for this one, but a rule about visits tells the time: its message makes up for it.
    made_up_for = window.useful_until <= max(now, window.due_at) and window.useful_until < last_use
    if just_made or made_up_for:
        return REMINDED if window.useful_until < last_use else TOO_SOON
    if kind == Kind.MOVED:
        known = session.replaces_at if session.told_pk is None and session.replaces_at else known_time(session)
        window = timing.before_known_time(window, session.placed_at, known)
    after = session.told_pk if session.told_kind == Kind.CANCELLED else 0
    occasion = f"placed {session.pk}.{session.version}.{after}"
    return ToTell(kind, session.placed_at, occasion, session.starts_at, window)


def _kind_of_place(session: SteppedVisit, booked: ReminderRule | None, now: dt.datetime) -> Kind | None:
    if session.told_pk is None:
        if session.replaces_at:
            return Kind.MOVED
        # Booked before anything was told of bookings: they know that time from whoever booked it.
        at = session.booked_at
        knows = booked is None or at is None or not is_since(booked, at) or at <= now - LOOK_BACK
        if not knows:
            return Kind.BOOKED
    return None if knows_its_time(session) else Kind.MOVED


def _cancelled(session: SteppedVisit, zone: ZoneInfo) -> ToTell | str:
    """Cancelled, when they may think that it stands: told of it, booked long enough to have been told, or by themselves."""
    at = session.stepped_at
    just_booked = session.booked_at is not None and at is not None and at <= session.booked_at + undo_time()
    unheard = just_booked and session.told_pk is None and session.took_at is None
    if session.told_kind == Kind.CANCELLED:
        return TOLD_ALREADY
    if at is None or unheard:
        return NEVER_HEARD
    visit_at = session.starts_at if took_since(session) else session.told_visit_at or session.starts_at
    window = timing.step_window(visit_at, at, undo_time(), zone)
    # What they were told last may change meanwhile: a message that was about to tell them is stopped, or arrived after all.
    is_on_its_way = (session.off_pk or 0) > (session.told_pk or 0)
    if is_on_its_way:
        return TOLD_ALREADY
    if at >= window.useful_until:
        return TOO_SOON
    return ToTell(
        Kind.CANCELLED, at, f"cancelled {session.pk}.{session.version}.{session.told_pk or 0}", visit_at, window
    )


def _missed(session: SteppedVisit, zone: ZoneInfo) -> ToTell | str:
    """Missed, and noted on the same day: later "today" would be wrong, and the recall list has them already."""
    at = session.stepped_at
    if at is None or at.astimezone(zone).date() != session.local_date:
        return OF_THAT_DAY
    window = timing.same_day_window(session.local_date, at, undo_time(), zone)
    return ToTell(Kind.MISSED, at, f"missed {session.pk}.{session.version}", session.starts_at, window)


def _asked(session: SteppedVisit, zone: ZoneInfo) -> ToTell | str:
    at = session.answered_at
    if at is None:
        return TOO_LONG_AGO
    window = timing.step_window(session.starts_at, at, undo_time(), zone)
    return ToTell(Kind.MOVE_ASKED, at, f"asked {session.pk}.{session.version}", session.starts_at, window)


def _rule_zone(session: SteppedVisit, rules: dict[Kind, Rules]) -> ZoneInfo:
    """Return the clinic's zone from whichever of its rules is at hand: no query for each row."""
    return next(of_kind[session.clinic_id] for of_kind in rules.values() if session.clinic_id in of_kind).clinic.zone
