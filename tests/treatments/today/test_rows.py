"""What a row of Today says, and what can be done from it."""

import datetime as dt
import re

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Role, User
from clinic.templatetags.interface import STATUS_CHIPS
from patients.models import DiaryDay
from reminders import defaults
from reminders.models import Reminder, ReminderRule
from tests.builders import NOW, TODAY, make_assessment, make_session, make_user
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import MINUTE, TODAY_URL, row_of
from treatments import booking, courses
from treatments.models import Course, Status, TreatmentSession


def test_a_row_says_how_long_an_arrived_patient_waits_and_when_that_is_too_long(
    visit: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    assert (row_of(visit, NOW + 20 * MINUTE).waiting, row_of(visit, NOW + 20 * MINUTE).late) == (20, False)
    assert row_of(visit, NOW + 21 * MINUTE).late


def test_an_age_stays_on_the_line_of_the_last_word_of_its_name(visit: TreatmentSession, client: Client) -> None:
    assert f"{visit.course.patient.full_name}</a>,&nbsp;42" in text(client.get(TODAY_URL))


def test_a_row_says_what_was_noted_when_the_visit_was_booked_while_it_is_open(
    visit: TreatmentSession, front_desk: User
) -> None:
    visit.note = "Comes with her sister. " * 9
    visit.save()
    [note] = [flag for flag in row_of(visit).flags if "Note" in flag]
    assert note == "Note: Comes with her sister. Comes with her sister. Comes with her sister. Comes with…"
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    assert not [flag for flag in row_of(visit).flags if "Note" in flag]


def test_the_page_words_the_wait(visit: TreatmentSession, client: Client, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW - 25 * MINUTE)
    assert "Waiting 25 min" in text(client.get(TODAY_URL))


def test_the_last_change_says_its_time_if_it_was_that_day_and_else_its_date(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW - MINUTE)
    days_ago = NOW - dt.timedelta(days=11)
    booking.change_status(session=toms, to=Status.CANCELLED, by=front_desk, at=days_ago, reason="Ill")
    page = text(client.get(TODAY_URL))
    assert f"{front_desk.full_name}, 9:59am" in page
    assert f"{front_desk.full_name}, 12 Nov" in page


def test_a_row_says_how_long_somebody_is_in_the_room(visit: TreatmentSession, client: Client, nurse: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=NOW - 10 * MINUTE)
    booking.change_status(session=visit, to=Status.IN_ROOM, by=nurse, at=NOW - 8 * MINUTE)
    assert "In room 8 min" in text(client.get(TODAY_URL))


def test_a_row_counts_the_diary_days_of_the_four_weeks_before(visit: TreatmentSession) -> None:
    for days_before in (0, 1, 28, 29):
        DiaryDay.objects.create(
            clinic=visit.clinic,
            patient=visit.course.patient,
            date=TODAY - dt.timedelta(days=days_before),
            headache_hours=0,
            worst_pain=0,
            source="paper",
            entered_at=NOW,
        )
    assert row_of(visit).flags == ("Diary 2 of 28 days",)


def test_a_row_says_that_the_newest_assessment_was_not_met(visit: TreatmentSession, prescriber: User) -> None:
    make_assessment(visit.course.patient, signed_by=prescriber, headache_days=3, long_headache_days=1, migraine_days=1)
    assert "Not eligible at the last assessment" in row_of(visit).flags


def test_an_override_is_not_flagged(visit: TreatmentSession, prescriber: User) -> None:
    few = {"headache_days": 3, "long_headache_days": 1, "migraine_days": 1}
    make_assessment(visit.course.patient, signed_by=prescriber, override_reason="Agreed", **few)
    assert "Not eligible at the last assessment" not in row_of(visit).flags


def test_a_row_says_that_a_message_was_not_delivered(visit: TreatmentSession, client: Client) -> None:
    defaults.install(visit.clinic)
    Reminder.objects.create(
        clinic=visit.clinic,
        rule=ReminderRule.objects.get(kind="visit", days_before=3),
        patient=visit.course.patient,
        course=visit.course,
        session=visit,
        session_version=1,
        channel="sms",
        state="failed",
        due_at=NOW,
        useful_until=NOW,
        created_at=NOW,
        closed_at=NOW,
    )
    assert "Message not delivered" in text(client.get(TODAY_URL)).split(f'id="visit-{visit.pk}"')[1]


def test_undo_is_in_the_rows_menu_only_while_it_is_possible(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    step = visit.events.get().pk
    assert f'data-menu="arrived.1.{step}"' in text(client.get(TODAY_URL))
    with time_machine.travel(NOW + dt.timedelta(seconds=181), tick=False):
        assert 'data-menu="arrived.1."' in text(client.get(TODAY_URL))


def test_without_script_the_menu_is_the_page_of_the_visit_with_undo_while_it_is_possible(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    url = reverse("treatments:session", args=[visit.uid])
    today = text(client.get(TODAY_URL))
    assert f'href="{url}" data-menu=' in today
    assert ">More for Maria Santos, 11am</a>" in today
    page = text(client.get(url))
    assert all(words in page for words in ("Undo last step", "Not here yet", "Cancel"))
    with time_machine.travel(visit.starts_at, tick=False):
        assert "No-show" in text(log_in(front_desk).get(url))
    with time_machine.travel(NOW + dt.timedelta(seconds=181), tick=False):
        assert "Undo last step" not in text(client.get(url))


STEP_URL = "/sessions/step/"


def test_a_button_of_the_form_around_all_rows_says_which_step_and_what_was_seen(
    visit: TreatmentSession, client: Client, nurse: User
) -> None:
    page = text(client.get(TODAY_URL))
    assert f'<form id="day" method="post" action="{STEP_URL}">' in page
    found = re.search(r'form="day" name="step" value="(\d[^"]+)" data-key="a"', page)
    assert found
    assert found[1] == f"{visit.pk}.arrived.booked.1"
    assert log_in(nurse).post(STEP_URL, {"step": found[1]}).status_code == 302
    assert client.post(STEP_URL, {"step": found[1].replace("arrived", "no_show")}).status_code == 409


def test_once_the_time_of_a_visit_is_over_no_show_stands_in_its_row_beside_arrived(
    visit: TreatmentSession, client: Client, nurse: User, reader: User
) -> None:
    def rows(user: Client) -> str:
        return text(user.get(TODAY_URL)).partition('<tbody id="day-rows"')[2]

    no_show = f'name="step" value="{visit.pk}.no_show.booked.1" data-key="x" aria-label="No-show Maria Santos"'
    with time_machine.travel(visit.ends_at - MINUTE, tick=False):
        before = rows(log_in(nurse))
    with time_machine.travel(visit.ends_at, tick=False):
        after = rows(log_in(nurse))
        assert no_show not in rows(log_in(reader))
    assert (no_show in before, no_show in after) == (False, True)
    assert f'value="{visit.pk}.arrived.booked.1"' in after
    states = [re.search(r'data-state="(\w+)"', page) for page in (before, after)]
    assert states[0]
    assert states[1]
    assert states[0][1] != states[1][1]  # so that a refresh brings the button


def test_who_came_is_no_no_show_however_late_it_is(visit: TreatmentSession, client: Client, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    with time_machine.travel(visit.ends_at + MINUTE, tick=False):
        page = text(log_in(front_desk).get(TODAY_URL))
    assert f"{visit.pk}.no_show.arrived" not in page.partition('<tbody id="day-rows"')[2]


def test_who_changed_a_visit_last_leads_to_its_history(
    visit: TreatmentSession, client: Client, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    page = text(client.get(TODAY_URL))
    assert f'href="/sessions/{visit.uid}/#events-h">Fran Adeyemi, 10am</a>' in page
    assert 'id="events-h"' in text(client.get(f"/sessions/{visit.uid}/"))


@pytest.mark.parametrize("pressed", ["", "done.booked.1", "nonsense", "arrived.booked.1.1"])
def test_a_button_nobody_made_changes_nothing(visit: TreatmentSession, client: Client, pressed: str) -> None:
    answer = client.post(STEP_URL, {"step": f"{visit.pk}.{pressed}"})
    visit.refresh_from_db()
    assert (answer.status_code in {400, 409}, visit.status) == (True, Status.BOOKED)


@pytest.mark.parametrize(
    ("key", "status"), [("", 400), ("x", 400), ("-1", 400), ("²", 400), ("9" * 40, 400), ("0", 404)]
)
def test_a_visit_that_is_not_there_is_not_found(visit: TreatmentSession, client: Client, key: str, status: int) -> None:
    assert client.post(STEP_URL, {"step": f"{key}.arrived.booked.1"}).status_code == status


def test_a_visit_of_another_clinic_is_not_found(visit: TreatmentSession, lakeside: Clinic) -> None:
    theirs = log_in(make_user("lena@lakeside.example", "Lena", (lakeside, Role.FRONT_DESK)))
    assert theirs.post(STEP_URL, {"step": f"{visit.pk}.arrived.booked.1"}).status_code == 404
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_a_visit_of_the_day_costs_so_few_bytes_that_400_fit_into_285_kb(
    visit: TreatmentSession, toms: TreatmentSession, client: Client
) -> None:
    one = len(client.get(TODAY_URL, {"injector": str(visit.injector.uid)}).content)
    both = len(client.get(TODAY_URL).content)
    assert one + 399 * (both - one) < 285_000


def test_the_icon_and_tone_of_a_state_are_those_of_its_chip() -> None:
    css = (settings.BASE_DIR / "static/css/chips.css").read_text()
    shown = {"asked_to_move", "confirmed", *(status.value for status in Status if status != Status.GIVEN_BEFORE)}
    for state in shown:
        tone = STATUS_CHIPS[state].tone
        assert f"\n.i-{state}, .chip-{tone} {{" in css
        assert f"[data-bs-theme=dark] :is(.i-{state}, .chip-{tone}) {{" in css
        assert f".i-{state}::before {{ --icon: " in css


def test_every_way_a_visit_can_stand_has_its_menu(visit: TreatmentSession, client: Client, reader: User) -> None:
    page = text(client.get(TODAY_URL))
    stands = {"asked_to_move", *(status.value for status in Status if status != Status.GIVEN_BEFORE)}
    assert set(re.findall(r'<template id="menu-([^"]+)">', page)) == stands
    assert "<template" not in text(log_in(reader).get(TODAY_URL))


def test_no_step_is_offered_that_would_bring_a_visit_back_into_an_ended_course(
    visit: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Moved away")
    courses.close_course(course=visit.course, reason="Moved away", by=front_desk, at=NOW)
    client = log_in(front_desk)
    assert f'data-menu="done.{visit.version}."' in text(client.get(TODAY_URL))
    page = text(client.get(reverse("treatments:session", args=[visit.uid])))
    assert "Back to booked" not in page
    assert "Undo last step" not in page


def test_who_did_not_come_is_said_to_be_on_recall(visit: TreatmentSession, client: Client) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.NO_SHOW)
    assert "on Recall" in text(client.get(TODAY_URL))


@pytest.mark.parametrize("since", ["treated later that day", "course ended", "left alone for a while"])
def test_nobody_is_said_to_be_on_recall_who_is_not(visit: TreatmentSession, client: Client, since: str) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.NO_SHOW)
    course = Course.objects.filter(pk=visit.course_id)
    if since == "treated later that day":
        make_session(visit.course, visit.injector, NOW + 90 * MINUTE, status=Status.DONE, given_on=TODAY)
    elif since == "course ended":
        course.update(closed_on=TODAY, close_reason="Stopped")
    else:
        course.update(snoozed_until=TODAY + dt.timedelta(days=7), snoozed_at=NOW + MINUTE)
    assert "on Recall" not in text(client.get(TODAY_URL))


@pytest.mark.parametrize(("status", "words"), [(Status.NO_SHOW, "Book again"), (Status.DONE, "Book next")])
def test_nobody_whose_course_has_ended_is_to_be_booked(
    visit: TreatmentSession, client: Client, status: Status, words: str
) -> None:
    given_on = TODAY if status == Status.DONE else None
    TreatmentSession.objects.filter(pk=visit.pk).update(status=status, given_on=given_on)
    page = reverse("treatments:session", args=[visit.uid])
    assert words in text(client.get(TODAY_URL))
    assert ("Book next" in text(client.get(page))) is (status == Status.DONE)
    before = row_of(visit).state
    Course.objects.filter(pk=visit.course_id).update(closed_on=TODAY, close_reason="Moved away")
    assert words not in text(client.get(TODAY_URL))
    assert "Book next" not in text(client.get(page))
    assert row_of(visit).state != before  # so that an open page is told
