"""What a database may hold before a copy over it would lose anything."""

import pytest
from django.core.cache import cache
from django.test import Client

from clinic import chain, founding
from clinic.backups import engines
from reminders.models import Heartbeat
from reminders.own_pages.limits import WRONG_ADDRESSES, spend
from tests.builders import NOW, make_clinic


@pytest.mark.django_db
def test_a_machine_that_was_only_installed_and_started_holds_nobody() -> None:
    for part in Heartbeat.Part:
        Heartbeat.note(part, NOW)
    Client().get(f"/set-up/{founding.make_token(at=NOW)}/")
    chain.seal(at=NOW)
    chain.check(at=NOW)
    cache.set("tried", "1")
    spend(WRONG_ADDRESSES, "192.0.2.1", NOW)
    assert not engines.in_use()
    make_clinic()
    assert engines.in_use()
