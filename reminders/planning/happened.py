"""What happened to a visit, told once: booked, moved, cancelled, missed, asked to move.

A step is told when it can no longer be undone, and what is told is how things stand then, beside what the person was
told last. A visit booked and moved at once gives one message, and one that was moved and put back gives none; of one
that was cancelled and booked anew they are told the new time.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic
from clinic.undo_time import undo_time
from reminders import timing
from reminders.models import Delivery, Kind, Reminder, ReminderRule, State
from reminders.models.delivery import MAYBE_ARRIVED, Receipt
from reminders.planning.channel import reachable
from reminders.planning.known import TOLD, known_time, knows_its_time, took_since, what_they_know
from reminders.planning.rows import reminder_for, store
from reminders.planning.rules import LOOK_BACK, ActiveRules, Rules, is_since
from reminders.standing import BEGUN, SWITCHED_OFF, told_later
from treatments.history import called_off
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN

Times = Mapping[int, Mapping[int, dt.time]]
_OF_NO_PLACE = (Kind.CANCELLED, Kind.MISSED, Kind.MOVE_ASKED)
_KINDS = (Kind.BOOKED, Kind.MOVED, *_OF_NO_PLACE)
_TELLS = {
    Status.BOOKED: (Kind.BOOKED, Kind.MOVED, Kind.MOVE_ASKED),
    Status.CANCELLED: (Kind.CANCELLED,),
    Status.NO_SHOW: (Kind.MISSED,),
}
# What a person stopped is on its way to nobody, by no other channel either.
_ON_ITS_WAY = (State.WAITING, State.SENDING, State.FAILED, State.MISSED, State.STOPPED)
_STEPS = (SessionEvent.Kind.STATUS, SessionEvent.Kind.UNDONE)
_ASKED = TreatmentSession.Answer.ASKED_TO_MOVE

# Why nobody is told, in words for whoever took the step.
TOLD_ALREADY = "They have been told"
KNOWN = "They know this time"
REMINDED = "The reminder before the visit tells it"
TOO_SOON = "There is no time left to write before the visit"
NEVER_HEARD = "They had not been told of it yet"
OF_THAT_DAY = "That is told on the day of the visit alone"
TOO_LONG_AGO = "It was too long ago, or before this message was switched on"


@dataclass(frozen=True)
class Told:
    """What is to be told of one visit: when it happened, the name of the occasion, the time that the message says."""

    kind: Kind
    happened_at: dt.datetime
    occasion: str
    visit_at: dt.datetime
    window: timing.Window


def create_happened(active: ActiveRules, *, now: dt.datetime) -> int:
    """Plan what people have to be told of the steps of the last days; return how many rows were offered."""
    rules = {kind: active.of(kind) for kind in _KINDS}
    clinics = {clinic for of_kind in rules.values() for clinic in of_kind}
    if not clinics:
        return 0
    times = active.times_before(Kind.VISIT)

    def plan(session: Any) -> Reminder | None:
        planned = _planned(session, rules, times, now)
        return planned if isinstance(planned, Reminder) else None

    return store(_stepped(clinics, list(rules[Kind.MOVED]), now), plan)


def foretold(*, session: uuid.UUID, clinic: Clinic, now: dt.datetime) -> Reminder | str:
    """Return what a visit's person is told of its newest step: the row that the next round makes, or that one made already.

    Else why they are told nothing, in words for staff; no words where it is nothing to tell of (three queries at most).
    """
    active = ActiveRules(clinic)
    rules = {kind: active.of(kind) for kind in _KINDS}
    if not any(rules.values()):
        return SWITCHED_OFF
    stepped = _stepped({clinic.pk}, list(rules[Kind.MOVED]), now).filter(uid=session)
    visit = stepped.select_related("course__patient__clinic").defer("course__patient__safety_note").first()
    if visit is None:
        return ""
    planned = _planned(visit, rules, active.times_before(Kind.VISIT), now)
    if planned == TOLD_ALREADY:
        return _on_its_way(visit) or planned
    if isinstance(planned, Reminder):
        planned.clinic, planned.patient = planned.rule.clinic, visit.course.patient
    return planned


def _on_its_way(visit: TreatmentSession) -> Reminder | None:
    """Return what a round has planned about a step, and is not settled."""
    kinds = _TELLS[Status(visit.status)]
    about = Reminder.objects.filter(session=visit, session_version=visit.version, rule__kind__in=kinds)
    waiting = about.filter(state__in=_ON_ITS_WAY).select_related("rule", "clinic", "patient__clinic")
    return waiting.defer("patient__safety_note").order_by("-pk").first()


def _stepped(clinics: set[int], tell_moves: list[int], now: dt.datetime) -> QuerySet[TreatmentSession]:
    """Visits with a step in the last days, each with what its person was told of it last and what it is booked in place of."""
    steps = SessionEvent.objects.filter(at__gt=now - LOOK_BACK, at__lte=now).exclude(kind=SessionEvent.Kind.IMPORTED)
    of_session = SessionEvent.objects.filter(session=OuterRef("pk"))
    telling = Reminder.objects.filter(session=OuterRef("pk"), rule__kind__in=(Kind.BOOKED, Kind.MOVED))
    here = telling.filter(session_version=OuterRef("version"), state__in=_ON_ITS_WAY)
    # By whatever channel: who chooses email meanwhile was told, or is about to be. What reached nobody may go there yet.
    # What may have reached them is a person's to decide.
    attempts = Delivery.objects.filter(reminder=OuterRef("pk"), outcome__in=MAYBE_ARRIVED)
    reached_nobody = Q(state=State.FAILED) & ~Q(Exists(attempts.exclude(receipt=Receipt.FAILED)))
    planned = Reminder.objects.filter(~reached_nobody, session=OuterRef("pk"), rule__kind__in=_OF_NO_PLACE)
    off = planned.filter(
        rule__kind=Kind.CANCELLED, state__in=_ON_ITS_WAY, session_version=OuterRef("version")
    ).order_by("-pk")
    again = TreatmentSession.objects.filter(course=OuterRef("course"), status__in=OPEN)
    told_of_another = Q(Exists(again)) | told_later("course", "pk")
    sessions = TreatmentSession.objects.filter(
        Q(status=Status.BOOKED)
        | Q(status=Status.CANCELLED) & ~(Q(clinic__in=tell_moves) & told_of_another)
        | Q(status=Status.NO_SHOW) & ~Exists(again),
        pk__in=steps.values("session"),
        clinic__in=clinics,
        course__closed_on__isnull=True,
    )
    return sessions.annotate(
        patient_pk=F("course__patient_id"),
        stepped_at=Subquery(of_session.filter(kind__in=_STEPS).order_by("-pk").values("at")[:1]),
        on_its_way=Exists(here),
        planned_last=Subquery(planned.order_by("-pk").values("occasion")[:1]),
        off_pk=Subquery(off.values("pk")[:1]),
        replaces_at=_replaces_at(tell_moves, now),
        **what_they_know(),
        **reachable("course__patient"),
    ).order_by("pk")


def _replaces_at(tell_moves: list[int], now: dt.datetime) -> Subquery:
    """Return, for a visit, the time that its person thinks they have of one that was cancelled, in whose place it was booked."""
    told_off = Reminder.objects.filter(session=OuterRef("pk"), rule__kind=Kind.CANCELLED, state__in=TOLD)
    replaced = TreatmentSession.objects.filter(
        called_off(), ~Exists(told_off), course=OuterRef("course"), starts_at__gt=now, clinic__in=tell_moves
    )
    return Subquery(replaced.order_by("starts_at").values("starts_at")[:1])


def _planned(session: Any, rules: dict[Kind, Rules], times: Times, now: dt.datetime) -> Reminder | str:
    """Return the row that tells of a visit as it stands now, or in words why there is none."""
    told = _told(session, rules, times.get(session.clinic_id, {}), now)
    if isinstance(told, str):
        return told
    rule = rules[told.kind].get(session.clinic_id)
    if rule is None:
        return SWITCHED_OFF
    if not is_since(rule, told.happened_at) or told.happened_at <= now - LOOK_BACK:
        return TOO_LONG_AGO
    if told.occasion == session.planned_last:
        return TOLD_ALREADY
    return reminder_for(
        session,
        rule,
        told.window,
        now,
        patient_id=session.patient_pk,
        course_id=session.course_id,
        session=session,
        session_version=session.version,
        occasion=told.occasion,
        visit_at=told.visit_at,
    )


def _told(session: Any, rules: dict[Kind, Rules], times: Mapping[int, dt.time], now: dt.datetime) -> Told | str:
    """Return what the person has to be told of their visit as it stands now, or in words why nothing."""
    if session.status == Status.CANCELLED:
        return _cancelled(session, _rule_zone(session, rules))
    if session.status == Status.NO_SHOW:
        return _missed(session, _rule_zone(session, rules))
    if session.answer == _ASKED:
        return _asked(session, _rule_zone(session, rules))
    return _placed(session, rules, times, now)


def _placed(session: Any, rules: dict[Kind, Rules], times: Mapping[int, dt.time], now: dt.datetime) -> Told | str:
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
    return Told(kind, session.placed_at, occasion, session.starts_at, window)


def _kind_of_place(session: Any, booked: ReminderRule | None, now: dt.datetime) -> Kind | None:
    if session.told_pk is None:
        if session.replaces_at:
            return Kind.MOVED
        # Booked before anything was told of bookings: they know that time from whoever booked it.
        at = session.booked_at
        knows = booked is None or at is None or not is_since(booked, at) or at <= now - LOOK_BACK
        if not knows:
            return Kind.BOOKED
    return None if knows_its_time(session) else Kind.MOVED


def _cancelled(session: Any, zone: ZoneInfo) -> Told | str:
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
    return Told(
        Kind.CANCELLED, at, f"cancelled {session.pk}.{session.version}.{session.told_pk or 0}", visit_at, window
    )


def _missed(session: Any, zone: ZoneInfo) -> Told | str:
    """Missed, and noted on the same day: later "today" would be wrong, and the recall list has them already."""
    at = session.stepped_at
    if at is None or at.astimezone(zone).date() != session.local_date:
        return OF_THAT_DAY
    window = timing.same_day_window(session.local_date, at, undo_time(), zone)
    return Told(Kind.MISSED, at, f"missed {session.pk}.{session.version}", session.starts_at, window)


def _asked(session: Any, zone: ZoneInfo) -> Told | str:
    at = session.answered_at
    if at is None:
        return TOO_LONG_AGO
    window = timing.step_window(session.starts_at, at, undo_time(), zone)
    return Told(Kind.MOVE_ASKED, at, f"asked {session.pk}.{session.version}", session.starts_at, window)


def _rule_zone(session: Any, rules: dict[Kind, Rules]) -> ZoneInfo:
    """Return the clinic's zone from whichever of its rules is at hand: no query for each row."""
    return next(of_kind[session.clinic_id] for of_kind in rules.values() if session.clinic_id in of_kind).clinic.zone
