"""What happened to a visit, told once: booked, moved, cancelled, missed, asked to move.

A step is told when it can no longer be undone, and what is told is how things stand then, beside what the person was
told last. A visit booked and moved at once gives one message, and one that was moved and put back gives none; of one
that was cancelled and booked anew they are told the new time.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic
from reminders.models import Delivery, Kind, Reminder, State
from reminders.models.delivery import MAYBE_ARRIVED, Receipt
from reminders.planning.channel import reachable
from reminders.planning.known import TOLD, what_they_know
from reminders.planning.rows import reminder_for, store
from reminders.planning.rules import LOOK_BACK, ActiveRules, Rules, Times, is_since
from reminders.planning.telling import KNOWN, TOLD_ALREADY, TOO_LONG_AGO, to_tell
from reminders.standing import SWITCHED_OFF, told_later
from treatments.history import called_off
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN

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


def _planned(session: Any, rules: dict[Kind, Rules], times: Mapping[int, Times], now: dt.datetime) -> Reminder | str:
    """Return the row that tells of a visit as it stands now, or in words why there is none."""
    told = to_tell(session, rules, times.get(session.clinic_id, {}), now)
    if isinstance(told, str):
        return told
    rule = rules[told.kind].get(session.clinic_id)
    if rule is None:
        return SWITCHED_OFF
    if not is_since(rule, told.happened_at) or told.happened_at <= now - LOOK_BACK:
        return KNOWN if told.kind == Kind.MOVE_ASKED else TOO_LONG_AGO  # whoever asked for another time knows this one
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
