"""What the treatment does for everybody: who responds, for whom a stop is proposed, whom to look at again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from treatments.response.everyone import Group
from treatments.response.groups import TO_ACT_ON, summary, to_look_at_again

WORDS = {
    Group.TOO_LITTLE: "Too small a response after enough cycles for a stop to be proposed",
    Group.EPISODIC: "Few enough headache days, three times in a row, for a stop to be proposed",
    Group.NOT_KNOWN: "Not known: no level before treatment, no headache day in it, or too few diary days",
    Group.EARLY: "Too early to judge: a first cycle that has just begun, or too small a response after too few cycles",
    Group.RESPONDS: "Respond",
}


@require_safe
@requires(Capability.VIEW)
def response(request: StaffRequest) -> HttpResponse:
    """Count everybody's response and list those whom somebody has to decide on. It proposes; a clinician decides."""
    today = timezone.localdate(timezone.now(), request.clinic.zone)
    found = summary(request.clinic, today)
    context = {
        "total": found.total,
        "counts": [(words, found.counts[group]) for group, words in WORDS.items()],
        "groups": [(group, WORDS[group], found.people[group], found.counts[group]) for group in TO_ACT_ON],
        "again": to_look_at_again(request.clinic, today),
    }
    audit.looked(request, "response", rows=sum(len(found.people[group]) for group in TO_ACT_ON))
    return render(request, "treatments/response.html", context)
