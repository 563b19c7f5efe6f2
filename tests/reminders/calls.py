"""Calls of a gateway, signed as Twilio signs them."""

from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from reminders.inbound.signature import sign

SECRET = "a made-up token"
NUMBER = "+447700900000"


def call(name: str, values: dict[str, Any], *, secret: str = SECRET, query: str = "", **extra: Any) -> Any:
    """Post to one of the gateway's addresses with a signature."""
    path = reverse(name) + query
    signature = sign(f"{settings.BASE_URL}{path}", {key: [str(value)] for key, value in values.items()}, secret)
    return Client().post(path, values, headers={"X-Twilio-Signature": signature} | extra)


def text(body: str, *, sid: str = "SM1", sender: str = NUMBER, **how: Any) -> Any:
    """Hand over a text message."""
    values = {"MessageSid": sid, "AccountSid": "AC1", "From": sender, "To": "+447700900999", "Body": body}
    return call("reminders:text_received", values | {"NumMedia": "0"}, **how)
