"""What every page behind a secret address shares: who may see it, in whose time and language, and what it never does.

Looking changes nothing, however often a mail scanner looks: an answer is a POST from a visible button.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from clinic.network import caller
from reminders import links
from reminders.models import DiaryLink, PatientLink, SecretLink
from reminders.own_pages import languages, limits

L = TypeVar("L", bound=SecretLink)
Served = Callable[..., HttpResponse]
LinkView = Callable[[HttpRequest, L, dt.datetime], HttpResponse]


def _behind(find: Callable[[str], L | None], view: LinkView[L]) -> Served:
    """Serve a view to whoever holds its link, kept by no cache and told to no other site.

    A page that tells no site where it comes from sends its forms with "Origin: null", which the usual guard against
    forged forms refuses. Here the guard is the address: who forges a form would have to know it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, token: str, **more: str) -> HttpResponse:
        now = timezone.now()
        with translation.override(languages.chosen(request)):
            response = _refused(request, now) or _served(request, find(token), view, now)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return csrf_exempt(login_not_required(never_cache(guarded)))


def behind_link(view: LinkView[PatientLink]) -> Served:
    """Serve a view behind the link of a message about a visit."""
    return _behind(links.find, view)


def behind_diary_link(view: LinkView[DiaryLink]) -> Served:
    """Serve a view behind a link to a diary."""
    return _behind(links.find_diary, view)


def show(request: HttpRequest, template: str, link: SecretLink, status: int = 200, **context: Any) -> HttpResponse:
    """Show a page behind a link; ``home`` is the page that the link leads to."""
    frame = {"clinic": link.clinic, "home": link.home}
    return render(request, f"reminders/{template}.html", frame | context, status=status)


def _refused(request: HttpRequest, now: dt.datetime) -> HttpResponse | None:
    """Refuse a caller who tried too many wrong addresses or presses too many buttons."""
    who = caller(request)
    until = limits.used_up(limits.WRONG_ADDRESSES, who, now)
    if until is None and request.method == "POST":
        until = limits.spend(limits.PRESSES, who, now)
    return wait(request, until, now) if until else None


def wait(request: HttpRequest, until: dt.datetime, now: dt.datetime, link: SecretLink | None = None) -> HttpResponse:
    """Say how long to wait before the next try."""
    minutes = ceil((until - now) / dt.timedelta(minutes=1))
    frame = {"clinic": link.clinic, "home": link.home} if link else {}
    response = render(request, "reminders/wait.html", frame | {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def _served(request: HttpRequest, link: L | None, view: LinkView[L], now: dt.datetime) -> HttpResponse:
    if link is None:
        limits.spend(limits.WRONG_ADDRESSES, caller(request), now)
        return render(request, "reminders/ended.html", status=404)
    with translation.override(languages.chosen(request, link.person)):
        if link.has_ended(now) or link.person.closed:
            return render(request, "reminders/ended.html", {"clinic": link.clinic}, status=410)
        with timezone.override(link.clinic.zone):
            try:
                return view(request, link, now)
            except Http404:
                return render(request, "reminders/ended.html", {"clinic": link.clinic, "home": link.home}, status=404)
