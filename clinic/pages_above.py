"""Where a browser is led that opens an address which only takes what a form sends.

Such an address stands in the address bar when what was sent is answered with a page. Another theme, the log-in after a
session that ended, and a tab that is opened again all go there without the form.
"""

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve


class PagesAbove:
    """Lead a browser to the page above an address that has none; programs read that it takes no GET, as before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request. Whoever is led to an address that has no page either is led further up from there."""
        response = self.get_response(request)
        looks = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        return redirect(_above(request.path)) if looks and isinstance(response, HttpResponseNotAllowed) else response


def _above(path: str) -> str:
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        with suppress(Resolver404):
            resolve(path)
            break
    return path
