"""One crowd for all scenarios of a run, and a copy of it for each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reminders.faults.scene import SIZE, Scene, Tally, scene
from tests.servers.database import copied_database, own_database, run_python

Tell = Callable[[Tally], None]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database with people who are to hear something now."""
    with own_database(tmp_path_factory.mktemp("crowd")) as environment:
        run_python("-m", "tests.reminders.faults.crowd", str(SIZE), environment=environment, seconds=600)
        yield environment


@pytest.fixture
def stage(crowd: dict[str, str], tmp_path: Path) -> Iterator[Scene]:
    """A copy of the crowd with servers of its own."""
    with copied_database(crowd, tmp_path) as database, scene(tmp_path, database) as opened:
        yield opened


@pytest.fixture
def tell(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Tell:
    """Say in the run's summary what came of a scenario."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    return lambda tally: record_property("faults", f"{name}: {tally}")
