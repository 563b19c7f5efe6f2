"""The time zones that forms offer."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic.first_run.forms import PlaceForm
from clinic.time_zones import of_places
from patients.forms.people import RegisterForm


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "America/Argentina/Buenos_Aires", "Arctic/Longyearbyen"]
)
def test_a_place_is_offered(zone: str) -> None:
    assert zone in dict(of_places())


@pytest.mark.parametrize("zone", ["EST", "Etc/GMT+5", "US/Eastern", "posix/Europe/London", "localtime"])
def test_what_names_no_place_is_not(zone: str) -> None:
    assert zone not in dict(of_places())


def test_each_is_a_zone_that_the_machine_knows_and_is_read_without_marks() -> None:
    assert all(ZoneInfo(name) and "_" not in words and "/" not in words for name, words in of_places())


def test_a_clinic_and_a_person_choose_among_the_same() -> None:
    for form in (PlaceForm, RegisterForm):
        field: Any = form.base_fields["timezone"]
        assert set(of_places()) <= set(field.choices)
