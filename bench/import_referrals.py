"""Time and memory of a referral import: `bench/import_referrals.py FILE [FILE ...]`.

Each file goes into a database of its own (SQLite in a temporary folder, or the one that DATABASE_URL names, which must
be empty) in a process of its own; then once more, when nothing should change. Prints seconds and the highest memory.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
INJECTORS = ("osei", "bello", "kim")


def main() -> None:
    """Measure every file in a process of its own, so that one's memory does not hide another's."""
    for file in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            environment = (
                {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
                | os.environ
                | {
                    "DEBUG": "true",
                    "HTTPS": "false",
                    "SECOND_FACTOR": "false",
                    "VAR_DIR": folder,
                    "PYTHONPATH": str(ROOT),
                    "DJANGO_SETTINGS_MODULE": "clinic.settings",
                }
            )
            subprocess.run([sys.executable, __file__, "--one", file], check=True, env=environment, cwd=ROOT)


def measure(file: str) -> None:
    """Import one file twice into an empty database and print what it took."""
    django.setup()
    from django.core.management import call_command

    from clinic.models import Clinic, Injector

    call_command("migrate", verbosity=0)
    clinic = Clinic.objects.create(
        name="Bench", slug="bench", message_name="Bench", timezone="Europe/London", country="GB"
    )
    for name in INJECTORS:
        Injector.objects.create(clinic=clinic, name=name.title(), email=f"{name}@riverside.example")
    for _ in range(2):
        began, worked = time.perf_counter(), time.process_time()
        call_command("import_referrals", file, clinic="bench")
        seconds, busy = time.perf_counter() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {seconds:.1f} s ({busy:.1f} s of it in this process), highest memory {peak:.0f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2])
    else:
        main()
