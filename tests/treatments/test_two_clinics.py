"""One person who injects at two clinics is at one of them at a time, and neither hears of the other's patients."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Clinic, Injector, Membership, Role, User
from clinic.staff import actions as staff
from patients.models import Patient
from tests.builders import (
    NOW,
    make_cancelled,
    make_clinic,
    make_course,
    make_injector,
    make_patient,
    make_session,
    room_of,
)
from tests.conftest import log_in
from treatments import booking, slots
from treatments.booking import Taken
from treatments.models import Course, Status, TreatmentSession
from treatments.recall import offers
from treatments.recall.freed import freed_times
from treatments.setup import changes, saving
from treatments.slots import Slot

TEN = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def hillside(db: None) -> Clinic:
    """A second clinic in London."""
    return make_clinic("Hillside")


@pytest.fixture
def here(osei: Injector, prescriber: User) -> Injector:
    """Dr Osei at Riverside."""
    Injector.objects.filter(pk=osei.pk).update(user=prescriber)
    return Injector.objects.select_related("clinic").get(pk=osei.pk)


@pytest.fixture
def there(hillside: Clinic, prescriber: User) -> Injector:
    """Dr Osei at Hillside: the same person."""
    return make_injector(hillside, "Dr Osei", user=prescriber)


@pytest.fixture
def secret(hillside: Clinic, there: Injector) -> TreatmentSession:
    """A visit at Hillside, Tuesday at ten."""
    return make_session(make_course(make_patient(hillside, "Zelda", "Quill")), there, TEN)


def slot(injector: Injector, starts_at: dt.datetime = TEN) -> Slot:
    """Return a quarter of an hour of an injector."""
    return Slot(injector, room_of(injector), starts_at, starts_at + QUARTER)


def book(course: Course, place: Slot, by: User) -> TreatmentSession:
    """Book a time, whatever the search says."""
    return booking.book(course=course, slot=place, uid=uuid.uuid4(), by=by, at=NOW)


@pytest.mark.parametrize("minutes", [-14, 0, 14])
def test_the_database_refuses_one_person_at_two_clinics(
    secret: TreatmentSession, here: Injector, course: Course, minutes: int
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_session(course, here, TEN + dt.timedelta(minutes=minutes))
    assert make_session(course, here, TEN + QUARTER).pk


def test_bulk_update_and_raw_sql_are_refused_alike(secret: TreatmentSession, here: Injector, course: Course) -> None:
    mine = make_session(course, here, TEN + QUARTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        TreatmentSession.objects.filter(pk=mine.pk).update(starts_at=TEN, ends_at=TEN + QUARTER)
    statement = "UPDATE treatments_treatmentsession SET starts_at = %s, ends_at = %s WHERE id = %s"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, ["2026-11-24 10:05:00", "2026-11-24 10:20:00", mine.pk])


def test_nobody_can_write_that_it_is_somebody_else(secret: TreatmentSession, here: Injector, course: Course) -> None:
    mine = make_session(course, here, TEN + QUARTER)
    stranger = User.objects.create_user(email="x@riverside.example", full_name="X")
    for person in (None, stranger):
        TreatmentSession.objects.filter(pk=mine.pk).update(person=person)
        mine.refresh_from_db()
        assert mine.person == here.user


def test_a_visit_given_to_another_injector_is_that_persons(here: Injector, course: Course) -> None:
    mine = make_session(course, here, TEN)
    bello = make_injector(here.clinic, "RN Bello")
    TreatmentSession.objects.filter(pk=mine.pk).update(injector=bello)
    mine.refresh_from_db()
    assert mine.person is None


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
def test_a_visit_there_that_does_not_take_place_frees_the_time_here(
    secret: TreatmentSession, here: Injector, course: Course, front_desk: User, status: Status
) -> None:
    TreatmentSession.objects.filter(pk=secret.pk).update(status=status)
    assert book(course, slot(here), front_desk).pk


def test_injectors_without_a_log_in_never_clash_for_being_nobody(osei: Injector, hillside: Clinic) -> None:
    other = make_injector(hillside, "Dr Sole")
    make_session(make_course(make_patient(osei.clinic)), osei, TEN)
    assert make_session(make_course(make_patient(hillside)), other, TEN).pk


def test_the_conflict_says_where_the_injector_is_and_nothing_of_the_patient(
    secret: TreatmentSession, here: Injector, course: Course, front_desk: User
) -> None:
    client: Client = log_in(front_desk)
    answer = client.post(
        reverse("treatments:book", args=[course.uid]), {"slot": slot(here).code, "uid": str(uuid.uuid4())}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Dr Osei is at another clinic then." in page
    for leak in ("Zelda", "Quill", "Hillside", str(secret.uid)):
        assert leak not in page


def test_a_move_onto_such_a_time_leaves_the_visit_where_it_was(
    secret: TreatmentSession, here: Injector, course: Course, front_desk: User
) -> None:
    mine = book(course, slot(here, TEN + QUARTER), front_desk)
    with pytest.raises(Taken) as refusal:
        booking.move(session=mine, version=1, slot=slot(here), by=front_desk, at=NOW)
    assert (refusal.value.session, refusal.value.why) == (None, "Dr Osei is at another clinic then")


def test_the_search_offers_no_time_at_which_the_injector_is_elsewhere(
    secret: TreatmentSession, here: Injector, course: Course
) -> None:
    day = TEN.date()
    free = {
        one.starts_at
        for one in slots.free_times(clinic=here.clinic, first=day, days=1, now=NOW)
        if one.injector == here
    }
    assert TEN not in free
    assert {TEN - QUARTER, TEN + QUARTER} <= free
    taken = slots.why_not(course=course, now=NOW, first=day, days=1, injector=here)
    assert "Zelda" not in str(taken)


def test_a_search_costs_two_queries_more_only_where_somebody_works_elsewhere(
    course: Course, here: Injector, prescriber: User, hillside: Clinic
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            slots.suggest(course=course, now=NOW)
        return len(queries)

    alone = cost()
    make_injector(hillside, "Dr Osei", user=prescriber)
    assert cost() == alone + 2


def test_the_calendar_shows_the_time_as_closed_with_a_word_and_no_name(
    secret: TreatmentSession, here: Injector, front_desk: User
) -> None:
    address = reverse("treatments:calendar")
    page = log_in(front_desk).get(address, {"injector": str(here.uid), "date": "2026-11-24"}).content.decode()
    assert "At another clinic" in page
    assert "Quill" not in page


def test_an_offer_ends_when_its_injector_is_booked_elsewhere(
    here: Injector, there: Injector, hillside: Clinic, course: Course, front_desk: User
) -> None:
    offer = offers.make(clinic=here.clinic, slot=slot(here), courses=[course.uid], by=front_desk, at=NOW)
    make_session(make_course(make_patient(hillside)), there, TEN)
    assert offers.close_ended(now=NOW) == 1
    offer.refresh_from_db()
    assert offer.state == "ended"


def test_a_freed_time_at_which_the_injector_is_elsewhere_is_not_listed(
    here: Injector, there: Injector, hillside: Clinic, course: Course
) -> None:
    make_cancelled(course, here, TEN)
    assert [one.slot.starts_at for one in freed_times(clinic=here.clinic, now=NOW)] == [TEN]
    make_session(make_course(make_patient(hillside)), there, TEN)
    assert freed_times(clinic=here.clinic, now=NOW) == []


# Who is who


def test_an_injector_with_the_address_of_a_log_in_here_is_that_person(hillside: Clinic, admin: User) -> None:
    user = User.objects.create_user(email="osei@both.example", full_name="Dr Osei")
    Membership.objects.create(user=user, clinic=hillside, role=Role.PRESCRIBER)
    row = Injector(clinic=hillside, name="Dr Osei", email="Osei@both.example")
    saving.save(change=changes.injector(row=row), by=admin, at=NOW)
    assert Injector.objects.get(clinic=hillside).user == user


def test_an_address_of_somebody_who_does_not_work_here_names_nobody(
    riverside: Clinic, hillside: Clinic, admin: User
) -> None:
    User.objects.create_user(email="osei@both.example", full_name="Dr Osei")
    row = Injector(clinic=hillside, name="Dr Osei", email="osei@both.example")
    saving.save(change=changes.injector(row=row), by=admin, at=NOW)
    assert Injector.objects.get(clinic=hillside).user is None


def test_who_is_found_to_be_one_person_takes_their_visits_along(
    secret: TreatmentSession, riverside: Clinic, admin: User, prescriber: User, maria: Patient
) -> None:
    unknown = make_injector(riverside, "Dr O")
    mine = make_session(make_course(maria), unknown, TEN + QUARTER)
    assert mine.person is None
    unknown.email = prescriber.email
    saving.save(change=changes.injector(row=unknown), by=admin, at=NOW)
    mine.refresh_from_db()
    assert mine.person == prescriber


def test_a_visit_that_comes_back_is_of_the_person_whom_its_injector_was_found_to_be_meanwhile(
    secret: TreatmentSession, riverside: Clinic, admin: User, prescriber: User, maria: Patient
) -> None:
    unknown = make_injector(riverside, "Dr O")
    off = make_cancelled(make_course(maria), unknown, TEN)
    unknown.email = prescriber.email
    saving.save(change=changes.injector(row=unknown), by=admin, at=NOW)
    with pytest.raises(Taken):
        booking.change_status(session=off, to=Status.BOOKED, by=admin, at=NOW)


def test_two_rows_with_visits_at_the_same_time_cannot_become_one_person(
    secret: TreatmentSession, riverside: Clinic, admin: User, prescriber: User, maria: Patient
) -> None:
    unknown = make_injector(riverside, "Dr O")
    make_session(make_course(maria), unknown, TEN)
    unknown.email = prescriber.email
    with pytest.raises(changes.Refused, match="at another clinic at the same time"):
        saving.save(change=changes.injector(row=unknown), by=admin, at=NOW)
    unknown.refresh_from_db()
    assert unknown.user is None


def let_in(email: str, clinic: Clinic, by: User) -> None:
    """Ask somebody to work at a clinic; they accept."""
    _, token = staff.invite(clinic=clinic, email=email, role=Role.PRESCRIBER, by=by, at=NOW)
    typed = {"full_name": "Dr Osei", "password": "a new and longer password"}
    assert Client().post(reverse("staff:take", args=[token]), typed).status_code == 302


def test_an_injector_who_is_let_in_later_is_that_person_with_their_visits(
    riverside: Clinic, admin: User, maria: Patient
) -> None:
    osei = make_injector(riverside, "Dr Osei", email="Osei@both.example")
    mine = make_session(make_course(maria), osei, TEN)
    let_in("osei@both.example", riverside, admin)
    osei.refresh_from_db()
    mine.refresh_from_db()
    assert osei.user == mine.person == User.objects.get(email="osei@both.example")


def test_who_signs_in_elsewhere_already_is_known_as_one_person_when_a_second_clinic_lets_them_in(
    secret: TreatmentSession, riverside: Clinic, admin: User, prescriber: User, maria: Patient
) -> None:
    Membership.objects.filter(user=prescriber, clinic=riverside).update(active=False)
    here = make_injector(riverside, "Dr O", email=prescriber.email)
    let_in(prescriber.email, riverside, admin)
    with pytest.raises(Taken):
        book(make_course(maria), slot(here), admin)


def test_who_is_let_in_with_visits_at_both_at_once_stands_in_settings_until_one_has_moved(
    secret: TreatmentSession, riverside: Clinic, admin: User, prescriber: User, maria: Patient
) -> None:
    Membership.objects.filter(user=prescriber, clinic=riverside).update(active=False)
    here = make_injector(riverside, "Dr O", email=prescriber.email)
    mine = make_session(make_course(maria), here, TEN)
    let_in(prescriber.email, riverside, admin)
    words = "Somebody signs in with this address."
    assert words in log_in(admin).get(reverse("setup:overview")).content.decode()
    booking.move(session=mine, version=1, slot=slot(here, TEN + QUARTER), by=admin, at=NOW)
    here.refresh_from_db()
    saving.save(change=changes.injector(row=here), by=admin, at=NOW)
    assert words not in log_in(admin).get(reverse("setup:overview")).content.decode()
