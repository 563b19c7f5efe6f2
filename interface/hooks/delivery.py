"""One signed call over the network: no redirects, no proxy, a deadline, and not a byte of the answer is kept."""

import datetime as dt

import urllib3
from cryptography.fernet import InvalidToken
from urllib3.util import Timeout

from clinic.deadline import Deadline, Plain, Secure
from interface.hooks import addresses, signature
from interface.hooks.addresses import Target, Unanswered, Unfit
from interface.models import Hook

CONNECT_SECONDS, READ_SECONDS = 5, 15


class NotTold(Exception):
    """It was not taken; the text says why, for the admin."""


class TooSlow(NotTold):
    """No answer came in time: the next call there would wait as long."""


def send(hook: Hook, identity: str, body: bytes, now: dt.datetime) -> str:
    """Call a hook; return what it answered. Raises NotTold."""
    try:
        target = addresses.read(hook.url)
        with Deadline(CONNECT_SECONDS + READ_SECONDS):
            status = _post(target, addresses.resolve(target), headers_of(hook, identity, body, now), body)
    except Unanswered as error:
        raise TooSlow(str(error)) from error
    except Unfit as error:
        raise NotTold(str(error)) from error
    except InvalidToken as error:
        raise NotTold("Its secret cannot be read here any more.") from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _not_told(error) from error
    if not 200 <= status < 300:
        raise NotTold(f"It answered {status}.")
    return f"It answered {status}."


def headers_of(hook: Hook, identity: str, body: bytes, now: dt.datetime) -> dict[str, str]:
    """Return the headers that say which call this is and that it is ours."""
    keys = [hook.secret, *hook.old_secrets(now)]
    timestamp = int(now.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "TwelveWeeks",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature.sign(identity, timestamp, body, keys),
    }


def _post(target: Target, address: str, headers: dict[str, str], body: bytes) -> int:
    """Post to the address that was checked; the certificate has to be that of the name."""
    timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    with _pool(target, address, timeout) as pool:
        response = pool.urlopen(
            "POST",
            target.path,
            body=body,
            headers=headers | {"host": _host(target)},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        response.close()
        return response.status


def _pool(target: Target, address: str, timeout: Timeout) -> urllib3.HTTPConnectionPool:
    if target.scheme == "http":
        return Plain(address, target.port, timeout=timeout)
    return Secure(
        address,
        target.port,
        timeout=timeout,
        cert_reqs="CERT_REQUIRED",
        assert_hostname=target.host,
        server_hostname=target.host,
    )


def _host(target: Target) -> str:
    usual = {"https": 443, "http": 80}[target.scheme]
    return target.host if target.port == usual else f"{target.host}:{target.port}"


def _not_told(error: Exception) -> NotTold:
    """Say what went wrong without a word from outside: what a stranger's server sends is not shown."""
    if isinstance(error, urllib3.exceptions.SSLError):
        return NotTold("Its certificate is not valid.")
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)  # a kind of time-out to that library
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError) and not refused:
        return TooSlow("It did not answer in time.")
    return NotTold("It could not be reached.")
