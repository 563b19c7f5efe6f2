"""Record numbers are given out once, however many desks register at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ROOT, environment, own_database
from tests.patients.numbers import DESKS, PEOPLE


@pytest.mark.django_db
def test_desks_that_register_at_once_give_out_each_number_once(tmp_path: Path) -> None:
    with own_database(tmp_path) as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.patients.numbers"],
            cwd=ROOT,
            env=environment(url),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert sorted(json.loads(done.stdout)) == [f"RI{number + 1:06d}" for number in range(DESKS * PEOPLE)]
