"""Three addresses for machines. None needs a log-in; only the first is for everybody, and it says next to nothing."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from clinic.monitoring import figures, readiness
from clinic.monitoring.asking import may_ask

View = Callable[[HttpRequest], HttpResponse]


def _for_machines(view: View) -> View:
    return login_not_required(never_cache(require_safe(view)))


@_for_machines
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the process lives. Nothing else is asked: a database that is away is no reason to kill it."""
    return JsonResponse({"ok": True})


@_for_machines
def ready(request: HttpRequest) -> HttpResponse:
    """Say what is ready and what is not; 503 when something is not. ``?exclude=broker,beat`` leaves checks out."""
    if not may_ask(request):
        return _nothing_here()
    found = readiness.look(now=timezone.now(), without=request.GET.get("exclude", "").split(","))
    ok = all(one.ok for one in found.values())
    checks = {name: {"ok": one.ok, **one.facts} for name, one in found.items()}
    return JsonResponse({"ok": ok, "checks": checks}, status=200 if ok else 503)


@_for_machines
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the figures to Prometheus."""
    if not may_ask(request):
        return _nothing_here()
    return HttpResponse(figures.text(now=timezone.now()), content_type=CONTENT_TYPE_LATEST)


def _nothing_here() -> HttpResponse:
    return HttpResponseNotFound("Not found", content_type="text/plain")
