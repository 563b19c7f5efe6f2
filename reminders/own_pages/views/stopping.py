"""Where a person stops messages, or takes them up again."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reminders.models import SecretLink
from reminders.own_pages import stopping
from reminders.own_pages.views.behind_link import behind_diary_link, behind_link, show


def _stop(request: HttpRequest, link: SecretLink, now: dt.datetime) -> HttpResponse:
    """Say what is sent now, and take one choice about it."""
    if request.method == "POST":
        if stopping.choose(patient=link.person, choice=request.POST.get("choice", ""), at=now):
            return redirect(f"{request.path}?saved=1")
        return _page(request, link, _("Choose what to change."))
    return _page(request, link)


def _page(request: HttpRequest, link: SecretLink, problem: str = "") -> HttpResponse:
    reach = stopping.reach_of(link.person)
    words = {
        "no_nudges": _("Stop diary messages"),
        "nudges": _("Send me diary messages again"),
        "no_texts": _("Stop all texts"),
        "no_emails": _("Stop all emails"),
        "email": _("Use email instead"),
        "texts": _("Send me texts again"),
    }
    choices = [(key, words[key]) for key in reach.choices]
    saved, status = "saved" in request.GET, 422 if problem else 200
    return show(request, "stop", link, status, reach=reach, choices=choices, problem=problem, saved=saved)


stop_by_visit = require_http_methods(["GET", "HEAD", "POST"])(behind_link(_stop))
stop_by_diary = require_http_methods(["GET", "HEAD", "POST"])(behind_diary_link(_stop))
