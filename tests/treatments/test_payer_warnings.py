"""Where a payer does not pay for the chosen day, whoever books, moves, offers it or puts in a walk-in is told; nothing is refused."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Injector, User
from patients.authorizing import Agreement, Window, shortfall
from patients.eligibility.policy import SAMPLE_B, Stage
from patients.models import Assessment, Authorization, Patient
from tests.builders import NOW, TODAY, make_assessment, make_patient, make_record, make_session, room_of, sign_record
from tests.conftest import log_in
from tests.pages import text
from tests.reports.test_others import record
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign, sign, stocked
from treatments import slots
from treatments.authorized import Given, Record, Use, paying_windows_of, shortfalls, use_of, windows_of
from treatments.models import Course, SessionEvent, TreatmentSession
from treatments.recall import candidates
from treatments.recording import VialUsed

__all__ = ["sign", "stocked"]

ONE = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 12, 1)


def agreement(
    *,
    visits: int | None = 2,
    used: int = 0,
    units: int | None = 400,
    units_used: int = 0,
    planned: int = 155,
    waste: bool = False,
    last: dt.date = LAST,
) -> Agreement:
    """Return an agreement for the second half of the year."""
    return Agreement("PA-1", Window(FIRST, last), visits, used, units, units_used, planned, waste)


@pytest.mark.parametrize(
    ("one", "date", "words"),
    [
        (agreement(), FIRST, ""),
        (agreement(), LAST, ""),
        (agreement(), LAST + ONE, "is after the authorization ends (Tuesday 1 December 2026)"),
        (agreement(), FIRST - ONE, "is before the authorization begins (Monday 1 June 2026)"),
        (agreement(used=1), FIRST, ""),
        (agreement(used=2), FIRST, "PA-1 is used up: 2 of 2 visits"),
        (agreement(units_used=245), FIRST, ""),  # 155 left are enough
        (agreement(units_used=246), FIRST, "PA-1 has 154 of 400 units left, and 155 are planned"),
        (agreement(units_used=400), FIRST, "PA-1 is used up: 400 of 400 units"),
        (agreement(units_used=200, planned=200, waste=True), FIRST, ""),
        (
            agreement(units_used=201, planned=200, waste=True), FIRST,
            "PA-1 has 199 of 400 units left, and 200 are planned, with waste",
        ),
        (
            agreement(units_used=400, planned=200, waste=True), FIRST,
            "PA-1 is used up: 400 of 400 units, with waste",
        ),
        (agreement(visits=None, units=None, used=9, units_used=999), FIRST, ""),
    ],
)  # fmt: skip
def test_what_a_payer_pays_for(one: Agreement, date: dt.date, words: str) -> None:
    found = shortfall([one], date)
    assert found.endswith(words) if words else found == ""


@pytest.mark.parametrize(
    ("given", "use"),
    [
        ([Given(FIRST - ONE, 155), Given(LAST + ONE, 155), Given(None, 155)], Use(0, 0, spent=False)),
        ([Given(FIRST, 155), Given(LAST, 154)], Use(2, 309, spent=False)),
        ([Given(FIRST, 155), Given(LAST, 155)], Use(2, 310, spent=True)),
        ([Given(FIRST, 155, 45), Given(LAST, 154, 46)], Use(2, 309, spent=False)),  # the payer counts what was given
        ([Given(FIRST, None), Given(FIRST, None), Given(LAST, None)], Use(3, 0, spent=True)),
    ],
)
def test_what_was_given_from_the_first_day_to_the_last_is_used(given: list[Given], use: Use) -> None:
    one = Authorization(pk=1, valid_from=FIRST, valid_to=LAST, visits=3, units_allowed=310)
    assert use_of([one], given) == {1: use}


@pytest.mark.parametrize(
    ("given", "use"),
    [
        ([Given(FIRST, 155, 45), Given(LAST, 195, 5)], Use(2, 400, spent=True)),
        ([Given(FIRST, 155, 45), Given(LAST, 155)], Use(2, 355, spent=False)),  # a list told only what was given
        ([Given(FIRST, 0, 200)], Use(1, 200, spent=False)),  # fainted at the first site
        ([Given(FIRST, None)], Use(1, 0, spent=False)),
    ],
)
def test_waste_is_used_as_well_where_the_payer_counts_it(given: list[Given], use: Use) -> None:
    one = Authorization(pk=1, valid_from=FIRST, valid_to=LAST, visits=3, units_allowed=400, counts_waste=True)
    assert use_of([one], given) == {1: use}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (agreement(last=LAST - ONE), ""),
        (agreement(last=LAST + ONE), ""),
        (agreement(units_used=400, last=LAST + ONE), "PA-1 is used up: 400 of 400 units"),
        (agreement(last=FIRST), "PA-1 is used up: 2 of 2 visits"),  # it ended before the day
    ],
)
def test_one_agreement_that_pays_is_enough_and_else_the_one_that_lasts_longest_is_spoken_of(
    other: Agreement, words: str
) -> None:
    assert shortfall([agreement(used=2), other], FIRST + ONE) == words


def test_who_never_asked_a_payer_is_not_warned() -> None:
    assert shortfall([], FIRST) == ""


@pytest.fixture
def used_up(course: Course) -> Authorization:
    """Maria's payer agreed to one visit, and it was the last one."""
    return Authorization.objects.create(
        clinic=course.clinic, patient=course.patient, payer="Aster", number="PA-1",
        valid_from=TODAY - dt.timedelta(days=100), valid_to=TODAY + dt.timedelta(days=20), visits=1,
    )  # fmt: skip


USED_UP = "PA-1 is used up: 1 of 1 visits. Ask the payer before the visit."


def first_free(course: Course) -> str:
    """Return the first time that is offered, as the form carries it."""
    return slots.suggest(course=course, now=NOW, limit=1)[0].code


def text_of(client: Client, url: str) -> str:
    return text(client.get(url))


def test_booking_says_so_before_and_after(used_up: Authorization, course: Course, front_desk: User) -> None:
    client, url = log_in(front_desk), reverse("treatments:book", args=[course.uid])
    assert USED_UP in text_of(client, url)
    client.post(url, {"slot": first_free(course), "uid": str(uuid.uuid4())})
    assert TreatmentSession.objects.filter(course=course, status="booked").exists()
    assert f"Maria Santos: {USED_UP}" in text_of(client, reverse("patients:detail", args=[course.patient.uid]))


def test_moving_past_the_end_says_so(used_up: Authorization, course: Course, osei: Injector, front_desk: User) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(visits=9, valid_to=TODAY)
    session = make_session(course, osei, NOW + dt.timedelta(hours=3), due_on=TODAY)
    later = slots.suggest(course=course, now=NOW, limit=1, not_before=TODAY + ONE)[0]
    client = log_in(front_desk)
    data = {"slot": later.code, "version": str(session.version)}
    client.post(reverse("treatments:move", args=[session.uid]), data)
    page = text_of(client, reverse("patients:detail", args=[course.patient.uid]))
    assert "is after the authorization ends (Monday 23 November 2026). Ask the payer before the visit." in page


def test_walking_in_says_so(used_up: Authorization, course: Course, front_desk: User) -> None:
    client = log_in(front_desk)
    assert "PA-1 is used up: 1 of 1 visits" in text_of(client, reverse("treatments:walk_in") + "?q=Santos")
    data = {"slot": first_free(course), "uid": str(uuid.uuid4())}
    client.post(reverse("treatments:put_in", args=[course.uid]), data)
    assert USED_UP in text_of(client, reverse("treatments:today"))


def test_neither_what_a_payer_refused_nor_what_it_agreed_to_for_somebody_else_counts(
    course: Course, used_up: Authorization
) -> None:
    Authorization.objects.create(
        clinic=course.clinic, patient=make_patient(course.clinic), payer="Aster", number="PA-2", valid_from=TODAY,
        valid_to=LAST,
    )  # fmt: skip
    Authorization.objects.filter(pk=used_up.pk).update(status=Authorization.Status.REFUSED)
    assert windows_of(course.patient_id) == ()
    assert paying_windows_of(course.patient_id) is None
    assert shortfalls([course.patient_id], TODAY) == {}


def test_as_much_is_planned_as_a_whole_session_had(
    course: Course, used_up: Authorization, osei: Injector, prescriber: User
) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(visits=9, units_allowed=455, valid_from=TODAY - 400 * ONE)
    for days, given, stopped in ((300, 195, ""), (200, 20, "Fainted or felt faint"), (390, 155, "")):
        at = NOW - days * ONE
        session = make_session(course, osei, at, status="done", given_on=at.date(), due_on=at.date())
        record(session, prescriber, "C1", given=given, stopped_reason=stopped)
    assert shortfalls([course.patient_id], TODAY) == {
        course.patient_id: "PA-1 has 85 of 455 units left, and 195 are planned"
    }


@pytest.fixture
def counts_waste(used_up: Authorization) -> Authorization:
    """Maria's payer agreed to 800 units in 400 days, with waste."""
    agreed = {"visits": None, "units_allowed": 800, "counts_waste": True, "valid_from": TODAY - 400 * ONE}
    Authorization.objects.filter(pk=used_up.pk).update(**agreed)
    return used_up


def done(course: Course, injector: Injector, days_ago: int) -> TreatmentSession:
    """Return a session of so many days ago, to be signed."""
    at = NOW - days_ago * ONE
    return make_session(course, injector, at, status="done", given_on=at.date(), due_on=at.date())


def units_used(user: User, patient: Patient) -> str:
    """Return what the person's page says of the units used."""
    page = text_of(log_in(user), reverse("patients:detail", args=[patient.uid]))
    return page.partition('data-label="Units used" class="num">')[2].partition("<")[0]


def test_a_payer_who_counts_waste_pays_for_whole_vials(
    course: Course, counts_waste: Authorization, osei: Injector, prescriber: User, front_desk: User
) -> None:
    for days in (300, 200, 100):
        record(done(course, osei, days), prescriber, "C1")
    assert shortfalls([course.patient_id], TODAY) == {}, "200 are left"
    Authorization.objects.filter(pk=counts_waste.pk).update(units_allowed=799)
    short = "PA-1 has 199 of 799 units left, and 200 are planned, with waste"
    assert shortfalls([course.patient_id], TODAY) == {course.patient_id: short}
    assert paying_windows_of(course.patient_id) == ()
    assert units_used(front_desk, course.patient) == "600 of 799, with waste"
    Authorization.objects.filter(pk=counts_waste.pk).update(counts_waste=False)
    assert shortfalls([course.patient_id], TODAY) == {}
    assert units_used(front_desk, course.patient) == "465 of 799"


@pytest.mark.parametrize(
    ("drawn", "left", "words"),
    [
        (200, 199, "PA-1 has 199 of 399 units left, and 200 are planned, with waste"),
        (100, 100, ""),
        (100, 99, "PA-1 has 99 of 199 units left, and 100 are planned, with waste"),
    ],
)
def test_a_dose_that_a_small_vial_holds_is_planned_with_the_vial_it_was_last_taken_from(
    course: Course, counts_waste: Authorization, osei: Injector, prescriber: User, drawn: int, left: int, words: str
) -> None:
    session = done(course, osei, 100)
    units = {"units_drawn": drawn, "units_given": 95, "units_wasted": drawn - 95, "sites_given": 19}
    sign_record(make_record(session, screened_on=session.local_date, **units), by=prescriber)
    Authorization.objects.filter(pk=counts_waste.pk).update(units_allowed=drawn + left)
    assert shortfalls([course.patient_id], TODAY).get(course.patient_id, "") == words


def test_of_a_corrected_session_the_newest_signed_version_counts(
    course: Course, counts_waste: Authorization, osei: Injector, prescriber: User, front_desk: User
) -> None:
    session = done(course, osei, 100)
    first = record(session, prescriber, "C1")
    changes = {"corrects": first, "correction_reason": "A second vial", "screened_on": session.local_date}
    second = make_record(session, units_drawn=400, units_wasted=245, **changes)
    assert units_used(front_desk, course.patient) == "200 of 800, with waste", "nobody has signed it yet"
    sign_record(second, by=prescriber, lots=["C1", "C2"])
    assert units_used(front_desk, course.patient) == "400 of 800, with waste"


def test_vials_that_a_pharmacy_sent_for_somebody_count_as_any_other(
    counts_waste: Authorization, stocked: Receive, sign: Sign, maria: Patient, front_desk: User
) -> None:
    stocked(strength=100, number=2, owner=maria)
    vials = sign(*[VialUsed("C4471", EXPIRY, 100)] * 2).vials.all()
    assert [vial.owned_by_patient for vial in vials] == [True, True]
    assert units_used(front_desk, maria) == "200 of 800, with waste"


@pytest.fixture
def renewed_by_90_days(course: Course, used_up: Authorization, prescriber: User) -> Assessment:
    """Maria's course counts 84 days; the payer by whose policy it was signed since asks for 90, and agreed to more visits."""
    Authorization.objects.filter(pk=used_up.pk).update(visits=9)
    renewal = make_assessment(course.patient, stage="continue")
    renewal.judge(replace(SAMPLE_B, name="Aster Health"), Stage.CONTINUE)
    renewal.signed_by, renewal.signed_at = prescriber, NOW
    renewal.save()
    make_assessment(course.patient, stage="continue")  # one that nobody has signed asks for nothing
    return renewal


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "Monday 23 November 2026 is day 84 after the last session, and Aster Health asks for 90"), (6, "")],
)
def test_a_payer_who_asks_for_more_days_by_now_is_heard(
    renewed_by_90_days: Assessment, course: Course, days: int, words: str
) -> None:
    found = shortfalls([course.patient_id], TODAY + days * ONE)
    assert found == ({course.patient_id: words} if words else {})


@pytest.mark.parametrize(
    ("given", "interval"),
    [
        ([], 90),
        ([Given(FIRST, 155)], 90),  # on that very day
        ([Given(FIRST + ONE, 155)], 90),
        ([Given(FIRST - 83 * ONE, 155)], 84),  # no more days than any course has, which says so itself
    ],
)
def test_a_payer_s_days_are_counted_from_a_session_before_where_it_asks_for_more_than_the_course(
    given: list[Given], interval: int
) -> None:
    assert Record([], given=given, asks=("Aster Health", interval)).lacks_days(FIRST) == ""


def test_patients_choose_no_day_that_their_payer_does_not_pay_yet(
    renewed_by_90_days: Assessment, course: Course
) -> None:
    windows = paying_windows_of(course.patient_id)
    assert windows
    assert [window.first for window in windows] == [TODAY + 6 * ONE]


@pytest.mark.parametrize(("days", "paying"), [(5, 0), (6, 1)])
def test_an_agreement_that_ends_before_that_day_pays_for_nothing(
    renewed_by_90_days: Assessment, course: Course, used_up: Authorization, days: int, paying: int
) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(valid_to=TODAY + days * ONE)
    assert len(paying_windows_of(course.patient_id) or ()) == paying


def test_units_that_a_list_told_of_the_session_before_are_used_up_as_well(
    course: Course, maria: Patient, used_up: Authorization, front_desk: User
) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(visits=2, units_allowed=300)
    before = course.sessions.get()
    SessionEvent.objects.create(
        clinic=before.clinic, session=before, at=NOW, kind=SessionEvent.Kind.IMPORTED, after={"units": 160}
    )
    assert shortfalls([maria.pk], TODAY) == {maria.pk: "PA-1 has 140 of 300 units left, and 160 are planned"}
    page = text_of(log_in(front_desk), reverse("patients:detail", args=[maria.uid]))
    assert 'data-label="Units used" class="num">160 of 300</td>' in page


def test_who_is_covered_hears_nothing(course: Course, maria: Patient, used_up: Authorization, front_desk: User) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(visits=2)
    client = log_in(front_desk)
    assert "Ask the payer" not in text_of(client, reverse("treatments:book", args=[course.uid]))
    client.post(reverse("treatments:book", args=[course.uid]), {"slot": first_free(course), "uid": str(uuid.uuid4())})
    assert "Ask the payer" not in text_of(client, reverse("patients:detail", args=[maria.uid]))


@pytest.mark.parametrize(("visits", "paid"), [(1, False), (2, True)])
def test_who_offers_a_time_sees_whose_payer_does_not_pay_and_has_to_tick_them(
    used_up: Authorization, course: Course, osei: Injector, front_desk: User, visits: int, paid: bool
) -> None:
    Authorization.objects.filter(pk=used_up.pk).update(visits=visits)
    starts_at = NOW + ONE
    slot = slots.Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))
    (one,) = candidates.rank(clinic=course.clinic, slot=slot, at=NOW).first
    assert (one.ticked, one.unpaid) == ((True, "") if paid else (False, "PA-1 is used up: 1 of 1 visits"))
    page = text_of(log_in(front_desk), f"{reverse('treatments:offer')}?slot={slot.code}")
    assert ("PA-1 is used up: 1 of 1 visits" in page) is not paid
