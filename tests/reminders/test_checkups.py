"""Check-ups follow the day of the injections, which is not always the day that was booked."""

import datetime as dt

import pytest

from clinic.models import Clinic, Injector
from patients.models import Patient
from reminders.models import Reminder
from reminders.planning import reconcile
from tests.builders import NOW, TODAY, make_course, make_session
from treatments.models import Status, TreatmentSession

DAY = dt.timedelta(days=1)


def treated(patient: Patient, injector: Injector, *, days_ago: int, booked_days_ago: int) -> TreatmentSession:
    """Return a visit under which the person was treated, on its day or later."""
    return make_session(
        make_course(patient),
        injector,
        NOW - booked_days_ago * DAY,
        placed_at=NOW - 90 * DAY,
        status=Status.DONE,
        given_on=TODAY - days_ago * DAY,
    )


def check_ups(at: dt.datetime) -> list[str]:
    """Plan, and return the kinds of check-ups on the ledger."""
    reconcile(now=at)
    kinds = ("side_effects", "effect")
    return list(Reminder.objects.filter(rule__kind__in=kinds).order_by("due_at").values_list("rule__kind", flat=True))


@pytest.mark.parametrize("booked_days_ago", [7, 18, 19, 60])
def test_who_was_treated_a_week_ago_is_asked_about_side_effects(
    rules: Clinic, osei: Injector, maria: Patient, booked_days_ago: int
) -> None:
    treated(maria, osei, days_ago=7, booked_days_ago=booked_days_ago)
    assert check_ups(NOW) == ["side_effects"]


@pytest.mark.parametrize("booked_days_ago", [21, 50, 77])
def test_and_three_weeks_after_about_the_effect(
    rules: Clinic, osei: Injector, maria: Patient, booked_days_ago: int
) -> None:
    treated(maria, osei, days_ago=21, booked_days_ago=booked_days_ago)
    assert check_ups(NOW) == ["effect"]


def test_nobody_is_asked_about_a_treatment_long_ago(rules: Clinic, osei: Injector, maria: Patient) -> None:
    treated(maria, osei, days_ago=40, booked_days_ago=40)
    assert check_ups(NOW) == []
