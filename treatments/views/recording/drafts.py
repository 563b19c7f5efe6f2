"""What is typed into the session form is kept while it is written, by one writer at a time."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, requires
from treatments.forms import parse_whole
from treatments.models import SessionDraft
from treatments.models.draft import MOST_TURNS, WINDOW_LETTERS
from treatments.recording import drafting
from treatments.views.lookup import get_session
from treatments.views.recording.both import NOT_WRITTEN


@require_POST
@requires(Capability.INJECT)
def draft(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what is typed while the session is written; answers with when, or with who else writes it."""
    found, now = get_session(request, uid), timezone.now()
    try:
        saved = drafting.save_draft(
            session=found,
            fields=dict(request.POST.lists()),
            version=parse_whole(request.POST.get("draft_version", "")) or 0,
            by=request.user,
            at=now,
            sender=_sender(request),
        )
    except drafting.NotYours as error:
        return JsonResponse({"words": _words(request, error.draft), "both": True}, status=409)
    except drafting.NotWritten:
        return JsonResponse({"words": NOT_WRITTEN}, status=409)
    local = saved.saved_at.astimezone(request.clinic.zone)
    return JsonResponse({"version": saved.version, "words": f"Draft saved {local:%H:%M:%S}"})


def _sender(request: StaffRequest) -> drafting.Sender:
    window = request.POST.get("window", "")[:WINDOW_LETTERS]
    turn = parse_whole(request.POST.get("turn", "")) or 0
    return drafting.Sender(window, turn if turn <= MOST_TURNS else 0)


def _words(request: StaffRequest, standing: SessionDraft) -> str:
    if standing.writer_id == request.user.pk:
        at = standing.saved_at.astimezone(request.clinic.zone)
        return f"You have this session in another window, saved at {at:%H:%M:%S}. What you typed here is not saved."
    return f"{standing.writer.full_name} is writing this session. What you typed is not saved."


@require_POST
@requires(Capability.INJECT)
def take_over(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Go on with a session that somebody else began."""
    try:
        drafting.take_over(session=get_session(request, uid), by=request.user, at=timezone.now())
    except drafting.NotWritten:
        messages.error(request, NOT_WRITTEN)
        return redirect("treatments:session", uid)
    messages.success(request, "You took this session over. What was typed before is kept.")
    return redirect("treatments:record", uid)
