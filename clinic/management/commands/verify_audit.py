"""Say whether the log of who did what is intact."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import chain
from clinic.models import AuditHead
from reminders.watching.faults import note_chain

HEAD = re.compile("0:|[0-9]+:[0-9a-f]{64}")


class Command(BaseCommand):
    """Walk the whole chain, then link what is new; ends with an error at the first entry that is not as it was written."""

    help = "Check the audit log: intact, or the first entry that was changed, removed or exchanged."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head that was kept elsewhere."""
        parser.add_argument("--head", metavar="POSITION:DIGEST", help="a head from an earlier run or a log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        known = _head(options["head"])
        verdict = chain.verify(known=known)
        if not known:  # one that was typed wrong is no alarm to anybody else
            note_chain(verdict.wrong)
        if verdict.wrong:
            raise CommandError(f"Not intact after {_entries(verdict.length)}. {verdict.wrong}")
        chain.seal(at=timezone.now(), everything=True)
        head = AuditHead.objects.filter(pk=1).first()
        length = _entries(head.position if head else 0)
        self.stdout.write(f"Intact: {length}. Keep this head elsewhere: {head or '0:'}")


def _head(given: str | None) -> str:
    """Return a head that was kept elsewhere, or "". Half of one would be called a chain written anew, and an empty one,
    what a script's variable leaves that is not set, an intact chain.
    """
    known = (given or "").strip().lower()
    if given is not None and not HEAD.fullmatch(known):
        raise CommandError(f"{given!r} is no head. Write it as an earlier run printed it, to the last letter.")
    return known


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
