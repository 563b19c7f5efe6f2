"""Addresses for other programs, and for the admins who let them in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import include, path

from interface.fhir import answers
from interface.fhir.api import api
from interface.fhir.outcome import not_found
from interface.views import hooks, integrations

View = Callable[..., HttpResponseBase]


def _by_token(view: View) -> View:
    """Open an address to programs, who never log in: the token is asked for inside. Also answer 405 as all else.

    HEAD is answered as GET; the server leaves the body out.
    """

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        try:
            request.method = "GET" if asked == "HEAD" else asked
            response = view(request, *args, **kwargs)
        except Http404:  # the bare address
            return answers.refused(request, not_found())
        finally:
            request.method = asked
        return answers.not_allowed(response["Allow"]) if response.status_code == 405 else response

    opened.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is read there
    return opened


def _programs() -> tuple[list[Any], str]:
    patterns, app, _space = api.urls
    for pattern in patterns:
        pattern.callback = _by_token(cast("View", pattern.callback))
    return patterns, app


_settings = (
    [
        path("settings/integrations/", integrations.overview, name="list"),
        path("settings/integrations/<uuid:uid>/revoke/", integrations.revoke, name="revoke"),
        path("settings/integrations/<uuid:uid>/take-over/", integrations.take_over, name="take_over"),
    ],
    "integrations",
)
_hooks = (
    [
        path("settings/webhooks/", hooks.overview, name="list"),
        path("settings/webhooks/<uuid:uid>/new-secret/", hooks.rotate, name="rotate"),
        path("settings/webhooks/<uuid:uid>/end/", hooks.end, name="end"),
        path("settings/webhook-calls/<uuid:uid>/send-again/", hooks.send_again, name="send_again"),
    ],
    "hooks",
)

urlpatterns = [
    path("fhir/", include(_programs(), namespace="interface")),
    path("", include(_settings)),
    path("", include(_hooks)),
]
