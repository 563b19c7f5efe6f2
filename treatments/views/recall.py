"""Who has to be called back, and what was done about it: one click each."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.redirects import next_url
from clinic.wording import day_words
from treatments import wishes
from treatments.courses import NotAllowed
from treatments.cycle import RECALL_DAYS
from treatments.models import Course
from treatments.models.course import awake
from treatments.recall import contact, forms, handling, lists
from treatments.views.conflicts import course_ended
from treatments.views.lookup import get_course

PAGE = 50
RECALL = "treatments:recall"


@requires(Capability.VIEW)
def recall(request: StaffRequest) -> HttpResponse:
    """Show one of the lists, each with its count."""
    now = timezone.now()
    today = request.clinic.date_at(now)
    counts = lists.counts(request.clinic, today)
    chosen = next((tab for tab in lists.TABS if tab.key == request.GET.get("tab")), lists.TABS[0])
    paginator = Paginator(chosen.rows(request.clinic, today), PAGE)
    paginator.count = counts[chosen.key]  # known already: it need not ask again
    page = paginator.get_page(request.GET.get("page"))
    if chosen.key in {"overdue", "soon", "snoozed"}:
        page.object_list = lists.describe(list(page.object_list), request.clinic, today)
        _say_who_is_on_it(request, page.object_list, now)
    elif chosen.key == "asked":
        page.object_list = wishes.put_on(list(page.object_list))
    audit.looked(request, "recall", rows=len(page))
    context = {
        "tabs": [(tab, counts[tab.key]) for tab in lists.TABS],
        "tab": chosen,
        "counts": counts,
        "recall_days": RECALL_DAYS,
        "page_obj": page,
        "patients": [(row if hasattr(row, "patient") else row.course).patient for row in page],
        "today": today,
        **_rights(request),
    }
    return render(request, "treatments/recall.html", context)


def _say_who_is_on_it(request: StaffRequest, courses: Sequence[Any], now: dt.datetime) -> None:
    """Put on each course ``colleague``: who else opened its times or call pages in the last minutes, or None."""
    busy = handling.colleagues(clinic=request.clinic, courses=courses, but=request.user, now=now)
    for course in courses:
        course.colleague = busy.get(course.uid)


def _rights(request: StaffRequest) -> dict[str, bool]:
    return {
        "may_book": may(request.membership, Capability.BOOK),
        "may_message": may(request.membership, Capability.MESSAGE),
    }


@require_POST
@requires(Capability.BOOK)
def tried(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down what came of a call."""
    course, form, now = get_course(request, uid), forms.TriedForm(request.POST), timezone.now()
    undo = _undo_of("treatments:untried", course, now)
    try:
        if form.is_valid():
            contact.log_attempt(course=course, outcome=form.cleaned_data["outcome"], by=request.user, at=now)
            _say_when_back(request, course, undo)
        else:
            messages.error(request, "Choose what came of the call.")
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect(next_url(request, RECALL))


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def snooze(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Leave a person alone until a day: a number of weeks from the menu, or a date from the page."""
    course, now = get_course(request, uid), timezone.now()
    if course.closed_on:
        return course_ended(request, course)
    undo = _undo_of("treatments:wake", course, now)
    data = _with_weeks(request, now) if request.method == "POST" else None
    form = forms.SnoozeForm(data)
    if data is not None and form.is_valid():
        try:
            contact.snooze(course=course, until=form.cleaned_data["until"], by=request.user, at=now)
        except NotAllowed as error:
            form.add_error("until", str(error))
        else:
            _say_when_back(request, course, undo)
            return redirect(next_url(request, RECALL))
    handling.note(course=course, by=request.user, at=now)
    context = {"course": course, "form": form, "next": next_url(request, RECALL)}
    return render(request, "treatments/recall_snooze.html", context, status=200 if data is None else 422)


def _with_weeks(request: StaffRequest, now: dt.datetime) -> dict[str, Any]:
    weeks = request.POST.get("weeks", "")
    if weeks in {"1", "2", "4"}:
        today = request.clinic.date_at(now)
        return {"until": today + dt.timedelta(weeks=int(weeks))}
    return request.POST.dict()


def _undo_of(name: str, course: Course, now: dt.datetime) -> str:
    """Return the tag of *Undo* that puts the person back on the list; nothing for somebody who was not on it."""
    today = course.clinic.date_at(now)
    asleep = course.snoozed_until and not Course.objects.filter(awake(today), pk=course.pk).exists()
    return "" if asleep else f"undo:{reverse(name, args=[course.uid])}"


def _say_when_back(request: StaffRequest, course: Course, undo: str) -> None:
    name, until = course.patient.full_name, course.snoozed_until
    back = f" Back on the list on {day_words(until)} unless booked." if until else ""
    messages.success(request, f"{name}: noted.{back}", extra_tags=undo)


@require_POST
@requires(Capability.BOOK)
def untried(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take back the call that was noted just now."""
    return _put_back(request, uid, contact.take_back_try, "Undone. ")


@require_POST
@requires(Capability.BOOK)
def wake(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a snoozed person back on the list."""
    return _put_back(request, uid, contact.wake)


def _put_back(request: StaffRequest, uid: uuid.UUID, act: Callable[..., None], undone: str = "") -> HttpResponse:
    """Put a person back on the list, or say why they are on none."""
    course = get_course(request, uid)
    try:
        act(course=course, by=request.user, at=timezone.now())
    except NotAllowed as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{undone}{course.patient.full_name} is back on the list.")
    return redirect(next_url(request, RECALL))


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def let_go(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End the course of somebody who left, with the reason."""
    course, form = get_course(request, uid), forms.LetGoForm(request.POST if request.method == "POST" else None)
    if course.closed_on:
        return course_ended(request, course)
    if request.method == "POST" and form.is_valid():
        try:
            contact.let_go(course=course, reason=form.reason, died=form.died, by=request.user, at=timezone.now())
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The course of {course.patient.full_name} has ended.")
            return redirect(next_url(request, RECALL))
    handling.note(course=course, by=request.user, at=timezone.now())
    context = {"course": course, "form": form, "next": next_url(request, RECALL)}
    return render(request, "treatments/recall_let_go.html", context, status=422 if request.method == "POST" else 200)
