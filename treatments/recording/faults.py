"""What stands in the way of a signature, all of it at once and in words."""

import datetime as dt
from collections.abc import Collection, Sequence

from clinic.access import Capability, allows
from clinic.models import User
from clinic.wording import day_words
from treatments import protocol, safety
from treatments.models import Status, TreatmentSession
from treatments.recording import given, on_record, said_before, since
from treatments.recording.findings import Findings
from treatments.setup import who_injects
from treatments.stock import use
from treatments.stock.lot_numbers import clean_lot

NO_DAY = "Say on which day it was given."
ADD_A_VIAL = "Add a vial or take sites off."
YOU_MAY_DECIDE = "You may decide: write why you go on, or do not inject today."


class Refused(Exception):
    """The record cannot be signed; ``faults`` says everything that is missing or not allowed, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("record refused")
        self.faults = tuple(faults)


def before_signing(
    session: TreatmentSession, found: Findings, by: User, given_on: dt.date | None, at: dt.datetime
) -> list[str]:
    """Return why the session cannot be signed now; empty when it can. ``given_on``: None where nobody said the day."""
    if session.status == Status.DONE:
        return ["This session is signed already. A signed session cannot change."]
    if given_on is None:
        return [NO_DAY]
    given_at, began = given.moment(session, given_on, at), given.began(session, given_on, at)
    latest = given.latest(session, given_on, at)
    return [
        *too_early(session, given_on),
        *since.faults(session, found.since_last, by, at),
        *on_record.unsettled(session, given_at),
        *_freshness_faults(found, given_on),
        *_who_faults(session, by, given_on),
        *of_findings(session, found, by, given_on, given_at, began, latest),
    ]


def before_injecting(session: TreatmentSession, by: User, given_on: dt.date, at: dt.datetime) -> list[str]:
    """Return what the record says against a session before anything is asked: a refused signature comes too late."""
    return [
        *too_early(session, given_on),
        *_who_faults(session, by, given_on),
        *on_record.for_review(session, {}, protocol.MAX_UNITS, given_on, at),
        *said_before.for_review(session, {}, given_on, at),
        *on_record.room_left(session, given_on, at),
    ]


def _who_faults(session: TreatmentSession, by: User, given_on: dt.date) -> list[str]:
    return [
        *who_injects.faults(session.injector, session.clinic, given_on),
        *who_injects.signer_faults(by, session.clinic, given_on, session.injector),
    ]


def of_findings(
    session: TreatmentSession,
    found: Findings,
    by: User,
    given_on: dt.date,
    at: dt.datetime,
    began: dt.datetime,
    latest: dt.datetime,
    asked: Collection[str] | None = None,
) -> list[str]:
    """Return what is wrong with what was found and given, whether it is signed or corrected.

    ``at``: when it was given (`given.moment`), ``began``: when it began, ``latest``: when it was over.
    ``asked``: the safety questions of that day, where they are not today's.
    """
    faults = [] if allows(by, session.clinic, Capability.INJECT) else ["Your role may not sign sessions."]
    if not found.identity_checked:
        faults.append("Check the person's name, date of birth and record number, and tick the box.")
    if not found.consent_confirmed:
        faults.append("Confirm that the person consents.")
    faults += _safety_faults(session, found, by, given_on, asked, at)
    faults += on_record.too_much(session, found, given_on, at)
    faults += protocol.faults(found.plan)
    faults += _vial_faults(found, given_on)
    return faults + use.faults(
        session=session, vials=found.vials, at=at, began=began, latest=latest, before_recall=found.used_before_recall
    )


def of_recall(session: TreatmentSession, found: Findings, began: dt.datetime) -> list[str]:
    """Return why the database refused a lot that `of_findings` let pass: it was recalled since it was looked up.

    Or between the session and its signature, without a word that the vial was used before.
    """
    known_by = began if found.used_before_recall else None
    return use.recall_faults(session.clinic_id, [vial.lot for vial in found.vials], began, known_by)


def _freshness_faults(found: Findings, given_on: dt.date) -> list[str]:
    """Rule 21: the safety screen is of the same day."""
    return [] if found.screened_on == given_on else [answered_before(found.screened_on)]


def answered_before(day: dt.date | None) -> str:
    """Return what is said of safety answers of another day than that of the session; None: nobody knows of which."""
    return f"The safety questions were answered on {day_words(day) if day else 'another day'}. Ask them again today."


def too_early(session: TreatmentSession, given_on: dt.date) -> list[str]:
    """The due date is asked anew: what was booked in time may have become early."""
    return before_due(session, given_on, session.course.next_due())


def before_due(session: TreatmentSession, given_on: dt.date, due: dt.date) -> list[str]:
    """A reason to be early is one for the day that was booked with it, and for no day before that."""
    if given_on >= due or (session.early_reason and given_on >= session.local_date):
        return []
    return [f"The earliest day is {day_words(due)}. A prescriber has to give a reason before it."]


def _safety_faults(
    session: TreatmentSession,
    found: Findings,
    by: User,
    given_on: dt.date,
    asked: Collection[str] | None,
    at: dt.datetime,
) -> list[str]:
    screening = safety.screen(found.answers, asked)
    for_review = [f"{question.text} {question.advice}" for question in screening.blocked]
    for_review += [f"{question.text} {safety.UNKNOWN_ADVICE}" for question in screening.unknown]
    for_review += on_record.for_review(session, found.answers, found.given, given_on, at)
    for_review += said_before.for_review(session, found.answers, given_on, at)
    for_review += filter(None, (protocol.dilution_fault(one.strength, one.diluent_ml) for one in found.vials))
    faults = [f"Answer the safety question: {question.text}" for question in screening.unanswered]
    faults += [f"{question.text} {question.advice}" for question in screening.stopped]
    prescriber = allows(by, session.clinic, Capability.PRESCRIBE)
    if not for_review or (prescriber and found.go_on_reason.strip()):
        return faults
    way_on = [YOU_MAY_DECIDE] if prescriber else []
    return [*faults, *dict.fromkeys(for_review), *way_on]


def _vial_faults(found: Findings, given_on: dt.date) -> list[str]:
    faults = [] if found.vials else ["Enter the vial: lot, expiry and units."]
    for vial in found.vials:
        if not clean_lot(vial.lot):
            faults.append("Enter the lot number on the vial.")
        if vial.expires_on < given_on:
            faults.append(f"Lot {vial.lot} expired on {day_words(vial.expires_on)}. {use.USE_ANOTHER}")
        if vial.strength not in protocol.VIAL_STRENGTHS:
            faults.append("A vial holds 100 or 200 units.")
    for lot, kinds in _kinds_of_lots(found).items():
        if len(kinds) > 1:
            faults.append(f"Lot {lot} is written down with two sizes or two expiry dates. Check the vials.")
    if found.vials and found.given > found.drawn:
        faults.append(f"{found.given} units are more than the {found.drawn} in the vials. {ADD_A_VIAL}")
    return list(dict.fromkeys(faults))  # once for vials that are alike


def _kinds_of_lots(found: Findings) -> dict[str, set[tuple[int, dt.date]]]:
    """A lot has one size and one expiry date: two of either are a slip, and units would be counted from the wrong vial."""
    kinds: dict[str, set[tuple[int, dt.date]]] = {}
    for vial in found.vials:
        kinds.setdefault(clean_lot(vial.lot), set()).add((vial.strength, vial.expires_on))
    return kinds
