"""Nobody is looked at unseen: whoever opens a page that names a person is written down."""

from typing import Any

import pytest

from clinic import access
from clinic.access import CAPABILITIES, Capability
from clinic.models import AuditEntry, Role
from patients.models import Patient
from tests.addresses import STAFF
from tests.attacks.reading import body_of
from tests.builders import make_user
from tests.conftest import log_in
from tests.world import World


def test_no_page_names_a_person_without_a_trace(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    # Everything may be looked at; programs keep their own role, so that what they booked can be changed.
    monkeypatch.setattr(access, "CAPABILITIES", CAPABILITIES | {Role.PRESCRIBER: frozenset(Capability)})
    insider = log_in(make_user("ina@harbour.example", "Ina Sider", (world.clinic, Role.PRESCRIBER)))
    names = set(Patient.objects.values_list("family_name", flat=True))
    unseen = []
    for name in sorted(STAFF):
        before = AuditEntry.objects.count()
        page = body_of(insider.get(world.url(name))).decode(errors="replace")
        if any(one in page for one in names) and AuditEntry.objects.count() == before:
            unseen.append(name)
    assert unseen == []
