"""The database signs no record whose sites and vials come to something else than it says, whoever writes it."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.models import User
from tests.builders import NOW, TODAY, make_record
from treatments.models import Injection, LotRecall, SessionRecord, TreatmentSession, Vial
from treatments.protocol import MAX_SITES, MAX_UNITS, MUSCLES, SITES, Muscle, standard_set

EXPIRY = TODAY + dt.timedelta(days=300)


@pytest.fixture
def record(in_room: TreatmentSession) -> SessionRecord:
    """Maria's record before its signature: the standard set, from one vial of 200 units."""
    made = make_record(in_room)
    for site, units in standard_set().items():
        inject(made, site, units)
    open_vial(made)
    return made


def inject(record: SessionRecord, site: str, units: int) -> Injection:
    """Write a site down, whatever the protocol says of it."""
    return Injection.objects.create(clinic=record.clinic, record=record, site=site, units=units)


def open_vial(record: SessionRecord, strength: int = 200, lot: str = "C4471") -> Vial:
    """Write a vial down."""
    return Vial.objects.create(
        clinic=record.clinic, record=record, lot=lot, expires_on=EXPIRY, used_on=TODAY, strength=strength
    )


def say(record: SessionRecord, units: int, sites: int) -> None:
    """Let the record speak of so many units at so many sites."""
    SessionRecord.objects.filter(pk=record.pk).update(units_given=units, units_wasted=200 - units, sites_given=sites)


def sign(record: SessionRecord, by: User) -> dt.datetime | None:
    """Sign past all code of ours, and return when the record says that it was signed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE treatments_sessionrecord SET signed_at = %s, signed_by_id = %s WHERE id = %s",
            [NOW, by.pk, record.pk],
        )
    return SessionRecord.objects.get(pk=record.pk).signed_at


def sign_in_vain(record: SessionRecord, by: User) -> None:
    """Sign the same way, and expect the database to refuse it."""
    with pytest.raises(IntegrityError, match="signed_record_adds_up"):
        sign(record, by)


def test_a_record_that_adds_up_is_signed(record: SessionRecord, nurse: User) -> None:
    assert sign(record, nurse) == NOW


def test_all_that_the_protocol_allows_is_signed(record: SessionRecord, nurse: User) -> None:
    for site in [site for site in SITES.values() if not site.fixed and not site.spare]:
        inject(record, site.code, 5)
    say(record, MAX_UNITS, MAX_SITES)
    assert sign(record, nurse) == NOW


def test_a_session_that_ended_before_its_first_site_is_signed(in_room: TreatmentSession, nurse: User) -> None:
    stopped = make_record(in_room, units_given=0, units_wasted=200, sites_given=0, stopped_reason="Fainted")
    open_vial(stopped)
    assert sign(stopped, nurse) == NOW


def test_a_site_more_than_the_record_says_is_not_signed(record: SessionRecord, nurse: User) -> None:
    inject(record, "TEM-R5", 5)
    sign_in_vain(record, nurse)


def test_a_site_that_is_missing_is_not_signed(record: SessionRecord, nurse: User) -> None:
    record.injections.filter(site="PRO").delete()
    sign_in_vain(record, nurse)


def test_the_units_of_sites_that_come_to_something_else_are_not_signed(record: SessionRecord, nurse: User) -> None:
    record.injections.filter(site="PRO").update(units=4)
    sign_in_vain(record, nurse)


def test_other_sites_than_the_record_counts_are_not_signed(record: SessionRecord, nurse: User) -> None:
    say(record, 155, 30)
    sign_in_vain(record, nurse)


def test_a_place_outside_the_protocol_is_not_signed(record: SessionRecord, nurse: User) -> None:
    record.injections.filter(site="PRO").update(site="MASSETER")
    sign_in_vain(record, nurse)


@pytest.mark.parametrize("vials", [(), (100,), (200, 100)], ids=["none", "less", "more"])
def test_vials_that_hold_something_else_than_was_drawn_are_not_signed(
    record: SessionRecord, nurse: User, vials: tuple[int, ...]
) -> None:
    record.vials.all().delete()
    for strength in vials:
        open_vial(record, strength)
    sign_in_vain(record, nurse)


@pytest.mark.parametrize("muscle", MUSCLES.values(), ids=lambda muscle: muscle.key)
def test_a_unit_over_the_limit_of_a_muscle_is_not_signed(
    in_room: TreatmentSession, nurse: User, muscle: Muscle
) -> None:
    record = make_record(in_room)
    open_vial(record)
    inject(record, next(site.code for site in SITES.values() if site.muscle == muscle.key), muscle.units_max + 1)
    say(record, muscle.units_max + 1, 1)
    sign_in_vain(record, nurse)
    record.injections.update(units=muscle.units_max)
    say(record, muscle.units_max, 1)
    assert sign(record, nurse) == NOW


@pytest.mark.parametrize("key", ["temporalis", "occipitalis", "trapezius"])
def test_more_sites_of_a_muscle_than_it_may_have_are_not_signed(
    in_room: TreatmentSession, nurse: User, key: str
) -> None:
    places = [site.code for site in SITES.values() if site.muscle == key][: MUSCLES[key].sites_max + 1]
    over = make_record(in_room)
    for place in places:
        inject(over, place, 1)
    open_vial(over)
    say(over, len(places), len(places))
    sign_in_vain(over, nurse)
    over.injections.filter(site=places[-1]).delete()
    say(over, len(places) - 1, len(places) - 1)
    assert sign(over, nurse) == NOW


def test_a_record_cannot_come_signed_without_its_parts(in_room: TreatmentSession, nurse: User) -> None:
    with pytest.raises(IntegrityError, match="signed_record_adds_up"), transaction.atomic():
        make_record(in_room, signed_at=NOW, signed_by=nurse)


def test_a_vial_cannot_be_given_the_lot_of_a_recall(record: SessionRecord, nurse: User) -> None:
    LotRecall.objects.create(
        clinic=record.clinic,
        lot="C9999",
        recalled_on=TODAY - dt.timedelta(days=1),
        reason="Cloudy",
        recorded_at=NOW,
        recorded_by=nurse,
    )
    with pytest.raises(IntegrityError, match="no_vial_of_a_recalled_lot"), transaction.atomic():
        record.vials.update(lot="C9999")


def test_a_vial_cannot_be_moved_to_a_day_after_its_recall(record: SessionRecord, nurse: User) -> None:
    LotRecall.objects.create(
        clinic=record.clinic,
        lot="C4471",
        recalled_on=TODAY + dt.timedelta(days=1),
        reason="Cloudy",
        recorded_at=NOW,
        recorded_by=nurse,
    )
    with pytest.raises(IntegrityError, match="no_vial_of_a_recalled_lot"), transaction.atomic():
        record.vials.update(used_on=TODAY + dt.timedelta(days=1))
