"""From a form to a saved change, with a page in between when booked visits would be stranded."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic import audit
from clinic.access import StaffRequest
from clinic.models import User
from treatments import wishes
from treatments.booking import Conflict
from treatments.forms import HouseForm, Overtaken, SharedForm
from treatments.setup import saving
from treatments.setup.changes import Change, Refused

CHOICE = "visit-"  # begins the field of one stranded visit's new time
LEFT = "Somebody else left visits of your list where they are, while you looked at it. They are listed here. Nothing of yours was saved."
HELD = "Somebody else was changing the same times. Nothing was saved. Save again."
OWN_FIELDS = {"csrfmiddlewaretoken", "seen", "decision"}


@dataclass(frozen=True)
class Page:
    """What surrounds a form: heading, where it leads back to, what is said when it is saved."""

    heading: str
    back_url: str
    back_label: str = "Settings"
    note: str = ""
    save: str = "Save"


def edit(
    request: StaffRequest,
    form: HouseForm,
    page: Page,
    change: Callable[[], Change],
    stored: Callable[[], dict[str, Any]] | None = None,
) -> HttpResponse:
    """Show a form, or make the change that it describes.

    ``stored`` reads anew what the form was filled with: who saves second sees what was saved first.
    """
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                return settle(request, _unless_overtaken(change(), form, stored), page)
        except Refused as error:
            form.add_error(error.field, str(error))
        except Overtaken:
            status = 409
    return render(request, "treatments/setup/form.html", {"form": form, "page": page}, status=status)


def _unless_overtaken(change: Change, form: HouseForm, stored: Callable[[], dict[str, Any]] | None) -> Change:
    """Return the change with a look at what is stored before it writes, when nobody else can."""

    def write(by: User, at: dt.datetime) -> None:
        if isinstance(form, SharedForm) and stored is not None:
            form.look_again(stored())
        change.write(by, at)

    return replace(change, write=write)


def press(request: StaffRequest, change: Change, page: Page) -> HttpResponse:
    """Make the change that a button asks for; where it is refused, say why on the page that it leads back to."""
    try:
        return settle(request, change, page)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(page.back_url)


def settle(request: StaffRequest, change: Change, page: Page) -> HttpResponse:
    """Save a change, or show the visits that it would strand. Raises Refused."""
    chosen = _choices(request.POST)
    seen = request.POST.get("seen", "")
    try:
        moved = saving.save(change=change, by=request.user, at=timezone.now(), seen=seen, choices=chosen)
    except saving.Unseen:
        problem = (
            "The list of visits has changed since you saw it. Nothing was saved. Look at it again." if seen else ""
        )
        return _stranded(request, change, page, problem, 409 if seen else 200)
    except saving.LeftMeanwhile:
        messages.warning(request, LEFT)
        return redirect("setup:outside")
    except saving.NotMoved as error:
        return _stranded(request, change, page, f"{error} Nothing was saved.", 409)
    except Conflict:
        return _stranded(request, change, page, HELD, 409)
    messages.success(request, f"Saved: {change.words}.{_moved_words(len(moved))}")
    return redirect(page.back_url)


def _stranded(request: StaffRequest, change: Change, page: Page, problem: str, status: int) -> HttpResponse:
    try:
        visits = saving.propose(change=change, by=request.user, at=timezone.now())
    except Conflict as error:
        raise Refused(HELD) from error
    wishes.put_on([visit.session for visit in visits])
    audit.looked(request, "stranded", rows=len(visits))
    context = {
        "change": change,
        "page": page,
        "problem": problem,
        "has_errors": bool(problem),
        "rows": [_row(visit, request.POST) for visit in visits],
        "seen": saving.digest([visit.session for visit in visits]),
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in OWN_FIELDS and not name.startswith(CHOICE)
            for value in values
        ],
    }
    return render(request, "treatments/setup/stranded.html", context, status=status)


def _row(visit: saving.Stranded, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a visit with what is chosen for it: as posted while that is still offered, else the first proposal."""
    name = f"{CHOICE}{visit.session.uid}"
    codes = [slot.code for slot in visit.options]
    chosen = posted.get(name, "")
    if chosen not in {*codes, saving.LEAVE}:
        chosen = codes[0] if codes else ""
    return {"visit": visit, "name": name, "chosen": chosen}


def _choices(posted: Mapping[str, Any]) -> dict[uuid.UUID, str] | None:
    """Return what was chosen for each visit; None when all are to stay."""
    if posted.get("decision") == saving.LEAVE:
        return None
    chosen: dict[uuid.UUID, str] = {}
    for name, value in posted.items():
        if name.startswith(CHOICE):
            with suppress(ValueError):
                chosen[uuid.UUID(name.removeprefix(CHOICE))] = value
    return chosen


def _moved_words(number: int) -> str:
    if not number:
        return ""
    return " 1 visit moved." if number == 1 else f" {number} visits moved."
