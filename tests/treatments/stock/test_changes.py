"""Receiving, discarding and recalling vials."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry, Clinic, Role, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_user
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign
from treatments import leaving
from treatments.models import LotRecall, StockVial, TreatmentSession
from treatments.stock import changes, shelf
from treatments.stock.changes import Delivery, Refused

pytestmark = pytest.mark.django_db
State = StockVial.State
EARLY = TODAY - dt.timedelta(days=9)
VIALS: dict[str, Any] = {"lot": "C4471", "strength": 200, "expires_on": EXPIRY}


def states() -> list[str]:
    return sorted(StockVial.objects.values_list("state", flat=True))


def test_a_delivery_is_one_row_a_vial(stocked: Receive, riverside: Clinic) -> None:
    stocked(number=3, lot=" c4471 ")
    [row] = shelf.shelves(shelf.in_stock(riverside))
    assert (row.lot, row.number, row.expires_on) == ("C4471", 3, TODAY + dt.timedelta(days=300))


def test_a_delivery_leaves_a_trace(stocked: Receive, nurse: User) -> None:
    stocked(number=3)
    entry = AuditEntry.objects.get(kind="stock")
    assert (entry.actor, entry.rows) == (nurse, 3)


def test_a_delivery_that_is_entered_after_its_vials_were_used_counts_them_off(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, riverside: Clinic
) -> None:
    sign()
    assert [vial.session for vial in stocked(number=3) if vial.state == State.USED] == [in_room]
    assert states() == ["in_stock", "in_stock", "used"]
    assert shelf.used_without_stock(riverside, TODAY) == []


def test_vials_that_came_after_a_session_were_not_used_in_it(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, riverside: Clinic
) -> None:
    sign()
    TreatmentSession.objects.filter(pk=in_room.pk).update(given_on=TODAY - dt.timedelta(days=1), due_on=EARLY)
    stocked()
    assert states() == ["in_stock"]


def test_vials_for_one_person_are_counted_off_for_nobody_else(
    stocked: Receive, sign: Sign, tom: Patient, maria: Patient
) -> None:
    sign()
    stocked(owner=tom)
    assert states() == ["in_stock"]
    stocked(owner=maria)
    assert StockVial.objects.get(state=State.USED).owner == maria


def test_a_vial_for_a_record_that_was_joined_is_counted_off_for_the_one_that_stays(
    stocked: Receive, sign: Sign, tom: Patient, maria: Patient, nurse: User
) -> None:
    leaving.merge(patient=tom, into=maria, by=nurse, at=NOW)
    sign()
    stocked(owner=tom)
    assert states() == ["used"]


def test_vials_do_not_arrive_in_the_future(stocked: Receive) -> None:
    with pytest.raises(Refused, match="in the future"):
        stocked(received_on=TODAY + dt.timedelta(days=1))


def test_an_expired_delivery_is_sent_back(stocked: Receive) -> None:
    with pytest.raises(Refused, match="expired on Sunday 22 November 2026"):
        stocked(expires_on=TODAY - dt.timedelta(days=1))


def test_a_vial_that_expires_today_may_be_received(stocked: Receive) -> None:
    assert stocked(expires_on=TODAY)


def test_a_recalled_lot_is_not_received(stocked: Receive, riverside: Clinic, nurse: User) -> None:
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW)
    with pytest.raises(Refused, match="was recalled"):
        stocked()


def test_a_delivery_waits_for_who_recalls_its_lot_at_that_moment(
    stocked: Receive, riverside: Clinic, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_for_the_recall(clinic: Clinic) -> None:
        monkeypatch.undo()
        changes.recall_lot(clinic=clinic, lot="C4471", reason="Particles", by=nurse, at=NOW)

    monkeypatch.setattr(changes, "_hold", wait_for_the_recall)
    with pytest.raises(Refused, match="was recalled"):
        stocked()


def test_a_recall_waits_for_who_receives_its_lot_at_that_moment(
    stocked: Receive, riverside: Clinic, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_for_the_delivery(clinic: Clinic) -> None:
        monkeypatch.undo()
        stocked()

    monkeypatch.setattr(changes, "_hold", wait_for_the_delivery)
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW)
    assert StockVial.objects.get().state == StockVial.State.RECALLED


def test_the_front_desk_may_not_change_the_stock(riverside: Clinic, front_desk: User) -> None:
    delivery = Delivery("C4471", 200, TODAY, 1, TODAY)
    acts: list[Callable[..., Any]] = [
        lambda **who: changes.receive(delivery=delivery, **who),
        lambda **who: changes.discard(**VIALS, number=1, reason="Dropped", **who),
        lambda **who: changes.recall_lot(lot="C4471", reason="Particles", **who),
    ]
    for act in acts:
        with pytest.raises(Refused, match="Your role"):
            act(clinic=riverside, by=front_desk, at=NOW)


def test_a_broken_vial_is_discarded_with_a_reason(stocked: Receive, riverside: Clinic, nurse: User) -> None:
    stocked(number=2)
    changes.discard(**VIALS, clinic=riverside, number=1, reason="Dropped", by=nurse, at=NOW)
    assert states() == [State.DISCARDED, State.IN_STOCK]
    assert AuditEntry.objects.get(kind="stock", action="change").rows == 1


def test_a_vial_kept_for_somebody_is_not_discarded_for_one_of_the_clinics(
    stocked: Receive, riverside: Clinic, tom: Patient, nurse: User
) -> None:
    stocked(owner=tom)
    stocked()
    broken: dict[str, Any] = VIALS | {"clinic": riverside, "number": 1, "by": nurse, "at": NOW}
    changes.discard(**broken, reason="Dropped")
    assert StockVial.objects.get(state=State.IN_STOCK).owner == tom
    with pytest.raises(Refused, match="Only 0 of lot C4471"):
        changes.discard(**broken, reason="Dropped")
    changes.discard(**broken, reason="Warm", owner=tom.uid)
    assert states() == [State.DISCARDED, State.DISCARDED]


def test_vials_of_another_clinic_are_not_discarded(stocked: Receive, lakeside: Clinic) -> None:
    stocked()
    theirs = make_user("nell@lakeside.example", "RN Nell", (lakeside, Role.NURSE_INJECTOR))
    with pytest.raises(Refused, match="Only 0 of lot C4471"):
        changes.discard(**VIALS, clinic=lakeside, number=1, reason="Dropped", by=theirs, at=NOW)
    assert states() == [State.IN_STOCK]


def test_a_recall_at_another_clinic_leaves_the_vials_here(stocked: Receive, lakeside: Clinic) -> None:
    stocked()
    theirs = make_user("nell@lakeside.example", "RN Nell", (lakeside, Role.NURSE_INJECTOR))
    changes.recall_lot(clinic=lakeside, lot="C4471", reason="Particles", by=theirs, at=NOW)
    assert states() == [State.IN_STOCK]


def test_more_than_there_is_cannot_be_discarded(stocked: Receive, riverside: Clinic, nurse: User) -> None:
    stocked()
    with pytest.raises(Refused, match="Only 1 of lot C4471"):
        changes.discard(**VIALS, clinic=riverside, number=2, reason="Dropped", by=nurse, at=NOW)
    assert states() == [State.IN_STOCK]


def test_a_recall_sets_aside_what_is_left_and_keeps_what_was_used(
    stocked: Receive, sign: Sign, riverside: Clinic, nurse: User
) -> None:
    stocked(number=2)
    stocked(lot="C4472")
    sign()
    changes.recall_lot(clinic=riverside, lot="c4471", reason="Particles", by=nurse, at=NOW)
    assert states() == [State.IN_STOCK, State.RECALLED, State.USED]
    assert StockVial.objects.get(state=State.IN_STOCK).lot == "C4472"
    assert AuditEntry.objects.get(kind="stock", action="change").rows == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_who_takes_several_vials_locks_them_in_the_order_of_whoever_signs(
    stocked: Receive, riverside: Clinic, nurse: User
) -> None:
    stocked(number=4)
    with CaptureQueriesContext(connection) as queries:
        changes.discard(
            clinic=riverside, lot="C4471", strength=200, expires_on=EXPIRY, number=2, reason="Warm", by=nurse, at=NOW
        )
        changes.recall_lot(clinic=riverside, lot="C4471", reason="Sterility", by=nurse, at=NOW)
    stock = [query["sql"] for query in queries if "treatments_stockvial" in query["sql"]]
    first_expiry_first = r'ORDER BY "treatments_stockvial"."expires_on" ASC, .* FOR UPDATE$'
    before = [stock[place - 1] for place, sql in enumerate(stock) if sql.startswith("UPDATE")]
    assert len(before) >= 2
    assert all(re.search(first_expiry_first, sql) for sql in before)


def test_a_lot_is_recalled_once(riverside: Clinic, nurse: User) -> None:
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW)
    with pytest.raises(Refused, match="already"):
        changes.recall_lot(clinic=riverside, lot="c4471 ", reason="Again", by=nurse, at=NOW)
    assert LotRecall.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "used"},
        {"state": "discarded", "settled_at": NOW},
        {"strength": 150},
        {"lot": ""},
        {"expires_on": TODAY - dt.timedelta(days=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_a_vial_that_makes_no_sense(stocked: Receive, change: dict[str, object]) -> None:
    stocked()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockVial.objects.update(**change)


def test_another_persons_vial_is_not_suggested(
    stocked: Receive, maria: Patient, riverside: Clinic, tom: Patient
) -> None:
    stocked(owner=tom)
    assert shelf.usable(riverside, maria, TODAY) == []


def test_the_persons_own_vial_is_suggested_first_then_the_first_to_expire(
    stocked: Receive, maria: Patient, riverside: Clinic
) -> None:
    stocked(lot="LATE")
    stocked(lot="SOON", expires_on=TODAY + dt.timedelta(days=10))
    stocked(lot="GONE", received_on=TODAY - dt.timedelta(days=9), expires_on=TODAY - dt.timedelta(days=1))
    stocked(lot="HERS", owner=maria)
    assert [one.lot for one in shelf.usable(riverside, maria, TODAY)] == ["HERS", "SOON", "LATE"]


def test_low_stock_is_told_from_the_visits_booked_ahead(
    stocked: Receive, in_room: TreatmentSession, riverside: Clinic
) -> None:
    TreatmentSession.objects.filter(pk=in_room.pk).update(status="booked")
    assert shelf.look_ahead(riverside, TODAY).short == 1
    stocked()
    assert shelf.look_ahead(riverside, TODAY).covered == 1
