"""A clinic that sent messages before there were all these kinds."""

import importlib

from django.apps import apps

from clinic.models import Clinic
from reminders import defaults
from reminders.models import Kind, MessageTemplate, ReminderRule

migration = importlib.import_module("reminders.migrations.0011_more_kinds_for_clinics")


def test_it_gets_the_new_kinds_switched_off_and_no_new_language(riverside: Clinic) -> None:
    rule = ReminderRule.objects.create(clinic=riverside, kind=Kind.VISIT, days_before=3)
    MessageTemplate.objects.create(clinic=riverside, rule=rule, channel="sms", body="Own words {link}")
    migration.add_kinds(apps, None)
    active = ReminderRule.objects.filter(clinic=riverside, active=True).values_list("kind", flat=True)
    assert sorted(active) == ["asked", "offer", "one_off", "visit"]
    assert {tuple(one.languages) for one in ReminderRule.objects.all()} == {("en",)}
    own = MessageTemplate.objects.get(rule=rule, channel="sms", language="en")
    assert own.body == "Own words {link}"


def test_it_then_has_what_a_new_clinic_has(riverside: Clinic) -> None:
    ReminderRule.objects.create(clinic=riverside, kind=Kind.VISIT, days_before=3)
    ReminderRule.objects.create(clinic=riverside, kind=Kind.VISIT, days_before=1)
    ReminderRule.objects.create(clinic=riverside, kind=Kind.DUE, days_before=14)
    migration.add_kinds(apps, None)
    before = (ReminderRule.objects.count(), MessageTemplate.objects.count())
    defaults.install(riverside)
    assert (ReminderRule.objects.count(), MessageTemplate.objects.count()) == before
