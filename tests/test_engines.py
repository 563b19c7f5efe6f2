"""What the second run of the suite may leave out."""

import pytest
from pytest_django import DjangoDbBlocker

from clinic.models import Clinic
from tests.engines import left_out, touches_database


def test_a_test_that_has_not_asked_for_the_database_cannot_reach_it(request: pytest.FixtureRequest) -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Clinic.objects.exists()
    assert not touches_database(request.node)


@pytest.mark.django_db
def test_whoever_is_marked_runs_on_every_engine(request: pytest.FixtureRequest) -> None:
    assert touches_database(request.node)


def test_whoever_has_a_row_runs_on_every_engine(request: pytest.FixtureRequest, riverside: Clinic) -> None:
    assert touches_database(request.node)


@pytest.fixture
def opened(django_db_blocker: DjangoDbBlocker) -> DjangoDbBlocker:
    """What could open the database for every test of this file."""
    return django_db_blocker


def test_nobody_is_left_out_in_a_file_that_opens_the_database(
    request: pytest.FixtureRequest, opened: DjangoDbBlocker
) -> None:
    assert touches_database(request.node)
    assert not {item for item in left_out(request.session.items) if item.path == request.path}


@pytest.mark.usefixtures("db")
def test_whoever_uses_the_database_without_a_name_runs_on_every_engine(request: pytest.FixtureRequest) -> None:
    assert touches_database(request.node)


def test_whoever_starts_processes_of_its_own_runs_on_every_engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "own_database", None)
    assert touches_database(request.node)
