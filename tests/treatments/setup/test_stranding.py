"""A change that would strand booked visits: seen first, moved or left on purpose, saved in one go or not at all."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Absence, Injector, OpeningHours, Room, User, WorkedHoliday
from tests.builders import NOW, make_course, make_injector, make_patient, make_session, room_of
from tests.pages import text
from tests.treatments.setup.conftest import VISIT_AT, hours_form, leave_form, more_visits, save_all
from treatments import booking, slots
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.setup import changes, saving
from treatments.views.setup import overview


def leave_url(who: Injector) -> str:
    """Return the address of new leave."""
    return reverse("setup:new_leave", args=[who.uid])


def ask_for_leave(ada: Client, who: Injector, **typed: Any) -> Any:
    """Send the form of leave on the day of the visit."""
    return ada.post(leave_url(who), leave_form(**typed))


def test_leave_with_nobody_in_it_is_saved_at_once(ada: Client, osei: Injector, admin: User) -> None:
    assert ask_for_leave(ada, osei).status_code == 302
    leave = osei.absences.get()
    assert leave.starts_at == dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
    assert leave.ends_at == dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
    assert leave.history.get().history_user == admin


def test_leave_over_a_visit_lists_it_and_saves_nothing(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    response = ask_for_leave(ada, osei)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Save and move as chosen" in page
    assert "Maria Santos" in page
    assert "Dr Osei is away: Leave" in page
    assert not Absence.objects.exists()
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version, visit.status) == (VISIT_AT, 1, Status.BOOKED)


def test_the_eye_lands_on_what_is_listed_not_on_the_button_that_moves_everybody(
    ada: Client, osei: Injector, visit: TreatmentSession
) -> None:
    page = ask_for_leave(ada, osei).content.decode()
    assert re.findall(r"<(\w+)[^>]* data-focus", page) == ["p"]
    assert page.index("data-focus") < page.index("1 booked visit")


def test_proposals_keep_to_the_new_rules(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    row = ask_for_leave(ada, osei, last="2026-12-04").context["rows"][0]
    starts = [slot.starts_at.date() for slot in row["visit"].options]
    assert len(starts) == 3
    assert min(starts) >= dt.date(2026, 12, 7)


def test_proposals_keep_to_the_due_date_as_it_is_by_now(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    due = visit.local_date + dt.timedelta(days=2)
    visit.course.sessions.exclude(pk=visit.pk).update(given_on=due - dt.timedelta(days=84))
    [row] = ask_for_leave(ada, osei).context["rows"]
    assert min(slot.starts_at.date() for slot in row["visit"].options) == due


def test_saving_moves_every_visit_with_the_leave(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course, admin: User
) -> None:
    others = more_visits(course, osei, 4)
    page = ask_for_leave(ada, osei)
    first_choices = [row["chosen"] for row in page.context["rows"]]
    assert len(first_choices) == len(set(first_choices)) == 5
    response = ada.post(leave_url(osei), save_all(page))
    assert response.status_code == 302
    assert osei.absences.count() == 1
    for session in TreatmentSession.objects.filter(pk__in=[visit.pk, *(one.pk for one in others)]):
        assert session.local_date > dt.date(2026, 12, 2)
        assert session.version == 2
        event = session.events.get(kind="moved")
        assert (event.by, event.reason) == (admin, "Hours changed")


def test_another_of_the_three_times_can_be_chosen(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    page = ask_for_leave(ada, osei)
    row = page.context["rows"][0]
    third = row["visit"].options[2]
    ada.post(leave_url(osei), save_all(page, **{row["name"]: third.code}))
    visit.refresh_from_db()
    assert visit.starts_at == third.starts_at


def test_one_visit_can_be_left_while_others_move(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course
) -> None:
    (other,) = more_visits(course, osei, 1)
    page = ask_for_leave(ada, osei)
    assert ada.post(leave_url(osei), save_all(page, **{f"visit-{visit.uid}": "leave"})).status_code == 302
    visit.refresh_from_db()
    other.refresh_from_db()
    assert (visit.starts_at, other.version) == (VISIT_AT, 2)


def test_all_can_be_left_on_purpose_and_stay_in_sight(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    page = ask_for_leave(ada, osei)
    assert ada.post(leave_url(osei), save_all(page, decision="leave")).status_code == 302
    assert osei.absences.count() == 1
    assert "1 booked visit outside working hours" in ada.get(reverse("setup:overview")).content.decode()
    listed = ada.get(reverse("setup:outside")).content.decode()
    assert f'Maria Santos</a> <span class="meta">{visit.course.patient.record_number}</span>' in listed
    assert "Dr Osei is away: Leave" in listed


def test_the_visits_outside_hours_come_in_pages_and_moving_one_leads_back_to_its_page(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PAGE", 1)
    later = max(more_visits(course, osei, 1), key=lambda one: one.starts_at)
    ada.post(leave_url(osei), save_all(ask_for_leave(ada, osei), decision="leave"))
    page = ada.get(reverse("setup:outside"), {"page": "2"})
    assert list(page.context["visits"]) == [later]
    assert "2 to 2 of 2" in text(page)
    assert (
        f'{reverse("treatments:move", args=[later.uid])}?next=/settings/outside/%3Fpage%3D2"' in page.content.decode()
    )


def test_a_visit_left_once_is_not_asked_about_again(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    ada.post(leave_url(osei), save_all(ask_for_leave(ada, osei), decision="leave"))
    closure = {"room": "", "first_day": "2026-12-02", "last_day": "2026-12-02", "label": "Closed"}
    assert ada.post(reverse("setup:new_closure"), closure).status_code == 302


def test_a_visit_booked_meanwhile_shows_the_list_again(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course
) -> None:
    seen = save_all(ask_for_leave(ada, osei))
    (newcomer,) = more_visits(course, osei, 1)
    response: Any = ada.post(leave_url(osei), seen)
    assert response.status_code == 409
    assert "The list of visits has changed since you saw it." in response.content.decode()
    assert "<title> Error: " in text(response)
    assert newcomer in [row["visit"].session for row in response.context["rows"]]
    assert not Absence.objects.exists()


def test_a_time_that_is_booked_while_the_list_is_made_is_proposed_to_nobody(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggest = slots.suggest
    beaten: list[slots.Slot] = []

    def book_the_first(**asked: Any) -> list[slots.Slot]:
        found = suggest(**asked)
        if not beaten:
            beaten.append(found[0])
            other = make_course(make_patient(course.clinic, "Tom", "Reid"))
            make_session(other, found[0].injector, found[0].starts_at, room=found[0].room)
        return found

    monkeypatch.setattr(slots, "suggest", book_the_first)
    answer = ask_for_leave(ada, osei)
    assert answer.status_code == 200
    (row,) = answer.context["rows"]
    assert beaten[0] not in row["visit"].options
    assert row["chosen"] == row["visit"].options[0].code


def test_who_is_kept_from_the_list_by_others_is_asked_to_save_again(
    ada: Client, osei: Injector, visit: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(**asked: Any) -> None:
        raise booking.Taken

    monkeypatch.setattr(saving, "propose", broken_off)
    assert "Nothing was saved. Save again." in text(ask_for_leave(ada, osei))
    gone = ada.post(reverse("setup:deactivate", args=[osei.uid]), follow=True)
    assert "Nothing was saved. Save again." in text(gone)


def test_who_asked_for_another_time_is_seen_with_when_they_could_come(
    ada: Client, osei: Injector, visit: TreatmentSession
) -> None:
    asked = TreatmentSession.Answer.ASKED_TO_MOVE
    booking.answer(session=visit, version=1, answer=asked, at=NOW, suits=["tue_pm"], words="after school")
    assert "could come: Tuesday afternoon. after school" in text(ask_for_leave(ada, osei))


def test_a_request_that_came_after_the_list_was_shown_is_not_moved_away_unseen(
    ada: Client, osei: Injector, visit: TreatmentSession
) -> None:
    page = ask_for_leave(ada, osei)
    booking.answer(session=visit, version=1, answer=TreatmentSession.Answer.ASKED_TO_MOVE, at=NOW)
    again = ada.post(leave_url(osei), save_all(page))
    assert again.status_code == 409
    assert "could come: not said" in text(again)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.answer) == (VISIT_AT, "asked_to_move")


@pytest.mark.parametrize("decision", ["move", "leave"])
def test_visits_nobody_has_seen_are_never_saved_over(
    ada: Client, osei: Injector, visit: TreatmentSession, decision: str
) -> None:
    typed = leave_form() | {"decision": decision, "seen": "", f"visit-{visit.uid}": "leave"}
    assert ada.post(leave_url(osei), typed).status_code == 200
    assert not Absence.objects.exists()


def test_a_taken_new_time_saves_nothing_and_offers_fresh_ones(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course
) -> None:
    more_visits(course, osei, 2)
    page = ask_for_leave(ada, osei)
    target = page.context["rows"][1]["visit"].options[0]
    make_session(make_course(make_patient(osei.clinic, "Kim", "Lind")), target.injector, target.starts_at)
    response: Any = ada.post(leave_url(osei), save_all(page))
    assert response.status_code == 409
    assert "The new time of Person1 Santos has just been taken. Nothing was saved." in response.content.decode()
    codes = {slot.code for row in response.context["rows"] for slot in row["visit"].options}
    assert target.code not in codes
    assert not Absence.objects.exists()
    assert not SessionEvent.objects.filter(kind="moved").exists()
    assert ada.post(leave_url(osei), save_all(response)).status_code == 302


def test_two_visits_cannot_be_given_one_time(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course
) -> None:
    (other,) = more_visits(course, osei, 1)
    page = ask_for_leave(ada, osei)
    same = page.context["rows"][0]["chosen"]
    response = ada.post(leave_url(osei), save_all(page, **{f"visit-{other.uid}": same}))
    assert response.status_code == 409
    assert not Absence.objects.exists()


@pytest.mark.parametrize("code", ["", "nonsense", "a.b.c"])
def test_a_made_up_time_is_refused(ada: Client, osei: Injector, visit: TreatmentSession, code: str) -> None:
    page = ask_for_leave(ada, osei)
    response = ada.post(leave_url(osei), save_all(page, **{f"visit-{visit.uid}": code}))
    assert response.status_code == 409
    assert "Maria Santos: the new time is not one the clinic works at." in response.content.decode()
    assert not Absence.objects.exists()


def test_a_time_inside_the_leave_itself_is_refused(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    page = ask_for_leave(ada, osei)
    inside = slots.Slot(osei, room_of(osei), VISIT_AT + dt.timedelta(hours=1), VISIT_AT + dt.timedelta(minutes=75))
    assert ada.post(leave_url(osei), save_all(page, **{f"visit-{visit.uid}": inside.code})).status_code == 409


def test_a_visit_without_a_choice_is_asked_about(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    typed = save_all(ask_for_leave(ada, osei))
    del typed[f"visit-{visit.uid}"]
    response = ada.post(leave_url(osei), typed)
    assert response.status_code == 409
    assert "Choose a new time for Maria Santos, or leave the visit." in response.content.decode()


def test_part_of_a_day_strands_only_what_lies_in_it(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    assert ask_for_leave(ada, osei, starts="10:15", ends="12:00").status_code == 302
    assert ask_for_leave(ada, osei, starts="09:00", ends="10:01").status_code == 200


def test_a_visit_of_another_injector_can_take_over_at_the_same_time(
    ada: Client, osei: Injector, visit: TreatmentSession
) -> None:
    bello = make_injector(osei.clinic, "RN Bello")
    ada.post(leave_url(osei), save_all(ask_for_leave(ada, osei)))
    visit.refresh_from_db()
    assert (visit.injector, visit.local_date) == (bello, dt.date(2026, 12, 2))


Strand = Callable[[Client, Injector], Any]


def _hours_shortened(ada: Client, osei: Injector) -> Any:
    url = reverse("setup:edit_hours", args=[osei.uid, osei.opening_hours.get(weekday=3).pk])
    return ada.post(url, hours_form(weekdays=["3"], opens="11:00", closes="17:00", room=room_of(osei).uid))


def _hours_ended(ada: Client, osei: Injector) -> Any:
    url = reverse("setup:end_hours", args=[osei.uid, osei.opening_hours.get(weekday=3).pk])
    return ada.post(url, {"last_day": "2026-12-01"})


def _other_weekday(ada: Client, osei: Injector) -> Any:
    url = reverse("setup:edit_hours", args=[osei.uid, osei.opening_hours.get(weekday=3).pk])
    return ada.post(url, hours_form(weekdays=["6"], room=room_of(osei).uid))


def _other_room(ada: Client, osei: Injector) -> Any:
    room = Room.objects.create(clinic=osei.clinic, name="Room 7")
    url = reverse("setup:edit_hours", args=[osei.uid, osei.opening_hours.get(weekday=3).pk])
    return ada.post(url, hours_form(weekdays=["3"], opens="09:00", closes="17:00", room=room.uid))


def _clinic_closed(ada: Client, osei: Injector) -> Any:
    return ada.post(reverse("setup:new_closure"), leave_form(room=""))


def _room_closed_for_a_day(ada: Client, osei: Injector) -> Any:
    return ada.post(reverse("setup:new_closure"), leave_form(room=room_of(osei).uid))


def _room_out_of_use(ada: Client, osei: Injector) -> Any:
    return ada.post(reverse("setup:close_room", args=[room_of(osei).uid]))


def _room_kept_for_another(ada: Client, osei: Injector) -> Any:
    bello = Injector.objects.create(clinic=osei.clinic, name="RN Bello", email="b@riverside.example")
    return ada.post(reverse("setup:edit_room", args=[room_of(osei).uid]), {"name": "Room 1", "injectors": [bello.uid]})


def _injector_left(ada: Client, osei: Injector) -> Any:
    make_injector(osei.clinic, "RN Bello")
    return ada.post(reverse("setup:deactivate", args=[osei.uid]))


def test_a_room_that_goes_out_of_use_is_called_as_on_its_own_page(
    ada: Client, osei: Injector, visit: TreatmentSession
) -> None:
    """Not "Room Room 1": most names of rooms begin with the word."""
    assert f"<h1>Room: {room_of(osei).name}, out of use</h1>" in _room_out_of_use(ada, osei).content.decode()


@pytest.mark.parametrize(
    "strand",
    [
        _hours_shortened,
        _hours_ended,
        _other_weekday,
        _other_room,
        _clinic_closed,
        _room_closed_for_a_day,
        _room_out_of_use,
        _room_kept_for_another,
        _injector_left,
    ],
)
def test_every_kind_of_change_shows_the_stranded_visit_and_saves_nothing(
    ada: Client, osei: Injector, visit: TreatmentSession, strand: Strand
) -> None:
    response = strand(ada, osei)
    assert response.status_code == 200, response.content.decode()
    assert [row["visit"].session for row in response.context["rows"]] == [visit]
    assert not Absence.objects.exists()
    assert OpeningHours.objects.get(injector=osei, weekday=3).opens == dt.time(9)
    assert Room.objects.get(pk=room_of(osei).pk).active
    assert Injector.objects.get(pk=osei.pk).active
    saved = ada.post(response.wsgi_request.path, save_all(response, decision="leave"))
    assert saved.status_code == 302
    assert "Maria Santos" in ada.get(reverse("setup:outside")).content.decode()


@pytest.mark.parametrize("strand", [_hours_shortened, _other_room, _injector_left, _clinic_closed])
def test_every_kind_of_change_can_be_saved_with_its_moves(
    ada: Client, osei: Injector, visit: TreatmentSession, strand: Strand
) -> None:
    response = strand(ada, osei)
    saved = ada.post(response.wsgi_request.path, save_all(response))
    assert saved.status_code == 302
    visit.refresh_from_db()
    assert visit.version == 2
    assert "Every booked visit lies in working hours." in ada.get(reverse("setup:outside")).content.decode()


def test_an_other_room_is_proposed_at_the_same_time(ada: Client, osei: Injector, visit: TreatmentSession) -> None:
    options = _other_room(ada, osei).context["rows"][0]["visit"].options
    assert (options[0].room.name, options[0].starts_at.date()) == ("Room 7", dt.date(2026, 12, 2))


def test_a_holiday_no_longer_worked_shows_its_visits(ada: Client, osei: Injector, course: Course) -> None:
    WorkedHoliday.objects.create(clinic=osei.clinic, date=dt.date(2026, 12, 25))
    christmas = dt.datetime(2026, 12, 25, 10, 0, tzinfo=dt.UTC)
    session = make_session(course, osei, christmas, due_on=NOW.date())
    url = reverse("setup:work_on", args=["2026-12-25"])
    response: Any = ada.post(url, {"worked": "no"})
    assert response.status_code == 200
    assert "Christmas Day: the clinic is closed" in response.content.decode()
    assert WorkedHoliday.objects.exists()
    assert ada.post(url, save_all(response)).status_code == 302
    assert not WorkedHoliday.objects.exists()
    session.refresh_from_db()
    assert session.local_date > dt.date(2026, 12, 28)


def test_of_two_who_close_a_day_the_second_does_not_take_a_visit_for_moved_that_the_first_left(
    ada: Client, osei: Injector, course: Course
) -> None:
    WorkedHoliday.objects.create(clinic=osei.clinic, date=dt.date(2026, 12, 25))
    visit = make_session(course, osei, dt.datetime(2026, 12, 25, 10, tzinfo=dt.UTC))
    url = reverse("setup:work_on", args=["2026-12-25"])
    first, second = (save_all(ada.post(url, {"worked": "no"})) for _ in range(2))
    assert "Saved: Christmas Day" in ada.post(url, first | {"decision": "leave"}, follow=True).text
    answer = ada.post(url, second, follow=True)
    visit.refresh_from_db()
    assert visit.version == 1
    assert answer.redirect_chain == [(reverse("setup:outside"), 302)]
    assert "Somebody else left visits of your list where they are" in answer.text
    assert "Saved:" not in answer.text


def test_past_and_finished_visits_are_not_stranded(ada: Client, osei: Injector, course: Course) -> None:
    make_session(course, osei, NOW - dt.timedelta(hours=1), due_on=NOW.date())
    assert ask_for_leave(ada, osei, first="2026-11-23", last="2026-11-23").status_code == 302


def test_nobody_books_into_leave_that_was_saved_while_the_page_was_open(
    osei: Injector, course: Course, admin: User
) -> None:
    slot = next(one for one in slots.suggest(course=course, now=NOW) if one.injector == osei)
    leave = Absence(clinic=osei.clinic, injector=osei, starts_at=NOW, ends_at=NOW + dt.timedelta(days=30))
    saving.save(change=changes.leave(row=leave), by=admin, at=NOW)
    with pytest.raises(booking.Taken):
        booking.book(course=course, slot=slot, uid=slot.injector.uid, by=admin, at=NOW)
    assert not course.sessions.filter(status=Status.BOOKED).exists()


def test_queries_grow_only_with_the_visits_that_are_moved(
    ada: Client, osei: Injector, visit: TreatmentSession, course: Course, django_assert_max_num_queries: Any
) -> None:
    more_visits(course, osei, 9)
    for index in range(40):  # visits on other days cost nothing
        make_session(
            make_course(make_patient(osei.clinic, f"Other{index}")),
            osei,
            VISIT_AT + dt.timedelta(days=7, minutes=15 * index),
        )
    with django_assert_max_num_queries(40 + 10 * 20):
        page = ask_for_leave(ada, osei)
    assert len(page.context["rows"]) == 10
    with django_assert_max_num_queries(40 + 10 * 25):
        assert ada.post(leave_url(osei), save_all(page)).status_code == 302
