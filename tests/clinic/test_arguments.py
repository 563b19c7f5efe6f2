"""What is typed after a command: what is no UTF-8 is said in one line."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers.database import own_database
from tests.servers.processes import ROOT


def test_an_argument_that_is_not_utf_8_is_named_in_one_line(django_db_setup: None, tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        done = subprocess.run(
            [sys.executable, "manage.py", "import_diary", __file__, "--clinic", b"m\xfcnster"],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()[-1:]
    assert line.startswith("This is not written in UTF-8: m")
    assert line.endswith("nster")
    assert "Traceback" not in done.stderr
