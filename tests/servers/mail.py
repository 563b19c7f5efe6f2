"""An SMTP server that takes every message and writes it down: ``python -m tests.servers.mail --port P --log FILE``.

Each message becomes one line of JSON: from, to, subject, message_id, body, at. ``--refuse ADDRESS`` answers 550 for
that recipient, ``--later ADDRESS`` answers 451. ``--delay`` waits after writing and before saying yes, which is where a
sender that is killed leaves its message in doubt. ``--drop 2`` takes the first two and closes the line without a yes.
The file of ``--control`` holds how all fail while it is not empty: refuse (the line is closed), hang (nothing taken,
nothing answered), a number as SMTP knows them, full (no text is taken), drop, or silent (taken, and nothing answered).
"""

import argparse
import asyncio
import email
import json
import signal
import time
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HANG_SECONDS = 30.0


class Sink:
    """What aiosmtpd calls for each sender, each recipient and each message."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.log, self.delay, self.refuse, self.later = given.log, given.delay, given.refuse, given.later
        self.control, self.drops = given.control, given.drop

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let a message begin, or fail as told."""
        failure = self.told()
        if failure == "refuse":
            _hang_up(server)
        elif failure == "hang":
            await asyncio.sleep(HANG_SECONDS)
        elif failure.isdigit():
            return f"{failure} told to fail"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer for one recipient."""
        if address in self.refuse:
            return "550 5.1.1 No such mailbox"
        if address in self.later:
            return "451 4.3.0 Try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Write a message down."""
        content = envelope.original_content or b""
        mail = email.message_from_bytes(content, _class=EmailMessage, policy=default)
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": mail["Subject"],
            "message_id": mail["Message-ID"],
            "body": mail.get_content(),
            "at": time.time(),
        }
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        failure = self.told()
        if self.drops or failure == "drop":
            self.drops = max(0, self.drops - 1)
            _hang_up(server)
        await asyncio.sleep(HANG_SECONDS if failure == "silent" else self.delay)
        return "250 OK"

    def told(self) -> str:
        """Return how to fail, nothing for not at all."""
        return self.control.read_text() if self.control and self.control.exists() else ""


class _Server(SMTP):
    """One that can say no to a text before it comes; the library always lets it come."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Let the text come, unless told otherwise."""
        if self.event_handler.told() == "full":
            await self.push("452 4.3.1 Out of room")
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        """Return who answers on one line."""
        return _Server(self.handler, **self.SMTP_kwargs)


def _hang_up(server: SMTP) -> None:
    if server.transport:
        server.transport.close()


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each yes")
    parser.add_argument("--refuse", action="append", default=[])
    parser.add_argument("--later", action="append", default=[])
    parser.add_argument("--drop", type=int, default=0, help="how many of the first are taken without a yes")
    parser.add_argument("--control", type=Path, help="a file with how to fail, read for each message")
    given = parser.parse_args()
    controller = _Controller(Sink(given), hostname="127.0.0.1", port=given.port)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
