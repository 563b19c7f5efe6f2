"""What a form that was refused had sent: kept on the page that says so, to be copied or to be sent where it belongs.

Going back does not bring it back: browsers keep no page of ours.
"""

from dataclasses import dataclass, field
from typing import Any

from clinic.forms import called
from clinic.middleware import FIELD, TYPED
from clinic.models import Membership

# A form whose page keeps what is typed, and has kept all of it, says so in this field: see static/js/draft.js.
KEPT = "kept"


@dataclass(frozen=True)
class Words:
    """What was written into one field, and what that is called."""

    field: str
    words: str


def written(request: Any) -> list[Words]:
    """Return what took more than a word to write, but for secrets, what is kept and what came from no page of ours."""
    if not _is_own(request) or KEPT in request.POST:
        return []
    return [Words(called(name), words) for name, words in _fields(request) if len(words.split()) > 1]


@dataclass(frozen=True)
class Sent:
    """All that was sent, with the other clinics to which it may be sent; or where there is none, what was written."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    others: list[Membership] = field(default_factory=list)
    written: list[Words] = field(default_factory=list)


def sent_by(request: Any) -> Sent:
    """Return what a form had sent whose row is not at the clinic, or which its sender may not send there.

    It is not looked up where the row is: nobody learns from a page whether there is one. A form that says of which
    clinic it is was not sent from another.
    """
    if request.resolver_match is None or not _is_own(request) or request.content_type != TYPED:
        return Sent()
    others = [one for one in request.memberships if one != request.membership and FIELD not in request.POST]
    return Sent(_fields(request), others) if others else Sent(written=written(request))


def _is_own(request: Any) -> bool:
    """Return whether a page of ours sent it. Words of another site's form must not stand on a page of ours."""
    return bool(request.headers.get("Sec-Fetch-Site") == "same-origin")


def _fields(request: Any) -> list[tuple[str, str]]:
    secret = ("password", "csrfmiddlewaretoken")
    return [
        (name, value)
        for name, several in request.POST.lists()
        if not any(one in name for one in secret)
        for value in several
    ]
