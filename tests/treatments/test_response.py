"""What the treatment does, by tables of cases on both sides of each line."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import Injector, User
from patients.actions.baseline import freeze_baseline
from patients.diary import Day, Window, count
from patients.eligibility.policy import EHF, NICE, Policy
from patients.models import Authorization, DiaryDay, Patient, PreventiveTrial
from reminders.defaults import install
from reminders.models import Reminder, ReminderRule
from tests.builders import NOW, TODAY, make_assessment, make_course, make_record, make_session
from tests.conftest import log_in
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.models import Status, TreatmentSession, Vial
from treatments.response.chart import HEIGHT, chart
from treatments.response.cycles import Response, response, wear_off_week
from treatments.scores.entering import record_scores

FIRST = dt.date(2026, 1, 5)
CYCLE = dt.timedelta(days=84)
ONE = dt.timedelta(days=1)


def days_before(end: dt.date, headache: int, *, recorded: int = 28, migraine: int = 0) -> list[Day]:
    """Return the 28 days before ``end``: so many recorded, so many of them with headache."""
    return [
        Day(end - (place + 1) * ONE, Decimal(5 if place < headache else 0), migraine=place < migraine)
        for place in range(recorded)
    ]


@dataclass(frozen=True)
class Frozen:
    """A level before treatment."""

    window: Window
    came_from: str = "Diary"


def level(headache: int, *, recorded: int = 28) -> Frozen:
    """Return the level of 28 days before the first session."""
    return Frozen(count(days_before(FIRST, headache, recorded=recorded), FIRST - ONE))


def after(cycles: int, before: int, now: int, *, then: int = 28, rule: Policy = NICE, **more: Any) -> Response:
    """Return the response after some cycles: headache days before treatment, and at the end of the last cycle."""
    given_on = [FIRST + CYCLE * number for number in range(cycles)]
    today = given_on[-1] + CYCLE
    return response(given_on, days_before(today, now, **more), today, level(before, recorded=then), rule=rule)


@pytest.mark.parametrize(
    ("before", "now", "responds", "words"),
    [
        (20, 14, True, "30% fewer"),  # exactly 30% is a response
        (20, 15, False, "25% fewer"),
        (27, 19, False, "29% fewer"),  # 29.6%, which read as the 30% that it is not
        (20, 10, True, "50% fewer"),
        (20, 20, False, "0% fewer"),
        (20, 22, False, "10% more"),
        (28, 0, True, "100% fewer"),
    ],
)
def test_exactly_thirty_percent_fewer_is_a_response(before: int, now: int, responds: bool, words: str) -> None:
    found = after(2, before, now)
    assert found.latest
    assert found.responds is responds
    assert words in found.sentence


@pytest.mark.parametrize(("cycles", "now", "proposed"), [(1, 20, False), (2, 20, True), (2, 15, True), (2, 14, False)])
def test_lack_of_effect_is_never_judged_before_two_cycles(cycles: int, now: int, proposed: bool) -> None:
    assert after(cycles, 20, now).too_little is proposed


@pytest.mark.parametrize(
    ("cycles", "proposed", "talked_about"), [(1, False, False), (2, False, True), (3, True, False), (4, True, False)]
)
def test_by_ehf_two_cycles_are_talked_about_and_three_propose_a_stop(
    cycles: int, proposed: bool, talked_about: bool
) -> None:
    found = after(cycles, 20, 15, rule=EHF)
    assert (found.too_little, found.little_so_far) == (proposed, talked_about)


@pytest.mark.parametrize("cycles", [1, 2, 3])
def test_nice_proposes_as_soon_as_it_is_talked_about(cycles: int) -> None:
    assert not after(cycles, 20, 15).little_so_far


def test_a_policy_that_asks_for_more_is_held_to_it() -> None:
    strict = replace(NICE, response_percent=50)
    assert (after(2, 20, 11).too_little, after(2, 20, 11, rule=strict).too_little) == (False, True)


@pytest.mark.parametrize(
    ("percent", "words"), [(30, ["before", "-30%", "-50%"]), (40, ["before", "-40%", "-50%"]), (50, ["before", "-50%"])]
)
def test_the_chart_has_a_line_at_what_the_rule_asks_for_and_one_at_half(percent: int, words: list[str]) -> None:
    found = after(2, 20, 11, rule=replace(NICE, response_percent=percent))
    assert [line.words for line in chart(found).lines] == words


@pytest.mark.parametrize(("recorded", "known"), [(19, False), (20, True)])
def test_too_few_diary_days_say_nothing(recorded: int, known: bool) -> None:
    found = after(2, 20, 10, recorded=recorded)
    assert (found.latest is not None) is known
    assert ("Not enough" in found.sentence) is not known


def test_a_level_without_a_headache_day_lacks_no_diary_days() -> None:
    assert after(2, 0, 3).sentence == "No headache day is on record before treatment, so there is no change to reckon."


def test_too_thin_a_level_before_treatment_needs_review() -> None:
    thin = response([FIRST], days_before(FIRST + CYCLE, 10), FIRST + CYCLE, level(12, recorded=19))
    assert thin.latest is None
    assert "Not enough diary days before treatment (19 of 28)" in thin.sentence


def test_missing_days_are_not_clear_days() -> None:
    found = after(2, 20, 10, recorded=20)
    assert found.latest
    assert found.latest.fewer == 30  # 10 of 20 days are 14 of 28


def test_a_cycle_that_has_just_begun_is_not_judged() -> None:
    assert [period.number for period in response([FIRST], [], FIRST + 28 * ONE, level(20)).periods] == [0]
    assert [period.number for period in response([FIRST], [], FIRST + 29 * ONE, level(20)).periods] == [0, 1]


def test_a_first_cycle_that_has_just_begun_lacks_no_diary_days() -> None:
    found = response([FIRST], days_before(FIRST, 20), FIRST + 28 * ONE, level(20))
    assert (
        found.sentence == "The cycle has just begun: it can be judged once 28 whole days have passed since its session."
    )


def test_nobody_is_judged_before_the_first_session() -> None:
    assert response([], [], FIRST) == Response((), ())


@pytest.mark.parametrize(("late", "worn"), [(9, ()), (10, (1,))])
def test_two_more_days_in_the_last_weeks_are_wearing_off(late: int, worn: tuple[int, ...]) -> None:
    diary = [*days_before(FIRST + 57 * ONE, 8), *days_before(FIRST + 85 * ONE, late)]
    assert response([FIRST], diary, FIRST + CYCLE + ONE).worn_off == worn


@pytest.mark.parametrize(
    ("bad", "worn"),
    [
        ((57, 84), (1,)),
        ((57, 85), ()),  # in week 13
        ((56, 84), ()),  # one in weeks 5 to 8, one in weeks 9 to 12
        ((29, 57, 84), ()),
        ((28, 57, 84), (1,)),  # in week 4
    ],
)
def test_weeks_5_to_8_end_with_day_56_and_weeks_9_to_12_with_day_84(
    bad: tuple[int, ...], worn: tuple[int, ...]
) -> None:
    diary = [Day(FIRST + day * ONE, Decimal(5 if day in bad else 0), migraine=False) for day in range(1, 100)]
    assert response([FIRST], diary, FIRST + 100 * ONE).worn_off == worn


@pytest.mark.parametrize(
    ("next_after", "bad_from", "words"),
    [
        (70, 72, ""),  # what was bad came after the next session
        (77, 64, "It wore off before the next session in cycle 1 from week 10."),
        (84, 72, "It wore off before the next session in cycle 1 from week 11."),
    ],
)
def test_an_effect_wears_off_before_the_next_session_or_not_at_all(next_after: int, bad_from: int, words: str) -> None:
    diary = [Day(FIRST + day * ONE, Decimal(5 if day >= bad_from else 0), migraine=False) for day in range(29, 100)]
    found = response([FIRST, FIRST + next_after * ONE], diary, FIRST + 100 * ONE)
    assert found.worn_off_words == words


def test_headache_that_comes_back_while_a_session_is_late_is_no_end_of_a_cycle() -> None:
    late = FIRST + CYCLE + 140 * ONE  # the second cycle's next session, eight weeks after it was due
    diary = [*days_before(FIRST + CYCLE + 85 * ONE, 10), *days_before(late, 20)]
    for given_on, today in (([FIRST, FIRST + CYCLE], late), ([FIRST, FIRST + CYCLE, late], late + 10 * ONE)):
        found = response(given_on, diary, today, level(20))
        assert found.sentence == "50% fewer headache days than before treatment, at the end of cycle 2."
        assert not found.too_little


def test_who_was_treated_before_has_no_level_without_treatment() -> None:
    diary = [*days_before(FIRST, 20), *days_before(FIRST + CYCLE, 10)]
    found = response([FIRST], diary, FIRST + CYCLE, earlier=3)  # no frozen level, whatever the diary has
    assert [(period.number, period.fewer) for period in found.periods] == [(4, None)]
    assert "level without treatment is not known here" in found.sentence
    assert not found.too_little
    assert chart(found).lines == ()


def test_bars_are_scaled_where_days_are_missing() -> None:
    whole, part = (chart(after(2, 20, now, recorded=days)).bars[-1] for now, days in ((14, 28), (10, 20)))
    assert whole.headache_top == part.headache_top


@pytest.mark.parametrize(("usual", "week"), [((), 9), ((30, 44), 10)])
def test_a_week_stands_out_by_one_headache_day_more_than_an_average_one(usual: tuple[int, ...], week: int) -> None:
    bad = {*usual, 60, *range(64, 71)}  # one day in week 9, all of week 10
    diary = [Day(FIRST + day * ONE, Decimal(5 if day in bad else 0), migraine=False) for day in range(29, 85)]
    assert wear_off_week(FIRST, diary) == week


@pytest.mark.parametrize(("bad_from", "week"), [(57, 9), (64, 10), (71, 11), (78, 12)])
def test_the_week_it_wore_off_is_named(bad_from: int, week: int) -> None:
    diary = [
        Day(FIRST + day * ONE, Decimal(5 if day >= bad_from or day % 14 == 0 else 0), migraine=False)
        for day in range(29, 85)
    ]
    assert wear_off_week(FIRST, diary) == week


def test_the_sentence_names_cycle_and_week() -> None:
    diary = [*days_before(FIRST + 57 * ONE, 8), *days_before(FIRST + 85 * ONE, 10)]
    found = response([FIRST], diary, FIRST + CYCLE + ONE)
    assert found.worn_off_words == f"It wore off before the next session in cycle 1 from week {found.worn_off_from[0]}."


def test_symptoms_are_counted_before_and_now() -> None:
    sick = [replace(day, symptoms=frozenset({"nausea", "smell"})) for day in days_before(FIRST + CYCLE, 9)]
    then = Frozen(count([replace(one, symptoms=frozenset({"nausea"})) for one in days_before(FIRST, 20)], FIRST - ONE))
    found = response([FIRST], sick, FIRST + CYCLE, then)
    assert {row[0]: row[1:] for row in found.symptoms} == {
        "Nausea": (28, 28),
        "Vomiting": (0, 0),
        "Light hurts": (0, 0),
        "Sound hurts": (0, 0),
        "Smells hurt": (0, 28),
    }


def test_symptoms_of_too_few_days_are_not_counted() -> None:
    few = [replace(one, symptoms=frozenset({"nausea"})) for one in days_before(FIRST, 5, recorded=5)]
    assert response([FIRST], [], FIRST + CYCLE, Frozen(count(few, FIRST - ONE))).symptoms == []


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (22, 28, "before treatment of 22 recorded days"),
        (28, 20, "with it of 20 recorded days"),
        (22, 20, "before treatment of 22 recorded days, with it of 20 recorded days"),
        (28, 28, ""),
    ],
)
def test_the_days_that_symptoms_were_counted_in_are_said(then: int, now: int, words: str) -> None:
    assert after(2, 20, 10, recorded=now, then=then).symptoms_rest_on == words


@given(st.integers(1, 28), st.integers(0, 28))
def test_the_response_is_the_share_of_days_that_went(before: int, now: int) -> None:
    found = after(2, before, now)
    assert found.latest
    assert found.latest.fewer == pytest.approx(100 * (before - now) / before)


@given(st.lists(st.tuples(st.integers(0, 28), st.integers(0, 28)), min_size=1, max_size=5))
def test_every_bar_stays_inside_the_chart(cycles: list[tuple[int, int]]) -> None:
    given_on = [FIRST + CYCLE * number for number in range(len(cycles))]
    diary: list[Day] = []
    for start, (headache, recorded) in zip(given_on, cycles, strict=True):
        diary += days_before(start + CYCLE, min(headache, recorded), recorded=recorded)
    drawn = chart(response(given_on, diary, given_on[-1] + CYCLE, level(20)))
    assert all(0 <= bar.headache_top <= bar.migraine_top <= HEIGHT for bar in drawn.bars)
    assert all(bool(bar.gap) == (bar.period.window.days_recorded < 20) for bar in drawn.bars)
    assert drawn.bars[-1].left + drawn.bar_width <= drawn.width


def fill_every_panel(patient: Patient, by: User) -> None:
    """Give somebody with sessions a record with a vial, a level, an effect, scores, medicines, a payer and messages."""
    session = TreatmentSession.objects.filter(course__patient=patient).latest("starts_at")
    assessment = make_assessment(patient, signed_by=by)
    freeze_baseline(
        patient=patient,
        given_on=TODAY - 14 * CYCLE,
        assessment=assessment,
        hit6=66,
        by=by,
        at=NOW,
    )
    record = make_record(session)
    for lot in ("C4471", "C4472"):
        Vial.objects.create(
            clinic=patient.clinic, record=record, lot=lot, expires_on=TODAY, used_on=TODAY, strength=100
        )
    TreatmentSession.objects.filter(pk=session.pk).update(record=record)
    report(patient=patient, told=Told(["neck_pain"], Severity.MILD, TODAY), by=by, at=NOW)
    record_scores(patient=patient, taken_on=TODAY, numbers={"hit6": 61}, by=by, at=NOW)
    PreventiveTrial.objects.create(
        clinic=patient.clinic, patient=patient, drug_class="beta_blocker", drug="Propranolol", result="no_effect"
    )
    Authorization.objects.create(
        clinic=patient.clinic, patient=patient, payer="Aster", number="PA-1", valid_from=TODAY, valid_to=TODAY
    )
    install(patient.clinic)
    Reminder.objects.create(
        clinic=patient.clinic, rule=ReminderRule.objects.get(kind="visit", days_before=3), patient=patient,
        course=session.course, session=session, session_version=1, channel="sms", state="sent",
        due_at=NOW, useful_until=NOW, created_at=NOW, closed_at=NOW,
    )  # fmt: skip


@pytest.mark.django_db
class TestThePatientsPage:
    """The chart on the page of somebody with years of treatment."""

    @pytest.fixture
    def long_treated(self, maria: Patient, osei: Injector) -> Patient:
        """Maria with 14 cycles and two years of diary."""
        first = TODAY - 14 * CYCLE
        course = make_course(maria)
        for number in range(14):
            day = first + CYCLE * number
            at = dt.datetime.combine(day, dt.time(10), dt.UTC)
            make_session(course, osei, at, due_on=day, status=Status.DONE, given_on=day)
        DiaryDay.objects.bulk_create(
            DiaryDay(
                clinic=maria.clinic,
                patient=maria,
                date=TODAY - number * ONE,
                headache_hours=Decimal(5 if number % 3 else 0),
                worst_pain=2 if number % 3 else 0,
                source=DiaryDay.Source.PATIENT,
                entered_at=NOW,
            )
            for number in range(1, 731)
        )
        return maria

    def test_it_has_the_chart_and_its_table(self, long_treated: Patient, nurse: User) -> None:
        page = log_in(nurse).get(reverse("patients:detail", args=[long_treated.uid])).content.decode()
        assert "Show as table" in page
        assert page.count("chart-headache") >= 8
        assert 'class="response-chart is-long"' in page, "eight cycles drawn into the panel could not be read"

    def test_it_costs_sixteen_queries_with_everything_on_it(
        self, long_treated: Patient, prescriber: User, django_assert_max_num_queries: Any
    ) -> None:
        fill_every_panel(long_treated, prescriber)
        client = log_in(prescriber)
        with django_assert_max_num_queries(16):
            page = client.get(reverse("patients:detail", args=[long_treated.uid])).content.decode()
        for words in ("C4471", "neck pain", "HIT-6 61", "Propranolol", "PA-1", "3 days before", "Signed assessment"):
            assert words in page

    def test_before_the_first_session_it_says_so(self, maria: Patient, nurse: User) -> None:
        page = log_in(nurse).get(reverse("patients:detail", args=[maria.uid])).content.decode()
        assert "Nothing to compare yet." in page
        assert "chart-headache" not in page
