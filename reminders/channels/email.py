"""Email through whatever mail server Django is told to use."""

import datetime as dt
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from reminders.channels.base import Blame, Message, SendError

PERMANENT = 500  # SMTP replies from here on will not change by asking again
# RFC 3463 and 5321: mailbox unknown, moved, or its name not allowed. Other 5xx replies say nothing about the address.
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})


class EmailCarrier:
    """Plain text, one recipient. The Message-ID is the reminder's own, so that a repeat can be told by it."""

    def send(self, message: Message) -> str:
        """Send; return the Message-ID."""
        mail = EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.to],
            headers={"Message-ID": message_id(message.key)},
            connection=get_connection(),
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()), (0, b""))) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, about_address=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendError("The mail server did not answer", permanent=False) from error
        return message_id(message.key)

    def find(self, message: Message, *, since: dt.date) -> str | None:
        """Mail servers cannot be asked. A second copy is mild, and mail programs fold it by its Message-ID."""
        return None


def message_id(key: str) -> str:
    """Return the Message-ID of a reminder: the same for every attempt."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{key}@{domain}>"


def _refused(code: int, reply: bytes | str = b"", *, about_address: bool = True) -> SendError:
    if code < PERMANENT:
        return SendError(f"The mail server asked to try later (code {code})", permanent=False)
    if about_address and code in _NO_SUCH_MAILBOX:
        return SendError("The email address does not exist", permanent=True, blame=Blame.ADDRESS)
    return SendError(f"The mail server refused the message (code {code})", permanent=True)
