"""A signed record is corrected by a new version; the first stays readable."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from clinic.models import Clinic, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_patient, make_record
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign, sign, stocked
from treatments import protocol
from treatments.booking import Stale
from treatments.models import OutsideDose, SessionRecord, Status, StockVial, TreatmentSession, Vial
from treatments.recording import Findings, Refused, VialUsed, correct_record
from treatments.safety import QUESTIONS
from treatments.stock.changes import Delivery, receive

__all__ = ["sign", "stocked"]

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=2)


def correct(record: SessionRecord, by: User, **more: Any) -> SessionRecord:
    """Correct a record to 150 units, with whatever a test changes."""
    plan = protocol.standard_set()
    del plan["PRO"]
    found: dict[str, Any] = {
        "plan": plan,
        "vials": [VialUsed("C4471", EXPIRY, 200)],
        "answers": {question.key: False for question in QUESTIONS},
        "screened_on": TODAY,
        "identity_checked": True,
        "consent_confirmed": True,
    }
    reason = more.pop("reason", "Procerus was not given")
    return correct_record(record=record, found=Findings(**found | more), reason=reason, by=by, at=LATER)


def test_the_newest_version_counts(sign: Sign, nurse: User, in_room: TreatmentSession) -> None:
    correct(sign(), nurse)
    in_room.refresh_from_db()
    assert in_room.record
    assert in_room.record.units_given == 150


@pytest.mark.parametrize("came", [TODAY, TODAY + dt.timedelta(days=1)], ids=["entered later", "came later"])
def test_a_lot_that_is_kept_for_somebody_else_by_now_does_not_bar_a_correction(
    sign: Sign, nurse: User, came: dt.date, riverside: Clinic
) -> None:
    first = sign()
    tom = make_patient(riverside, "Tom", "Reid")
    delivery = Delivery("C4471", 200, EXPIRY + dt.timedelta(days=30), 1, came, owner=tom)
    receive(clinic=riverside, delivery=delivery, by=nurse, at=NOW + dt.timedelta(days=1))
    assert correct(first, nurse).units_given == 150


def test_a_lot_named_anew_is_held_against_the_stock_of_that_day(sign: Sign, stocked: Receive, nurse: User) -> None:
    first = sign()
    stocked(lot="C9", expires_on=EXPIRY + dt.timedelta(days=30))
    with pytest.raises(Refused) as refusal:
        correct(first, nurse, vials=[VialUsed("C9", EXPIRY, 200)])
    assert "Check the date on the vial." in " ".join(refusal.value.faults)


def test_the_first_version_stays_as_it_was_signed(sign: Sign, nurse: User) -> None:
    first = sign()
    second = correct(first, nurse)
    first.refresh_from_db()
    assert (first.units_given, first.injections.count()) == (155, 31)
    assert (second.corrects, second.correction_reason) == (first, "Procerus was not given")


def test_a_correction_needs_a_reason(sign: Sign, nurse: User) -> None:
    with pytest.raises(Refused) as refusal:
        correct(sign(), nurse, reason=" ")
    assert "Say why the record is corrected." in refusal.value.faults


def test_a_correction_keeps_the_day_and_the_due_date(sign: Sign, nurse: User, in_room: TreatmentSession) -> None:
    correct(sign(), nurse)
    in_room.refresh_from_db()
    assert in_room.given_on == TODAY
    assert in_room.course.next_due() == TODAY + dt.timedelta(days=84)


def test_of_two_corrections_of_one_version_the_second_is_told(sign: Sign, nurse: User) -> None:
    first = sign()
    correct(first, nurse)
    with pytest.raises(Stale):
        correct(first, nurse)
    assert SessionRecord.objects.count() == 2


def test_a_correction_can_be_corrected(sign: Sign, nurse: User, in_room: TreatmentSession) -> None:
    third = correct(correct(sign(), nurse), nurse, reason="Back again", plan=protocol.standard_set())
    in_room.refresh_from_db()
    assert in_room.record == third


def test_a_correction_keeps_the_same_rules(sign: Sign, nurse: User) -> None:
    with pytest.raises(Refused) as refusal:
        correct(sign(), nurse, vials=[VialUsed("C4471", EXPIRY, 100)])
    assert "150 units are more than the 100 in the vials." in " ".join(refusal.value.faults)


def test_a_prescribers_reason_to_go_on_stays_when_somebody_else_corrects(
    sign: Sign, nurse: User, prescriber: User
) -> None:
    first = correct(sign(), prescriber, go_on_reason="Discussed and documented")
    assert correct(first, nurse, reason="Wrong lot").go_on_reason == "Discussed and documented"


def test_who_may_not_decide_writes_no_reason_and_a_prescriber_takes_one_back(
    sign: Sign, nurse: User, prescriber: User
) -> None:
    first = correct(sign(), nurse, go_on_reason="I think so")
    assert not first.go_on_reason
    second = correct(first, prescriber, go_on_reason="Decided")
    assert not correct(second, prescriber).go_on_reason


def test_the_front_desk_corrects_nothing(sign: Sign, front_desk: User) -> None:
    with pytest.raises(Refused):
        correct(sign(), front_desk)


def test_the_vial_that_was_named_wrongly_goes_back(stocked: Receive, sign: Sign, nurse: User) -> None:
    stocked()
    stocked(lot="C4472")
    correct(sign(), nurse, vials=[VialUsed("C4472", EXPIRY, 200)])
    assert StockVial.objects.get(state="used").lot == "C4472"


def test_the_history_says_who_corrected_and_why(sign: Sign, nurse: User, in_room: TreatmentSession) -> None:
    correct(sign(), nurse)
    event = in_room.events.get(kind="corrected")
    assert (event.by, event.reason) == (nurse, "Procerus was not given")


@pytest.mark.parametrize(
    "second",
    [{}, {"corrects": True}, {"corrects": True, "correction_reason": "Typed"}],
    ids=["first", "no reason", "two"],
)
def test_the_database_keeps_one_newest_version(
    sign: Sign, nurse: User, in_room: TreatmentSession, second: dict[str, Any]
) -> None:
    first = sign()
    correct(first, nurse)
    fields = second | ({"corrects": first} if "corrects" in second else {})
    with pytest.raises(IntegrityError), transaction.atomic():
        make_record(in_room, units_drawn=0, units_given=0, units_wasted=0, sites_given=0, **fields)


@pytest.mark.parametrize(("units", "refused"), [(245, False), (246, True)])
def test_doses_given_elsewhere_count_towards_the_limit(
    sign: Sign, in_room: TreatmentSession, maria: Patient, riverside: Clinic, nurse: User, units: int, refused: bool
) -> None:
    earlier = TODAY - dt.timedelta(days=93)  # before the three months: nobody wrote down its units
    in_room.course.sessions.filter(status=Status.GIVEN_BEFORE).update(given_on=earlier, due_on=earlier)
    OutsideDose.objects.create(
        clinic=riverside,
        patient=maria,
        given_on=TODAY - dt.timedelta(days=92),
        same_product=True,
        units=units,
        told_at=NOW,
        told_to=nurse,
    )
    if refused:
        with pytest.raises(Refused) as refusal:
            sign()
        assert "At most 400 may be given in three months" in " ".join(refusal.value.faults)
    else:
        assert sign().units_given == 155


def test_a_form_that_was_open_during_another_correction_changes_nothing_back(
    sign: Sign, nurse: User, prescriber: User, in_room: TreatmentSession
) -> None:
    sign()
    url = reverse("treatments:correct", args=[in_room.uid])
    seen = re.search(r'name="seen" value="([^"]+)"', log_in(nurse).get(url).content.decode())
    assert seen
    data = record_data(reason="Another note", note="Calm", seen=seen[1])
    log_in(prescriber).post(url, data | {"reason": "Wrong lot", "lot": "C4472"})
    answer = log_in(nurse).post(url, data)
    page = text(answer)
    assert answer.status_code == 422
    assert "This record was corrected while you were typing (Dr Osei, " in page
    assert "Calm" in page
    assert Vial.objects.get(record__session__record=F("record")).lot == "C4472"
    again = re.search(r'name="seen" value="([^"]+)"', page)
    assert again
    assert log_in(nurse).post(url, data | {"lot": "C4472", "seen": again[1]}).status_code == 302
