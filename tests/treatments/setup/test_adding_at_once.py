"""Two admins who add the same room or injector at once: the second reads so, though neither was there when it looked."""

import pytest
from django.db.models import QuerySet

from clinic.models import Clinic, Injector, Room, User
from tests.builders import NOW
from treatments.setup import changes, saving


@pytest.mark.parametrize("kind", ["room", "injector"])
def test_the_second_reads_that_it_is_there_already(
    riverside: Clinic, admin: User, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "room":
        Room.objects.create(clinic=riverside, name="Room 9")
        change = changes.room(row=Room(clinic=riverside, name="Room 9"), users=[])
    else:
        Injector.objects.create(clinic=riverside, name="Dr Lee", email="lee@riverside.example")
        change = changes.injector(row=Injector(clinic=riverside, name="Dr Lee", email="lee@riverside.example"))
    monkeypatch.setattr(QuerySet, "exists", lambda _: False)
    with pytest.raises(changes.Refused, match="already"):
        saving.save(change=change, by=admin, at=NOW)
