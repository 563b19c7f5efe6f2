"""The clinic of the given list, with its three injectors."""

import pytest

from clinic.models import Clinic
from tests.builders import make_injector


@pytest.fixture
def team(riverside: Clinic) -> Clinic:
    """Riverside with everybody who injects there according to the list."""
    for name in ("Dr Osei", "RN Bello", "Dr Kim"):
        make_injector(riverside, name)
    return riverside
