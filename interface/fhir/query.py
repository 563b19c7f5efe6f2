"""A search as it was asked: which parameters with which values, how many, in what order, from where on."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from clinic.fields import cipher
from clinic.models import Clinic
from interface.fhir.outcome import refuse

PAGE, LARGEST_PAGE = 50, 200
PAGE_LASTS_SECONDS = 24 * 3600
LONGEST_VALUE = 500
_FORMATS = {"json", "application/json", "application/fhir+json", "text/json"}
_ACCEPTED = _FORMATS | {"*/*", "application/*"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# What says how to answer, not what is asked for. `_totalMethod` is how some clients ask for a count.
_MANNERS = {"_count", "_sort", "_total", "_totalMethod", "_summary", "_format", "_pretty", "_page"}
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Query:
    """What a search asks for. ``after`` is where the page before ended: the value it was sorted by, and the row.

    ``ignored`` are parameters that a lenient caller sent and nothing was made of.
    """

    asked: tuple[tuple[str, str], ...]
    count: int = PAGE
    sort: str = ""
    counted: bool = False
    after: tuple[Any, ...] | None = None
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allowed:
    """What a kind of resource can be searched by; ``private`` parameters are never taken from an address."""

    kind: str
    names: frozenset[str]
    private: frozenset[str]
    sorts: frozenset[str]


def read(request: HttpRequest, allowed: Allowed, clinic: Clinic) -> Query:
    """Return the search that a request asks for. Raises Refused with what cannot be answered."""
    in_address = list(_pairs(request.GET.lists()))
    in_body = list(_pairs(_form(request))) if request.method == "POST" else []
    if shown := sorted({name for name, _ in in_address} & allowed.private):
        raise refuse(400, "security", f"Send {', '.join(shown)} in the body: POST {allowed.kind}/_search.")
    pairs = in_address + in_body
    for name, value in pairs:
        # A page's address holds all that was asked for; gunicorn takes no longer ones anyway.
        too_long = len(value) > LONGEST_VALUE and name != "_page"
        if _HIDDEN.search(value) or not value.strip() or too_long:
            raise refuse(400, "value", f"The value of {_shown(name)} cannot be read.")
    page = next((value for name, value in pairs if name == "_page"), None)
    if page is not None:
        return _unpacked(page, allowed.kind, clinic)
    unknown = frozenset(name for name, _ in pairs) - allowed.names - _MANNERS
    if unknown and "handling=lenient" not in request.headers.get("Prefer", ""):
        names = ", ".join(sorted(map(_shown, unknown)))
        raise refuse(400, "not-supported", f"{allowed.kind} cannot be searched by {names}.")
    return replace(_query(pairs, allowed), ignored=unknown)


def _form(request: HttpRequest) -> Iterable[tuple[str, list[Any]]]:
    """Return what a body asks for. One in another form is refused: left out, it would tell of everybody."""
    if request.content_type not in _FORMS and request.body:
        raise refuse(415, "not-supported", f"Send {_FORMS[0]}.")
    return request.POST.lists()


def _query(pairs: list[tuple[str, str]], allowed: Allowed) -> Query:
    manners = {name: value for name, value in pairs if name in _MANNERS}
    mind_the_format(manners.get("_format", "json"))
    count = _count(manners.get("_count", str(PAGE)))
    sort = manners.get("_sort", "")
    if sort and sort.removeprefix("-") not in allowed.sorts:
        raise refuse(400, "not-supported", f"{allowed.kind} cannot be sorted by that.", "_sort")
    asked = tuple((name, value) for name, value in pairs if name in allowed.names)
    counted = count == 0 or manners.get("_summary") == "count" or manners.get("_total") == "accurate"
    return Query(asked, 0 if manners.get("_summary") == "count" else count, sort, counted)


def mind_the_format(name: str) -> None:
    """Refuse what is no JSON. A plus that was not escaped comes as a blank."""
    if _bare(name).replace(" ", "+") not in _FORMATS:
        raise refuse(406, "not-supported", "Answers are JSON only.")


def mind_what_is_accepted(request: HttpRequest) -> None:
    """Refuse who takes no JSON, before anything is read or changed. The parameter overrides the header, as the standard has it."""
    accepted = request.headers.get("Accept") or "*/*"
    if named := request.GET.get("_format"):
        mind_the_format(named)
    elif not _ACCEPTED & {_bare(one) for one in accepted.split(",")}:
        mind_the_format(accepted)


def _bare(kind: str) -> str:
    """Return a kind of content without what stands behind the semicolon: that says how, not what."""
    return kind.partition(";")[0].strip().lower()


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise refuse(400, "value", "Write _count as a whole number.", "_count")
    return min(int(text), LARGEST_PAGE)


def packed(query: Query, after: tuple[Any, ...], kind: str, clinic: Clinic) -> str:
    """Return the next page as an address may carry it: encrypted, so that it holds no name and nobody can make one up."""
    content = [clinic.pk, kind, query.asked, query.count, query.sort, after]
    return cipher().encrypt(json.dumps(content).encode()).decode()


def _unpacked(page: str, kind: str, clinic: Clinic) -> Query:
    try:
        content = json.loads(cipher().decrypt(page.encode(), ttl=PAGE_LASTS_SECONDS))
    except (InvalidToken, ValueError) as error:
        raise refuse(410, "expired", "This page is no longer there. Search again.", "_page") from error
    pk, of, asked, count, sort, after = content
    if (pk, of) != (clinic.pk, kind):
        raise refuse(410, "expired", "This page is no longer there. Search again.", "_page")
    return replace(Query(tuple((name, value) for name, value in asked)), count=count, sort=sort, after=tuple(after))


def _pairs(lists: Iterable[tuple[str, list[Any]]]) -> Iterable[tuple[str, str]]:
    return ((name, str(value)) for name, values in lists for value in values)


def _shown(name: str) -> str:
    """Return a parameter's name as it may be said back."""
    return name if re.fullmatch(r"[\w.:-]{1,40}", name, re.ASCII) else "an unreadable parameter"
