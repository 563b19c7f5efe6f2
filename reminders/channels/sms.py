"""Text messages through any gateway with Twilio's HTTP interface. No client library: two calls."""

import datetime as dt
from typing import Any

import requests
from django.conf import settings

from reminders.channels.base import Blame, Message, SendError

TOO_MANY = 429
# Twilio's error codes: https://www.twilio.com/docs/api/errors
_WORDS = {
    21211: ("The number does not exist", Blame.ADDRESS),
    21614: ("The number cannot take text messages", Blame.ADDRESS),
    21610: ("They replied STOP", Blame.CONSENT),
}
# A message the gateway gave up on was not delivered, so it does not count as found.
_LOST = frozenset({"failed", "undelivered", "canceled"})


class SmsCarrier:
    """One text message per call. The gateway can be asked what it has, which is how an attempt in doubt is settled."""

    def send(self, message: Message) -> str:
        """Send; return the gateway's id."""
        data = {"To": message.to, "From": settings.SMS_FROM, "Body": message.body}
        return str(_call("POST", data=data).get("sid", ""))

    def find(self, message: Message, *, since: dt.date) -> str | None:
        """Look for a text to the same number with the same words, which hold a link that no other message has."""
        query = {"To": message.to, "DateSent>": since.isoformat(), "PageSize": "100"}
        for known in _call("GET", params=query).get("messages", []):
            if known.get("body") == message.body and known.get("status") not in _LOST:
                return str(known["sid"])
        return None


def _call(method: str, **how: Any) -> dict[str, Any]:
    account = settings.SMS_GATEWAY_ACCOUNT
    url = f"{settings.SMS_GATEWAY_URL}/2010-04-01/Accounts/{account}/Messages.json"
    try:
        answer = requests.request(
            method, url, auth=(account, settings.SMS_GATEWAY_TOKEN), timeout=settings.SMS_TIMEOUT_SECONDS, **how
        )
        content = _content(answer)
    except requests.RequestException as error:
        raise SendError("The text message gateway did not answer", permanent=False) from error
    if not answer.ok:
        raise _refused(answer.status_code, content.get("code"))
    return content


def _content(answer: requests.Response) -> dict[str, Any]:
    """Return the body; an error page in another form is an answer without content."""
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        if answer.ok:
            raise
        return {}
    return content if isinstance(content, dict) else {}


def _refused(status: int, code: Any) -> SendError:
    if status == TOO_MANY or status >= 500:
        return SendError(f"The text message gateway asked to try later (code {status})", permanent=False)
    text, blame = _WORDS.get(code, (f"The text message gateway refused it (code {code or status})", Blame.NOTHING))
    return SendError(text, permanent=True, blame=blame)
