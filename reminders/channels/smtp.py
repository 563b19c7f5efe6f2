"""Mail over SMTP, in conversations that end however slowly the server talks."""

import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.core.mail.backends import smtp

from clinic.deadline import Deadline, mind

# A server may take nearly the time-out for a reply or two, as HTTP's may for connecting and for answering.
REPLIES = 2


class EmailBackend(smtp.EmailBackend):
    """Django's, over lines that a server which drips does not hold: not while it lets us in, nor with a letter."""

    timeout: float

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return what talks to the server."""
        return _SecureLine if self.use_ssl else _Line

    def open(self) -> bool | None:
        """Connect, encrypt and log in, within the time for all of it. Raises TimeoutError."""
        if self.connection:
            return False
        with Deadline(REPLIES * self.timeout):
            return super().open()


class _Line(smtplib.SMTP):
    """A line whose every conversation, a letter or the goodbye, has an end.

    Whose letter comes next may be said early: the server thinks about it while we write down that the letter begins.
    """

    # Whether the last letter got as far as its text: until then nobody can have it.
    text_is_out = False
    # Who was said to send the next letter, and not answered yet.
    _said: str | None = None

    def say_sender(self, sender: str) -> None:
        """Begin a letter, whichever comes next, without waiting for the answer: no recipient hears of it, nobody is bound."""
        self.putcmd("mail", f"FROM:{smtplib.quoteaddr(sender)}")
        self._said = sender

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        """Say whose letter it is, or read the answer where that was said early; somebody else's is taken back."""
        if self._said == sender:
            self._said = None
            return self.getreply()
        if self._said:
            self.rset()
        return super().mail(sender, options)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the text over. Where the server does not want it, the letter is taken back: it still is in the middle of it."""
        self.text_is_out = True
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            with suppress(smtplib.SMTPServerDisconnected):
                self.rset()
            raise

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Say something, once what was said early is answered."""
        if self._said:
            self._said = None
            self.getreply()
        super().putcmd(cmd, args)

    def _get_socket(self, *words: Any) -> socket.socket:
        return mind(super()._get_socket(*words))  # type: ignore[misc]

    def sendmail(self, *words: Any, **names: Any) -> Any:
        """Hand a letter over. Raises TimeoutError when that took too long: the server may have it, and may not."""
        self.text_is_out = False
        with self._bounded():
            return super().sendmail(*words, **names)

    def quit(self) -> Any:
        """Say goodbye; a server that does not let us go in time has hung up."""
        try:
            with self._bounded():
                return super().quit()
        except TimeoutError as error:
            raise smtplib.SMTPServerDisconnected("no goodbye in time") from error

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        with Deadline(REPLIES * self.timeout):
            if self.sock is not None:
                mind(self.sock)
            yield


class _SecureLine(smtplib.SMTP_SSL, _Line):
    """The same, encrypted from the start: its handshake has an end too."""
