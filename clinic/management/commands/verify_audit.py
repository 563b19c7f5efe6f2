"""Say whether the log of who did what is intact."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import chain
from clinic.models import AuditHead
from reminders.watching.faults import note_chain


class Command(BaseCommand):
    """Walk the whole chain, then link what is new; ends with an error at the first entry that is not as it was written."""

    help = "Check the audit log: intact, or the first entry that was changed, removed or exchanged."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head that was kept elsewhere."""
        parser.add_argument("--head", default="", metavar="POSITION:DIGEST", help="a head from an earlier run or a log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        verdict = chain.verify(known=options["head"])
        if not options["head"]:  # one that was typed wrong is no alarm to anybody else
            note_chain(verdict.wrong)
        if verdict.wrong:
            raise CommandError(f"Not intact after {verdict.length} entries. {verdict.wrong}")
        chain.seal(at=timezone.now(), everything=True)
        head = AuditHead.objects.filter(pk=1).first()
        self.stdout.write(f"Intact: {head.position if head else 0} entries. Keep this head elsewhere: {head or '0:'}")
