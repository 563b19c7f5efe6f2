"""The one-click steps of a visit, and taking the last one back."""

import uuid
from http import HTTPStatus
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url
from clinic.wording import moment_words
from treatments import booking, undoing
from treatments.authorized import shortfalls
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.views.conflicts import conflict_page, old_time_gone, step_conflict, theirs
from treatments.views.lookup import get_session, get_session_by_key

# Done is reached by signing; nothing leads to Given before.
PRESSED = frozenset({Status.BOOKED, Status.ARRIVED, Status.IN_ROOM, Status.NO_SHOW, Status.CANCELLED})
# After a step to one of these its person may have to be told.
_TOLD_OF = frozenset({Status.BOOKED, Status.CANCELLED, Status.NO_SHOW})


@require_POST
@requires(Capability.BOOK)
def status(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a visit one step on: arrived, in room, no-show, cancelled."""
    return _take(request, get_session(request, uid), _asked(request))


@require_POST
@requires(Capability.BOOK)
def step(request: StaffRequest) -> HttpResponse:
    """Take one of a day's visits one step on: which, to what, and how the page showed it, says the button."""
    key, _, asked = request.POST.get("step", "").partition(".")
    session = get_session_by_key(request, key)
    answer = _take(request, session, Pressed(*asked.split(".", 2)))
    if answer.status_code == HTTPStatus.CONFLICT:  # shows the visit, at an address that does not name it
        audit.looked(request, "session", subject=session.uid)
    return answer


def _take(request: StaffRequest, session: TreatmentSession, pressed: "Pressed") -> HttpResponse:
    to, reason = pressed.to, request.POST.get("reason", "")
    if to is None or to not in PRESSED:
        raise BadRequest
    if session.status == to:
        say_already(request, session)
    elif pressed.is_behind(session):
        return step_conflict(request, booking.Stale(session), to, reason)
    else:
        try:
            booking.change_status(session=session, to=Status(to), by=request.user, at=timezone.now(), reason=reason)
        except booking.Stale as error:
            return step_conflict(request, error, to, reason)
        except booking.Conflict as error:
            return old_time_gone(request, session, error)
        except booking.NotPossible as error:
            messages.error(request, str(error))
        else:
            tell(request, session, f"{session.course.patient.full_name}: {session.how_it_stands}.")
    return redirect(next_url(request, day_url(session)))


class Pressed(NamedTuple):
    """A step that somebody asked for: to which status, and how the page that posts it showed the visit."""

    to: str | None
    seen: str | None = None
    version: str | None = None

    def is_behind(self, session: TreatmentSession) -> bool:
        """Return whether the visit is no longer as that page showed it."""
        return self.seen not in {None, session.status} or self.version not in {None, str(session.version)}


def changed_since(request: StaffRequest, session: TreatmentSession) -> bool:
    """Return whether the visit is no longer as the page that posts this showed it."""
    return _asked(request).is_behind(session)


def _asked(request: StaffRequest) -> Pressed:
    return Pressed(*(request.POST.get(name) for name in Pressed._fields))


def say_already(request: StaffRequest, session: TreatmentSession, place: str = "") -> None:
    """Two presses, or two people with one mind: say whose step it was. It is not offered for undo as one's own.

    ``place``: the time that both chose, in words.
    """
    last = session.events.steps().select_related("by").order_by("-pk").first()
    name, now = session.course.patient.full_name, session.get_status_display().lower()
    messages.info(request, f"{name} is {now}{place} already. {theirs(last) if last else ''}".strip())


@require_POST
@requires(Capability.BOOK)
def undo(request: StaffRequest, uid: uuid.UUID, event: int) -> HttpResponse:
    """Take back the last step of a visit."""
    session = get_session(request, uid)
    step = session.events.filter(pk=event).first()
    if step is None:
        raise Http404
    try:
        undoing.undo(session=session, event=step, by=request.user, at=timezone.now())
    except booking.Stale as error:
        if undoing.undone_by(step) is None:
            return conflict_page(request, error)
        say_already(request, error.session)  # Undo pressed twice, or in two windows
    except booking.Conflict as error:
        return old_time_gone(request, session, error)
    except booking.NotPossible as error:
        messages.error(request, str(error))
    else:
        words = f"Undone. {session.course.patient.full_name}: {_as_before(session, step)}."
        messages.success(request, words, extra_tags=names_visits(session))
    return redirect(next_url(request, day_url(session)))


def _as_before(session: TreatmentSession, undone: SessionEvent) -> str:
    """Say how a visit stands again; of one that was moved or cancelled when it is, of one never booked that it is not."""
    when = moment_words(timezone.localtime(session.starts_at))
    if session.status == Status.CANCELLED:
        return f"{when} is not booked"
    if undone.kind == SessionEvent.Kind.MOVED or undone.after.get("status") == Status.CANCELLED:
        return f"{session.how_it_stands}, {when} with {session.injector.name}"
    return session.how_it_stands


def tell(request: StaffRequest, session: TreatmentSession, text: str) -> None:
    """Say what happened, with Undo of the step just taken beside it, and the card to take home when there is a new time."""
    # A form that came twice took no step of its own.
    step = session.last_step or session.events.steps().order_by("pk").last()
    if step is None:
        return
    if step.by_id != request.user.pk:  # a colleague has gone on with the visit since: that is not for undo here
        messages.success(request, text)
        return
    tags = f"undo:{reverse('treatments:undo', args=[session.uid, step.pk])}"
    if step.kind in {SessionEvent.Kind.BOOKED, SessionEvent.Kind.MOVED}:
        tags += f" card:{reverse('treatments:card', args=[session.uid])}"
    messages.success(request, text, extra_tags=f"{tags} {names_visits(session)}")


def names_visits(*sessions: TreatmentSession) -> str:
    """Return the tags by which the bar says what each person is told; none for who is there, and is told nothing."""
    return " ".join(f"visit:{session.uid}" for session in sessions if session.status in _TOLD_OF)


def warn_of_payer(request: StaffRequest, session: TreatmentSession) -> None:
    """Say after booking that no payer's agreement pays for the visit: it stays booked, and somebody asks the payer."""
    if session.course.payer_agreed is False:
        return
    patient = session.course.patient
    if words := shortfalls([patient.pk], session.local_date).get(patient.pk):
        messages.warning(request, f"{patient.full_name}: {words}. Ask the payer before the visit.")


def day_url(session: TreatmentSession) -> str:
    """Return the address of the day of a visit."""
    return reverse("treatments:day", args=[session.local_date.isoformat()])
