"""Email through whatever mail server Django is told to use."""

import datetime as dt
import re
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from email.policy import Compat32
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import sanitize_address

from reminders.channels.base import LATER, OUR_ACCOUNT, Blame, CannotAnswer, Message, SendError
from reminders.channels.smtp import EmailBackend

SILENT = "The mail server did not answer"

REFUSAL = 400  # HTTP answers from here on say no
PERMANENT = 500  # SMTP replies from here on will not change by asking again
# RFC 3463 and 5321: mailbox unknown, moved, or its name not allowed. Other 5xx replies say nothing about the address.
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
# What a refusal without a detailed code says of us: our log-in, our address, our reputation.
_ABOUT_US = re.compile(
    r"\b(?:authenticat|black|block|deny|dkim|dmarc|polic|relay|reputation|sender|spam|spf)", re.IGNORECASE
)
# What it says of a mailbox that is there: it takes no letter now.
_FOR_NOW = re.compile(r"\b(?:full|later|limit|quota|rate|space|storage|temporar|too many)", re.IGNORECASE)
# The detailed code at the start of a reply, after the three digits where they are still there.
_DETAILED = re.compile(r"(?:\d{3}[ -])?5\.(?P<about>\d{1,3})\.(?P<what>\d{1,3})\b")


class Letter(NamedTuple):
    """What goes over an SMTP line: two envelope addresses, and the text with its headers."""

    sender: str
    recipient: str
    content: bytes


class _ShortHeaders(Compat32):
    """Writes a header of plain letters that fits on its line as it is: the library weighs where to fold each, and leaves it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it goes over the line."""
        line = f"{name}: {value}"
        if (
            len(line) <= (self.max_line_length or 0)
            and line.isascii()
            and line.isprintable()
            and value == value.strip()
        ):
            return f"{line}{self.linesep}".encode()
        return super().fold_binary(name, value)


_SHORT_HEADERS = _ShortHeaders()


class EmailCarrier:
    """Plain text, one recipient. The Message-ID is the reminder's own, so that a repeat can be told by it."""

    def __init__(self, *, keep_open: bool = False) -> None:
        self._keep_open = keep_open
        self._line: Any = None
        self._letters: dict[Message, Letter] = {}

    def prepare(self, messages: Iterable[Message]) -> None:
        """Put the letters together beforehand; those of another time are forgotten. Only SMTP wants them as bytes."""
        self._letters = {message: letter_of(message) for message in messages} if _is_smtp(get_connection()) else {}

    def send(self, message: Message) -> str:
        """Send; return the Message-ID."""
        try:
            self._hand_over(message)
        finally:
            if not self._keep_open:
                self.close()
        return message_id(message.key)

    def _hand_over(self, message: Message) -> None:
        connection = self._connected()
        try:
            if _is_smtp(connection):
                # A message that changed since its letter was put together is another one, and so is its letter.
                connection.connection.sendmail(*(self._letters.pop(message, None) or letter_of(message)))
                self._say_next()
            else:
                _send_otherwise(_mail(message, connection))
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()), (0, b""))) from error
        except smtplib.SMTPSenderRefused as error:
            # Whatever the code, it is about us: no letter goes out until somebody mends our log-in there, or our address.
            words = f"The mail server takes no mail from us (code {error.smtp_code})"
            raise SendError(words, permanent=False) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, about_address=False) from error
        except (smtplib.SMTPException, OSError) as error:
            in_doubt = not _is_smtp(connection) or connection.connection.text_is_out
            self._hang_up()
            raise SendError(SILENT, permanent=False, in_doubt=in_doubt) from error

    def _say_next(self) -> None:
        """Say already who sends the next letter. Whatever is wrong with the line is seen when that goes, or the goodbye."""
        letter = next(iter(self._letters.values()), None)
        if letter:
            with suppress(smtplib.SMTPException, OSError):
                self._line.connection.say_sender(letter.sender)

    def _connected(self) -> Any:
        """Return a connection that the server has greeted. Only SMTP is kept: other ways of sending have no greeting.

        A server that refuses us, or our log-in, has not seen the message: it can be taken later.
        """
        if self._line and self._line.connection.sock is None:  # the server has ended it
            self._line = None
        connection = self._line or get_connection()
        if not isinstance(connection, EmailBackend):
            return connection
        try:
            connection.open()
        except smtplib.SMTPResponseException as error:
            raise SendError(f"The mail server does not let us in (code {error.smtp_code})", permanent=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(SILENT, permanent=False) from error
        self._line = connection
        return connection

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Mail servers cannot be asked. A second copy is mild, and mail programs fold it by its Message-ID."""
        raise CannotAnswer

    def _hang_up(self) -> None:
        """Leave without a goodbye: a server that is silent would be waited for as long again."""
        line, self._line = self._line, None
        if line is not None and line.connection is not None:
            line.connection.close()
            line.connection = None

    def close(self) -> None:
        """Say goodbye to the server; it may have gone already."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(smtplib.SMTPException, OSError):
                line.close()


def _is_smtp(connection: Any) -> bool:
    """Return whether it sends letters as they are; a backend made from that one may sign them first."""
    return type(connection) is EmailBackend


def letter_of(message: Message) -> Letter:
    """Return a message as Django's SMTP backend would hand it over."""
    mail = _mail(message)
    recipient = sanitize_address(message.to, settings.DEFAULT_CHARSET)
    content: Any = mail.message()
    content.policy = _SHORT_HEADERS
    return Letter(_sanitized(mail.from_email), recipient, content.as_bytes(linesep="\r\n"))


def _mail(message: Message, connection: Any = None) -> EmailMessage:
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],
        headers={"Message-ID": message_id(message.key)},
        connection=connection,
    )
    # Providers give this back with their news; plain mail servers ignore it.
    mail.metadata = {"attempt": str(message.attempt)}  # type: ignore[attr-defined]
    return mail


def message_id(key: str) -> str:
    """Return the Message-ID of a reminder: the same for every attempt."""
    return f"<{key}@{_domain(settings.DEFAULT_FROM_EMAIL)}>"


@lru_cache(maxsize=1)
def _sanitized(sender: str) -> str:
    address: str = sanitize_address(sender, settings.DEFAULT_CHARSET)
    return address


@lru_cache(maxsize=1)
def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]


def _send_otherwise(mail: EmailMessage) -> None:
    """Send through a provider's interface, or into a file."""
    # Loaded by who sends so, with all of `requests`: 5 MiB and 40 ms.
    from anymail.exceptions import AnymailAPIError

    try:
        mail.send()
    except AnymailAPIError as error:
        raise _refused_by_provider(error.status_code or 0) from error


def _refused_by_provider(status: int) -> SendError:
    """Read a provider's refusal; without a status there was no answer, and a yes that cannot be read is none either."""
    if not REFUSAL <= status < PERMANENT:
        return SendError(SILENT, permanent=False, in_doubt=True)
    if status in LATER:
        return SendError(f"The mail provider asked to try later (code {status})", permanent=False)
    return SendError(f"The mail provider refused the message (code {status})", permanent=status not in OUR_ACCOUNT)


def is_about_mailbox(reply: str) -> bool:
    """Return whether a refusal says that the mailbox is not there, as far as its detailed code tells (RFC 3463).

    5.1 is about the address (but 5.1.7 and 5.1.8 about the sender's), 5.2.1 says that the mailbox is closed. A server
    that shuns all our mail says 5.7, often under the same three digits as for a mailbox that it does not know; one that
    has no detailed codes says it in words.
    """
    detailed = _DETAILED.match(reply)
    if detailed is None:
        return not (_ABOUT_US.search(reply) or _FOR_NOW.search(reply))
    about_recipient = detailed["about"] == "1" and detailed["what"] not in {"7", "8"}
    return about_recipient or detailed[0].endswith("5.2.1")


def _refused(code: int, reply: bytes | str = b"", *, about_address: bool = True) -> SendError:
    if code < PERMANENT:
        return SendError(f"The mail server asked to try later (code {code})", permanent=False)
    words = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    if about_address and code in _NO_SUCH_MAILBOX and is_about_mailbox(words):
        return SendError("The email address does not exist", permanent=True, blame=Blame.ADDRESS)
    return SendError(f"The mail server refused the message (code {code})", permanent=True)
