"""Another time, or the first one: asked for by half-days, or chosen where the clinic lets patients choose."""

import datetime as dt
import uuid
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.redirects import posted_uid
from clinic.wording import clock_words
from reminders.models import PatientLink
from reminders.own_pages import languages
from reminders.own_pages import visit as visit_page
from reminders.own_pages.forms import AskForm
from reminders.own_pages.views.behind_link import behind_link, show
from reminders.own_pages.views.visit import posted_version, show_changed, show_visit
from treatments import booking, self_booking, wishes
from treatments.models import Course, TreatmentSession
from treatments.models.session import OPEN


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def ask(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Ask for another time, or for a first one, by half-days. A booked time stays booked until staff answer."""
    session = _booked(link)
    if refused := _refused(request, link, session, now):
        return refused
    form = AskForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "ask", link, status=422 if form.is_bound else 200, session=session, form=form)
    wish = wishes.Wish(tuple(form.cleaned_data["suits"]), form.cleaned_data["words"])
    if session is None:
        return _ask_for_a_visit(request, link, form, wish, now)
    asked = TreatmentSession.Answer.ASKED_TO_MOVE
    try:
        version = posted_version(request, session)
        booking.answer(session=session, version=version, answer=asked, at=now, suits=wish.suits, words=wish.words)
    except booking.Stale:
        return show_changed(request, link, now)
    return redirect("reminders:done", link.token)


def _ask_for_a_visit(
    request: HttpRequest, link: PatientLink, form: AskForm, wish: wishes.Wish, now: dt.datetime
) -> HttpResponse:
    try:
        wishes.ask_for_a_visit(course=_course(link), wish=wish, at=now)
    except booking.Taken:  # others hold their visits for too long: what they ticked stays, to send again
        form.add_error(None, _("Your answer was not taken. Try again in a moment."))
        return show(request, "ask", link, status=409, session=None, form=form)
    # To a page of its own: loaded again, or read in another language, it sends nothing.
    return redirect(f"{reverse('reminders:asked', args=[link.token])}?{urlencode({'suits': wish.suits}, doseq=True)}")


@require_safe
@behind_link
def asked(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Say that the wish for a visit is noted, while nobody has acted on it; then the visit's own page knows more."""
    course = visit_page.course_of(link)
    if _booked(link) or course is None or not wishes.standing_wish(course):
        return redirect("reminders:visit", link.token)
    return show(request, "asked", link, suits=wishes.labels(request.GET.getlist("suits")))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def times(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Choose one of five free times, where the clinic allows it; else ask."""
    if not link.clinic.patients_book:
        return redirect("reminders:ask", link.token)
    session = _booked(link)
    if refused := _refused(request, link, session, now):
        return refused
    if request.method == "POST":
        return _take(request, link, session, now)
    return _show_times(request, link, session, now)


def _take(request: HttpRequest, link: PatientLink, session: TreatmentSession | None, now: dt.datetime) -> HttpResponse:
    code, uid = request.POST.get("slot", ""), posted_uid(request, "uid")
    course, version = _course(link), posted_version(request, session)
    try:
        self_booking.take(course=course, session=session, version=version, code=code, uid=uid, now=now)
    except (self_booking.NotForThem, booking.Taken) as error:
        # Leave of that very moment is nobody who was faster.
        beaten = isinstance(error, booking.Taken) and not error.why
        note = _taken_words(link, code) if beaten else _("That time cannot be booked here. These are still free:")
        return _show_times(request, link, session, now, note=note, status=409)
    except booking.Conflict:
        if not _has_it(link, code):
            return show_changed(request, link, now)
    return redirect("reminders:done", link.token)


def _has_it(link: PatientLink, code: str) -> bool:
    """Return whether the time that was chosen is theirs already: the same form, sent twice."""
    visit = _booked(link)
    if visit is None or visit.answer != TreatmentSession.Answer.CONFIRMED:
        return False
    return booking.slot_of(visit).code == code


def _show_times(
    request: HttpRequest,
    link: PatientLink,
    session: TreatmentSession | None,
    now: dt.datetime,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    found = self_booking.free_times(course=_course(link), session=session, now=now)
    context = {"session": session, "slots": found, "uid": uuid.uuid4(), "note": note}
    return show(request, "times", link, status=status, **context)


def _course(link: PatientLink) -> Course:
    """Return the course, which `_refused` has seen to be open."""
    course = visit_page.course_of(link)
    if course is None:
        raise Http404
    return course


def _booked(link: PatientLink) -> TreatmentSession | None:
    session = visit_page.visit_of(link)
    return session if session and session.status in OPEN else None


def _refused(
    request: HttpRequest, link: PatientLink, session: TreatmentSession | None, now: dt.datetime
) -> HttpResponse | None:
    """Show the visit instead: it is too late to change it, it is no more, or the course has ended."""
    if session is None and "version" in request.POST:
        return show_changed(request, link, now)
    if session and not visit_page.may_change(session, now):
        note = _("It is too late to change this here. If you cannot come, please call us.")
        return show_visit(request, link, now, note=note, status=409)
    course = visit_page.course_of(link)
    if course is None or course.closed_on:
        return show_visit(request, link, now, status=409)
    return None


def _taken_words(link: PatientLink, code: str) -> str:
    """Name the time that somebody else just took."""
    start = dt.datetime.strptime(code.split(".")[2], "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
    return _("Someone just took %(time)s. These are still free:") % {
        "time": clock_words(start.astimezone(link.clinic.zone).time(), languages.active())
    }
