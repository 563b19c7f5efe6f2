"""Signing what was injected."""

import datetime as dt

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.models import AuditEntry, User
from treatments.booking import Stale
from treatments.models import SessionEvent, SessionRecord, Status, TreatmentSession
from treatments.recording import faults, given, since
from treatments.recording.drafting import end_draft
from treatments.recording.findings import Findings
from treatments.recording.writing import as_decided, write_signed
from treatments.response.freezing import freeze_level


def sign_session(*, session: TreatmentSession, found: Findings, by: User, at: dt.datetime) -> SessionRecord:
    """Sign what was given: the record is frozen from here on, the session is done and the next due date is set by it.

    Raises Refused with every fault, or Stale when the session is not (or no longer) in the room.
    """
    try:
        return _sign(session, found, by, at)
    except IntegrityError as error:
        began = given.began(session, given.day(session, found.given_on, at) or session.local_date, at)
        if wrong := faults.of_recall(session, found, began):
            raise faults.Refused(wrong) from error
        raise


@transaction.atomic
def _sign(session: TreatmentSession, found: Findings, by: User, at: dt.datetime) -> SessionRecord:
    given_on = given.day(session, found.given_on, at)
    wrong = faults.before_signing(session, found, by, given_on, at)
    if wrong or given_on is None:
        raise faults.Refused(wrong)
    found, started_at = as_decided(found, session, by, before=""), given.began(session, given_on, at)
    if found.since_last:  # before this session counts as the last one
        since.write(session, found.since_last, given_on, by, at)
    changed = TreatmentSession.objects.filter(pk=session.pk, status=Status.IN_ROOM).update(
        status=Status.DONE, given_on=given_on
    )
    if not changed:
        raise Stale(TreatmentSession.objects.get(pk=session.pk))
    record = write_signed(
        version=SessionRecord(started_at=started_at), session=session, found=found, given_on=given_on, by=by, at=at
    )
    since.tie_effects(session, given_on, by, at)
    freeze_level(session=session, given_on=given_on, by=by, at=at)
    end_draft(session)
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
    session.refresh_from_db()
    return record
