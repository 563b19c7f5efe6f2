"""Answering machines before anything that could stand in their way; counting and logging the answers to everybody else."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

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


class LogRequests(RequestMiddleware):
    """Write a line for every answer, and give the request a number that everything it sets off carries on.

    A line names the address, not what stands in it: links to patients are secrets, and a search is a name.
    """

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Tell the number to whoever asked, so that they can tell it to us."""
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return the name of the address and the numbers of the records in it."""
        match = request.resolver_match
        if match is None:
            return f"{request.method} -"
        return " ".join([str(request.method), match.view_name, *_numbers(match.kwargs)])

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Take down who is logged in where that is known already: a line in the log asks no database."""
        user = getattr(request, "_cached_user", None)
        if user is not None:
            structlog.contextvars.bind_contextvars(user_id=user.pk)


def _numbers(parts: dict[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in parts.items() if isinstance(value, int | uuid.UUID)]
