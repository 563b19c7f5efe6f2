"""An SMTP server that takes every message and writes it down: ``python -m tests.servers.mail --port P --log FILE``.

Each message becomes one line of JSON: from, to, subject, message_id, body. ``--refuse ADDRESS`` answers 550 for that
recipient, ``--later ADDRESS`` answers 451. ``--delay`` waits after writing and before saying yes, which is where a
sender that is killed leaves its message in doubt.
"""

import argparse
import asyncio
import email
import json
import signal
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """What aiosmtpd calls for each recipient and each message."""

    def __init__(self, log: Path, delay: float, refuse: list[str], later: list[str]) -> None:
        self.log, self.delay, self.refuse, self.later = log, delay, refuse, later

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
        }
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        await asyncio.sleep(self.delay)
        return "250 OK"


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each yes")
    parser.add_argument("--refuse", action="append", default=[])
    parser.add_argument("--later", action="append", default=[])
    given = parser.parse_args()
    sink = Sink(given.log, given.delay, given.refuse, given.later)
    controller = Controller(sink, hostname="127.0.0.1", port=given.port)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
