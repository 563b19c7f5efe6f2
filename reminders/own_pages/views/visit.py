"""The page of one visit, and what was understood of the answer."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reminders.models import Kind, PatientLink
from reminders.own_pages import visit as visit_page
from reminders.own_pages.views.behind_link import behind_link, show
from reminders.own_pages.views.offered import show_offer
from treatments import booking, wishes
from treatments.models import TreatmentSession

Answer = TreatmentSession.Answer
# They say that it is time for a visit: a welcome, or what staff wrote, may find somebody who has just been here.
_TO_BOOK = (Kind.DUE, Kind.ASKED, Kind.MISSED)


@require_safe
@behind_link
def visit(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Show the visit and the two answers, or how to get a visit when there is none yet."""
    return show_visit(request, link, now)


@require_POST
@behind_link
def confirm(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Take "yes, I will come" about the visit as the page showed it, or show how it is now."""
    session = visit_page.visit_of(link)
    if session is None:
        return show_visit(request, link, now)
    version = posted_version(request, session)
    try:
        if session.answer != Answer.CONFIRMED or session.version != version:
            booking.answer(session=session, version=version, answer=Answer.CONFIRMED, at=now)
    except booking.Stale:
        return show_changed(request, link, now)
    return redirect("reminders:done", link.token)


@require_safe
@behind_link
def done(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Say what was understood, as a receipt, while it holds. Without an answer there is nothing to say yet."""
    session = visit_page.visit_of(link)
    if session is None or not session.answer or not visit_page.still_to_come(session, now):
        return redirect("reminders:visit", link.token)
    confirmed = session.answer == Answer.CONFIRMED
    suits = [] if confirmed else wishes.wish_of(session).suits
    return show(request, "done", link, session=session, confirmed=confirmed, suits=wishes.labels(suits))


def posted_version(request: HttpRequest, session: TreatmentSession | None) -> int:
    """Return the version of the visit that the page showed; 0, which none has, for what is no version.

    So too where it showed another visit, that was cancelled since: the one booked in its place has the same numbers.
    """
    text, uid = request.POST.get("version", ""), str(session.uid) if session else ""
    if request.POST.get("visit", uid) != uid:
        return 0
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def show_changed(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Show the visit as it is now: the answer was to something else."""
    note = _("The visit changed while you had this page open, so your answer was not taken. This is how it is now.")
    link.refresh_from_db()
    return show_visit(request, link, now, note=note, status=409)


def show_visit(
    request: HttpRequest, link: PatientLink, now: dt.datetime, note: str = "", status: int = 200
) -> HttpResponse:
    """Show what the link is about as it is now."""
    if link.reminder.invitation:
        return show_offer(request, link, link.reminder.invitation, now)
    session = visit_page.visit_of(link)
    course = visit_page.course_of(link)
    may_book = course is not None and course.closed_on is None
    if session is None:
        to_book = link.reminder.rule.kind in _TO_BOOK
        return show(request, "call", link, status=status, note=note, may_book=may_book, to_book=to_book)
    moved = session == link.session and not link.reminder.tells_time_of(session)
    page = visit_page.page_of(session, moved=moved, name=first_name(link), now=now)
    context = {"session": session, "page": page, "note": note, "may_book": page.may_book and may_book}
    return show(request, "visit", link, status=status, **context)


def first_name(link: PatientLink) -> str:
    """Return the name to greet by: the first of several."""
    return link.person.given_name.split()[0]
