"""Keeping what is typed into the session form while it is written, one writer at a time."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from clinic.sent import KEPT
from treatments import safety
from treatments.models import SessionDraft, SessionEvent, Status, TreatmentSession

# Not part of what is written: the protection against forged forms, the numbers of the draft, and which window sends it.
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "draft_version", "seen", "window", "turn", KEPT})


YES = "yes"  # how the form says it


def name_of(question: str) -> str:
    """Return the name of a safety question's field."""
    return f"safety_{question}"


@dataclass(frozen=True)
class Sender:
    """Which window saves: the name that it gave itself, and the how manieth of its saves this is. Without script none."""

    window: str = ""
    turn: int = 0


class NotYours(Exception):
    """Somebody else writes this session, or it was saved elsewhere since; ``draft`` is how it stands now."""

    def __init__(self, draft: SessionDraft) -> None:
        super().__init__("draft not yours")
        self.draft = draft


class NotWritten(Exception):
    """Nobody writes this session now: it is signed, or the person is not in the room any more."""


def draft_of(session: TreatmentSession) -> SessionDraft | None:
    """Return the draft of a session with its writer, or None."""
    return SessionDraft.objects.filter(session=session).select_related("writer").first()


def fields_of(draft: SessionDraft) -> dict[str, list[str]]:
    """Return the form's fields as they were last saved."""
    found: dict[str, list[str]] = json.loads(draft.fields)
    return found


def answered_yes(draft: SessionDraft) -> list[safety.Question]:
    """Return the safety questions that were answered Yes when the form was last saved."""
    fields = fields_of(draft)
    return [question for question in safety.QUESTIONS if YES in fields.get(name_of(question.key), [])]


@transaction.atomic
def save_draft(
    *,
    session: TreatmentSession,
    fields: Mapping[str, list[str]],
    version: int,
    by: User,
    at: dt.datetime,
    sender: Sender = Sender(),
) -> SessionDraft:
    """Keep the form. ``version`` is the one the writer last saw, 0 for a form that was never saved.

    A window whose last save arrived, but not the answer, goes on behind it; what it sent before that and comes late is
    older. Raises NotYours when another person writes it or a newer version exists; nothing is overwritten then.
    """
    _permit(session, by)
    kept = _kept(fields)
    seen = Q(version=version)
    if sender.window:
        seen |= Q(window=sender.window, turn__lt=sender.turn)
    mine = SessionDraft.objects.filter(seen, session=session, writer=by)
    if mine.update(fields=kept, version=F("version") + 1, saved_at=at, window=sender.window, turn=sender.turn):
        return SessionDraft.objects.get(session=session)
    if standing := draft_of(session):
        raise NotYours(standing)
    return _begin(session, kept, by, at, sender)


def _permit(session: TreatmentSession, by: User) -> None:
    """Let pass who may write this session now; whoever signs or moves it on waits from here on.

    Raises PermissionDenied for a role that may not, and NotWritten. What was read before may be signed by now: a save
    that was under way would leave a draft that nobody opens again.
    """
    if not allows(by, session.clinic, Capability.INJECT):
        raise PermissionDenied
    held = TreatmentSession.objects.select_for_update(no_key=True).filter(pk=session.pk, status=Status.IN_ROOM)
    if not held.values_list("pk").first():
        raise NotWritten


def _kept(fields: Mapping[str, list[str]]) -> str:
    return json.dumps({name: values for name, values in fields.items() if name not in NOT_KEPT})


def _begin(session: TreatmentSession, kept: str, by: User, at: dt.datetime, sender: Sender) -> SessionDraft:
    try:
        with transaction.atomic():
            return SessionDraft.objects.create(
                clinic=session.clinic,
                session=session,
                writer=by,
                fields=kept,
                window=sender.window,
                turn=sender.turn,
                started_at=at,
                saved_at=at,
            )
    except IntegrityError as error:
        raise NotYours(SessionDraft.objects.select_related("writer").get(session=session)) from error


@transaction.atomic
def take_over(*, session: TreatmentSession, by: User, at: dt.datetime) -> None:
    """Become the writer of a session that somebody else began; what they typed stays."""
    _permit(session, by)
    others = SessionDraft.objects.select_for_update(of=("self",)).select_related("writer").filter(session=session)
    for draft in others.exclude(writer=by):
        _log_take_over(draft, by, at)
        draft.writer, draft.version, draft.window = by, draft.version + 1, ""
        draft.save(update_fields=["writer", "version", "window"])


@transaction.atomic
def settle(
    *, session: TreatmentSession, fields: Mapping[str, list[str]], version: int, by: User, at: dt.datetime
) -> SessionDraft:
    """Keep what was chosen of two versions, and let ``by`` write on from there; ``version`` is the one they chose over.

    Raises NotYours when it was saved again meanwhile: the choice was made without having seen that.
    """
    _permit(session, by)
    standing = draft_of(session)
    if standing is None:
        return _begin(session, _kept(fields), by, at, Sender())
    seen = SessionDraft.objects.filter(session=session, version=version)
    # No window goes on by itself behind what was chosen: the one that it was chosen in is another page by now.
    if not seen.update(writer=by, fields=_kept(fields), version=version + 1, saved_at=at, window=""):
        raise NotYours(SessionDraft.objects.select_related("writer").get(session=session))
    if standing.writer_id != by.pk:
        _log_take_over(standing, by, at)
    return SessionDraft.objects.get(session=session)


def _log_take_over(draft: SessionDraft, by: User, at: dt.datetime) -> None:
    """Leave the line in the visit's history, and the trace that nobody can alter."""
    session = draft.session
    SessionEvent.objects.create(
        clinic_id=session.clinic_id,
        session=session,
        at=at,
        by=by,
        kind=SessionEvent.Kind.TAKEN_OVER,
        reason=f"{draft.writer.full_name} was writing it",
    )
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
