"""Recording what was injected, and signing it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from clinic.wording import day_words
from treatments import protocol, safety
from treatments.booking import Stale
from treatments.models import (
    Injection,
    SafetyAnswer,
    SessionEvent,
    SessionRecord,
    Status,
    TreatmentSession,
    Vial,
)
from treatments.stock import use
from treatments.stock.changes import clean_lot


class Refused(Exception):
    """The record cannot be signed; ``faults`` says everything that is missing or not allowed, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("record refused")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class VialUsed:
    """A vial opened for this session: lot, last day of use, units as supplied (100 or 200), when it was reconstituted."""

    lot: str
    expires_on: dt.date
    strength: int
    reconstituted_at: dt.datetime | None = None


@dataclass(frozen=True)
class Findings:
    """All that a signature covers. ``plan`` is site code to units; ``answers`` question key to Yes or No."""

    plan: Mapping[str, int]
    vials: Sequence[VialUsed]
    answers: Mapping[str, bool]
    identity_checked: bool
    consent_confirmed: bool
    go_on_reason: str = ""
    note: str = ""


@transaction.atomic
def sign_session(
    *, session: TreatmentSession, found: Findings, by: User, at: dt.datetime, started_at: dt.datetime
) -> SessionRecord:
    """Sign what was given: the record is frozen from here on, the session is done and the next due date is set by it.

    Raises Refused with every fault, or Stale when the session is not (or no longer) in the room.
    """
    given_on = at.astimezone(session.clinic.zone).date()
    faults = _faults(session, found, by, given_on) + use.faults(session=session, vials=found.vials, at=at)
    if faults:
        raise Refused(faults)
    changed = TreatmentSession.objects.filter(pk=session.pk, status=Status.IN_ROOM).update(
        status=Status.DONE, given_on=given_on
    )
    if not changed:
        raise Stale(TreatmentSession.objects.get(pk=session.pk))
    stock = use.settle(session=session, vials=found.vials, by=by, at=at)
    record = _write(session, found, given_on, started_at, kept={vial.lot for vial in stock if vial.owner_id})
    # Last: from this update on the database refuses any change to the record and its parts.
    SessionRecord.objects.filter(pk=record.pk).update(signed_at=at, signed_by=by)
    SessionEvent.objects.create(
        clinic_id=session.clinic_id,
        session=session,
        at=at,
        by=by,
        kind=SessionEvent.Kind.SIGNED,
        before={"status": Status.IN_ROOM},
        after={"status": Status.DONE},
    )
    audit.record(
        clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.SIGN, kind="session", subject=session.uid
    )
    record.refresh_from_db()
    session.refresh_from_db()
    return record


def _faults(session: TreatmentSession, found: Findings, by: User, given_on: dt.date) -> list[str]:
    faults = [] if allows(by, session.clinic, Capability.INJECT) else ["Your role may not sign sessions."]
    if session.status == Status.DONE:
        return ["This session is signed already. A signed session cannot change."]
    if not found.identity_checked:
        faults.append("Check the person's name, date of birth and record number, and tick the box.")
    if not found.consent_confirmed:
        faults.append("Confirm that the person consents.")
    faults += _interval_faults(session, given_on)
    faults += _safety_faults(session, found, by)
    faults += protocol.faults(found.plan)
    return faults + _vial_faults(found, given_on)


def _interval_faults(session: TreatmentSession, given_on: dt.date) -> list[str]:
    """The due date is asked anew: what was booked in time may have become early."""
    due = session.course.next_due()
    if given_on >= due or session.early_reason:
        return []
    return [f"The earliest day is {day_words(due)}. A prescriber has to give a reason before it."]


def _safety_faults(session: TreatmentSession, found: Findings, by: User) -> list[str]:
    screening = safety.screen({**dict.fromkeys(_question_keys()), **found.answers})
    faults = [f"Answer the safety question: {question.text}" for question in screening.unanswered]
    faults += [f"{question.text} {question.advice}" for question in screening.stopped]
    decided = found.go_on_reason.strip() and allows(by, session.clinic, Capability.PRESCRIBE)
    if screening.blocked and not decided:
        faults += [f"{question.text} {question.advice}" for question in screening.blocked]
    return faults


def _question_keys() -> list[str]:
    return [question.key for question in safety.QUESTIONS]


def _vial_faults(found: Findings, given_on: dt.date) -> list[str]:
    faults = [] if found.vials else ["Enter the vial: lot, expiry and units."]
    for vial in found.vials:
        if not vial.lot.strip():
            faults.append("Enter the lot number on the vial.")
        if vial.expires_on < given_on:
            faults.append(f"Lot {vial.lot} expired on {day_words(vial.expires_on)}. Use another vial.")
        if vial.strength not in protocol.VIAL_STRENGTHS:
            faults.append("A vial holds 100 or 200 units.")
    drawn, given = sum(vial.strength for vial in found.vials), sum(found.plan.values())
    if found.vials and given > drawn:
        faults.append(f"{given} units are more than the {drawn} in the vials. Add a vial or take sites off.")
    return faults


def _write(
    session: TreatmentSession, found: Findings, given_on: dt.date, started_at: dt.datetime, kept: set[str]
) -> SessionRecord:
    """Write the record and its parts. ``kept``: lots that a pharmacy sent for this person."""
    drawn, given = sum(vial.strength for vial in found.vials), sum(found.plan.values())
    record = SessionRecord.objects.create(
        clinic_id=session.clinic_id,
        session=session,
        units_drawn=drawn,
        units_given=given,
        units_wasted=drawn - given,
        sites_given=len(found.plan),
        identity_checked=found.identity_checked,
        consent_confirmed=found.consent_confirmed,
        screened_on=given_on,
        go_on_reason=found.go_on_reason.strip(),
        note=found.note.strip(),
        started_at=started_at,
    )
    shared = {"clinic_id": session.clinic_id, "record": record}
    Injection.objects.bulk_create(Injection(**shared, site=site, units=units) for site, units in found.plan.items())
    Vial.objects.bulk_create(
        Vial(
            **shared,
            lot=clean_lot(vial.lot),
            expires_on=vial.expires_on,
            used_on=given_on,
            strength=vial.strength,
            reconstituted_at=vial.reconstituted_at,
            owned_by_patient=clean_lot(vial.lot) in kept,
        )
        for vial in found.vials
    )
    SafetyAnswer.objects.bulk_create(
        SafetyAnswer(**shared, question=key, yes=yes) for key, yes in found.answers.items()
    )
    return record
