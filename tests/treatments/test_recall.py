"""Working the recall list: tries, snooze, closing, the waiting list."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Channel, ContactPoint, Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, make_session
from tests.conftest import log_in
from treatments import booking, courses, slots
from treatments.models import ContactAttempt, Course, Status, TreatmentSession, WaitingEntry
from treatments.models.session import LONGEST_NOTE
from treatments.recall import contact, lists, waiting


@pytest.fixture
def late(maria: Patient, osei: Injector) -> Course:
    """Maria, due 16 days ago."""
    return make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)


def page(user: User, tab: str = "overdue") -> str:
    """Return a tab of the recall page."""
    text: str = log_in(user).get(reverse("treatments:recall"), {"tab": tab}).content.decode()
    return " ".join(text.split())


def at(name: str, course: Course) -> str:
    """Return the address of a form about a course."""
    return reverse(f"treatments:{name}", args=[course.uid])


def shown_in(answer: Any) -> str:
    """Return what a form says was shown."""
    [token] = re.findall(r'name="shown" value="(\w+)"', answer.content.decode())
    return str(token)


def post(user: User, name: str, course: Course, **data: Any) -> Any:
    """Send a form about a course."""
    return log_in(user).post(at(name, course), data)


def test_a_row_says_how_late_who_gave_the_last_one_and_that_nobody_tried(late: Course, front_desk: User) -> None:
    text = page(front_desk)
    assert "16 days late" in text
    assert "Dr Osei" in text
    assert "none yet" in text


def test_a_row_says_which_number_to_call(late: Course, front_desk: User) -> None:
    assert 'RV000001 · <span class="text-nowrap">07700 900000<' in page(front_desk)
    ContactPoint.objects.filter(channel=Channel.SMS).delete()
    assert "no phone number" in page(front_desk)


@pytest.mark.parametrize("tab", ["asked", "waiting", "snoozed"])
def test_the_other_lists_say_it_too(late: Course, osei: Injector, front_desk: User, tab: str) -> None:
    if tab == "asked":
        make_session(late, osei, NOW + dt.timedelta(days=2), answer="asked_to_move")
    elif tab == "waiting":
        waiting.add(course=late, by=front_desk, at=NOW)
    else:
        contact.snooze(course=late, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW)
    assert 'RV000001 · <span class="text-nowrap">07700 900000<' in page(front_desk, tab)


def test_a_try_on_the_evening_before_the_session_is_none_since_it(lakeside: Clinic, front_desk: User) -> None:
    given_on = TODAY - dt.timedelta(days=100)
    course = make_course(make_patient(lakeside, record_number="LA000001"), last_given_on=given_on)
    evening = dt.datetime.combine(
        given_on - dt.timedelta(days=1), dt.time(20, 30), lakeside.zone
    )  # past midnight in UTC
    ContactAttempt.objects.create(clinic=lakeside, course=course, at=evening, by=front_desk, outcome="no_answer")
    (row,) = lists.describe(list(lists.overdue(lakeside, TODAY)), lakeside, TODAY)
    assert row.tries == ""


def test_who_is_overdue_costs_one_look_at_who_has_a_visit(riverside: Clinic) -> None:
    assert str(lists.overdue(riverside, TODAY).query).count('"status" IN') == 1


def test_one_click_notes_a_call_and_the_person_leaves_for_seven_days(late: Course, front_desk: User) -> None:
    post(front_desk, "tried", late, outcome="no_answer")
    assert ContactAttempt.objects.get().outcome == "no_answer"
    assert "Maria" not in page(front_desk)
    text = page(front_desk, "snoozed")
    assert "back on Mon 30 Nov 2026" in text
    assert "called once; last 23 November (no answer)" in text


@pytest.mark.parametrize(("days", "listed"), [(6, False), (7, True)])
def test_who_was_called_comes_back_by_itself(late: Course, front_desk: User, days: int, listed: bool) -> None:
    contact.log_attempt(course=late, outcome="left_message", by=front_desk, at=NOW)
    assert (late in Course.objects.all().to_recall(TODAY + dt.timedelta(days=days))) is listed


def test_a_visit_that_fell_through_ends_a_snooze(late: Course, osei: Injector, front_desk: User) -> None:
    contact.snooze(course=late, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW)
    later = NOW + dt.timedelta(minutes=1)
    make_session(late, osei, NOW + dt.timedelta(days=1), status="no_show", placed_at=later)
    assert late in Course.objects.all().to_recall(TODAY)


@pytest.mark.parametrize(("days", "listed"), [(28, True), (29, False)])
def test_who_is_due_within_four_weeks_is_called(osei: Injector, maria: Patient, days: int, listed: bool) -> None:
    course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=84 - days), injector=osei)
    assert (course in Course.objects.all().to_recall(TODAY)) is listed
    assert (course in Course.objects.all().due_later(TODAY)) is not listed


@pytest.mark.parametrize("outcome", ["", "texted", "taken_back", "x"])
def test_only_what_a_person_can_say_is_a_try(late: Course, front_desk: User, outcome: str) -> None:
    post(front_desk, "tried", late, outcome=outcome)
    assert not ContactAttempt.objects.exists()


def test_tries_are_counted_without_texts_that_were_taken_back() -> None:
    at = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    tries = [ContactAttempt(outcome=one, at=at) for one in ("texted", "texted", "taken_back", "no_answer")]
    assert lists.tries_words(tries, dt.UTC) == "texted once, called once; last 3 March (no answer)"


def test_a_call_noted_in_the_wrong_row_is_undone_and_counts_for_nothing(late: Course, front_desk: User) -> None:
    post(front_desk, "tried", late, outcome="left_message")
    with time_machine.travel(NOW + dt.timedelta(days=8), tick=False):
        client = log_in(front_desk)
        bar = client.post(at("tried", late), {"outcome": "no_answer"}, follow=True).content.decode()
        assert f'action="{at("untried", late)}"' in bar
        client.post(at("untried", late))
        assert "called once; last 23 November (left a message)" in page(front_desk)
        again = client.post(at("untried", late), follow=True).content.decode()
        assert "There is nothing to undo any more." in again


@pytest.mark.parametrize("case", ["too late", "a colleague's", "another since"])
def test_a_call_is_undone_by_whoever_noted_it_for_three_minutes_and_only_as_the_last_one(
    late: Course, front_desk: User, nurse: User, case: str
) -> None:
    post(nurse if case == "a colleague's" else front_desk, "tried", late, outcome="no_answer")
    if case == "another since":
        post(nurse, "tried", late, outcome="left_message")
    with time_machine.travel(NOW + dt.timedelta(seconds=181 if case == "too late" else 60), tick=False):
        post(front_desk, "untried", late)
    assert not ContactAttempt.objects.filter(outcome="undone").exists()
    assert "Maria" in page(front_desk, "snoozed")


def test_of_two_presses_at_once_the_second_undoes_no_earlier_call(
    late: Course, front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(front_desk, "tried", late, outcome="no_answer")

    def wait_for_the_first(course: Course) -> None:
        monkeypatch.undo()
        contact.take_back_try(course=course, by=front_desk, at=NOW)

    monkeypatch.setattr(contact, "hold_course", wait_for_the_first)
    with pytest.raises(contact.NotNow):
        contact.take_back_try(course=late, by=front_desk, at=NOW)


@pytest.mark.parametrize("step", ["called", "snoozed"])
def test_who_is_booked_at_the_moment_of_a_call_or_a_snooze_is_not_left_alone(
    late: Course, front_desk: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def wait_for_who_books(course: Course) -> None:
        slot = slots.suggest(course=course, now=NOW)[0]
        booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW - dt.timedelta(seconds=1))

    monkeypatch.setattr(contact, "hold_course", wait_for_who_books)
    if step == "called":
        contact.log_attempt(course=late, outcome="no_answer", by=front_desk, at=NOW)
    else:
        with pytest.raises(contact.NotNow, match="A visit is booked"):
            contact.snooze(course=late, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW)
    late.refresh_from_db()
    assert late.snoozed_until is None


def test_what_came_in_the_same_moment_stands_when_a_call_is_undone(late: Course, front_desk: User, nurse: User) -> None:
    outcomes = ((front_desk, "no_answer"), (nurse, "left_message"), (front_desk, "undone"))
    for by, outcome in outcomes:
        ContactAttempt.objects.create(clinic=late.clinic, course=late, at=NOW, by=by, outcome=outcome)
    assert "called once; last 23 November (left a message)" in page(front_desk)


def test_an_undo_that_seems_older_than_its_call_breaks_no_page(late: Course, front_desk: User) -> None:
    """Two machines, and the clock of the one that undid it is slow."""
    for outcome, at in (("no_answer", NOW), ("undone", NOW - dt.timedelta(seconds=1))):
        ContactAttempt.objects.create(clinic=late.clinic, course=late, at=at, by=front_desk, outcome=outcome)
    assert "called once" in page(front_desk)


def test_a_snooze_is_undone_from_its_bar(late: Course, front_desk: User) -> None:
    client = log_in(front_desk)
    bar = client.post(at("snooze", late), {"weeks": "2"}, follow=True).content.decode()
    assert f'action="{at("wake", late)}"' in bar
    again = client.post(at("snooze", late), {"weeks": "4"}, follow=True).content.decode()
    assert f'action="{at("wake", late)}"' not in again  # that would not bring the first day back


@pytest.mark.parametrize(("name", "typed"), [("tried", {"outcome": "no_answer"}), ("snooze", {"weeks": "2"})])
def test_who_is_back_because_a_visit_fell_through_is_put_back_by_undo(
    late: Course, osei: Injector, front_desk: User, name: str, typed: dict[str, str]
) -> None:
    contact.snooze(course=late, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW - dt.timedelta(days=9))
    make_session(late, osei, NOW - dt.timedelta(days=1), status="no_show", placed_at=NOW - dt.timedelta(days=8))
    bar = log_in(front_desk).post(at(name, late), typed, follow=True).content.decode()
    undo = {"tried": "untried", "snooze": "wake"}[name]
    assert f'action="{at(undo, late)}"' in bar


def test_a_menu_says_whom_it_is_about_and_what_its_weeks_are(late: Course, front_desk: User) -> None:
    menu = (
        page(front_desk)
        .partition(f'role="group" aria-label="For {late.patient.full_name}">')[2]
        .partition("</details>")[0]
    )
    assert re.findall(r">(Snooze for </span>\d weeks?)<", menu) == [
        f"Snooze for </span>{weeks}" for weeks in ("1 week", "2 weeks", "4 weeks")
    ]


def test_a_menu_snoozes_for_weeks(late: Course, front_desk: User) -> None:
    post(front_desk, "snooze", late, weeks="2")
    late.refresh_from_db()
    assert late.snoozed_until == TODAY + dt.timedelta(weeks=2)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Enter the day on which they are back on the list."),
        ("soon", "Enter a date such as 2026-06-01."),
        ("2026-11-23", "Enter a date after Monday 23 November 2026."),
        ("2020-01-01", "Enter a date after Monday 23 November 2026."),
        ("2028-01-01", "Enter a date within a year"),
    ],
)
def test_a_day_that_is_no_use_is_refused_in_words(late: Course, front_desk: User, until: str, words: str) -> None:
    response = post(front_desk, "snooze", late, until=until)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_who_has_a_visit_is_not_snoozed(late: Course, osei: Injector, front_desk: User) -> None:
    make_session(late, osei, NOW + dt.timedelta(days=1))
    response = post(front_desk, "snooze", late, until="2026-12-01")
    assert "A visit is booked" in response.content.decode()


def test_a_snoozed_person_can_be_put_back_now(late: Course, front_desk: User) -> None:
    contact.snooze(course=late, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW)
    post(front_desk, "wake", late)
    assert "Maria" in page(front_desk)


def test_who_is_booked_or_gone_meanwhile_is_not_said_to_be_back(late: Course, osei: Injector, front_desk: User) -> None:
    until = TODAY + dt.timedelta(days=60)
    contact.snooze(course=late, until=until, by=front_desk, at=NOW - dt.timedelta(days=1))
    visit = make_session(late, osei, NOW + dt.timedelta(days=1))
    client = log_in(front_desk)
    booked = client.post(at("wake", late), follow=True).content.decode()
    assert "A visit is booked, so this person is on no list." in booked
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Left")
    contact.let_go(course=late, reason="Left", died=False, by=front_desk, at=NOW)
    gone = client.post(at("wake", late), follow=True).content.decode()
    assert "This course has ended." in gone
    assert "is back on the list" not in booked + gone
    late.refresh_from_db()
    assert late.snoozed_until == until


def test_a_death_ends_the_course_the_visit_and_every_message(late: Course, osei: Injector, front_desk: User) -> None:
    visit = make_session(late, osei, NOW + dt.timedelta(days=1))
    post(front_desk, "let_go", late, why="died")
    late.refresh_from_db()
    visit.refresh_from_db()
    assert (late.closed_on, late.close_reason, visit.status) == (TODAY, "Died", "cancelled")
    assert not ContactPoint.objects.usable().filter(patient=late.patient).exists()


def test_closing_from_recall_has_another_name_than_ending_a_course(
    late: Course, front_desk: User, prescriber: User
) -> None:
    pages = ((front_desk, "let_go"), (prescriber, "close_course"))
    found = [log_in(who).get(reverse(f"treatments:{name}", args=[late.uid])).content.decode() for who, name in pages]
    names = [(re.findall("<title>([^<]*)<", page), re.findall("<h1>([^<]*)<", page)) for page in found]
    assert names[0][0] != names[1][0]
    assert names[0][1] != names[1][1]


def test_who_moved_away_keeps_their_consent(late: Course, front_desk: User) -> None:
    post(front_desk, "let_go", late, why="moved", note="To Leeds")
    late.refresh_from_db()
    assert late.close_reason == "Moved away: To Leeds"
    assert ContactPoint.objects.usable().filter(patient=late.patient).count() == 2


@pytest.mark.parametrize(("data", "words"), [({}, "Choose a reason."), ({"why": "other"}, "Write the reason.")])
def test_closing_asks_for_a_reason(late: Course, front_desk: User, data: dict[str, str], words: str) -> None:
    response = post(front_desk, "let_go", late, **data)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_booked_visit_stands_in_the_way_of_closing(late: Course, osei: Injector, front_desk: User) -> None:
    make_session(late, osei, NOW + dt.timedelta(days=1))
    assert "Cancel the booked visit first" in post(front_desk, "let_go", late, why="moved").content.decode()
    late.refresh_from_db()
    assert late.closed_on is None


def test_an_ended_course_is_tried_no_more(late: Course, front_desk: User) -> None:
    contact.let_go(course=late, reason="Died", died=True, by=front_desk, at=NOW)
    post(front_desk, "tried", late, outcome="no_answer")
    assert not ContactAttempt.objects.exists()


def test_a_request_to_move_vanishes_when_the_visit_moves(late: Course, osei: Injector, front_desk: User) -> None:
    visit = make_session(late, osei, NOW + dt.timedelta(days=1), answer="asked_to_move")
    assert "Maria" in page(front_desk, "asked")
    TreatmentSession.objects.filter(pk=visit.pk).update(answer="")  # what moving does
    assert "Maria" not in page(front_desk, "asked")


def test_who_asked_to_move_and_came_all_the_same_asks_no_more(
    late: Course, osei: Injector, front_desk: User, riverside: Clinic
) -> None:
    visit = make_session(late, osei, NOW, answer="asked_to_move", due_on=TODAY)
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    assert "Maria" not in page(front_desk, "asked")
    assert lists.counts(riverside, TODAY)["asked"] == 0


def test_who_asked_to_move_and_did_not_say_when_is_shown_so(late: Course, osei: Injector, front_desk: User) -> None:
    visit = make_session(late, osei, NOW + dt.timedelta(days=1))
    booking.answer(session=visit, version=1, answer=TreatmentSession.Answer.ASKED_TO_MOVE, at=NOW)
    assert "not said" in page(front_desk, "asked")


# The waiting list


def test_a_person_waits_with_wishes_and_is_taken_off(late: Course, osei: Injector, front_desk: User) -> None:
    post(front_desk, "wait", late, injector=str(osei.uid), mornings="on", notice_hours="48")
    text = page(front_desk, "waiting")
    assert "mornings, Dr Osei" in text
    assert "needs 48 hours of notice" in text
    entry = WaitingEntry.objects.get()
    for _press in range(2):
        log_in(front_desk).post(reverse("treatments:stop_waiting", args=[entry.uid]))
    assert "Maria" not in page(front_desk, "waiting")
    assert AuditEntry.objects.filter(kind="waiting", action="change").count() == 1


def test_new_wishes_keep_the_place_in_the_queue(late: Course, front_desk: User) -> None:
    waiting.add(course=late, by=front_desk, at=NOW)
    waiting.add(course=late, by=front_desk, at=NOW + dt.timedelta(days=3), afternoons=False)
    assert WaitingEntry.objects.standing().get().since == NOW


@pytest.mark.parametrize("booked", [False, True])
def test_who_rings_for_an_earlier_time_is_put_on_the_list_from_their_own_page(
    late: Course, osei: Injector, front_desk: User, booked: bool
) -> None:
    if booked:
        make_session(late, osei, NOW + dt.timedelta(days=9))
    desk, home = log_in(front_desk), reverse("patients:detail", args=[late.patient.uid])
    assert f'href="{at("wait", late)}?next={home}">Waiting list<' in desk.get(home).content.decode()
    assert (
        desk.post(at("wait", late), {"mornings": "on", "notice_hours": "24", "next": home}).headers["Location"] == home
    )
    assert "Maria" in page(front_desk, "waiting")


def test_who_has_a_visit_and_finds_none_that_suits_is_put_on_the_list(
    late: Course, osei: Injector, front_desk: User
) -> None:
    visit = make_session(late, osei, NOW + dt.timedelta(days=9))
    times = log_in(front_desk).get(reverse("treatments:move", args=[visit.uid])).content.decode()
    assert re.search(rf'href="{at("wait", late)}[^"]*"[^>]*>None of these', times)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_who_is_put_on_the_list_does_not_keep_those_waiting_who_point_to_the_course(
    late: Course, front_desk: User
) -> None:
    # A patient who says yes to an offered time ends their wait first and points to the course last: a deadlock else.
    with CaptureQueriesContext(connection) as queries:
        waiting.add(course=late, by=front_desk, at=NOW)
    [held] = [
        query["sql"] for query in queries if " FOR " in query["sql"] and 'FROM "treatments_course"' in query["sql"]
    ]
    assert held.endswith("FOR NO KEY UPDATE")


def test_who_changes_wishes_finds_those_that_stand(late: Course, osei: Injector, front_desk: User) -> None:
    daughter = "call the daughter"
    waiting.add(course=late, by=front_desk, at=NOW, injector=osei, afternoons=False, notice_hours=48, note=daughter)
    answer: Any = log_in(front_desk).get(reverse("treatments:wait", args=[late.uid]))
    form = answer.context["form"]
    shown = {name: form[name].value() for name in form.fields if name != "shown"}
    wishes = {"injector": osei.uid, "mornings": True, "afternoons": False, "notice_hours": 48}
    assert shown == wishes | {"note": daughter}
    assert re.search(rf'<option value="{osei.uid}" selected', answer.content.decode())


def test_what_is_noted_of_a_person_who_waits_stands_in_their_row(late: Course, front_desk: User) -> None:
    post(front_desk, "wait", late, mornings="on", notice_hours="24", note="call the <daughter>")
    assert "Note: call the &lt;daughter&gt;" in page(front_desk, "waiting")
    post(front_desk, "wait", late, mornings="on", notice_hours="24", note="call her son")
    row = page(front_desk, "waiting")
    assert "Note: call her son" in row
    assert "daughter" not in row


def test_what_is_noted_of_them_is_encrypted(late: Course, front_desk: User) -> None:
    waiting.add(course=late, by=front_desk, at=NOW, note="call the daughter")
    stored = WaitingEntry.objects.annotate(raw=Cast("note", TextField())).values_list("raw", flat=True).get()
    assert "daughter" not in stored


def test_a_note_of_them_is_no_longer_than_one_of_a_visit(late: Course, front_desk: User) -> None:
    wishes = {"mornings": "on", "notice_hours": "24"}
    answer = post(front_desk, "wait", late, **wishes, note="x" * (LONGEST_NOTE + 1))
    assert (answer.status_code, WaitingEntry.objects.count()) == (422, 0)
    post(front_desk, "wait", late, **wishes, note="x" * LONGEST_NOTE)
    assert len(WaitingEntry.objects.get().note) == LONGEST_NOTE


@pytest.mark.parametrize("stands", [True, False], ids=["changed", "put on the list"])
def test_of_two_who_write_down_wishes_at_once_the_second_sees_those_of_the_first(
    late: Course, front_desk: User, nurse: User, stands: bool
) -> None:
    if stands:
        waiting.add(course=late, by=front_desk, at=NOW, note="rings back")
    shown = shown_in(log_in(front_desk).get(at("wait", late)))
    post(nurse, "wait", late, afternoons="on", notice_hours="24", note="call the <daughter>")
    mine = {"mornings": "on", "afternoons": "on", "notice_hours": "24", "note": "only by bus", "shown": shown}
    answer = post(front_desk, "wait", late, **mine)
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert "<dt>Mornings</dt> <dd>no</dd> <dt>Note</dt> <dd>call the &lt;daughter&gt;</dd>" in text
    assert "only by bus</textarea>" in text
    assert WaitingEntry.objects.standing().get().note == "call the <daughter>"
    assert post(front_desk, "wait", late, **mine | {"shown": shown_in(answer)}).status_code == 302
    assert WaitingEntry.objects.standing().get().note == "only by bus"


def test_who_was_taken_off_the_list_meanwhile_is_put_on_it_anew(late: Course, front_desk: User, nurse: User) -> None:
    waiting.add(course=late, by=front_desk, at=NOW, afternoons=False)
    shown = shown_in(log_in(front_desk).get(at("wait", late)))
    waiting.remove(entry=WaitingEntry.objects.get(), by=nurse, at=NOW)
    post(front_desk, "wait", late, mornings="on", notice_hours="24", note="only by bus", shown=shown)
    assert WaitingEntry.objects.standing().get().note == "only by bus"


@pytest.mark.parametrize("tab", ["overdue", "soon", "snoozed"])
def test_a_row_of_who_is_due_says_that_they_are_on_the_waiting_list_and_what_is_noted_there(
    maria: Patient, osei: Injector, front_desk: User, tab: str
) -> None:
    ago = {"overdue": 100, "soon": 80, "snoozed": 100}[tab]
    course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=ago), injector=osei)
    if tab == "snoozed":
        contact.snooze(course=course, until=TODAY + dt.timedelta(days=60), by=front_desk, at=NOW)
    assert "Maria Santos" in page(front_desk, tab)
    assert "On the waiting list" not in page(front_desk, tab)
    waiting.add(course=course, by=front_desk, at=NOW, note="call the <daughter>")
    assert re.search(r"On the waiting list</span> call the &lt;daughter&gt;", page(front_desk, tab))
    waiting.remove(entry=WaitingEntry.objects.get(), by=front_desk, at=NOW)
    assert "On the waiting list" not in page(front_desk, tab)


def test_of_a_long_note_of_them_a_row_has_the_beginning(late: Course, front_desk: User) -> None:
    waiting.add(course=late, by=front_desk, at=NOW, note="only by bus and " * 20)
    assert re.search(r"On the waiting list</span> (only by bus and ?){5}…</p>", page(front_desk))
    assert "only by bus and " * 19 in page(front_desk, "waiting")


def test_that_they_wait_is_read_with_what_else_a_row_says(
    riverside: Clinic, osei: Injector, front_desk: User, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        course = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
        if number % 2:
            waiting.add(course=course, by=front_desk, at=NOW)
    courses = list(lists.overdue(riverside, TODAY))
    with django_assert_num_queries(2):
        described = lists.describe(courses, riverside, TODAY)
    assert [one.waits for one in described] == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"notice_hours": "24"}, "Tick mornings, afternoons or both."),
        ({"mornings": "on", "notice_hours": ""}, "Enter the hours of notice they need."),
        ({"mornings": "on", "notice_hours": "0"}, "Enter 1 hour or more."),
        (
            {"mornings": "on", "notice_hours": "24", "injector": "7d8f0c8e-5d0a-4a55-8b55-0d5c6f3f9b11"},
            "Choose an injector of this clinic.",
        ),
    ],
)
def test_wishes_that_fit_no_time_are_refused(late: Course, front_desk: User, data: dict[str, str], words: str) -> None:
    response = post(front_desk, "wait", late, **data)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_who_was_treated_waits_no_more(late: Course, osei: Injector, front_desk: User) -> None:
    waiting.add(course=late, by=front_desk, at=NOW)
    make_session(late, osei, NOW + dt.timedelta(hours=1), status="done", given_on=TODAY)
    assert not WaitingEntry.objects.standing().exists()


def test_who_came_after_all_to_a_visit_from_before_their_wait_waits_no_more(
    late: Course, osei: Injector, front_desk: User
) -> None:
    waiting.add(course=late, by=front_desk, at=NOW)
    visit = make_session(late, osei, NOW - dt.timedelta(hours=1), status="done", given_on=TODAY)
    record = make_record(visit, started_at=NOW + dt.timedelta(minutes=20))
    TreatmentSession.objects.filter(pk=visit.pk).update(record=record)
    assert not WaitingEntry.objects.standing().exists()


@pytest.mark.parametrize("tab", ["overdue", "soon", "asked", "waiting", "snoozed"])
def test_every_tab_costs_the_same_for_one_and_for_many(
    riverside: Clinic, osei: Injector, front_desk: User, tab: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        course = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
        waiting.add(course=course, by=front_desk, at=NOW)
        if number % 3 == 0:
            contact.log_attempt(course=course, outcome="no_answer", by=front_desk, at=NOW)
    client = log_in(front_desk)
    with django_assert_max_num_queries(13):
        client.get(reverse("treatments:recall"), {"tab": tab})


def test_who_only_reads_sees_the_list_without_buttons(late: Course, reader: User) -> None:
    text = page(reader)
    assert "Maria Santos" in text
    assert "No answer" not in text
    assert "Text the ticked people" not in text


@pytest.mark.parametrize(
    "step",
    [
        partial(contact.log_attempt, outcome="no_answer"),
        partial(contact.snooze, until=TODAY + dt.timedelta(days=7)),
    ],
    ids=["tried", "snoozed"],
)
def test_a_course_that_a_colleague_ended_since_the_page_was_read_is_left_alone(
    late: Course, front_desk: User, prescriber: User, step: Callable[..., Any]
) -> None:
    read_before = Course.objects.get(pk=late.pk)
    courses.close_course(course=late, reason="Moved away", by=prescriber, at=NOW)
    with pytest.raises(contact.NotNow, match="ended"):
        step(course=read_before, by=front_desk, at=NOW)
    assert late.history.latest().closed_on == TODAY
