"""A list of any length is imported in the same memory."""

from pathlib import Path

from tests.servers.database import own_database, run_python
from tests.treatments.referrals.lists import as_csv, row

SHORT, LONG = 500, 2000
# Somebody's rows weigh over 10 kB while they are worked on: 1,500 people more would be 15 MB if they were kept.
ALLOWED_GROWTH_MB = 8
SCRIPT = """
import resource, sys, django
django.setup()
from django.core.management import call_command
from tests.builders import make_clinic, make_injector
make_injector(make_clinic(), "Dr Osei")
for file in sys.argv[1:]:
    call_command("import_referrals", file, clinic="riverside")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def write_list(file: Path, first: int, rows: int) -> Path:
    file.write_bytes(as_csv(row(number) for number in range(first, first + rows)).read())
    return file


def test_a_list_four_times_as_long_takes_the_same_memory(tmp_path: Path) -> None:
    files = [write_list(tmp_path / "short.csv", 1, SHORT), write_list(tmp_path / "long.csv", SHORT + 1, LONG)]
    with own_database(tmp_path) as environment:
        printed = run_python("-c", SCRIPT, *map(str, files), environment=environment)
    said_short, after_short, said_long, after_long = printed.splitlines()
    assert said_short.startswith(f"{SHORT} new,")
    assert said_long.startswith(f"{LONG} new,")
    assert int(after_long) - int(after_short) < ALLOWED_GROWTH_MB
