"""Answering machines before anything that could stand in their way, and counting the answers to everybody else."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic.monitoring import urls
from clinic.monitoring.figures import count_request

Served = Callable[[HttpRequest], HttpResponse]

FOR_MACHINES = {f"/{one.pattern}": one.callback for one in urls.urlpatterns}


class MachinesFirst:
    """Answer probes first: they come without HTTPS and the right host, and must not need session or database."""

    def __init__(self, get_response: Served) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        view = FOR_MACHINES.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response: HttpResponse = view(request)
        response["X-Content-Type-Options"] = "nosniff"
        return response


class CountRequests:
    """Count every answer by the name of its address."""

    def __init__(self, get_response: Served) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        count_request(
            method=request.method or "",
            route=match.view_name if match else "none",
            status=response.status_code,
            seconds=time.perf_counter() - began,
        )
        return response
