"""Response and wear-off: the same rules as on a person's own page, for everybody."""

import datetime as dt

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from tests.reports.conftest import DAYS, FIRST, LAST, figure, shown, table
from tests.treatments.test_everyone import treated
from tests.treatments.test_level import keep_diary
from treatments.courses import close_course
from treatments.models import OutcomeScore, Status

ONE, CYCLE = dt.timedelta(days=1), dt.timedelta(days=84)
GIVEN = dt.date(2026, 5, 4)  # its week 12 ends on 27 July


def diary_after(patient: Patient, given: dt.date, middle: int, late: int, days: int = 28) -> None:
    """Fill weeks 5 to 8 and 9 to 12 after a session with so many headache days."""
    keep_diary(patient, given + 29 * ONE, 28, headache=middle)
    keep_diary(patient, given + 57 * ONE, days, headache=late)


@pytest.mark.parametrize(
    ("late", "some", "half"), [(15, "0 of 1", "0 of 1"), (14, "1 of 1", "0 of 1"), (11, "1 of 1", "0 of 1"), (10, "1 of 1", "1 of 1")]
)  # fmt: skip
def test_exactly_the_limit_is_a_response(
    maria: Patient, osei: Injector, admin: User, late: int, some: str, half: str
) -> None:
    treated(maria, osei, 1, GIVEN, before=20)
    diary_after(maria, GIVEN, 10, late)
    report = shown(admin, "response")
    assert figure(report, "30% fewer or more") == some
    assert figure(report, "50% fewer or more") == half
    assert table(report, "After each cycle") == [("Cycle 1", some, half, "0")]


def test_nineteen_days_are_too_few_and_twenty_are_scaled(maria: Patient, osei: Injector, admin: User) -> None:
    treated(maria, osei, 1, GIVEN, before=20)
    diary_after(maria, GIVEN, 10, 10, days=19)
    report = shown(admin, "response")
    assert figure(report, "Left out: too few diary days") == "1"
    keep_diary(maria, GIVEN + 76 * ONE, 1, headache=0)
    assert figure(shown(admin, "response"), "30% fewer or more") == "1 of 1"  # 10 of 20 days are 14 of 28


def test_without_a_level_nobody_is_judged(maria: Patient, osei: Injector, admin: User) -> None:
    treated(maria, osei, 1, GIVEN)
    other = make_patient(maria.clinic, "Tom", "Reid")
    course = treated(other, osei, 1, GIVEN + ONE)
    make_session(course, osei, dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC), status=Status.DONE,
                 given_on=dt.date(2026, 4, 1), early_reason="x", early_by=admin)  # fmt: skip
    diary_after(other, GIVEN + ONE, 10, 10)
    assert figure(shown(admin, "response"), "Left out: no level before treatment") == "1"


@pytest.mark.parametrize(("given", "counted"), [(FIRST - CYCLE, 1), (FIRST - CYCLE - ONE, 0), (LAST - CYCLE, 1), (LAST - CYCLE + ONE, 0)])  # fmt: skip
def test_a_cycle_belongs_to_the_day_on_which_its_twelfth_week_ends(
    maria: Patient, osei: Injector, admin: User, given: dt.date, counted: int
) -> None:
    course = treated(maria, osei, 1, given)
    course.sessions.update(local_date=given)
    diary_after(maria, given, 10, 10)
    assert len(table(shown(admin, "response"), "After each cycle")) == counted


@pytest.mark.parametrize(("later", "counted"), [(0, 1), (1, 0)])
def test_its_weeks_count_from_the_day_it_was_given_not_from_the_day_of_the_visit(
    maria: Patient, osei: Injector, admin: User, later: int, counted: int
) -> None:
    course = treated(maria, osei, 1, LAST - CYCLE + later * ONE)
    course.sessions.update(local_date=LAST - CYCLE - 9 * ONE, due_on=LAST - CYCLE - 9 * ONE)
    diary_after(maria, LAST - CYCLE + later * ONE, 10, 10)
    assert len(table(shown(admin, "response"), "After each cycle")) == counted


def test_who_stopped_is_counted_like_who_went_on(maria: Patient, osei: Injector, prescriber: User, admin: User) -> None:
    course = treated(maria, osei, 1, GIVEN)
    diary_after(maria, GIVEN, 20, 20)
    close_course(course=course, reason="No effect", by=prescriber, at=NOW)
    assert figure(shown(admin, "response"), "30% fewer or more") == "0 of 1"


@pytest.mark.parametrize(("late", "worn"), [(11, "0 of 1"), (12, "1 of 1")])
def test_two_days_worse_is_wearing_off(maria: Patient, osei: Injector, admin: User, late: int, worn: str) -> None:
    treated(maria, osei, 2, GIVEN)
    diary_after(maria, GIVEN, 10, late)
    report = shown(admin, "wear-off")
    assert figure(report, "Wore off, by the diary") == worn
    assert table(report, "After each cycle")[-1][0] == "Cycle 2"


def treated_early(patient: Patient, injector: Injector, by: User, after: int, *, anew: bool = False) -> None:
    """Give somebody two sessions so many days apart: clear days in weeks 5 to 8, and a headache each day from day 72 on.

    ``anew``: the second one in a course of its own.
    """
    course = treated(patient, injector, 1, GIVEN)
    if anew:
        close_course(course=course, reason="She moved away", by=by, at=NOW)
        course = make_course(patient)
    again = GIVEN + after * ONE
    make_session(course, injector, dt.datetime.combine(again, dt.time(8), dt.UTC), status=Status.DONE, given_on=again,
                 due_on=GIVEN + CYCLE, early_reason="Wears off", early_by=by)  # fmt: skip
    keep_diary(patient, GIVEN + 29 * ONE, 43, headache=0)
    keep_diary(patient, GIVEN + 72 * ONE, 30, headache=30)


@pytest.mark.parametrize(
    ("after", "worn", "late"), [(70, "none to count", "0 of 14"), (76, "1 of 1", "5 of 20"), (84, "1 of 1", "13 of 28")]
)
@pytest.mark.parametrize("anew", [False, True], ids=["the same course", "another course"])
def test_nothing_wears_off_after_a_next_session_that_was_given_early(
    maria: Patient, osei: Injector, prescriber: User, admin: User, after: int, worn: str, late: str, anew: bool
) -> None:
    treated_early(maria, osei, prescriber, after, anew=anew)
    assert figure(shown(admin, "wear-off"), "Wore off, by the diary") == worn
    asked = DAYS | {"group": "diary" if after == 70 else "worn"}
    assert late in log_in(admin).get(reverse("reports:people", args=["wear-off"]), asked).content.decode()


@pytest.mark.parametrize(("after", "days"), [(70, 0), (76, 4), (84, 12)])
@pytest.mark.parametrize("anew", [False, True], ids=["the same course", "another course"])
def test_a_cycle_whose_next_session_was_given_early_is_judged_by_the_weeks_up_to_it(
    maria: Patient, osei: Injector, prescriber: User, admin: User, after: int, days: int, anew: bool
) -> None:
    treated_early(maria, osei, prescriber, after, anew=anew)
    page = log_in(admin).get(reverse("reports:people", args=["response"]), DAYS | {"group": "some"})
    assert [one.late.headache_days for one in page.context["shown"]] == [days]


@pytest.mark.parametrize(("after", "days"), [(76, 4), (84, 12), (85, 13), (98, 13)])
def test_a_cycle_is_judged_by_the_same_days_as_on_the_persons_own_page(
    maria: Patient, osei: Injector, prescriber: User, admin: User, after: int, days: int
) -> None:
    treated_early(maria, osei, prescriber, after)
    page = log_in(admin).get(reverse("reports:people", args=["response"]), DAYS | {"group": "some"})
    own = log_in(prescriber).get(reverse("patients:detail", args=[maria.uid])).context["reading"].response.periods[1]
    assert [one.late.headache_days for one in page.context["shown"]] == [own.window.headache_days] == [days]


def test_a_level_without_a_headache_day_is_not_left_out_for_its_diary(
    maria: Patient, osei: Injector, admin: User
) -> None:
    treated(maria, osei, 1, GIVEN, before=0)
    diary_after(maria, GIVEN, 0, 0)
    report = shown(admin, "response")
    assert figure(report, "Left out: no level before treatment") == "1"
    assert figure(report, "Left out: too few diary days") == "0"


def test_the_week_it_began_is_what_people_said(maria: Patient, admin: User) -> None:
    for place, week in enumerate([9, 9, 10, None]):
        OutcomeScore.objects.create(
            clinic=maria.clinic, patient=maria, taken_on=FIRST + place * ONE, wear_off_week=week,
            did_not_wear_off=week is None, entered_at=NOW, entered_by=admin,
        )  # fmt: skip
    report = shown(admin, "wear-off")
    assert figure(report, "Wore off, as people said") == "3 of 4"
    assert table(report, "Week in which it began, as people said") == [("Week 9", "2"), ("Week 10", "1")]


def test_what_people_said_counts_for_whoever_gave_the_session_before(
    maria: Patient, riverside: Clinic, osei: Injector, admin: User
) -> None:
    bello, tom = make_injector(riverside, "RN Bello"), make_patient(riverside, "Tom", "Reid")
    again = treated(maria, osei, 1, GIVEN)
    asked_on = GIVEN + CYCLE
    make_session(again, bello, NOW, status=Status.DONE, local_date=asked_on, given_on=asked_on)
    treated(tom, bello, 1, GIVEN + ONE)
    for person, week in ((maria, 10), (tom, 9)):
        OutcomeScore.objects.create(
            clinic=riverside, patient=person, taken_on=asked_on, wear_off_week=week, entered_at=NOW, entered_by=admin
        )
    for injector, words in ((osei, "Week 10"), (bello, "Week 9")):
        report = shown(admin, "wear-off", injector=str(injector.uid))
        assert figure(report, "Wore off, as people said") == "1 of 1"
        assert table(report, "Week in which it began, as people said") == [(words, "1")]


@pytest.mark.parametrize("key", ["response", "wear-off"])
def test_each_number_leads_to_the_people_behind_it(riverside: Clinic, osei: Injector, admin: User, key: str) -> None:
    for number, late in enumerate([5, 11, 20]):
        patient = make_patient(riverside)
        treated(patient, osei, 1, GIVEN + number * ONE)
        diary_after(patient, GIVEN + number * ONE, 10, late)
    client, report = log_in(admin), shown(admin, key)
    for href, words in [(one.href, one.value) for one in report.figures if one.href]:
        assert len(client.get(href).context["shown"]) == int(words.split(" of ")[0]), href
    for row in report.tables[0].rows:
        assert len(client.get(row.href).context["shown"]) == int(row.cells[1].split(" of ")[0])


@pytest.mark.parametrize("key", ["response", "wear-off"])
def test_the_page_of_a_number_says_of_which_cycles_it_is(maria: Patient, osei: Injector, admin: User, key: str) -> None:
    treated(maria, osei, 1, GIVEN)
    diary_after(maria, GIVEN, 10, 10)
    client, url = log_in(admin), reverse("reports:people", args=[key])
    asked = DAYS | {"group": "diary"}
    for cycle, words in (("1", ", cycle 1</h1>"), ("9", ", cycle 9 or later</h1>"), ("", "days</h1>")):
        assert words in client.get(url, asked | {"cycle": cycle}).content.decode(), cycle
    for nonsense in ("x", "0", "10", "-1", "²", "9" * 5000):
        assert client.get(url, asked | {"cycle": nonsense}).status_code == 404, nonsense


@pytest.mark.parametrize(("key", "number"), [("response", 4), ("wear-off", 6)])
def test_as_many_queries_for_many_people_as_for_few(
    riverside: Clinic, osei: Injector, admin: User, key: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:  # fmt: skip
    client, url, made = log_in(admin), reverse("reports:report", args=[key]), 0
    for more in (1, 10):
        for _ in range(more):
            patient, made = make_patient(riverside), made + 1
            treated(patient, osei, 1, GIVEN + made * ONE)
            diary_after(patient, GIVEN + made * ONE, 10, 10)
        with django_assert_num_queries(number):
            assert client.get(url, DAYS).status_code == 200
