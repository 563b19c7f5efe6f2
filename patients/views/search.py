"""Finding a person by a few letters."""

import uuid
from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from patients.models import Patient
from patients.search import MONTH_FIRST

PAGE = 50
SHORTEST = 2
# Fewer letters may hit one person by chance; then the list is shown rather than a record opened.
SHORTEST_TO_OPEN = 3


@requires(Capability.VIEW)
def search(request: StaffRequest) -> HttpResponse:
    """List who matches; a single match opens at once. The text is kept out of every log: it is often a name."""
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "text": text,
        "may_register": may(request.membership, Capability.REGISTER),
        "may_import": may(request.membership, Capability.IMPORT),
    }
    if len(text) < SHORTEST:
        return render(request, "patients/search.html", context | {"too_short": True})
    found = _found(request, text)
    if len(found) == 1 and len(text) >= SHORTEST_TO_OPEN and "after" not in request.GET:
        return redirect("patients:detail", found[0].uid)
    people = found[:PAGE]
    audit.looked(request, "patient", AuditEntry.Action.SEARCH, rows=len(people))
    context |= {"people": people, "more": len(found) > PAGE, "today": timezone.localdate()}
    return render(request, "patients/search.html", context)


def _found(request: StaffRequest, text: str) -> list[Patient]:
    """Return one page by key and one person more, so that the page knows whether it is the last."""
    here = Patient.objects.filter(clinic=request.clinic)
    people = here.matching(text, month_first=request.clinic.country in MONTH_FIRST)
    with suppress(ValueError):
        last = here.filter(uid=uuid.UUID(request.GET.get("after", ""))).first()
        people = people.after(last) if last else people
    return list(people.prefetch_related("contact_points")[: PAGE + 1])
