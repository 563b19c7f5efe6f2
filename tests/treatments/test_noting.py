"""The note of a visit after the booking: who may change it, what stays of it, and two who do so at once."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Injector, User
from reports import rows
from tests.builders import NOW, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import MINUTE, TODAY_URL, row_of
from tests.treatments.views.conftest import book_url
from treatments import booking, slots, undoing
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.models.session import LONGEST_NOTE

KIND = SessionEvent.Kind


def note_url(visit: TreatmentSession) -> str:
    """Return where the note of a visit is changed."""
    return reverse("treatments:note", args=[visit.uid])


def visit_url(visit: TreatmentSession) -> str:
    """Return the page of a visit."""
    return reverse("treatments:session", args=[visit.uid])


def noted(visit: TreatmentSession) -> str:
    """Return what is noted for a visit."""
    return TreatmentSession.objects.get(pk=visit.pk).note


def shown(browser: Any, visit: TreatmentSession) -> str:
    """Open the form; return what it says was shown."""
    [token] = re.findall(r'name="shown" value="(\w+)"', text(browser.get(note_url(visit))))
    return str(token)


def test_a_note_is_added_after_the_booking_with_who_did_it_and_when(visit: TreatmentSession, front_desk: User) -> None:
    desk = log_in(front_desk)
    answer: Any = desk.post(note_url(visit), {"note": "needs parking"})
    assert answer.url == visit_url(visit)
    assert noted(visit) == "needs parking"
    page = text(desk.get(visit_url(visit)))
    assert "Maria Santos: the note is saved." in page
    assert "Note changed, Fran Adeyemi</li>" in page
    entry = AuditEntry.objects.get(kind="session", action="change")
    assert (entry.actor, entry.at, entry.subject, entry.reason) == (front_desk, NOW, visit.uid, "noted")


def test_what_a_note_said_before_stays_in_the_history(visit: TreatmentSession, front_desk: User) -> None:
    desk = log_in(front_desk)
    for words in ("needs <parking>", "comes by train", ""):
        desk.post(note_url(visit), {"note": words})
    page = text(desk.get(visit_url(visit)))
    assert "Note changed, Fran Adeyemi – before: needs &lt;parking&gt;</li>" in page
    assert "Note changed, Fran Adeyemi – before: comes by train</li>" in page
    assert noted(visit) == ""


def test_what_it_said_before_is_encrypted(visit: TreatmentSession, front_desk: User) -> None:
    for words in ("needs parking", "comes by train"):
        log_in(front_desk).post(note_url(visit), {"note": words})
    stored = SessionEvent.objects.annotate(raw=Cast("before", TextField())).values_list("raw", flat=True)
    assert "parking" not in "".join(stored)
    assert [one.note_before for one in SessionEvent.objects.order_by("pk")] == ["", "needs parking"]


def test_the_same_words_again_are_no_change(visit: TreatmentSession, front_desk: User) -> None:
    for _press in range(2):
        log_in(front_desk).post(note_url(visit), {"note": "needs parking"})
    assert SessionEvent.objects.filter(kind=KIND.NOTED).count() == 1


def test_of_two_at_once_the_second_sees_what_the_first_wrote_and_loses_nothing(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    first, second = log_in(nurse), log_in(front_desk)
    seen = shown(second, visit)
    first.post(note_url(visit), {"note": "needs <parking>", "shown": shown(first, visit)})
    answer = second.post(note_url(visit), {"note": "brings her sister", "shown": seen})
    page = text(answer)
    assert (answer.status_code, noted(visit)) == (409, "needs <parking>")
    assert "Somebody changed this while you were typing" in page
    assert "<dd>needs &lt;parking&gt;</dd>" in page
    assert re.search(r"<textarea[^>]*>\s*brings her sister</textarea>", page)
    assert reverse("setup:changes") not in page  # a desk may not look there
    [again] = re.findall(r'name="shown" value="(\w+)"', page)
    both = "brings her sister, needs <parking>"
    assert second.post(note_url(visit), {"note": both, "shown": again}).status_code == 302
    assert noted(visit) == both


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_who_saves_holds_the_visit_and_keeps_nobody_waiting_who_points_to_it(
    visit: TreatmentSession, front_desk: User
) -> None:
    with CaptureQueriesContext(connection) as queries:
        log_in(front_desk).post(note_url(visit), {"note": "needs parking"})
    held = [
        one["sql"] for one in queries if 'FROM "treatments_treatmentsession"' in one["sql"] and " FOR " in one["sql"]
    ]
    assert [sql.endswith("FOR NO KEY UPDATE") for sql in held] == [True]


def end(visit: TreatmentSession, status: Status) -> None:
    """Bring a visit to its end."""
    given_on = visit.local_date if status == Status.DONE else None
    TreatmentSession.objects.filter(pk=visit.pk).update(status=status, given_on=given_on, note="needs parking")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.DONE, "This visit is over (done): its note stays as it is."),
        (Status.NO_SHOW, "This visit is over (no-show): its note stays as it is."),
        (Status.CANCELLED, "This visit is over (cancelled): its note stays as it is."),
    ],
)
def test_the_note_of_a_visit_that_is_over_stays_and_what_was_typed_is_not_lost(
    visit: TreatmentSession, front_desk: User, status: Status, words: str
) -> None:
    desk = log_in(front_desk)
    seen = shown(desk, visit)
    end(visit, status)
    page = text(desk.get(visit_url(visit)))
    assert "<dd>needs parking</dd>" in page
    assert note_url(visit) not in page
    assert words in text(desk.get(note_url(visit), follow=True))
    TreatmentSession.objects.filter(pk=visit.pk).update(note="")  # as it was when the page was opened
    answer = desk.post(note_url(visit), {"note": "brings her sister", "shown": seen})
    assert (answer.status_code, noted(visit)) == (422, "")
    assert words in text(answer)
    assert "brings her sister</textarea>" in text(answer)
    assert not SessionEvent.objects.filter(kind=KIND.NOTED).exists()


@pytest.mark.parametrize("status", [Status.BOOKED, Status.ARRIVED, Status.IN_ROOM])
def test_until_then_it_can_be_changed(visit: TreatmentSession, front_desk: User, status: Status) -> None:
    TreatmentSession.objects.filter(pk=visit.pk).update(status=status)
    log_in(front_desk).post(note_url(visit), {"note": "needs parking"})
    assert noted(visit) == "needs parking"


def test_a_note_is_no_longer_than_at_the_booking(visit: TreatmentSession, front_desk: User) -> None:
    desk, box = log_in(front_desk), f'maxlength="{LONGEST_NOTE}"'
    answer = desk.post(note_url(visit), {"note": "x" * (LONGEST_NOTE + 1)})
    assert (answer.status_code, noted(visit)) == (422, "")
    desk.post(note_url(visit), {"note": "x" * LONGEST_NOTE})
    assert len(noted(visit)) == LONGEST_NOTE
    booking_in_calendar = f"{reverse('treatments:calendar')}?booking={visit.course.uid}"
    for url in (note_url(visit), book_url(visit.course), booking_in_calendar):
        [field] = re.findall(r'<(?:input|textarea)[^>]*name="note"[^>]*>', text(desk.get(url)))
        assert box in field


def test_it_is_reached_from_the_visit_from_the_person_and_from_the_row_on_today(
    visit: TreatmentSession, front_desk: User
) -> None:
    desk, home = log_in(front_desk), reverse("patients:detail", args=[visit.course.patient.uid])
    assert f'href="{note_url(visit)}">Add a note</a>' in text(desk.get(visit_url(visit)))
    assert f'href="{note_url(visit)}?next={home}">Add a note</a>' in text(desk.get(home))
    desk.post(note_url(visit), {"note": "needs parking"})
    change = 'Change<span class="visually-hidden"> the note</span></a>'
    assert f'href="{note_url(visit)}">{change}' in text(desk.get(visit_url(visit)))
    assert f'href="{note_url(visit)}?next={home}">{change}' in text(desk.get(home))
    menus = dict(re.findall(r'<template id="menu-([a-z_]+)">(.*?)</template>', text(desk.get(TODAY_URL))))
    having = {name for name, menu in menus.items() if re.search(r'/note/\?next=/today/">Note<span', menu)}
    assert having == {"booked", "asked_to_move", "arrived", "in_room"}


def test_who_only_reads_is_led_to_no_form(visit: TreatmentSession, reader: User) -> None:
    home = reverse("patients:detail", args=[visit.course.patient.uid])
    assert not [url for url in (visit_url(visit), home, TODAY_URL) if "/note/" in text(log_in(reader).get(url))]


def test_it_leads_back_to_where_one_came_from(visit: TreatmentSession, front_desk: User) -> None:
    answer: Any = log_in(front_desk).post(note_url(visit), {"note": "needs parking", "next": TODAY_URL})
    assert answer.url == TODAY_URL


# A note is no step of the visit


@pytest.fixture
def booked(course: Course, front_desk: User) -> TreatmentSession:
    """Maria's visit, booked and moved by the front desk just now, with a note since."""
    first, other, *_ = slots.suggest(course=course, now=NOW)
    visit = booking.book(course=course, slot=first, uid=course.uid, by=front_desk, at=NOW)
    moved = booking.move(session=visit, version=1, slot=other, by=front_desk, at=NOW)
    return booking.change_note(session=moved, note="needs parking", by=front_desk, at=NOW + MINUTE)


def test_a_step_before_it_can_still_be_undone_wherever_that_is_offered(
    booked: TreatmentSession, front_desk: User
) -> None:
    step = booked.events.get(kind=KIND.MOVED)
    undo = reverse("treatments:undo", args=[booked.uid, step.pk])
    desk = log_in(front_desk)
    assert f'action="{undo}"' in text(desk.get(visit_url(booked)))
    assert row_of(booked).last == step
    answer = desk.post(undo, follow=True)
    assert "Undone. Maria Santos: booked, Monday 23 November 2026, 10:15am with Dr Osei." in text(answer)
    assert noted(booked) == "needs parking"
    booking.change_note(session=TreatmentSession.objects.get(pk=booked.pk), note="", by=front_desk, at=NOW + MINUTE)
    assert undoing.undone_by(step) == booked.events.get(kind=KIND.UNDONE)


def test_a_move_that_is_undone_behind_a_note_is_none(booked: TreatmentSession, front_desk: User) -> None:
    moved = TreatmentSession.objects.filter(rows.moved())
    assert moved.exists()
    undoing.undo(session=booked, event=booked.events.get(kind=KIND.MOVED), by=front_desk, at=NOW + MINUTE)
    assert not moved.exists()


def test_whoever_was_faster_with_a_step_is_named_and_not_who_noted_something(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    arrived = booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=NOW)
    booking.change_note(session=arrived, note="needs parking", by=front_desk, at=NOW)
    page = text(log_in(front_desk).post(reverse("treatments:status", args=[visit.uid]), {"to": "arrived"}, follow=True))
    assert "Maria Santos is arrived already. RN Bello marked this arrived at 10am." in page
    seen = {"to": "no_show", "seen": "booked", "version": "1"}
    page = text(log_in(front_desk).post(reverse("treatments:status", args=[visit.uid]), seen))
    assert "RN Bello marked this arrived at 10am." in page


def test_a_form_that_came_twice_offers_undo_behind_the_note_of_a_colleague(
    course: Course, front_desk: User, nurse: User
) -> None:
    desk, form = log_in(front_desk), {"slot": slots.suggest(course=course, now=NOW)[0].code, "uid": str(course.uid)}
    desk.post(book_url(course), form)
    visit = course.sessions.get(status=Status.BOOKED)
    booking.change_note(session=visit, note="needs parking", by=nurse, at=NOW)
    desk.get(TODAY_URL)  # which says what the first press did
    undo = reverse("treatments:undo", args=[visit.uid, visit.events.get(kind=KIND.BOOKED).pk])
    assert undo in text(desk.post(book_url(course), form | {"next": "/recall/"}, follow=True))


def test_a_visit_of_long_ago_is_open_for_a_note_until_somebody_says_what_became_of_it(
    course: Course, osei: Injector, front_desk: User
) -> None:
    visit = make_session(course, osei, NOW - dt.timedelta(days=1))
    log_in(front_desk).post(note_url(visit), {"note": "rang: was ill"})
    assert noted(visit) == "rang: was ill"
