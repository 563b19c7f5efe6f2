#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command. An argument that is no UTF-8 names a file at best: no database takes it, which is said in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    try:
        execute_from_command_line(sys.argv)
    except UnicodeEncodeError:
        plain = [os.fsencode(word).decode(errors="replace") for word in sys.argv]
        odd = [shown for shown, word in zip(plain, sys.argv, strict=True) if shown != word]
        if not odd:
            raise
        sys.exit(f"This is not written in UTF-8: {', '.join(odd)}")


if __name__ == "__main__":
    main()
