"""A person with something in every table."""

from typing import Any

import pytest

from clinic.models import Clinic, Role, User
from tests.builders import make_clinic, make_user
from tests.conftest import log_in
from tests.world import World


@pytest.fixture
def harbour(db: None) -> World:
    """A clinic with one of everything, whose patient is Maria Santos."""
    return World(make_clinic("Harbour"))


@pytest.fixture
def keeper(harbour: World) -> User:
    """Kit, admin of Harbour."""
    return make_user("kit@harbour.example", "Kit Keeper", (harbour.clinic, Role.ADMIN))


@pytest.fixture
def kit(keeper: User) -> Any:
    """Kit's browser."""
    return log_in(keeper)


@pytest.fixture
def elsewhere(lakeside: Clinic) -> Any:
    """The browser of an admin of another clinic."""
    return log_in(make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN)))
