"""What is told only to the person: behind the date of birth, asked once on each device."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from patients.models import Patient
from reminders.models import SecretLink
from reminders.own_pages import limits
from reminders.own_pages.forms import BirthDateForm
from reminders.own_pages.views.behind_link import show, wait

L = TypeVar("L", bound=SecretLink)
LinkView = Callable[[HttpRequest, L, dt.datetime], HttpResponse]
# What the signature is bound to: no other signed value of this system opens these pages.
PURPOSE = "reminders.birth-date"
A_YEAR = 365 * 24 * 3600


def behind_birth_date(view: LinkView[L]) -> LinkView[L]:
    """Serve a view of a link to whoever knows the date of birth, or gave it on this device before.

    The link is needed too: one that ended opens nothing, whatever the device remembers. What was sent when the date
    is asked for again is kept, and done once it is right.
    """

    @wraps(view)
    def asked(request: HttpRequest, link: L, now: dt.datetime) -> HttpResponse:
        if _remembered(request, link.person):
            return view(request, link, now)
        if request.method == "POST" and "born_day" in request.POST:
            return _try(request, link, now, view)
        return _ask(request, link, BirthDateForm(), 200)

    return asked


def _try(request: HttpRequest, link: L, now: dt.datetime, view: LinkView[L]) -> HttpResponse:
    form, person = BirthDateForm(request.POST), link.person
    if not form.is_valid():
        return _ask(request, link, form, 422)
    # Counted before it is compared: tries at the same moment cannot slip through together.
    until = limits.spend(limits.WRONG_BIRTH_DATES, str(person.pk), now)
    if until:
        return wait(request, until, now, link)
    if form.cleaned_data["born"] != person.birth_date:
        form.add_error("born_day", _("This is not the date of birth that we have. Check it and try again, or call us."))
        return _ask(request, link, form, 422)
    limits.forgive(limits.WRONG_BIRTH_DATES, str(person.pk))
    response = view(request, link, now) if _kept(request) else redirect(request.get_full_path())
    response.set_signed_cookie(
        _cookie(person),
        str(person.uid),
        salt=PURPOSE,
        max_age=A_YEAR,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


def _ask(request: HttpRequest, link: L, form: BirthDateForm, status: int) -> HttpResponse:
    here = request.get_full_path()  # which week was asked for stands behind the question mark
    return show(request, "birth_date", link, status=status, form=form, kept=_kept(request), here=here)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what else was sent, to be sent again with the date."""
    return [(name, value) for name, values in request.POST.lists() if name[:5] != "born_" for value in values]


def _remembered(request: HttpRequest, person: Patient) -> bool:
    value = request.get_signed_cookie(_cookie(person), default="", salt=PURPOSE, max_age=A_YEAR)
    return value == str(person.uid)


def _cookie(person: Patient) -> str:
    """Return a name of the cookie that tells nothing: a phone may belong to two people, each with their own."""
    return "own-" + salted_hmac(PURPOSE, str(person.uid), algorithm="sha256").hexdigest()[:16]
