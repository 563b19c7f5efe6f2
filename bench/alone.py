"""A measure on a database of its own, whatever the sizes of the others: ``python -m bench.alone PART ENGINE``."""

import importlib
import sys

import django

from bench.report import hand_on


def main(part: str, engine: str) -> None:
    """Migrate the empty database, measure, print each row as soon as it is known."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    hand_on(importlib.import_module(f"bench.{part}").measure(engine))


if __name__ == "__main__":
    main(*sys.argv[1:])
