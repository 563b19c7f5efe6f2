"""Two versions of one session form: nothing typed is lost, and whoever chooses writes on from there."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, requires
from treatments.forms.record import comparing
from treatments.models import SessionDraft, Status, TreatmentSession
from treatments.recording import drafting
from treatments.views.lookup import get_session

_CHOICE = "take_"  # begins the names of the choices, one for each section
_THEIRS = "theirs"
NOT_WRITTEN = "This session is not being written any more."


def typed(request: StaffRequest) -> dict[str, list[str]]:
    """Return what was typed into the form, without what the page carries along."""
    return {
        name: values
        for name, values in request.POST.lists()
        if name not in drafting.NOT_KEPT and not name.startswith(_CHOICE)
    }


def stale(request: StaffRequest, draft: SessionDraft | None) -> bool:
    """Return whether the draft was written by somebody else, or saved elsewhere after this form, and differs from it."""
    if draft is None:
        return False
    same = draft.writer_id == request.user.pk and request.POST.get("draft_version") == str(draft.version)
    return not same and bool(comparing.differences(typed(request), drafting.fields_of(draft)))


@require_POST
@requires(Capability.INJECT)
def both(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show both versions side by side; or take the choice of each section and go on writing with it."""
    found, now = get_session(request, uid), timezone.now()
    if found.status == Status.DONE:
        return signed_meanwhile(request, found)
    draft, mine = drafting.draft_of(found), typed(request)
    seen = draft is None or request.POST.get("seen") == str(draft.version)
    if draft and not seen:
        return both_page(request, found, draft)
    theirs = drafting.fields_of(draft) if draft else {}
    take = {name.removeprefix(_CHOICE) for name, value in request.POST.items() if value == _THEIRS}
    fields = comparing.merged(mine, theirs, take)
    version = draft.version if draft else 0
    try:
        drafting.settle(session=found, fields=fields, version=version, by=request.user, at=now)
    except drafting.NotYours as error:
        return both_page(request, found, error.draft)
    except drafting.NotWritten:
        messages.error(request, NOT_WRITTEN)
        return redirect("treatments:session", uid)
    # What was done, not who writes: the next page may be somebody else's session again.
    from_another = draft is not None and draft.writer_id != request.user.pk
    done = (
        "You took this session over, with what you chose of both."
        if from_another
        else "What you chose of both is kept."
    )
    messages.success(request, done)
    return redirect("treatments:record", uid)


def both_page(request: StaffRequest, found: TreatmentSession, draft: SessionDraft) -> HttpResponse:
    """Show what I typed beside what stands in the draft, and let each section be chosen."""
    mine = typed(request)
    context = {
        "session": found,
        "patient": found.course.patient,
        "draft": draft,
        "by_me": draft.writer_id == request.user.pk,
        "mine": [(name, value) for name, values in mine.items() for value in values],
        "parts": comparing.differences(mine, drafting.fields_of(draft)),
    }
    return render(request, "treatments/record/both.html", context, status=409)


def signed_meanwhile(request: StaffRequest, found: TreatmentSession) -> HttpResponse:
    """Say who signed meanwhile and that a session is signed once; what was typed stays on the page, to correct with."""
    context = {
        "session": found,
        "patient": found.course.patient,
        "record": found.record,
        "parts": comparing.in_words(typed(request)),
    }
    return render(request, "treatments/record/signed_meanwhile.html", context, status=409)
