"""What a form says about where it came from and which row it means: read with care, since anyone can write it."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

MOST_BOXES = 50  # as many as a page of the recall list holds


def next_url(request: HttpRequest, default: str) -> str:
    """Return the page that the form or link named as ``next`` if it is one of ours, else ``default`` (name or address)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if _ours(request, target) else resolve_url(default)


def page_of_form(request: HttpRequest, default: str) -> str:
    """Return the page whose form was sent, where the browser names one of ours, else ``default`` (name or address).

    The address of a form is often no page: it takes what is sent and leads on.
    """
    try:
        named = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # such as http://[: no browser names a page so
        return resolve_url(default)
    page = urlunsplit(("", "", named.path, named.query, ""))
    return page if named.netloc == request.get_host() and _ours(request, page) else resolve_url(default)


def _ours(request: HttpRequest, target: str) -> bool:
    """Return whether a target is a path of this site.

    A path only: anything else would be taken for the name of a page, which breaks where there is none of that name.
    """
    return target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def posted_uid(request: HttpRequest, field: str) -> uuid.UUID:
    """Return the uid in a hidden field; a form that does not carry one is not ours and gets a 400."""
    try:
        return uuid.UUID(request.POST.get(field, ""))
    except ValueError as error:
        raise BadRequest from error


def uids_in(values: Sequence[str]) -> set[uuid.UUID]:
    """Return the uids among what was ticked, of as many boxes as a page has at most; what is no uid names nobody."""
    found = set()
    for value in values[:MOST_BOXES]:
        with suppress(ValueError):
            found.add(uuid.UUID(value))
    return found
