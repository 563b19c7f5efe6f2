"""Interval, product, messages and utilisation."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.models import Absence, Clinic, Injector, Membership, Role, User
from privacy.erasing import erase
from privacy.models import Erasure
from reminders.models import Delivery, Reminder, ReminderRule, State
from reminders.planning.settle import bring_back, stop
from tests.builders import (
    NOW,
    make_course,
    make_injector,
    make_patient,
    make_record,
    make_session,
    room_of,
    sign_record,
)
from tests.conftest import log_in
from tests.reports.conftest import DAYS, Visit, figure, remind, shown, table
from treatments.courses import close_course
from treatments.models import SessionRecord, Status, TreatmentSession
from treatments.protocol import UNITS_PER_SITE

ONE = dt.timedelta(days=1)
FOURTH = dt.date(2026, 7, 6)


def apart(visit: Visit, riverside: Clinic, *days: int) -> None:
    """Give people two sessions so many days apart, the second in the quarter."""
    for number, gap in enumerate(days):
        course = make_course(make_patient(riverside))
        second = FOURTH + number // 20 * ONE
        early = {"early_reason": "x", "early_by": User.objects.first()} if gap < 84 else {}
        visit(Status.GIVEN_BEFORE, day=second - gap * ONE, course=course)
        visit(day=second, course=course, due_on=second - gap * ONE + 84 * ONE, **early)


def test_days_between_sessions_fall_on_the_right_side_of_each_limit(
    visit: Visit, riverside: Clinic, admin: User
) -> None:
    apart(visit, riverside, 83, 84, 84, 90, 98, 98, 99, 120, 200, 84)
    report = shown(admin, "interval")
    assert figure(report, "Under 84 days") == "10% (1 of 10)"
    assert figure(report, "84 to 98 days") == "60% (6 of 10)"
    assert figure(report, "Over 98 days") == "30% (3 of 10)"
    assert figure(report, "Median") == "94 days"
    assert table(report, "By week") == [
        ("11 weeks", "1"),
        ("12 weeks", "4"),
        ("14 weeks", "3"),
        ("17 weeks", "1"),
        ("26 or more weeks", "1"),
    ]


def test_the_rows_and_the_file_count_to_the_day_it_was_given_as_the_report_does(
    visit: Visit, riverside: Clinic, admin: User
) -> None:
    course, booked = make_course(make_patient(riverside)), FOURTH + 83 * ONE
    visit(Status.GIVEN_BEFORE, day=FOURTH, course=course)
    early = {"early_reason": "x", "early_by": admin}
    visit(day=booked, given_on=booked + ONE, course=course, due_on=FOURTH + 84 * ONE, **early)
    assert figure(shown(admin, "interval"), "84 to 98 days") == "1 of 1"
    client, asked = log_in(admin), DAYS | {"gap_from": "84", "gap_to": "98"}
    assert "day 84<" in client.get(reverse("reports:sessions"), asked).content.decode()
    response: Any = client.get(reverse("treatments:export"), DAYS)
    file = b"".join(response).decode()
    assert [line.split(",")[5] for line in file.splitlines()[2:]] == ["84", ""]


def test_an_interval_is_of_the_days_in_which_the_session_was_given(
    visit: Visit, riverside: Clinic, admin: User
) -> None:
    last = dt.date(2026, 9, 30)
    for day, given in ((last, last), (last, last + ONE), (last, last + ONE)):
        course = make_course(make_patient(riverside))
        visit(Status.GIVEN_BEFORE, day=given - 90 * ONE, course=course)
        visit(day=day, given_on=given, course=course, due_on=day)
    report, client = shown(admin, "interval"), log_in(admin)
    assert figure(report, "84 to 98 days") == "1 of 1"
    median, _, on_time, _ = report.figures
    for href in (median.href, on_time.href, *(row.href for row in report.tables[0].rows)):
        assert len(client.get(href).context["page"].rows) == 1, href


def test_a_first_session_has_no_interval(visit: Visit, admin: User) -> None:
    visit()
    report = shown(admin, "interval")
    assert figure(report, "Median") == "none to count"
    assert report.few == "Not enough data: 0 sessions after another one, needs 10."


def record(session: TreatmentSession, by: User, lot: str, *, given: int = 155, **fields: Any) -> SessionRecord:
    """Sign what was injected, five units at each site, from one vial of 200 units."""
    units = {"units_given": given, "units_wasted": 200 - given, "sites_given": given // UNITS_PER_SITE}
    return sign_record(make_record(session, screened_on=session.local_date, **units, **fields), by=by, lots=[lot])


def test_units_and_vials_are_summed_by_lot(visit: Visit, prescriber: User, admin: User) -> None:
    for lot in ("C1", "C1", "C2"):
        record(visit(), prescriber, lot)
    report = shown(admin, "product")
    assert (figure(report, "Units given"), figure(report, "Units wasted")) == ("465", "135")
    assert figure(report, "Vials") == "3"
    assert table(report, "By lot") == [("C1", "2", "310", "90"), ("C2", "1", "155", "45")]


def test_lots_that_have_no_line_of_their_own_share_one(
    visit: Visit, prescriber: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.product.MOST_LOTS", 1)
    for lot in ("C1", "C1", "C2", "C3"):
        record(visit(), prescriber, lot)
    assert table(shown(admin, "product"), "By lot") == [("C1", "2", "310", "90"), ("2 other lots", "2", "310", "90")]


def test_a_session_signed_late_counts_in_the_month_in_which_it_was_given(
    visit: Visit, prescriber: User, admin: User
) -> None:
    last = dt.date(2026, 9, 30)
    for lot, day, given in (
        ("C1", last, last),
        ("C2", last, last + ONE),
        ("C3", dt.date(2026, 6, 30), dt.date(2026, 7, 1)),
        ("C4", dt.date(2026, 7, 31), dt.date(2026, 8, 1)),
    ):
        record(visit(day=day, given_on=given), prescriber, lot)
    report, client = shown(admin, "product"), log_in(admin)
    assert (figure(report, "Units given"), figure(report, "Vials")) == ("465", "3")
    months = table(report, "Units given by month")
    assert [(row[0], row[-1]) for row in months] == [("Jul 2026", "1"), ("Aug 2026", "1"), ("Sep 2026", "1")]
    assert [row[0] for row in table(report, "By lot")] == ["C1", "C3", "C4"]
    wasted = client.get(reverse("treatments:waste"), DAYS).context["rows"]
    assert [(row.month.month, row.sessions) for row in wasted] == [(9, 1), (8, 1), (7, 1)]
    for href, number in [(one.href, 3) for one in report.figures] + [
        (row.href, 1) for one in report.tables for row in one.rows
    ]:
        assert len(client.get(href).context["page"].rows) == number, href


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "soon"])
def test_a_day_that_no_clinic_plans_for_is_said_not_counted(admin: User, day: str) -> None:
    for name in ("given_first", "given_last"):
        response = log_in(admin).get(reverse("reports:sessions"), {name: day})
        assert response.status_code == 422


def test_of_a_corrected_record_only_the_newest_version_counts(visit: Visit, prescriber: User, admin: User) -> None:
    session = visit()
    first = record(session, prescriber, "C1")
    record(session, prescriber, "C2", given=195, corrects=first, correction_reason="read wrong")
    report = shown(admin, "product")
    assert figure(report, "Units given") == "195"
    assert table(report, "By lot") == [("C2", "1", "195", "5")]


def test_messages_are_delivered_sent_or_failed(visit: Visit, admin: User) -> None:
    remind(visit(day=FOURTH), State.SENT, delivered_at=NOW)
    remind(visit(day=FOURTH), State.SENT)
    remind(visit(day=FOURTH), State.FAILED)
    remind(visit(day=FOURTH), State.CANCELLED)  # stopped in time: never tried
    remind(visit(), State.SENT)  # due before the quarter began
    report = shown(admin, "messages")
    assert figure(report, "Delivered") == "1 of 3"
    assert figure(report, "Sent, no receipt") == "1"
    assert figure(report, "Failed") == "1 of 3"
    assert table(report, "Delivered by channel") == [("Text message", "1 of 3", "1", "1", "0")]


def begun(session: TreatmentSession, by: User) -> None:
    """Let what waits for a person about a visit go from the list, as the visit is over."""
    stop(now=NOW)


def erased(session: TreatmentSession, by: User) -> None:
    """Erase the contact data of somebody whose treatment has ended."""
    close_course(course=session.course, reason="Moved away", by=by, at=NOW)
    erase(patient=session.course.patient, what=Erasure.What.CONTACT, reason=Erasure.Reason.ORDER, by=by, at=NOW)


@pytest.mark.parametrize(("tried", "failed"), [(False, "none to count"), (True, "1 of 1")])
def test_what_was_put_off_and_stopped_before_its_time_failed_only_where_it_had_been_tried(
    visit: Visit, admin: User, tried: bool, failed: str
) -> None:
    session = visit(day=FOURTH)
    due = session.starts_at - dt.timedelta(days=3)
    put_off = remind(session, State.CANCELLED, attempts=1, due_at=due, closed_at=due - dt.timedelta(hours=5))
    if tried:
        outcome = Delivery.Outcome.UNREACHABLE
        Delivery.objects.create(clinic=session.clinic, reminder=put_off, attempt=1, started_at=due, outcome=outcome)
    assert figure(shown(admin, "messages"), "Failed") == failed


@pytest.mark.parametrize("over", [begun, erased])
@pytest.mark.parametrize(
    ("state", "attempts", "label"),
    [
        (State.FAILED, 1, "Failed"),
        (State.FAILED, 0, "Failed"),  # nothing reached its person
        (State.MISSED, 0, "Not sent in time"),
        (State.MISSED, 1, "Not sent in time"),  # put off, since they had a text that day
    ],
)
def test_what_did_not_arrive_is_counted_though_nobody_has_to_call_any_more(
    visit: Visit, admin: User, over: Callable[..., None], state: State, attempts: int, label: str
) -> None:
    session = visit(day=FOURTH)
    message = remind(session, state, attempts=attempts)
    before = figure(shown(admin, "messages"), label)
    assert before in {"1 of 1", "1"}
    over(session, admin)
    message.refresh_from_db()
    assert message.state == State.CANCELLED
    assert figure(shown(admin, "messages"), label) == before


def test_messages_and_minutes_can_be_asked_of_one_injector(
    visit: Visit, riverside: Clinic, osei: Injector, admin: User
) -> None:
    for injector in (osei, make_injector(riverside, "RN Bello")):
        remind(visit(day=FOURTH, injector=injector), State.SENT)
    asked = {"injector": str(osei.uid)}
    page = log_in(admin).get(reverse("reports:report", args=["messages"]), DAYS | asked)
    assert page.context["asked"].where == f"{riverside}, Dr Osei"
    assert figure(page.context["report"], "Delivered") == "0 of 1"
    assert [row[0] for row in table(shown(admin, "utilisation", **asked), "By injector")] == ["Dr Osei"]


def test_what_came_back_and_waited_until_its_visit_began_was_too_late(visit: Visit, admin: User) -> None:
    session = visit(day=FOURTH, status=Status.ARRIVED)  # by mistake, an hour ahead
    remind(session, State.FAILED, useful_until=session.starts_at - dt.timedelta(hours=2))
    stop(now=session.starts_at - dt.timedelta(hours=1))
    TreatmentSession.objects.update(status=Status.BOOKED)
    assert bring_back(now=session.starts_at - dt.timedelta(minutes=50)) == 1
    assert Reminder.objects.get().ended_late is None
    TreatmentSession.objects.update(status=Status.ARRIVED)
    stop(now=session.starts_at)
    assert figure(shown(admin, "messages"), "Not sent in time") == "1"


def test_every_number_of_messages_leads_to_the_messages_it_counts(
    visit: Visit, osei: Injector, riverside: Clinic, lakeside: Clinic, admin: User
) -> None:
    day, other = {"day": FOURTH}, make_injector(riverside, "RN Bello")
    called = {"handled_by": admin, "handled_at": NOW}
    for number, state in enumerate((State.SENT, State.SENT, State.FAILED, State.HANDLED, State.REPLACED, State.MISSED)):
        more = {"channel": "email" if number % 2 else "sms"} | (called if state == State.HANDLED else {})
        for injector in (osei, other):
            remind(visit(injector=injector, **day), state, **more)
    remind(visit(**day), State.SENT, delivered_at=NOW)
    remind(visit(**day), State.CANCELLED)
    remind(visit(), State.SENT)
    remind(visit(injector=make_injector(lakeside, "Dr Sato"), **day), State.SENT)
    client = log_in(admin)
    for asked in ({}, {"injector": str(osei.uid)}):
        report = shown(admin, "messages", **asked)
        numbers = [(one.href, one.value.split("%")[-1].strip(" ()").split(" of ")[0]) for one in report.figures[:4]]
        [by_channel] = report.tables
        numbers += [(row.href, row.cells[1].split(" of ")[-1].strip("()")) for row in by_channel.rows]
        assert len(numbers) == 6
        for href, words in numbers:
            page = client.get(href)
            assert len(page.context["rows"]) == int(words), href
            assert page.context["total"] == ("1 message" if words == "1" else f"{words} messages")


def test_the_messages_behind_a_number_lead_on_fifty_a_page(visit: Visit, admin: User) -> None:
    for number in range(51):
        remind(visit(day=FOURTH + number // 30 * ONE), State.SENT)
    client, href = log_in(admin), shown(admin, "messages").figures[1].href
    first = client.get(href)
    older = client.get(f"{href}&{urlencode({'after': first.context['cursor']})}")
    assert [len(page.context["rows"]) for page in (first, older)] == [50, 1]
    assert "51 messages, 50 of them on this page" in first.content.decode()


@pytest.mark.parametrize("query", [{"became": "lost"}, {"channel": "pigeon"}])
def test_what_no_number_counts_has_no_page(admin: User, query: dict[str, str]) -> None:
    assert log_in(admin).get(reverse("reports:message_rows"), DAYS | query).status_code == 404


def test_the_messages_of_another_clinic_are_shown_and_logged_there_alone(
    visit: Visit, lakeside: Clinic, admin: User, front_desk: User
) -> None:
    remind(visit(day=FOURTH), State.SENT)
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    client, url = log_in(admin), reverse("reports:message_rows")
    here = client.get(url, DAYS).context["asked"].clinic
    other = Clinic.objects.exclude(pk=here.pk).get()
    assert client.get(url, DAYS | {"clinic": str(other.uid)}).status_code == 404
    assert log_in(front_desk).get(url, DAYS).status_code == 403


def test_the_days_of_messages_are_those_of_each_clinic(
    visit: Visit, riverside: Clinic, lakeside: Clinic, admin: User
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    both = {"clinic": "all", "first": "2026-07-06", "last": "2026-07-06"}
    evening = dt.datetime(
        2026, 7, 7, 2, tzinfo=dt.UTC
    )  # 3 in the morning of the 7th in London, 10 at night in New York
    remind(visit(), State.SENT, due_at=evening)
    remind(visit(injector=make_injector(lakeside, "Dr Sato")), State.SENT, due_at=evening)
    assert figure(shown(admin, "messages", **both), "Delivered") == "0 of 1"


@pytest.mark.parametrize(("hours", "counted"), [(-1, 0), (0, 1), (48, 1), (49, 0)])
def test_confirmed_within_two_days_of_the_first_reminder(visit: Visit, admin: User, hours: int, counted: int) -> None:
    told = NOW - dt.timedelta(days=60)
    session = visit(answer="confirmed", answered_at=told + dt.timedelta(hours=hours))
    remind(session, State.SENT, closed_at=told)
    report = shown(admin, "messages")
    assert figure(report, "Confirmed within 48 hours") == f"{counted} of 1"
    assert figure(report, "Texts per visit") == "1.0"


def test_texts_per_visit_are_those_of_the_visits_that_a_reminder_went_out_about_without_check_ups(
    visit: Visit, admin: User
) -> None:
    reminded, booked_late = visit(), visit()
    remind(reminded, State.SENT, closed_at=NOW - dt.timedelta(days=60))
    for kind, about in (("booked", reminded), ("side_effects", reminded), ("booked", booked_late)):
        remind(about, State.SENT, rule=ReminderRule.objects.get(clinic=reminded.clinic, kind=kind))
    assert figure(shown(admin, "messages"), "Texts per visit") == "2.0"


def test_minutes_booked_are_held_against_minutes_offered(visit: Visit, osei: Injector, admin: User) -> None:
    monday = {"first": "2026-07-06", "last": "2026-07-06"}
    visit(day=FOURTH)
    visit(Status.NO_SHOW, day=FOURTH)
    visit(Status.CANCELLED, day=FOURTH)
    report = shown(admin, "utilisation", **monday)
    assert figure(report, "Booked of offered") == "6% (30 of 480)"
    noon = dt.datetime(2026, 7, 6, 11, tzinfo=dt.UTC)
    Absence.objects.create(
        clinic=osei.clinic, injector=osei, starts_at=noon, ends_at=noon + dt.timedelta(hours=4)
    )  # fmt: skip
    assert figure(shown(admin, "utilisation", **monday), "Booked of offered") == "13% (30 of 240)"


def test_behind_the_minutes_booked_stand_the_visits_that_took_them(
    visit: Visit, riverside: Clinic, osei: Injector, admin: User
) -> None:
    taken = [visit(status) for status in (Status.DONE, Status.NO_SHOW)]
    visit(Status.CANCELLED)
    visit(injector=make_injector(riverside, "Dr Gone", active=False))
    visit(Status.BOOKED, NOW.date() + dt.timedelta(days=1))
    report = shown(admin, "utilisation", last=str(NOW.date() + dt.timedelta(days=7)))
    for href in (report.figures[0].href, report.tables[0].rows[0].href):
        rows = log_in(admin).get(href).context["page"].rows
        assert {row.pk for row in rows} == {one.pk for one in taken}


def test_a_cancelled_visit_is_filled_by_whoever_came_into_its_time(
    visit: Visit, riverside: Clinic, osei: Injector, admin: User
) -> None:
    gone = visit(Status.CANCELLED)
    visit(Status.CANCELLED)
    make_session(
        make_course(make_patient(riverside)), osei, gone.starts_at, status=Status.DONE, given_on=gone.local_date
    )
    report = shown(admin, "utilisation")
    assert figure(report, "Filled after cancellation") == "1 of 2"
    link = next(one.href for one in report.figures if one.label == "Filled after cancellation")
    assert [row.pk for row in log_in(admin).get(link).context["page"].rows] == [gone.pk]


def test_who_comes_into_their_own_cancelled_time_fills_it_with_nobody_else(
    visit: Visit, osei: Injector, admin: User
) -> None:
    gone = visit(Status.CANCELLED)
    make_session(gone.course, osei, gone.starts_at, status=Status.DONE, given_on=gone.local_date)
    assert figure(shown(admin, "utilisation"), "Filled after cancellation") == "0 of 1"


def minutes_empty(admin: User) -> int:
    """Return the minutes of the next days that nobody has."""
    return int(figure(shown(admin, "utilisation"), "Empty in the next 14 days").split()[0].replace(",", ""))


def test_a_full_day_of_one_injector_fills_no_day_of_another(riverside: Clinic, osei: Injector, admin: User) -> None:
    empty = minutes_empty(admin)
    make_injector(riverside, "RN Bello")
    assert minutes_empty(admin) == 2 * empty


def test_a_room_that_injectors_share_is_offered_once(
    visit: Visit, riverside: Clinic, osei: Injector, admin: User
) -> None:
    monday = {"first": str(FOURTH), "last": str(FOURTH)}
    empty = minutes_empty(admin)
    make_injector(riverside, "RN Bello", room=room_of(osei))
    visit(day=FOURTH)
    report = shown(admin, "utilisation", **monday)
    assert figure(report, "Booked of offered") == "3% (15 of 480)"
    assert table(report, "By injector") == [("Dr Osei", "3% (15 of 480)", "465"), ("RN Bello", "0% (0 of 480)", "480")]
    assert report.tables[0].meaning.startswith("Injectors who share a room take turns in it")
    assert minutes_empty(admin) == empty


def test_a_visit_after_the_next_fortnight_leaves_the_minutes_in_it_empty(
    visit: Visit, osei: Injector, admin: User
) -> None:
    empty = figure(shown(admin, "utilisation"), "Empty in the next 14 days")
    visit(Status.BOOKED, NOW.date() + dt.timedelta(days=14))
    assert figure(shown(admin, "utilisation"), "Empty in the next 14 days") == empty
    visit(Status.BOOKED, NOW.date() + dt.timedelta(days=1))
    assert figure(shown(admin, "utilisation"), "Empty in the next 14 days") != empty


@pytest.mark.parametrize(("key", "number"), [("interval", 4), ("product", 5), ("messages", 6), ("utilisation", 14)])
def test_as_many_queries_for_many_visits_as_for_few(
    visit: Visit, admin: User, key: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, url = log_in(admin), reverse("reports:report", args=[key])
    for more in (1, 20):
        for _ in range(more):
            visit()
        with django_assert_num_queries(number):
            assert client.get(url, DAYS).status_code == 200
