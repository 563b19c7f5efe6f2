"""Several vials in one session: each adds up by itself, and none is mistaken for another."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data, record_url
from tests.treatments.recording.conftest import Outcome, findings
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign
from treatments import protocol
from treatments.models import LotRecall, SessionRecord, Status, StockVial, TreatmentSession, Vial
from treatments.protocol import VIAL_STRENGTHS, shared_out
from treatments.recording import Refused, VialUsed, correct_record
from treatments.stock import changes

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=4)
OTHER_EXPIRY = EXPIRY + dt.timedelta(days=30)
TWO_LOTS = {
    "strength": "100",
    "vials": "1",
    "lot": "C4471",
    "expires_on": EXPIRY.isoformat(),
    "second_strength": "100",
    "second_vials": "1",
    "second_lot": "D9",
    "second_expires_on": OTHER_EXPIRY.isoformat(),
}


@given(st.integers(0, 195), st.lists(st.sampled_from(VIAL_STRENGTHS), min_size=1, max_size=4))
def test_no_unit_is_lost_or_counted_twice(units: int, strengths: list[int]) -> None:
    parts = shared_out(units, strengths)
    assert sum(parts) == min(units, sum(strengths))
    assert all(0 <= part <= strength for part, strength in zip(parts, strengths, strict=True))


def test_two_lots_in_one_session_each_add_up(in_room: TreatmentSession, nurse: User) -> None:
    page = text(log_in(nurse).post(record_url(in_room), record_data(**TWO_LOTS), follow=True))
    vials = Vial.objects.values_list("lot", "strength", "units_given", "units_wasted")
    assert list(vials) == [("C4471", 100, 100, 0), ("D9", 100, 55, 45)]
    assert "Lot D9, expiry" in page
    assert "55 given, 45 wasted" in page


def test_two_sizes_may_serve_one_session(outcome: Outcome, nurse: User) -> None:
    plan = protocol.standard_set() | {"TEM-R5": 5, "TEM-L5": 5, "TRA-R4": 5}
    mixed = [VialUsed("C4471", EXPIRY, 100), VialUsed("D9", OTHER_EXPIRY, 200)]
    assert outcome(nurse, plan=plan, vials=mixed) == "signed"
    assert SessionRecord.objects.get().units_wasted == 130


@pytest.mark.parametrize(
    "second", [VialUsed("c4471 ", EXPIRY, 100), VialUsed("C4471", OTHER_EXPIRY, 200)], ids=["size", "expiry"]
)
def test_one_lot_has_one_size_and_one_expiry(outcome: Outcome, nurse: User, second: VialUsed) -> None:
    words = outcome(nurse, vials=[VialUsed("C4471", EXPIRY, 200), second])
    assert "Lot C4471 is written down with two sizes or two expiry dates." in words


def test_what_is_wrong_with_two_vials_alike_is_said_once(outcome: Outcome, nurse: User) -> None:
    expired = VialUsed("C4471", TODAY - dt.timedelta(days=1), 100)
    assert outcome(nurse, vials=[expired, expired]).count("expired on") == 1


def test_a_lot_received_in_one_size_is_not_signed_as_another(stocked: Receive, outcome: Outcome, nurse: User) -> None:
    stocked(strength=100, number=2)
    assert "received as vials of 100 units" in outcome(nurse, vials=[VialUsed("C4471", EXPIRY, 200)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"second_lot": ""}, "Enter the lot number on the vial."),
        ({"second_expires_on": ""}, "Enter the expiry date on the vial."),
        ({"second_vials": "five"}, "Enter a whole number of vials."),
        ({"diluent_ml": "a lot"}, "Enter the saline in mL, such as 4."),
        ({"prepared_at": "noon"}, "Enter a time such as 09:30."),
    ],
)
def test_a_second_lot_with_gaps_is_refused_and_kept(
    in_room: TreatmentSession, nurse: User, change: dict[str, str], words: str
) -> None:
    answer = log_in(nurse).post(record_url(in_room), record_data(**TWO_LOTS | change))
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert "<details open>" in page.replace("<details  open>", "<details open>")
    assert not SessionRecord.objects.exists()


def test_a_vial_mixed_the_day_before_may_still_be_used(in_room: TreatmentSession, nurse: User) -> None:
    data = record_data(prepared_at="10:30", prepared_day="1", diluent_ml="4")
    log_in(nurse).post(record_url(in_room), data)
    assert Vial.objects.get().reconstituted_at == NOW - dt.timedelta(hours=23, minutes=30)


def test_where_one_lot_is_not_enough_the_form_suggests_two(
    stocked: Receive, in_room: TreatmentSession, nurse: User
) -> None:
    stocked(strength=100)
    stocked(strength=100, lot="D9", expires_on=OTHER_EXPIRY)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert 'name="lot" value="C4471"' in page
    assert 'name="second_lot" value="D9"' in page


def test_the_database_keeps_each_vials_sum(sign: Sign, nurse: User, riverside: Clinic) -> None:
    signed = sign()
    draft = make_record(signed.session, corrects=signed, correction_reason="Typed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vial.objects.create(
            clinic=riverside,
            record=draft,
            lot="C1",
            expires_on=EXPIRY,
            used_on=TODAY,
            strength=200,
            units_given=155,
            units_wasted=44,
        )


def test_the_lot_of_today_is_not_suggested_once_it_is_recalled(
    sign: Sign, riverside: Clinic, osei: Injector, tom: Patient, nurse: User
) -> None:
    sign()
    second = make_session(make_course(tom), osei, NOW + dt.timedelta(hours=2), status=Status.IN_ROOM)
    assert 'name="lot" value="C4471"' in text(log_in(nurse).get(record_url(second)))
    recall(riverside, nurse)
    assert "C4471" not in text(log_in(nurse).get(record_url(second)))


# A recall on the very day


def recall(clinic: Clinic, by: User, lot: str = "C4471") -> LotRecall:
    return changes.recall_lot(clinic=clinic, lot=lot, reason="Particles", by=by, at=NOW + dt.timedelta(hours=1))


def correct(record: SessionRecord, by: User, **more: Any) -> SessionRecord:
    return correct_record(record=record, found=findings(**more), reason="It was this lot", by=by, at=LATER)


@pytest.mark.parametrize("lot", ["C4471", "BARRED"])
def test_what_was_signed_before_a_recall_can_be_corrected_to_the_lot_that_was_used(
    sign: Sign, riverside: Clinic, nurse: User, lot: str
) -> None:
    record = sign()
    recall(riverside, nurse, lot)
    version = correct(record, nurse, vials=[VialUsed(lot, EXPIRY, 200)])
    again = correct_record(
        record=version, found=findings(vials=[VialUsed(lot, EXPIRY, 200)]), reason="Once more", by=nurse, at=LATER
    )
    assert [vial.lot for vial in again.vials.all()] == [lot]


def test_the_correction_takes_the_vial_that_the_recall_set_aside(
    stocked: Receive, sign: Sign, riverside: Clinic, nurse: User
) -> None:
    stocked(lot="D9")
    record = sign()
    recall(riverside, nurse, "D9")
    correct(record, nurse, vials=[VialUsed("D9", EXPIRY, 200)])
    assert StockVial.objects.get(lot="D9").state == "used"


def test_what_was_signed_after_a_recall_cannot_name_the_lot(
    sign: Sign, in_room: TreatmentSession, riverside: Clinic, nurse: User
) -> None:
    changes.recall_lot(clinic=riverside, lot="BARRED", reason="Particles", by=nurse, at=NOW)
    record = sign()
    with pytest.raises(Refused) as refusal:
        correct(record, nurse, vials=[VialUsed("BARRED", EXPIRY, 200)])
    assert "Lot BARRED was recalled on" in " ".join(refusal.value.faults)
    version = make_record(in_room, corrects=record, correction_reason="By another way")
    with pytest.raises(IntegrityError, match="no_vial_of_a_recalled_lot"), transaction.atomic():
        Vial.objects.create(
            clinic=riverside, record=version, lot="BARRED", expires_on=EXPIRY, used_on=TODAY, strength=200
        )


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ({"expires_on": "2026-11-22"}, '<a href="#id_lot">Lot C4471 expired on'),
        ({"lot": "TOMS"}, '<a href="#id_lot">The vials of lot TOMS are kept for other people.'),
        ({"lot": "OURS"}, '<a href="#id_expires_on">Lot OURS was received with the expiry'),
        ({"strength": "100"}, '<a href="#id_vials">155 units are more than the 100 in the vials.'),
    ],
)
def test_a_refused_vial_leads_to_its_box_where_there_is_only_one(
    in_room: TreatmentSession, stocked: Receive, riverside: Clinic, nurse: User, typed: dict[str, str], link: str
) -> None:
    stocked(lot="TOMS", owner=make_patient(riverside, "Tom", "Reid"))
    stocked(lot="OURS")
    client, expired = log_in(nurse), {"expires_on": "2026-11-22"}
    assert link in text(client.post(record_url(in_room), record_data(**typed)))
    refused = text(client.post(record_url(in_room), record_data(**TWO_LOTS | expired)))
    assert "Lot C4471 expired on" in refused
    assert 'href="#id_lot"' not in refused
