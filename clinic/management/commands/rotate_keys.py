"""Write encrypted texts anew under the newest key."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import rotation

MOST = 100_000


class Command(BaseCommand):
    """Re-encrypt in batches; can be stopped and begun again. When it says so, the old key can be taken away."""

    help = "Write all encrypted texts anew under the first key of FIELD_ENCRYPTION_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch: each is one short transaction."""
        parser.add_argument("--batch", type=int, default=rotation.BATCH)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and say what was done, table by table."""
        # Of less than one none would be read, and the old key called one that can go; far too many no database takes.
        if not 1 <= options["batch"] <= MOST:
            raise CommandError(f"--batch is {options['batch']}. Write a whole number from 1 to {MOST}.")
        rewritten: Counter[str] = Counter()
        unreadable: list[str] = []
        for batch in rotation.rotate(at=timezone.now(), size=options["batch"]):
            rewritten[batch.table] += batch.rewritten
            unreadable += [f"{batch.table} {pk}" for pk in batch.unreadable]
        for table, number in sorted(rewritten.items()):
            if number:
                self.stdout.write(f"{table}: {number}")
        if unreadable:
            raise CommandError(f"No key can read {len(unreadable)} rows, such as {', '.join(unreadable[:5])}.")
        self.stdout.write(f"{rewritten.total()} texts written anew. All are under the first key; the others can go.")
