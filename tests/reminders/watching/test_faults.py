"""Work that ends in a fault: what goes on all the same, and how long it has failed."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine

from clinic import chain
from clinic.models import Clinic
from clinic.tasks import seal_audit
from interface.hooks import gathering
from interface.tasks import tick as tell
from reminders import rounds
from reminders.models import Heartbeat, Reminder, State
from reminders.planning import reconcile
from reminders.tasks import tick
from reminders.watching import facts as watch
from tests.builders import NOW
from treatments.models import TreatmentSession

MINUTE = dt.timedelta(minutes=1)


def fails(**_: object) -> None:
    raise ZeroDivisionError


def test_what_was_planned_goes_out_although_planning_fails(
    visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile(now=NOW)
    monkeypatch.setattr(rounds, "reconcile", fails)
    with pytest.raises(ZeroDivisionError):
        tick()
    assert Reminder.objects.get(rule__days_before=3).state == State.SENT


def test_planning_that_fails_for_four_minutes_is_on_the_board(rules: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "reconcile", fails)
    for minute in range(5):
        with time_machine.travel(NOW + minute * MINUTE, tick=False), pytest.raises(ZeroDivisionError):
            tick()
    [trouble] = watch.look(clinic=rules, now=NOW + 4 * MINUTE).serious
    assert (trouble.kind, trouble.what) == ("fault", "Messages may be missing since 10am.")


def test_one_run_that_succeeds_ends_it(rules: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(rounds, "reconcile", fails)
        with pytest.raises(ZeroDivisionError):
            tick()
    tick()
    assert Heartbeat.objects.get(part="worker").failing_since is None
    assert watch.look(clinic=rules, now=NOW + 4 * MINUTE - MINUTE / 60).troubles == []


@pytest.mark.parametrize(
    ("part", "run", "where", "what"),
    [("audit", seal_audit, chain, "seal"), ("hooks", tell, gathering, "each")],
    ids=["audit", "hooks"],
)
def test_what_else_runs_in_the_background_is_watched_too(
    db: None, part: str, run: Callable[[], None], where: object, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, lambda *_, **__: fails())
    with pytest.raises(ZeroDivisionError):
        run()
    assert Heartbeat.objects.get(part=part).failing_since == NOW
