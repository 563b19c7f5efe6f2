"""What a person should know of their treatment, behind the date of birth: it names what nobody else should read."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from reminders.models import SecretLink
from reminders.own_pages.views.behind_link import behind_diary_link, behind_link, show
from reminders.own_pages.views.birth_date import behind_birth_date
from treatments.cycle import INTERVAL_DAYS
from treatments.models import Course

# Where another number answers, 112 does too on most mobile phones of the world.
EMERGENCY = {"GB": "999", "IE": "999", "US": "911", "CA": "911", "AU": "000", "NZ": "111"}
ELSEWHERE = "112"


def _about(request: HttpRequest, link: SecretLink, now: dt.datetime) -> HttpResponse:
    """Show what happens, how long it takes, when it works, what to look out for and whom to call."""
    emergency = EMERGENCY.get(link.clinic.country, ELSEWHERE)
    return show(request, "about", link, emergency=emergency, interval_days=_own_interval(link))


def _own_interval(link: SecretLink) -> int | None:
    """Return the days between this person's sessions; None where they are the 12 weeks that most people have."""
    own = Course.objects.open().filter(patient=link.person).exclude(interval_days=INTERVAL_DAYS)
    return own.values_list("interval_days", flat=True).first()


about_by_visit = require_http_methods(["GET", "HEAD", "POST"])(behind_link(behind_birth_date(_about)))
about_by_diary = require_http_methods(["GET", "HEAD", "POST"])(behind_diary_link(behind_birth_date(_about)))
