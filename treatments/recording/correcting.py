"""Correcting a signed record: a new version beside the old one, which stays readable."""

import datetime as dt

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.models import AuditEntry, User
from patients.actions.holding import hold_to_write
from treatments.booking import Stale
from treatments.courses import NotAllowed, unless_held
from treatments.models import SessionEvent, SessionRecord, TreatmentSession
from treatments.recording import faults, given, other_day
from treatments.recording.findings import Findings
from treatments.recording.writing import as_decided, write_signed


def correct_record(*, record: SessionRecord, found: Findings, reason: str, by: User, at: dt.datetime) -> SessionRecord:
    """Sign a new version in place of ``record``, of the same day unless the findings name another that it can have been.

    Raises Refused with every fault, or Stale when somebody corrected the same version first.
    """
    try:
        return _correct(record, found, reason, by, at)
    except NotAllowed as error:
        raise faults.Refused([str(error)]) from error


@unless_held
@transaction.atomic
def _correct(record: SessionRecord, found: Findings, reason: str, by: User, at: dt.datetime) -> SessionRecord:
    session = record.session
    # Before the vials, as by whoever signs for the same person and writes down what they said.
    hold_to_write(session.course.patient)
    wrong = [] if reason.strip() else ["Say why the record is corrected."]
    if session.given_on is None or record.signed_at is None:
        raise faults.Refused(["Only a signed record can be corrected."])
    found = as_decided(found, session, by, before=record.go_on_reason)
    given_on, started_at = session.given_on, record.started_at
    first_signed_at = given.first_signed_at(session)
    if found.given_on not in {None, given_on}:
        given_on, found = other_day.named(session, found)
        started_at = given.began(session, given_on, first_signed_at)
        wrong += other_day.faults(session, given_on)
    # A vial is as fresh as it was then: the day and hour it was given count, neither today nor a correction's.
    asked = set(record.answers.values_list("question", flat=True))
    given_at = given.moment(session, given_on, first_signed_at)
    latest = given.latest(session, given_on, first_signed_at)
    wrong += faults.of_findings(session, found, by, given_on, given_at, started_at, latest, asked)
    if wrong:
        raise faults.Refused(wrong)
    version = SessionRecord(
        corrects=record,
        correction_reason=reason.strip(),
        started_at=started_at,
        had_side_effects=record.had_side_effects,  # effects are corrected where they are written down
    )
    _write(version, session, found, given_on, by, at)
    before, after = other_day.move(session, given_on, reason.strip(), by, at)
    _note(session, reason.strip(), by, at, before, after)
    session.refresh_from_db()
    return version


def _write(
    version: SessionRecord, session: TreatmentSession, found: Findings, given_on: dt.date, by: User, at: dt.datetime
) -> None:
    """Write the version; Stale or Refused where somebody was faster with another, or with the recall of a lot."""
    try:
        with transaction.atomic():
            write_signed(version=version, session=session, found=found, given_on=given_on, by=by, at=at)
    except IntegrityError as error:
        if SessionRecord.objects.filter(corrects=version.corrects).exists():
            raise Stale(TreatmentSession.objects.get(pk=session.pk)) from error
        if wrong := faults.of_recall(session, found, version.started_at):
            raise faults.Refused(wrong) from error
        raise


def _note(
    session: TreatmentSession, reason: str, by: User, at: dt.datetime, before: dict[str, str], after: dict[str, str]
) -> None:
    """Write who corrected, when and why, and from which day to which."""
    SessionEvent.objects.create(
        clinic_id=session.clinic_id,
        session=session,
        at=at,
        by=by,
        kind=SessionEvent.Kind.CORRECTED,
        reason=reason,
        before=before,
        after=after,
    )
    audit.record(
        clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.SIGN, kind="correction", subject=session.uid
    )
