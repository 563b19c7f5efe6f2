"""The demo is worth a look on any day at any hour."""

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from clinic.demo import data
from treatments.models import TreatmentSession
from treatments.models.session import OCCUPYING

# Before opening on a Sunday, in the weeks in which the clocks differ: New York's have gone forward, London's have not.
SUNDAY = dt.datetime(2027, 3, 21, 6, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_sunday_morning_shows_a_full_day(settings: Settings, tmp_path: Path) -> None:
    settings.OUTBOX_DIR = tmp_path
    data.load(now=SUNDAY)
    today = TreatmentSession.objects.filter(clinic__slug="riverside", local_date=SUNDAY.date())
    assert today.filter(status__in=OCCUPYING).count() >= 12
