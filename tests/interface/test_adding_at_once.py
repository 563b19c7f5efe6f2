"""Two admins who add the same at once: the second reads so, also where both had been looked at before either was kept."""

import pytest
from django.forms import Form
from django.urls import reverse

from clinic.models import Clinic, User
from interface.forms import HookForm, IntegrationForm
from interface.models import Hook, Integration
from tests.conftest import log_in
from tests.interface.programs import Program

ASKING = {"name": "Hospital file", "scopes": ["system/Patient.read"], "days": "30"}
TOLD = {"url": "https://told.example/", "events": ["appointment.booked"]}


def looked_at_before(form: type[Form], field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the form find nothing, as in the moment before the other admin's row was there."""
    monkeypatch.setattr(form, f"clean_{field}", lambda self: self.cleaned_data[field])


def test_one_program_added_twice(riverside: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Program(riverside, name="Hospital file")
    looked_at_before(IntegrationForm, "name", monkeypatch)
    users = User.objects.count()
    answer = log_in(admin).post(reverse("integrations:list"), ASKING)
    assert answer.status_code == 422
    assert "Another program has this name." in answer.content.decode()
    assert Integration.objects.count() == 1
    assert User.objects.count() == users


def test_one_address_added_twice(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = log_in(admin)
    browser.post(reverse("hooks:list"), TOLD)
    looked_at_before(HookForm, "url", monkeypatch)
    answer = browser.post(reverse("hooks:list"), TOLD)
    assert answer.status_code == 422
    assert "This address is told already." in answer.content.decode()
    assert Hook.objects.count() == 1
