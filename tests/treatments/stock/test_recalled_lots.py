"""A recalled lot: no vial of it is used, whoever asks and however."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, make_session
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign
from treatments.models import LotRecall, SessionRecord, Vial
from treatments.recording import Refused, VialUsed
from treatments.stock.changes import Refused as NotReceived
from treatments.stock.changes import recall_lot

pytestmark = pytest.mark.django_db


def vial(clinic: Clinic, record: SessionRecord, lot: str, **fields: object) -> Vial:
    return Vial(
        **{
            "clinic": clinic,
            "record": record,
            "lot": lot,
            "expires_on": TODAY + dt.timedelta(days=90),
            "used_on": TODAY,
            "strength": 200,
        }
        | fields
    )


@pytest.fixture
def record(riverside: Clinic, osei: Injector) -> SessionRecord:
    course = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=84), injector=osei)
    session = make_session(course, osei, NOW, due_on=TODAY)
    return make_record(session)


@pytest.fixture
def recalled(riverside: Clinic, admin: User) -> LotRecall:
    return LotRecall.objects.create(
        clinic=riverside, lot="C4471", recalled_on=TODAY, reason="Particles", recorded_at=NOW, recorded_by=admin
    )


@pytest.mark.parametrize(
    ("recalled_as", "typed"),
    [
        ("C4471 C3", "c4471c3"),
        ("C4471C3", "C4471  C3"),
        ("C4471C3", "C4471C3\x03"),  # as a scanner ends it
        ("C4471\u200bC3", "C4471C3"),  # as it was copied from a letter
    ],
)
def test_a_blank_inside_a_lot_lets_no_recalled_vial_pass(
    sign: Sign, stocked: Receive, riverside: Clinic, admin: User, recalled_as: str, typed: str
) -> None:
    recall_lot(clinic=riverside, lot=recalled_as, reason="Particles", by=admin, at=NOW)
    with pytest.raises(Refused) as refusal:
        sign(VialUsed(typed, EXPIRY, 200))
    assert "Lot C4471C3 was recalled" in " ".join(refusal.value.faults)
    with pytest.raises(NotReceived, match="was recalled"):
        stocked(lot=typed)


def test_a_lot_of_nothing_that_anybody_sees_is_none(sign: Sign, stocked: Receive) -> None:
    with pytest.raises(Refused) as refusal:
        sign(VialUsed("\u200b", EXPIRY, 200))
    assert "Enter the lot number on the vial." in refusal.value.faults
    with pytest.raises(NotReceived, match="Enter the lot number"):
        stocked(lot="\u200b")


def test_a_recall_that_was_kept_with_a_blank_counts_still(
    sign: Sign, riverside: Clinic, admin: User, recalled: LotRecall
) -> None:
    LotRecall.objects.create(
        clinic=riverside, lot="C9 C3", recalled_on=TODAY, reason="r", recorded_at=NOW, recorded_by=admin
    )
    with pytest.raises(Refused):
        sign(VialUsed("C9C3", EXPIRY, 200))


@pytest.mark.parametrize("lot", ["C4471", "c4471"])
def test_the_database_refuses_a_vial_of_a_recalled_lot(
    record: SessionRecord, recalled: LotRecall, riverside: Clinic, lot: str
) -> None:
    with pytest.raises(IntegrityError, match="no_vial_of_a_recalled_lot"), transaction.atomic():
        Vial.objects.bulk_create([vial(riverside, record, lot)])


def test_another_lot_may_be_used(record: SessionRecord, recalled: LotRecall, riverside: Clinic) -> None:
    vial(riverside, record, "C4472").save()
    assert Vial.objects.count() == 1


def test_a_recall_at_another_clinic_bars_nothing_here(
    record: SessionRecord, riverside: Clinic, lakeside: Clinic, admin: User
) -> None:
    LotRecall.objects.create(
        clinic=lakeside, lot="C4471", recalled_on=TODAY, reason="Particles", recorded_at=NOW, recorded_by=admin
    )
    vial(riverside, record, "C4471").save()
    assert Vial.objects.count() == 1


def test_what_was_used_before_the_recall_stays(record: SessionRecord, recalled: LotRecall, riverside: Clinic) -> None:
    vial(riverside, record, "C4471", used_on=TODAY - dt.timedelta(days=1)).save()
    assert Vial.objects.count() == 1


def test_a_form_is_told_in_words(record: SessionRecord, recalled: LotRecall, riverside: Clinic) -> None:
    with pytest.raises(ValidationError, match="This lot was recalled"):
        vial(riverside, record, "C4471").validate_constraints()


def test_a_recall_cannot_be_taken_back_silently(recalled: LotRecall) -> None:
    with pytest.raises(IntegrityError, match="lot_recall_is_append_only"), transaction.atomic():
        LotRecall.objects.all().delete()


@pytest.mark.parametrize("lot", ["c4472", " C4472", "C4472 "])
@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE treatments_vial SET lot = %s", "vial_lot_as_it_is_looked_up"),
        ("UPDATE treatments_stockvial SET lot = %s", "stock_lot_as_it_is_looked_up"),
        (
            """INSERT INTO treatments_lotrecall (clinic_id, lot, recalled_on, reason, recorded_at, recorded_by_id)
               SELECT clinic_id, %s, recalled_on, reason, recorded_at, recorded_by_id FROM treatments_lotrecall""",
            "recalled_lot_as_it_is_looked_up",
        ),
    ],
)
def test_no_lot_is_kept_in_another_spelling_whoever_writes_it(
    record: SessionRecord, recalled: LotRecall, stocked: Receive, riverside: Clinic, lot: str, statement: str, rule: str
) -> None:
    stocked(lot="C4472")
    vial(riverside, record, "C4472").save()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [lot])
