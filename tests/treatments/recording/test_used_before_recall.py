"""A vial that was used in the hours before its lot was recalled, in a session that is signed after it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.models import Clinic, User
from tests.builders import NOW, TODAY, make_record
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data, record_url
from tests.treatments.recording.conftest import Outcome, findings
from tests.treatments.stock.conftest import EXPIRY, Receive
from treatments.models import SessionRecord, StockVial, TreatmentSession, Vial
from treatments.recording import Refused, VialUsed, correct_record, sign_session
from treatments.stock import changes

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
LATER = NOW + 3 * HOUR
TICK = "It was used before anybody here knew of the recall"
OTHER = [VialUsed("D9", EXPIRY, 200)]


def recall(clinic: Clinic, by: User, at: dt.datetime = NOW + HOUR) -> None:
    changes.recall_lot(clinic=clinic, lot="C4471", reason="Particles", by=by, at=at)


def sign(session: TreatmentSession, by: User, **more: object) -> SessionRecord:
    return sign_session(session=session, found=findings(**more), by=by, at=LATER)


def test_it_is_signed_for_by_whoever_says_that_it_was_used_before(
    stocked: Receive, in_room: TreatmentSession, outcome: Outcome, riverside: Clinic, nurse: User
) -> None:
    stocked()
    recall(riverside, nurse)
    assert "another vial, or tick that it was used before." in outcome(nurse, at=LATER)
    record = sign(in_room, nurse, used_before_recall=True)
    assert (record.used_before_recall, record.vials.get().lot) == (True, "C4471")
    assert StockVial.objects.get().session == in_room


def test_one_signed_the_next_morning_is_too(
    in_room: TreatmentSession, outcome: Outcome, riverside: Clinic, nurse: User
) -> None:
    recall(riverside, nurse)
    late = {"at": NOW + 22 * HOUR, "given_on": TODAY}
    assert "or tick that it was used before" in outcome(nurse, **late)
    assert outcome(nurse, **late, used_before_recall=True) == "signed"


@pytest.mark.parametrize("known_at", [NOW - HOUR, NOW])
def test_who_came_into_the_room_after_it_was_known_is_given_another_vial(
    outcome: Outcome, riverside: Clinic, nurse: User, known_at: dt.datetime
) -> None:
    recall(riverside, nurse, known_at)
    said = outcome(nurse, at=LATER, used_before_recall=True)
    assert "Set it aside and use another vial." in said
    assert "tick" not in said


def test_of_a_lot_that_nobody_recalled_nothing_is_kept(in_room: TreatmentSession, nurse: User) -> None:
    assert not sign(in_room, nurse, used_before_recall=True).used_before_recall


def test_a_correction_of_it_says_so_still(in_room: TreatmentSession, riverside: Clinic, nurse: User) -> None:
    recall(riverside, nurse)
    record = sign(in_room, nurse, used_before_recall=True)
    again = correct_record(
        record=record, found=findings(used_before_recall=True, note="A word"), reason="A word", by=nurse, at=LATER
    )
    assert (again.used_before_recall, again.vials.get().lot) == (True, "C4471")


def test_a_correction_brings_the_lot_in_that_was_used_before(
    in_room: TreatmentSession, riverside: Clinic, nurse: User
) -> None:
    recall(riverside, nurse)
    record = sign(in_room, nurse, vials=OTHER)
    with pytest.raises(Refused):
        correct_record(record=record, found=findings(), reason="It was this lot", by=nurse, at=LATER)
    found = findings(used_before_recall=True)
    again = correct_record(record=record, found=found, reason="It was this lot", by=nurse, at=LATER)
    assert again.vials.get().lot == "C4471"


@pytest.mark.parametrize("day", [TODAY, TODAY + 24 * HOUR], ids=["the same day", "another day"])
def test_a_correction_of_what_was_signed_the_next_morning_asks_for_that_word(
    in_room: TreatmentSession, riverside: Clinic, nurse: User, day: dt.date
) -> None:
    recall(riverside, nurse)
    late = NOW + 22 * HOUR
    record = sign_session(
        session=in_room, found=findings(given_on=day, screened_on=day, vials=OTHER), by=nurse, at=late
    )
    with pytest.raises(Refused) as refusal:
        correct_record(record=record, found=findings(given_on=TODAY), reason="It was this lot", by=nurse, at=late)
    assert "or tick that it was used before." in " ".join(refusal.value.faults)
    found = findings(given_on=TODAY, used_before_recall=True)
    again = correct_record(record=record, found=found, reason="It was this lot", by=nurse, at=late)
    assert (again.vials.get().lot, again.used_before_recall) == ("C4471", True)


@pytest.mark.parametrize(
    ("began", "said", "stands"), [(NOW, True, True), (NOW, False, False), (NOW + HOUR, True, False)]
)
def test_the_database_takes_it_only_with_that_word_and_of_a_session_that_had_begun(
    in_room: TreatmentSession, riverside: Clinic, nurse: User, began: dt.datetime, said: bool, stands: bool
) -> None:
    recall(riverside, nurse)
    record = make_record(in_room, started_at=began, used_before_recall=said)
    vial = Vial(clinic=riverside, record=record, lot="C4471", expires_on=EXPIRY, used_on=TODAY, strength=200)
    if stands:
        vial.validate_constraints()
        vial.save()
        return
    with pytest.raises(ValidationError, match="This lot was recalled"):
        vial.validate_constraints()
    with pytest.raises(IntegrityError, match="no_vial_of_a_recalled_lot"), transaction.atomic():
        vial.save()


def test_the_form_asks_once_the_lot_was_recalled_and_the_record_says_it(
    in_room: TreatmentSession, riverside: Clinic, nurse: User, frozen_clock: time_machine.Traveller
) -> None:
    client = log_in(nurse)
    assert TICK not in text(client.post(record_url(in_room), record_data(lot="")))
    recall(riverside, nurse)
    frozen_clock.move_to(LATER)
    refused = text(client.post(record_url(in_room), record_data()))
    assert TICK in refused
    assert '<a href="#id_used_before_recall">Lot C4471 was recalled on' in refused
    page = text(client.post(record_url(in_room), record_data(used_before_recall="on"), follow=True))
    assert "Session signed." in page
    assert "RN Bello says that the vial was used before anybody here knew." in page
    correction = text(client.get(record_url(in_room).replace("record/", "correct/")))
    assert TICK in correction
