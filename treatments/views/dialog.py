"""A page that is also a dialog: the same address and the same template, with another frame around it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect, push_url

from clinic.access import StaffRequest

DIALOG = "book-dialog"


def in_dialog(request: StaffRequest) -> bool:
    """Return whether the answer goes into the dialog of the page that is open."""
    return request.htmx.target == DIALOG


def show(request: StaffRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page, or with the same words for the dialog."""
    dialog = in_dialog(request)
    frame = "treatments/_dialog.html" if dialog else "base.html"
    answer = render(request, template, context | {"frame": frame, "dialog": dialog}, status=status)
    # The address stays that of the page under the dialog: loading it anew must not leave it.
    return push_url(answer, False) if dialog else answer


def leave(request: StaffRequest, url: str) -> HttpResponse:
    """Go to a page when all is done, from the dialog too: its message and Undo are on the page."""
    return HttpResponseClientRedirect(url) if in_dialog(request) else redirect(url)
