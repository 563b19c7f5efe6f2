"""A form with more in it than the page asks for, or for what the person may not do: what was not asked for counts for nothing."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from clinic.models import Role
from patients.models import Assessment
from tests.attacks.test_foreign_objects import forms_of, plausible
from tests.builders import make_user
from tests.conftest import log_in
from tests.world import World
from treatments.models import SessionRecord

# Columns that no form of staff asks for, with what an attacker would like them to be.
WISHES = {
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "on",
    "clinic_id": "2",
    "signed_at": "2020-02-02T02:02:02Z",
    "signed_by": "1",
    "drafted_by": "1",
    "created_at": "2020-02-02T02:02:02Z",
    "placed_at": "2020-02-02T02:02:02Z",
    "given_on": "2020-02-02",
    "outcome": "eligible",
    "merged_into": "1",
    "closed_on": "2020-02-02",
}


def test_fields_that_no_form_asks_for_change_nothing(world: World, insider: Client, settings: Any) -> None:
    settings.DEMO = True
    taken = []
    for action, form in forms_of(insider, world).items():
        honest = {name: values[:1] or ["1"] for name, values in form.values.items()}
        honest |= {name: [plausible(name)] for name in form.free if not any(honest[name])}
        with transaction.atomic():
            insider.post(action, {**WISHES, **honest})
            taken += [(action, model) for model in holding_the_wished_moment() if "2020-02-02" not in str(honest)]
            transaction.set_rollback(True)
    assert taken == []


def holding_the_wished_moment() -> list[str]:
    """Return the models with a row that took a moment or day nobody but the attacker named."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.name in WISHES and field.get_internal_type() in {"DateField", "DateTimeField"}:
                rows = model._base_manager.filter(**{f"{field.name}__year": 2020})
                found += [f"{model.__name__}.{field.name}"] * rows.exists()
    return found


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.READ_ONLY, Role.ADMIN])
def test_who_may_not_sign_signs_nothing_whatever_they_post(world: World, role: Role) -> None:
    client = log_in(make_user("desk@harbour.example", "Des K", (world.clinic, role)))
    signed = Assessment.objects.filter(signed_at__isnull=False).count()
    for name in ("patients:sign_assessment", "treatments:record", "treatments:correct", "treatments:open_course"):
        answer = client.post(world.url(name), {"sign": "yes", "signed_by": "1", "confirm": "on", "reason": "because"})
        assert answer.status_code == 403, name
    assert Assessment.objects.filter(signed_at__isnull=False).count() == signed
    assert not SessionRecord.objects.exists()
