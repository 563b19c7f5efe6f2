"""Keeping what is typed into the session form while it is written, one writer at a time."""

import datetime as dt
import json
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from treatments.models import SessionDraft, Status, TreatmentSession

# Not part of what is written: the protection against forged forms, and the draft's own number.
_NOT_KEPT = {"csrfmiddlewaretoken", "draft_version"}


class NotYours(Exception):
    """Somebody else writes this session, or it was saved elsewhere since; ``draft`` is how it stands now."""

    def __init__(self, draft: SessionDraft) -> None:
        super().__init__("draft not yours")
        self.draft = draft


def draft_of(session: TreatmentSession) -> SessionDraft | None:
    """Return the draft of a session with its writer, or None."""
    return SessionDraft.objects.filter(session=session).select_related("writer").first()


def fields_of(draft: SessionDraft) -> dict[str, list[str]]:
    """Return the form's fields as they were last saved."""
    found: dict[str, list[str]] = json.loads(draft.fields)
    return found


@transaction.atomic
def save_draft(
    *, session: TreatmentSession, fields: Mapping[str, list[str]], version: int, by: User, at: dt.datetime
) -> SessionDraft:
    """Keep the form. ``version`` is the one the writer last saw, 0 for a form that was never saved.

    Raises NotYours when another person writes it or a newer version exists; nothing is overwritten then.
    """
    if not allows(by, session.clinic, Capability.INJECT) or session.status != Status.IN_ROOM:
        raise PermissionError
    kept = json.dumps({name: values for name, values in fields.items() if name not in _NOT_KEPT})
    mine = SessionDraft.objects.filter(session=session, writer=by, version=version)
    if mine.update(fields=kept, version=version + 1, saved_at=at):
        return SessionDraft.objects.get(session=session)
    if standing := draft_of(session):
        raise NotYours(standing)
    try:
        with transaction.atomic():
            return SessionDraft.objects.create(
                clinic=session.clinic, session=session, writer=by, fields=kept, started_at=at, saved_at=at
            )
    except IntegrityError as error:
        raise NotYours(SessionDraft.objects.select_related("writer").get(session=session)) from error


@transaction.atomic
def take_over(*, session: TreatmentSession, by: User, at: dt.datetime) -> None:
    """Become the writer of a session that somebody else began; what they typed stays."""
    if not allows(by, session.clinic, Capability.INJECT):
        raise PermissionError
    for draft in SessionDraft.objects.select_for_update().filter(session=session).exclude(writer=by):
        draft.writer, draft.version = by, draft.version + 1
        draft.save(update_fields=["writer", "version"])
        audit.record(
            clinic=session.clinic,
            by=by,
            at=at,
            action=AuditEntry.Action.CHANGE,
            kind="draft taken over",
            subject=session.uid,
        )


def end_draft(session: TreatmentSession) -> None:
    """Forget the draft: the session was signed."""
    SessionDraft.objects.filter(session=session).delete()
