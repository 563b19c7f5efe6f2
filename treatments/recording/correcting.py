"""Correcting a signed record: a new version beside the old one, which stays readable."""

import datetime as dt

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.models import AuditEntry, User
from treatments.booking import Stale
from treatments.models import SessionEvent, SessionRecord, TreatmentSession
from treatments.recording import faults, given
from treatments.recording.findings import Findings
from treatments.recording.writing import write_signed


@transaction.atomic
def correct_record(*, record: SessionRecord, found: Findings, reason: str, by: User, at: dt.datetime) -> SessionRecord:
    """Sign a new version in place of ``record``; the day the session was given does not change.

    Raises Refused with every fault, or Stale when somebody corrected the same version first.
    """
    session = record.session
    wrong = [] if reason.strip() else ["Say why the record is corrected."]
    if session.given_on is None or record.signed_at is None:
        raise faults.Refused(["Only a signed record can be corrected."])
    # A vial is as fresh as it was then: the day and hour it was given count, neither today nor a correction's.
    first = session.versions.filter(corrects__isnull=True, signed_at__isnull=False).values_list("signed_at", flat=True)
    asked = set(record.answers.values_list("question", flat=True))
    given_at = given.moment(session, session.given_on, first.get() or record.signed_at)
    wrong += faults.of_findings(session, found, by, session.given_on, given_at, record.started_at, asked)
    if wrong:
        raise faults.Refused(wrong)
    version = SessionRecord(
        corrects=record,
        correction_reason=reason.strip(),
        started_at=record.started_at,  # when it was given does not change with what is written about it
        had_side_effects=record.had_side_effects,  # effects are corrected where they are written down
    )
    try:
        with transaction.atomic():
            version = write_signed(
                version=version, session=session, found=found, given_on=session.given_on, by=by, at=at
            )
    except IntegrityError as error:
        if SessionRecord.objects.filter(corrects=record).exists():
            raise Stale(TreatmentSession.objects.get(pk=session.pk)) from error
        raise
    _note(session, reason.strip(), by, at)
    session.refresh_from_db()
    return version


def _note(session: TreatmentSession, reason: str, by: User, at: dt.datetime) -> None:
    """Write who corrected, when and why."""
    SessionEvent.objects.create(
        clinic_id=session.clinic_id, session=session, at=at, by=by, kind=SessionEvent.Kind.CORRECTED, reason=reason
    )
    audit.record(
        clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.SIGN, kind="correction", subject=session.uid
    )
