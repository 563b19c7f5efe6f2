"""/metrics: counts for Prometheus, of all web processes together, and nothing about anybody."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from clinic.models import User
from clinic.monitoring import figures
from patients.models import Patient
from reminders.models import Heartbeat
from reminders.watching import metrics
from tests.builders import NOW
from tests.clinic.monitoring.test_probes import make_due
from tests.conftest import log_in
from tests.servers.processes import ROOT


def read(page: str) -> dict[tuple[str, ...], float]:
    """Return every figure by its name and labels, as Prometheus understands them."""
    families = text_string_to_metric_families(page)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def fetch() -> dict[tuple[str, ...], float]:
    """Fetch the figures as a neighbour."""
    return read(Client().get("/metrics").content.decode())


def test_tells_how_the_reminders_stand(maria: Patient) -> None:
    make_due(maria, NOW - dt.timedelta(minutes=7))
    Heartbeat.note(Heartbeat.Part.BEAT, NOW - dt.timedelta(seconds=12))
    found = fetch()
    assert found["twelve_weeks_reminders", "due"] == 1
    assert found["twelve_weeks_reminders", "failed"] == 0
    assert found["twelve_weeks_oldest_due_age_seconds",] == 420
    assert found["twelve_weeks_heartbeat_age_seconds", "beat"] == 12
    assert found["twelve_weeks_database_up",] == 1


def test_counts_requests_by_the_name_of_their_address(front_desk: User, maria: Patient) -> None:
    log_in(front_desk).get(f"/patients/{maria.uid}/?secret=Santos")
    Client().get("/nothing/here/Maria/")
    Client().generic("MARIA", "/")
    page = Client().get("/metrics").content.decode()
    found = read(page)
    assert found["twelve_weeks_requests_total", "GET", "patients:detail", "200"] >= 1
    assert found["twelve_weeks_requests_total", "GET", "none", "404"] >= 1
    assert found["twelve_weeks_request_seconds_count", "patients:detail"] >= 1
    for secret in (str(maria.uid), "Maria", "MARIA", "Santos"):
        assert secret not in page


def test_a_database_that_is_away_hides_no_other_figure(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**words: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(metrics, "measure", away)
    found = fetch()
    assert found["twelve_weeks_database_up",] == 0


def test_the_figures_of_several_processes_are_added_up(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    count = "figures.count_request(method='GET', route='clinic:home', status=200, seconds=0.1)"
    load = "import django; django.setup(); from clinic.monitoring import figures; "
    for _ in range(2):
        subprocess.run([sys.executable, "-c", load + count], cwd=ROOT, env=environment, check=True)
    show = "figures.Sending.collect = lambda self: iter(()); print(figures.text(now=None).decode())"
    done = subprocess.run(
        [sys.executable, "-c", load + show], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert read(done.stdout)["twelve_weeks_requests_total", "GET", "clinic:home", "200"] == 2


def test_every_state_that_is_told_is_counted() -> None:
    assert set(figures.STATES) <= set(metrics.Metrics.__dataclass_fields__)
