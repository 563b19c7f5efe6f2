"""Which vials a session may use, and that each is used once."""

import datetime as dt
from collections.abc import Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_session
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign
from treatments import leaving, protocol
from treatments.models import LotRecall, SessionRecord, Status, StockVial, TreatmentSession
from treatments.recording import Refused, VialUsed
from treatments.stock import changes, lot_numbers, shelf, tracing, use

pytestmark = pytest.mark.django_db


def faults(sign: Sign, *vials: VialUsed) -> str:
    with pytest.raises(Refused) as refusal:
        sign(*vials)
    assert not SessionRecord.objects.exists()
    return " ".join(refusal.value.faults)


def test_signing_takes_the_vial_out_of_stock(stocked: Receive, sign: Sign, nurse: User) -> None:
    stocked(number=2)
    record = sign()
    vial = StockVial.objects.get(state="used")
    assert (vial.session, vial.settled_by) == (record.session, nurse)
    assert StockVial.objects.filter(state="in_stock").count() == 1


def test_of_a_lot_that_came_in_under_two_dates_the_vial_with_the_date_that_was_signed_is_used(
    stocked: Receive, sign: Sign
) -> None:
    for earlier in (0, 30):
        stocked(expires_on=EXPIRY - dt.timedelta(days=earlier))
    sign()
    assert StockVial.objects.get(state=StockVial.State.USED).expires_on == EXPIRY


def test_a_recalled_lot_is_refused_in_words(sign: Sign, riverside: Clinic, nurse: User) -> None:
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW)
    assert "Lot C4471 was recalled on Monday 23 November 2026." in faults(sign, VialUsed("c4471", EXPIRY, 200))


def test_a_lot_that_is_recalled_while_its_vial_is_signed_is_refused_in_words(
    sign: Sign, riverside: Clinic, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def find_none_at_first(clinic: int, lots: Iterable[str]) -> list[LotRecall]:
        looks.append(clinic)
        return [] if len(looks) == 1 else lot_numbers.recalls_of(clinic, lots)

    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW + dt.timedelta(seconds=1))
    monkeypatch.setattr(use, "recalls_of", find_none_at_first)
    assert "Lot C4471 was recalled on" in faults(sign)


def test_a_vial_kept_for_another_person_is_refused(stocked: Receive, sign: Sign, tom: Patient) -> None:
    stocked(owner=tom)
    assert "kept for other people" in faults(sign)


def test_a_persons_own_vial_is_used_first_and_marked_as_theirs(stocked: Receive, sign: Sign, maria: Patient) -> None:
    stocked()
    stocked(owner=maria)
    record = sign()
    assert StockVial.objects.get(state="used").owner == maria
    assert record.vials.get().owned_by_patient


def test_a_vial_kept_for_somebody_under_a_record_that_was_joined_with_theirs_is_their_own(
    stocked: Receive, sign: Sign, maria: Patient, tom: Patient, riverside: Clinic, nurse: User
) -> None:
    stocked(owner=tom)
    leaving.merge(patient=tom, into=maria, by=nurse, at=NOW)
    assert [one.lot for one in shelf.usable(riverside, maria, TODAY)] == ["C4471"]
    assert shelf.look_ahead(riverside, TODAY).covered == 1
    assert sign().vials.get().owned_by_patient
    assert StockVial.objects.get().state == StockVial.State.USED


def test_an_expiry_unlike_the_delivery_is_questioned(stocked: Receive, sign: Sign) -> None:
    stocked()
    assert "Check the date on the vial" in faults(sign, VialUsed("C4471", EXPIRY + dt.timedelta(days=30), 200))


def test_a_vial_reconstituted_yesterday_morning_is_refused(sign: Sign) -> None:
    prepared = NOW - dt.timedelta(hours=25)
    assert "more than 24 hours ago" in faults(sign, VialUsed("C4471", EXPIRY, 200, prepared))


def test_a_lot_that_was_never_received_does_not_keep_a_person_from_treatment(sign: Sign, riverside: Clinic) -> None:
    assert sign().vials.get().lot == "C4471"
    assert shelf.used_without_stock(riverside, TODAY) == ["C4471"]


def test_a_vial_in_stock_is_known_when_the_visit_was_signed_the_day_after(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, riverside: Clinic
) -> None:
    stocked()
    day_before = TODAY - dt.timedelta(days=1)
    TreatmentSession.objects.filter(pk=in_room.pk).update(local_date=day_before, due_on=day_before)
    sign()
    assert shelf.used_without_stock(riverside, TODAY) == []
    assert shelf.used_without_stock(riverside, day_before) == []


def test_a_correction_puts_the_other_vial_back(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, nurse: User
) -> None:
    stocked()
    stocked(lot="C4472")
    sign()
    use.settle(session=in_room, vials=[VialUsed("C4472", EXPIRY, 200)], by=nurse, at=NOW)
    assert StockVial.objects.get(state="used").lot == "C4472"


def test_a_vial_that_is_put_back_goes_to_the_session_that_found_none(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, osei: Injector, nurse: User, tom: Patient
) -> None:
    stocked()
    sign()
    later = NOW + dt.timedelta(minutes=30)
    other = make_session(make_course(tom), osei, later, status=Status.IN_ROOM, due_on=TODAY)
    sign(session=other)
    use.settle(session=in_room, vials=[VialUsed("C4472", EXPIRY, 200)], by=nurse, at=NOW)
    assert StockVial.objects.get().session == other


def test_settling_twice_takes_nothing_more(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, nurse: User
) -> None:
    stocked(number=2)
    sign()
    use.settle(session=in_room, vials=[VialUsed("C4471", EXPIRY, 200)], by=nurse, at=NOW)
    assert StockVial.objects.filter(state="used").count() == 1


def test_a_lot_leads_to_the_people_to_call(sign: Sign, riverside: Clinic, maria: Patient) -> None:
    sign()
    found = tracing.trace(riverside, " c4471")
    assert [session.course.patient for session in found.sessions] == [maria]
    assert tracing.trace(riverside, "C4472").sessions == []


def test_a_lot_at_another_clinic_is_not_traced_here(sign: Sign, lakeside: Clinic) -> None:
    sign()
    assert tracing.trace(lakeside, "C4471").sessions == []


def test_waste_is_summed_by_month(sign: Sign, riverside: Clinic) -> None:
    sign(VialUsed("C4471", EXPIRY, 200), plan={**protocol.standard_set()})
    [month] = tracing.waste_by_month(riverside, TODAY, TODAY)
    assert (month.month, month.drawn, month.given, month.wasted) == (dt.date(2026, 11, 1), 200, 155, 45)
    assert round(month.percent, 1) == 22.5


def test_the_outlook_expects_what_the_last_session_took(
    stocked: Receive, sign: Sign, riverside: Clinic, osei: Injector, tom: Patient
) -> None:
    stocked(strength=100, number=2)
    make_session(make_course(tom), osei, NOW + dt.timedelta(days=1))
    assert shelf.look_ahead(riverside, TODAY).covered == 1


def test_the_outlook_expects_a_whole_session_after_one_that_was_stopped(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, riverside: Clinic, osei: Injector
) -> None:
    first = next(iter(protocol.standard_set()))
    sign(VialUsed("OTHER", EXPIRY, 100), plan={first: protocol.SITES[first].units}, stopped_reason="Fainted")
    make_session(in_room.course, osei, NOW + dt.timedelta(days=20))
    stocked(strength=100)
    assert shelf.look_ahead(riverside, TODAY).short == 1


def test_the_outlook_keeps_a_vial_for_who_is_in_the_room(
    stocked: Receive, in_room: TreatmentSession, riverside: Clinic, osei: Injector, tom: Patient
) -> None:
    stocked()
    make_session(make_course(tom), osei, NOW + dt.timedelta(days=1))
    assert shelf.look_ahead(riverside, TODAY).short_on == TODAY + dt.timedelta(days=1)


def test_a_lot_recalled_after_the_session_does_not_stop_a_correction(
    stocked: Receive, sign: Sign, riverside: Clinic, nurse: User
) -> None:
    stocked()
    record = sign()
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW + dt.timedelta(days=9))
    assert (
        use.faults(session=record.session, vials=[VialUsed("C4471", EXPIRY, 200)], at=NOW, began=NOW, latest=NOW) == []
    )


def test_a_recalled_vial_that_was_not_used_after_all_is_set_aside(
    stocked: Receive, sign: Sign, in_room: TreatmentSession, riverside: Clinic, nurse: User
) -> None:
    stocked()
    sign()
    changes.recall_lot(clinic=riverside, lot="C4471", reason="Particles", by=nurse, at=NOW)
    use.settle(session=in_room, vials=[VialUsed("C4472", EXPIRY, 200)], by=nurse, at=NOW)
    assert StockVial.objects.get().state == StockVial.State.RECALLED


def test_of_two_vials_of_one_lot_only_the_persons_own_is_theirs(stocked: Receive, sign: Sign, maria: Patient) -> None:
    stocked(strength=100, owner=maria)
    stocked(strength=100)
    record = sign(*[VialUsed("C4471", EXPIRY, 100)] * 2)
    assert sorted(record.vials.values_list("owned_by_patient", flat=True)) == [False, True]


def test_two_who_sign_at_once_wait_for_each_other_s_choice_of_vials(stocked: Receive, sign: Sign) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    stocked(number=2)
    with CaptureQueriesContext(connection) as queries:
        sign()
    choosing = [query["sql"] for query in queries if 'FROM "treatments_stockvial"' in query["sql"]]
    assert any(sql.endswith("FOR UPDATE") and '"state" IN' in sql for sql in choosing)
