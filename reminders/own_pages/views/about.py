"""What a person should know of their treatment, behind the date of birth: it names what nobody else should read."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from reminders.models import SecretLink
from reminders.own_pages.views.behind_link import behind_diary_link, behind_link, show
from reminders.own_pages.views.birth_date import behind_birth_date

# Where another number answers, 112 does too on most mobile phones of the world.
EMERGENCY = {"GB": "999", "IE": "999", "US": "911", "CA": "911", "AU": "000", "NZ": "111"}
ELSEWHERE = "112"


def _about(request: HttpRequest, link: SecretLink, now: dt.datetime) -> HttpResponse:
    """Show what happens, how long it takes, when it works, what to look out for and whom to call."""
    return show(request, "about", link, emergency=EMERGENCY.get(link.clinic.country, ELSEWHERE))


about_by_visit = require_http_methods(["GET", "HEAD", "POST"])(behind_link(behind_birth_date(_about)))
about_by_diary = require_http_methods(["GET", "HEAD", "POST"])(behind_diary_link(behind_birth_date(_about)))
