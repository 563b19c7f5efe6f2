"""The note of a visit, after the booking."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url
from treatments import booking
from treatments.booking.noting import why_not
from treatments.forms import NoteForm, Overtaken
from treatments.forms.shared import status_of
from treatments.models import TreatmentSession
from treatments.views.lookup import get_session


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def note(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add or change what is noted for a visit; who saves second sees what the first one wrote."""
    session = get_session(request, uid)
    back = next_url(request, reverse("treatments:session", args=[uid]))
    if request.method == "GET" and (why := why_not(session)):
        messages.warning(request, why)
        return redirect(back)
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"note": session.note})
    if form.is_bound and form.is_valid() and _saved(request, session, form):
        messages.success(request, f"{session.course.patient.full_name}: the note is saved.")
        return redirect(back)
    context = {"session": session, "form": form, "next": back}
    return render(request, "treatments/note.html", context, status=status_of(form))


@transaction.atomic
def _saved(request: StaffRequest, session: TreatmentSession, form: NoteForm) -> bool:
    """Save the note; False when somebody else wrote another one meanwhile, or the visit is over by now."""
    held = TreatmentSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    try:
        form.look_again({"note": held.note})
        booking.change_note(session=held, note=form.cleaned_data["note"], by=request.user, at=timezone.now())
    except Overtaken:
        return False
    except booking.NotPossible as error:
        form.add_error(None, str(error))
        return False
    return True
