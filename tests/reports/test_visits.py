"""The no-show rate, and the rows behind each of its numbers."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from clinic.models import Clinic, Injector, Membership, Role, User
from reminders import defaults
from reminders.models import Kind, ReminderRule, State
from tests.builders import NOW, TODAY, make_injector, make_user
from tests.conftest import log_in
from tests.reports.conftest import DAYS, FIRST, LAST, Visit, figure, remind, shown, table
from treatments.models import SessionEvent, Status, TreatmentSession

DONE, MISSED = Status.DONE, Status.NO_SHOW


def test_no_shows_are_counted_of_visits_kept_or_missed(visit: Visit, admin: User) -> None:
    for status in [DONE] * 9 + [MISSED] * 3 + [Status.CANCELLED] * 4:
        visit(status)
    report = shown(admin, "no-shows")
    assert figure(report, "No-show rate") == "25% (3 of 12)"
    assert figure(report, "Cancelled") == "4"
    assert table(report, "By month") == [("Jul 2026", "25% (3 of 12)")]


def test_a_booking_that_was_undone_is_no_cancelled_visit(visit: Visit, admin: User) -> None:
    for minutes in (2, 60):
        gone = visit(Status.CANCELLED)
        at = gone.starts_at - dt.timedelta(days=1)
        step = {"clinic": gone.clinic, "session": gone, "kind": "status", "after": {"status": "cancelled"}}
        SessionEvent.objects.create(clinic=gone.clinic, session=gone, kind="booked", at=at)
        SessionEvent.objects.create(**step, at=at + dt.timedelta(minutes=minutes))
    [cancelled] = [one for one in shown(admin, "no-shows").figures if one.label == "Cancelled"]
    [filled] = [one for one in shown(admin, "utilisation").figures if one.label == "Filled after cancellation"]
    assert (cancelled.value, filled.n) == ("1", "n = 1 cancelled visit")
    assert [row.pk for row in log_in(admin).get(cancelled.href).context["page"].rows] == [gone.pk]


def test_a_visit_that_was_brought_back_after_its_booking_was_undone_is_cancelled_as_any_other(
    visit: Visit, admin: User
) -> None:
    gone = visit(Status.CANCELLED)
    at = gone.starts_at - dt.timedelta(days=9)
    about = {"clinic": gone.clinic, "session": gone}
    SessionEvent.objects.create(**about, kind="booked", at=at)
    for minutes, status in ((1, "cancelled"), (2, "booked"), (60 * 24, "cancelled")):
        later = at + dt.timedelta(minutes=minutes)
        SessionEvent.objects.create(**about, kind="status", after={"status": status}, at=later)
    assert figure(shown(admin, "no-shows"), "Cancelled") == "1"


def test_fewer_than_ten_give_no_percentage(visit: Visit, admin: User) -> None:
    for status in [DONE] * 6 + [MISSED] * 3:
        visit(status)
    report = shown(admin, "no-shows")
    assert figure(report, "No-show rate") == "3 of 9"
    assert report.few == "Not enough data: 9 visits kept or missed, needs 10."
    page = log_in(admin).get(reverse("reports:report", args=["no-shows"]), DAYS).content.decode()
    read = strip_tags(page.partition("<main")[2].partition("</main>")[0])
    assert "3 of 9" in read
    assert "%" not in read


def test_days_outside_and_visits_still_open_are_not_counted(visit: Visit, admin: User) -> None:
    visit(MISSED, day=LAST + dt.timedelta(days=1))
    visit(MISSED, day=dt.date(2026, 6, 30))
    visit(Status.BOOKED)
    visit(MISSED, day=LAST)
    assert figure(shown(admin, "no-shows"), "No-shows") == "1"


def test_a_partly_done_visit_counts_as_kept_and_given_before_not_at_all(visit: Visit, admin: User) -> None:
    visit(DONE)
    visit(Status.GIVEN_BEFORE)
    assert figure(shown(admin, "no-shows"), "No-show rate") == "0 of 1"


def test_it_is_split_by_injector_weekday_and_answer(visit: Visit, riverside: Clinic, admin: User) -> None:
    bello = make_injector(riverside, "RN Bello")
    visit(MISSED, day=dt.date(2026, 7, 6))
    visit(DONE, day=dt.date(2026, 7, 7), answer=TreatmentSession.Answer.CONFIRMED)
    visit(DONE, day=dt.date(2026, 7, 7), injector=bello)
    report = shown(admin, "no-shows")
    assert table(report, "By injector") == [("Dr Osei", "1 of 2"), ("RN Bello", "0 of 1")]
    assert table(report, "By weekday") == [("Monday", "1 of 1"), ("Tuesday", "0 of 2")]
    assert table(report, "By their answer") == [("Confirmed", "0 of 1"), ("Not confirmed", "1 of 2")]


def test_it_is_split_by_whether_a_reminder_arrived(visit: Visit, admin: User) -> None:
    remind(visit(DONE), State.SENT, delivered_at=NOW)
    remind(visit(MISSED), State.SENT)
    remind(visit(MISSED), State.FAILED)
    remind(visit(MISSED), State.SENT, delivered_at=NOW, session_version=7)  # told of a time that it no longer had
    assert table(shown(admin, "no-shows"), "By reminders") == [
        ("Delivered", "0 of 1"),
        ("Sent, no receipt", "1 of 1"),
        ("None sent", "2 of 2"),
    ]


def test_whom_another_injector_saw_at_the_time_they_were_told_was_reminded(visit: Visit, admin: User) -> None:
    came = visit(DONE, version=2)
    remind(came, State.SENT, delivered_at=NOW, closed_at=NOW, session_version=1, visit_at=came.starts_at)
    moved = visit(MISSED, version=2)
    remind(moved, State.SENT, delivered_at=NOW, session_version=1, visit_at=moved.starts_at - dt.timedelta(days=1))
    assert table(shown(admin, "no-shows"), "By reminders") == [("Delivered", "0 of 1"), ("None sent", "1 of 1")]
    assert figure(shown(admin, "messages"), "Confirmed within 48 hours") == "0 of 1"


def test_a_check_up_after_a_visit_is_no_reminder_before_it(visit: Visit, riverside: Clinic, admin: User) -> None:
    defaults.install(riverside)
    check_up = ReminderRule.objects.get(clinic=riverside, kind=Kind.SIDE_EFFECTS)
    came = visit(DONE, answer="confirmed", answered_at=NOW)
    remind(came, State.SENT, delivered_at=NOW, closed_at=NOW, rule=check_up)
    assert table(shown(admin, "no-shows"), "By reminders") == [("None sent", "0 of 1")]
    assert figure(shown(admin, "messages"), "Confirmed within 48 hours") == "none to count"


def step(visit: TreatmentSession, kind: str, *hours: int) -> None:
    """Write a step of a visit down that took it from one hour of the day to another."""
    places = [{"starts_at": visit.starts_at.replace(hour=hour)} for hour in hours]
    SessionEvent.objects.create(
        clinic=visit.clinic, session=visit, at=NOW, kind=kind, before=places[0], after=places[1]
    )


def test_a_moved_visit_stands_apart(visit: Visit, admin: User) -> None:
    moved = visit(DONE)
    for hours in ((9, 10), (10, 11)):
        step(moved, "moved", *hours)
    assert figure(shown(admin, "no-shows"), "Moved") == "1"


def test_a_move_that_was_undone_at_once_is_none(visit: Visit, admin: User) -> None:
    slip, moved_before = visit(DONE), visit(DONE)
    step(moved_before, "moved", 8, 9)
    for one in (slip, moved_before):
        step(one, "moved", 9, 10)
        step(one, "undone", 10, 9)
    assert figure(shown(admin, "no-shows"), "Moved") == "1"


def test_who_sees_another_injector_at_the_same_time_was_not_moved(visit: Visit, admin: User) -> None:
    step(visit(DONE), "moved", 9, 9)
    assert figure(shown(admin, "no-shows"), "Moved") == "0"


def test_moved_visits_are_counted_from_all_that_stand_in_the_days(visit: Visit, admin: User) -> None:
    step(visit(Status.BOOKED), "moved", 9, 10)
    visit(DONE)
    visit(Status.GIVEN_BEFORE)
    (line,) = [one for one in shown(admin, "no-shows").figures if one.label == "Moved"]
    assert (line.value, line.n) == ("1", "n = 2 visits, open and cancelled ones too")


def test_every_number_leads_to_as_many_rows_as_it_says(visit: Visit, riverside: Clinic, admin: User) -> None:
    for status in [DONE] * 4 + [MISSED] * 3 + [Status.CANCELLED] * 2:
        visit(status)
    remind(visit(MISSED), State.SENT)
    visit(day=FIRST + dt.timedelta(days=1), answer="confirmed", injector=make_injector(riverside, "RN Bello"))
    client, report = log_in(admin), shown(admin, "no-shows")
    links = [(row.href, row.cells[1]) for one in report.tables for row in one.rows]
    links += [(one.href, one.value) for one in report.figures]
    assert all(href for href, _ in links)
    for href, words in links:
        number = int(words.split(" of ")[-1])
        assert len(client.get(href).context["page"].rows) == number, (href, words)


def test_it_can_be_asked_of_one_injector(visit: Visit, riverside: Clinic, osei: Injector, admin: User) -> None:
    visit(MISSED)
    visit(MISSED, injector=make_injector(riverside, "RN Bello"))
    report = shown(admin, "no-shows", injector=str(osei.uid))
    assert figure(report, "No-shows") == "1"
    assert str(osei.uid) in report.figures[0].href


def test_who_runs_two_clinics_sees_either_or_both(visit: Visit, lakeside: Clinic, admin: User) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    visit(MISSED)
    visit(MISSED, injector=make_injector(lakeside, "Dr Sato"))
    here = log_in(admin).get(reverse("reports:first")).context["asked"].clinic
    other = lakeside if here != lakeside else TreatmentSession.objects.exclude(clinic=lakeside)[0].clinic
    assert figure(shown(admin, "no-shows"), "No-shows") == "1"
    elsewhere = shown(admin, "no-shows", clinic=str(other.uid))
    assert figure(elsewhere, "No-shows") == "1"
    assert {one.href for one in elsewhere.figures} == {""}  # its rows are shown where one works at it
    assert figure(shown(admin, "no-shows", clinic="all"), "No-shows") == "2"


def test_a_clinic_where_one_is_no_admin_cannot_be_asked_for(lakeside: Clinic, admin: User) -> None:
    url = reverse("reports:report", args=["no-shows"])
    assert log_in(admin).get(url, DAYS | {"clinic": str(lakeside.uid)}).context["asked"].clinics != [lakeside]
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.FRONT_DESK)
    page = log_in(make_user("two@lakeside.example", "Two", (lakeside, Role.ADMIN))).get(url, DAYS)
    assert [one.pk for one in page.context["asked"].clinics] == [lakeside.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"first": "soon"},
        {"first": "2026-09-30", "last": "2026-07-01"},
        {"first": "2020-01-01", "last": "2026-01-01"},
        {"injector": "x"},
    ],
)
def test_what_means_nothing_is_said_not_ignored(admin: User, query: dict[str, str]) -> None:
    response = log_in(admin).get(reverse("reports:report", args=["no-shows"]), DAYS | query)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


def test_the_menu_leads_to_last_quarter_in_one_press(admin: User) -> None:
    asked = log_in(admin).get(reverse("reports:first")).context["asked"]
    assert (str(asked.first), str(asked.last)) == ("2026-07-01", "2026-09-30")
    assert asked.today == TODAY


def test_as_many_queries_for_many_visits_as_for_few(
    visit: Visit, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, url = log_in(admin), reverse("reports:report", args=["no-shows"])
    for number in (1, 40):
        for _ in range(number):
            visit(MISSED)
        with django_assert_num_queries(6):
            assert client.get(url, DAYS).status_code == 200
