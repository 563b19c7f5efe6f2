"""Text messages through any gateway with Twilio's HTTP interface. No client library: two calls."""

import datetime as dt
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.urls import reverse
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from reminders.channels.base import LATER, OUR_ACCOUNT, Blame, CannotAnswer, Message, SendError
from reminders.channels.bounded import BoundedSession
from reminders.channels.codes import ABOUT_US, number_in, words_for
from reminders.models.delivery import name_from

# What refuses us too: our account has no money left.
_OUR_ACCOUNT = OUR_ACCOUNT | {402}
# Gateways that only speak half of the interface answer the question with one of these.
_NO_SUCH_QUESTION = frozenset({404, 405, 501})
# A message the gateway gave up on was not delivered, so it does not count as found.
_LOST = frozenset({"failed", "undelivered", "canceled"})


class SmsCarrier:
    """One text message per call. The gateway can be asked what it has, which is how an attempt in doubt is settled."""

    def __init__(self, *, keep_open: bool = False) -> None:
        self._session = self._new_session() if keep_open else None

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Send; return the gateway's id."""
        data = {"To": message.to, "From": settings.SMS_FROM, "Body": message.body, "StatusCallback": _callback(message)}
        answer = self._call("POST", data=data)
        if not _is_yes(answer):
            raise _refused(answer)
        name = name_from(_content(answer).get("sid") or "")
        if not name:  # a yes that names nothing
            raise _silent(in_doubt=True)
        return name

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Look for texts to the same number with the same link or words: the gateway takes no name of ours to ask by.

        Not by the day on which they were sent: one that still waits there has none, and would go out twice.
        """
        query = {"To": message.to, "PageSize": "100"}
        answer = self._call("GET", params=query)
        if answer.status_code in _NO_SUCH_QUESTION:
            raise CannotAnswer
        if not _is_yes(answer):
            raise _refused(answer)
        known = _content(answer).get("messages")
        if not isinstance(known, list):  # no list is no answer
            raise _silent(in_doubt=False)
        texts = [one for one in known if isinstance(one, dict) and str(one.get("status")) not in _LOST]
        ours = (one for one in texts if _is(message, one.get("body")) and not _is_older(one, since))
        # One that the gateway does not name is found all the same; without a name it would pass for erased.
        return [name_from(one.get("sid") or message.key) for one in ours]

    def close(self) -> None:
        """Let go of the line."""
        if self._session is not None:
            self._session.close()

    def _call(self, method: str, **how: Any) -> requests.Response:
        account = settings.SMS_GATEWAY_ACCOUNT
        url = f"{settings.SMS_GATEWAY_URL}/2010-04-01/Accounts/{account}/Messages.json"
        auth = (account, settings.SMS_GATEWAY_TOKEN)
        session = self._session or self._new_session()
        try:
            # Led elsewhere, a text would become a question: a yes to that sends nothing.
            return session.request(
                method, url, auth=auth, timeout=settings.SMS_TIMEOUT_SECONDS, allow_redirects=False, **how
            )
        except requests.RequestException as error:
            raise _silent(in_doubt=method == "POST" and not _never_reached(error)) from error
        finally:
            if self._session is None:
                session.close()

    @staticmethod
    def _new_session() -> BoundedSession:
        """Return a session; connecting may take as long as answering."""
        return BoundedSession(2 * settings.SMS_TIMEOUT_SECONDS)


def _callback(message: Message) -> str:
    """Return where the gateway reports what became of it. It may report sooner than its id is written down here."""
    about = urlencode({"key": message.key, "attempt": message.attempt})
    return f"{settings.BASE_URL}{reverse('reminders:text_status')}?{about}"


def _is(message: Message, words: Any) -> bool:
    """Return whether words are a message's, also where a name in them was corrected since: the link is its own."""
    return words == message.body or (bool(message.link) and message.link in str(words))


def _is_older(one: dict[str, Any], since: dt.date) -> bool:
    """Return whether the gateway took a text before a day, in UTC. One of which it does not say may be ours."""
    try:
        return parsedate_to_datetime(one["date_created"]).astimezone(dt.UTC).date() < since
    except (KeyError, TypeError, ValueError):
        return False


def _is_yes(answer: requests.Response) -> bool:
    return answer.ok and not answer.is_redirect


def _content(answer: requests.Response) -> dict[str, Any]:
    """Return the body. One that cannot be read under a yes leaves the message in doubt."""
    content = _parts(answer)
    if content is None:
        raise _silent(in_doubt=True)
    return content


def _parts(answer: requests.Response) -> dict[str, Any] | None:
    """Return the parts of a body, none of what has none; None where it cannot be read."""
    try:
        content = answer.json()
    except (ValueError, RecursionError):  # also a number of thousands of digits
        return None
    return content if isinstance(content, dict) else {}


def _silent(*, in_doubt: bool) -> SendError:
    return SendError("The text message gateway did not answer", permanent=False, in_doubt=in_doubt)


def _never_reached(error: requests.RequestException) -> bool:
    """Return whether no connection came about, so that nothing can have arrived."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _refused(answer: requests.Response) -> SendError:
    """Read a refusal; its body may be an error page in any form."""
    status = answer.status_code
    if answer.is_redirect:
        return SendError(f"The text message gateway is at another address (code {status})", permanent=False)
    if status in LATER or status >= 500:
        text = f"The text message gateway asked to try later (code {status})"
        return SendError(text, permanent=False, in_doubt=status >= 500)
    code = number_in((_parts(answer) or {}).get("code"))
    if code in ABOUT_US:
        return SendError(f"{ABOUT_US[code]} (code {code})", permanent=False)
    text, blame = words_for(code, f"The text message gateway refused it (code {code or status})")
    return SendError(text, permanent=status not in _OUR_ACCOUNT or blame is not Blame.NOTHING, blame=blame)
