"""The switch of languages on a patient's page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.redirects import next_url
from reminders.own_pages import languages

A_YEAR = 365 * 24 * 3600


# As for the theme: such forms come from nowhere, and all that a forged one could do is to change the language.
@csrf_exempt
@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Remember a language on this device."""
    response = redirect(next_url(request, "clinic:home"))
    chosen = request.POST.get("language", "")
    if chosen in languages.KNOWN:
        response.set_cookie(
            languages.COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response
