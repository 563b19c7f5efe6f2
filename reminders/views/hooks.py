"""What the gateways call: a text message that came in, and what became of one that went out.

Machines call, so there is no log-in and no form token: the signature is the guard. What is forged gets 403 and leaves
nothing behind; what is genuine always gets 200, also when it is old news, or the gateway would hand it over for days.
"""

import html
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reminders.channels.codes import number_in
from reminders.inbound import signature
from reminders.inbound.taking import Arrived, take
from reminders.receipts import mail, texts

MOST_BYTES = 64_000  # a text of 1,600 characters with all that Twilio says about it is about 20,000
MOST_PICTURES = 100

Hook = Callable[[HttpRequest], HttpResponse]


def called_by_gateway(view: Hook) -> Hook:
    """Serve only calls of reasonable size that carry our gateway's signature."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return HttpResponse(status=413)
        if not signature.is_genuine(request):
            return HttpResponse(status=403)
        return view(request)

    return login_not_required(csrf_exempt(require_POST(guarded)))


@called_by_gateway
def text_received(request: HttpRequest) -> HttpResponse:
    """Take a text message that came in, and answer it where an answer is due at once."""
    said = _said(request)
    gateway_id, sender = said.get("MessageSid", ""), said.get("From", "")
    if not gateway_id or not sender:
        return HttpResponse(status=400)
    pictures = min(number_in(said.get("NumMedia", "")), MOST_PICTURES)
    arrived = Arrived(gateway_id=gateway_id, sender=sender, body=said.get("Body", ""), pictures=pictures)
    return _reply(take(arrived, now=timezone.now()))


@called_by_gateway
def text_status(request: HttpRequest) -> HttpResponse:
    """Take what became of a text message; one that is not ours, or not ours any more, is nothing to complain about."""
    about = {name: request.GET.get(name, "") for name in ("key", "attempt")}
    texts.take(_said(request), **about, now=timezone.now())
    return HttpResponse(status=200)


@login_not_required
@csrf_exempt
@require_POST
def mail_news(request: HttpRequest) -> HttpResponse:
    """Take Mailgun's news of a letter. The library checks the signature and reads the event; it sends no signal here."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    if not settings.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"]:
        return HttpResponse(status=403)
    # Loaded where Mailgun is, with all of `requests`: 5 MiB and 40 ms of every web process's start.
    from anymail.exceptions import AnymailWebhookValidationFailure
    from anymail.webhooks.mailgun import MailgunTrackingWebhookView

    reader: Any = MailgunTrackingWebhookView()
    try:
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        # Nothing that we can read, from whomever.
        return HttpResponse(status=400)
    for event in events:
        mail.take(event, timezone.now())
    return HttpResponse(status=200)


def _said(request: HttpRequest) -> dict[str, str]:
    """Return what a gateway says. PostgreSQL can neither keep nor look for a NUL."""
    return {name: value.replace("\x00", "") for name, value in request.POST.dict().items()}


def _reply(words: str) -> HttpResponse:
    """Return what Twilio takes for an answer: TwiML, empty where nothing is to be said."""
    inside = f"<Message>{html.escape(words, quote=False)}</Message>" if words else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
    return HttpResponse(body, content_type="text/xml; charset=utf-8")
