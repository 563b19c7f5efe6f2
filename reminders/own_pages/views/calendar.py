"""The visit as a calendar file, for the patient who holds the link."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reminders.models import PatientLink
from reminders.own_pages.views.behind_link import behind_link
from reminders.own_pages.visit import visit_of
from treatments import ics
from treatments.views.feeds import calendar_file


@require_safe
@behind_link
def visit_file(request: HttpRequest, link: PatientLink, now: dt.datetime) -> HttpResponse:
    """Hand out the visit as it is now: after a move or a cancellation the same address brings the calendar up to date."""
    session = visit_of(link)
    if session is None:
        raise Http404
    return calendar_file(ics.visit_file(session, now=now, title=_("Clinic visit")), "visit.ics")
