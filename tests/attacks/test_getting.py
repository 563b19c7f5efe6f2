"""Looking changes nothing: every address is asked with GET and HEAD, and the database is as it was."""

from typing import Any

import pytest
from django.test import Client

from tests.addresses import STAFF
from tests.attacks.reading import body_of
from tests.attacks.rows import changed, everything
from tests.world import World


def test_no_address_changes_anything_when_it_is_only_looked_at(
    world: World, insider: Client, settings: Any, by_link: dict[str, str]
) -> None:
    settings.DEMO = True
    before = everything()
    for url in [*(world.url(name) for name in sorted(STAFF)), *by_link.values()]:
        for ask in (insider.get, insider.head):
            body_of(ask(url, {"status": "arrived", "choice": "all", "answer": "yes", "theme": "dark"}))
    assert changed(before, everything()) == set()


def test_the_comparison_sees_a_change(world: World) -> None:
    before = everything()
    world.patient.given_name = "Mary"
    world.patient.save()
    assert changed(before, everything()) == {"patients.Patient", "patients.HistoricalPatient"}


@pytest.mark.parametrize("method", ["put", "delete", "options"])
def test_other_methods_change_nothing(world: World, insider: Client, by_link: dict[str, str], method: str) -> None:
    before = everything()
    for url in [*(world.url(name) for name in sorted(STAFF)), *by_link.values()]:
        body_of(getattr(insider, method)(url))
    assert everything() == before
