"""Drafting claims for signed sessions, and handing them out as a file."""

import csv
import datetime as dt
import io

from django.db import transaction
from django.db.models import QuerySet

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Clinic, User
from treatments.claims import lines
from treatments.claims.record import diagnoses_of, fault_of
from treatments.log.export import safe_cell
from treatments.models import ClaimDraft, SessionRecord, TreatmentSession

COLUMNS = ("record_number", "date_of_service", "diagnosis", "code", "modifier", "quantity", "lots")


class Refused(Exception):
    """The claim cannot be drafted; the text says why, for the reader."""


def lines_of(record: SessionRecord) -> list[lines.Line]:
    """Return the claim lines that follow from a signed record, which says how much of each vial was given and wasted."""
    vials = list(record.vials.all())
    given = [vial.units_given for vial in vials if not vial.owned_by_patient and vial.units_given is not None]
    ours = [vial.strength for vial in vials if not vial.owned_by_patient]
    if len(given) == len(ours):
        return lines.claim_lines(lines.Given(sum(ours), sum(given)) if ours else None)
    kinds = [(vial.strength, vial.owned_by_patient) for vial in vials]
    return lines.claim_lines(lines.from_own_stock(kinds, record.units_given))


@transaction.atomic
def draft_claim(*, session: TreatmentSession, diagnosis_code: str, by: User, at: dt.datetime) -> ClaimDraft:
    """Choose the diagnosis code that a signed session is billed under, or change the choice until it was exported."""
    if not allows(by, session.clinic, Capability.BILL):
        raise Refused("Your role may not draft claims.")
    if wrong := fault_of(diagnosis_code, diagnoses_of(session)):
        raise Refused(wrong)
    if session.record is None:
        raise Refused("Only a signed session can be billed.")
    draft, made = ClaimDraft.objects.get_or_create(
        session=session,
        defaults={
            "clinic": session.clinic,
            "diagnosis_code": diagnosis_code,
            "drafted_at": at,
            "drafted_by": by,
        },
    )
    if not made:
        changed = ClaimDraft.objects.filter(pk=draft.pk, exported_at__isnull=True).update(
            diagnosis_code=diagnosis_code, drafted_at=at, drafted_by=by
        )
        if not changed:
            raise Refused("This claim was exported already. Correct it where it was submitted.")
    audit.record(
        clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="claim", subject=session.uid
    )
    draft.refresh_from_db()
    return draft


def drafts(clinic: Clinic, first: dt.date, last: dt.date) -> QuerySet[ClaimDraft]:
    """Return the claims drafted for sessions given in these days, both included, the newest first."""
    found = ClaimDraft.objects.filter(clinic=clinic, session__given_on__range=(first, last))
    return found.order_by("-session__given_on", "-pk")


def with_lines(found: QuerySet[ClaimDraft]) -> list[tuple[ClaimDraft, SessionRecord, list[lines.Line]]]:
    """Return each draft with its record and the lines that follow from it (2 queries however many drafts)."""
    rows = found.select_related("session__course__patient", "session__record").prefetch_related(
        "session__record__vials"
    )
    return [(row, row.session.record, lines_of(row.session.record)) for row in rows if row.session.record]


@transaction.atomic
def export(*, clinic: Clinic, first: dt.date, last: dt.date, by: User, at: dt.datetime) -> str:
    """Return the drafted claims of these days as CSV, one line a row, and note that they were exported."""
    # Held while they are read: a code that is changed now is either in the file or stays to be exported.
    rows = with_lines(drafts(clinic, first, last).select_for_update(of=("self",)))
    ClaimDraft.objects.filter(pk__in=[draft.pk for draft, _record, _lines in rows], exported_at__isnull=True).update(
        exported_at=at, exported_by=by
    )
    audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.EXPORT, kind="claims", rows=len(rows))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for draft, record, found_lines in rows:
        writer.writerows(map(safe_cell, _cells(draft, record, line)) for line in found_lines)
    return "\ufeff" + file.getvalue()


def _cells(draft: ClaimDraft, record: SessionRecord, line: lines.Line) -> list[str]:
    given_on = draft.session.given_on
    return [
        draft.session.course.patient.record_number,
        lines.service_date(given_on) if given_on else "",
        draft.diagnosis_code,
        line.code,
        line.modifier,
        str(line.quantity),
        " ".join(sorted({vial.lot for vial in record.vials.all()})),
    ]
