"""The demo is worth a look on any day at any hour."""

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from clinic.demo import data
from tests.engines import once
from treatments.models import TreatmentSession
from treatments.models.session import OCCUPYING

# Before opening on a Sunday, in the weeks in which the clocks differ: New York's have gone forward, London's have not.
SUNDAY = dt.datetime(2027, 3, 21, 6, 0, tzinfo=dt.UTC)


# The evening before Thanksgiving in New York, and Christmas Day in London.
BEFORE_A_HOLIDAY = dt.datetime(2026, 11, 25, 21, 30, tzinfo=dt.UTC)
CHRISTMAS = dt.datetime(2026, 12, 25, 8, 0, tzinfo=dt.UTC)


# That both engines take the whole of it is in test_data.py; which day it is makes no difference to them.
@once("a day is told alike to every database")
@pytest.mark.django_db
@pytest.mark.parametrize("now", [SUNDAY, BEFORE_A_HOLIDAY, CHRISTMAS], ids=["Sunday", "before a holiday", "a holiday"])
def test_any_day_shows_a_full_day(settings: Settings, tmp_path: Path, now: dt.datetime) -> None:
    settings.OUTBOX_DIR = tmp_path
    data.load(now=now)
    today = TreatmentSession.objects.filter(clinic__slug="riverside", local_date=now.date())
    assert today.filter(status__in=OCCUPYING).count() >= 12
