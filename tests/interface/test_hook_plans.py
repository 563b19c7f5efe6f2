"""How what is to be told, and what happened, is found."""

from clinic.models import Clinic, User
from interface.hooks import calling, gathering
from interface.models import Hook
from tests.builders import NOW
from tests.plans import on_sqlite, plans, steps


@on_sqlite
def test_calls_to_other_programs_are_found_by_when_they_are_due(riverside: Clinic, admin: User) -> None:
    Hook.objects.create(
        clinic=riverside,
        url="https://their.example/",
        events=[],
        secret="x",
        told_until=NOW,
        made_at=NOW,
        made_by=admin,
    )
    with plans() as found:
        calling.call_due(clock=lambda: NOW)
        gathering.gather(now=NOW)
    assert steps(found, "hook_call_due")
    assert steps(found, "session_event_at")
