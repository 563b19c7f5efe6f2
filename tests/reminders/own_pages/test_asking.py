"""Another time, or a first one: asked for by half-days, or chosen where the clinic lets patients choose."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Authorization, Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.reminders.reading import words
from treatments import booking, self_booking
from treatments.models import ContactAttempt, Course, SessionEvent, Status, TreatmentSession
from treatments.recall import contact

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
Answer = TreatmentSession.Answer


@pytest.fixture
def choosing(rules: Clinic) -> Clinic:
    """Riverside, where patients choose their time."""
    rules.patients_book = True
    rules.save()
    return rules


def offered(phone: Client, link: str) -> list[str]:
    """Return the codes of the times that a page offers."""
    return re.findall(r'name="slot" value="([^"]+)"', phone.get(f"{link}times/").content.decode())


def take(phone: Client, link: str, code: str, **more: str) -> int:
    """Choose a time; return the answer's status."""
    form = {"slot": code, "uid": "8b7d6c1e-0000-4000-8000-000000000001"}
    return phone.post(f"{link}times/", form | more).status_code


@pytest.mark.parametrize(("page", "button"), [("", "yes/"), ("ask/", "ask/"), ("times/", "times/")])
def test_a_press_on_the_page_of_a_visit_cancelled_since_does_not_count_for_the_one_booked_in_its_place(
    phone: Client, link: str, visit: TreatmentSession, choosing: Clinic, page: str, button: str
) -> None:
    shown = phone.get(f"{link}{page}").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(version|visit)" value="([^"]+)"', shown))
    code = offered(phone, link)[0]
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    instead = make_session(visit.course, visit.injector, visit.starts_at + DAY, due_on=visit.due_on)
    assert form["version"] == str(instead.version)
    press = form | {"slot": code, "uid": "8b7d6c1e-0000-4000-8000-000000000001", "suits": "mon_am"}
    response = phone.post(f"{link}{button}", press)
    assert response.status_code == 409
    assert "your answer was not taken" in words(response.content)
    assert "Friday 27 November 2026" in words(response.content)
    assert list(TreatmentSession.objects.filter(pk=instead.pk).values_list("answer", "version")) == [("", 1)]


def test_i_cannot_come_asks_for_half_days_and_changes_nothing(
    phone: Client, link: str, visit: TreatmentSession
) -> None:
    page = words(phone.get(f"{link}times/", follow=True).content)
    assert "Your time on Thursday 26 November 2026 at 10:30am stays booked until we answer." in page
    assert "Monday morning" in page
    assert "Friday afternoon" in page
    assert not SessionEvent.objects.exists()


def test_staff_see_the_wish_in_asked_to_move(
    phone: Client, link: str, visit: TreatmentSession, front_desk: User
) -> None:
    form = {"version": "1", "suits": ["tue_pm", "mon_am"], "words": "school run until 9"}
    page = words(phone.post(f"{link}ask/", form, follow=True).content)
    assert "You can come: Monday morning Tuesday afternoon" in page
    row = words(log_in(front_desk).get("/recall/?tab=asked").content)
    assert "Monday morning, Tuesday afternoon. school run until 9" in row
    visit.refresh_from_db()
    assert (visit.status, visit.answer) == (Status.BOOKED, Answer.ASKED_TO_MOVE)


def test_the_words_of_a_wish_are_encrypted(phone: Client, link: str, visit: TreatmentSession) -> None:
    phone.post(f"{link}ask/", {"version": "1", "words": "school run"})
    stored = SessionEvent.objects.annotate(raw=Cast("reason", TextField())).values_list("raw", flat=True).get()
    assert "school" not in stored


def test_a_wish_too_long_is_refused_in_words_and_kept(phone: Client, link: str, visit: TreatmentSession) -> None:
    response = phone.post(f"{link}ask/", {"version": "1", "suits": "mon_am", "words": "x" * 301})
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert "Use at most 300 letters." in page
    assert "x" * 301 in page
    assert re.search(r'value="mon_am"[^>]*checked', page)
    assert re.search(r"<title>\s*Error:", page)


def test_a_day_that_is_not_on_the_page_is_refused(phone: Client, link: str) -> None:
    response = phone.post(f"{link}ask/", {"version": "1", "suits": "sun_am"})
    assert response.status_code == 422
    assert "Choose from the days on the page." in words(response.content)


def test_a_wish_meets_a_visit_that_staff_moved_meanwhile(phone: Client, link: str, visit: TreatmentSession) -> None:
    TreatmentSession.objects.update(version=2)
    response = phone.post(f"{link}ask/", {"version": "1", "suits": "mon_am"})
    assert response.status_code == 409
    assert "your answer was not taken" in words(response.content)
    visit.refresh_from_db()
    assert visit.answer == Answer.NONE


def test_who_has_nothing_booked_asks_for_a_visit_and_is_awake_on_the_recall_list(
    phone: Client, due_link: str, front_desk: User
) -> None:
    Course.objects.update(snoozed_until=TODAY + 30 * DAY, snoozed_at=NOW)
    page = words(phone.post(f"{due_link}ask/", {"suits": ["fri_pm"], "words": "after 3"}, follow=True).content)
    assert "We will call you to find a time." in page
    attempt = ContactAttempt.objects.get()
    assert (attempt.outcome, attempt.by, attempt.note) == ("asked", None, "Friday afternoon. after 3")
    row = words(log_in(front_desk).get("/recall/?tab=soon").content)
    assert "Asked for a visit Friday afternoon. after 3" in row
    assert "none yet" not in row  # tries: right after the wish it was a part of it


def test_who_is_due_later_and_asks_for_a_visit_is_on_the_list_until_somebody_calls(
    phone: Client, due_link: str, front_desk: User
) -> None:
    Course.objects.update(interval_days=120)  # due in 50 days: what they had so far ahead was cancelled
    desk = log_in(front_desk)
    assert "Jo Park" not in words(desk.get("/recall/?tab=soon").content)
    page = words(phone.post(f"{due_link}ask/", {"suits": ["fri_pm"]}, follow=True).content)
    assert "We will call you to find a time." in page
    listed = words(desk.get("/recall/?tab=soon").content)
    assert "Due soon 1" in listed
    assert "(in 50 days)" in listed
    assert "Asked for a visit Friday afternoon" in listed
    course = Course.objects.get()
    desk.post(reverse("treatments:tried", args=[course.uid]), {"outcome": "will_call_back"})
    assert "Due soon 0" in words(desk.get("/recall/?tab=soon").content)
    desk.post(reverse("treatments:untried", args=[course.uid]))
    assert "Asked for a visit Friday afternoon" in words(desk.get("/recall/?tab=soon").content)


def test_a_wish_for_which_a_visit_was_booked_is_done_with_also_when_that_falls_through(
    phone: Client, due_link: str, osei: Injector, front_desk: User
) -> None:
    Course.objects.update(interval_days=120)
    phone.post(f"{due_link}ask/", {"suits": ["fri_pm"]})
    make_session(Course.objects.get(), osei, NOW + 60 * DAY, status="cancelled", placed_at=NOW + MINUTE)
    assert "Due soon 0" in words(log_in(front_desk).get("/recall/?tab=soon").content)


def test_where_the_clinic_does_not_allow_it_nobody_chooses(phone: Client, link: str, visit: TreatmentSession) -> None:
    assert take(phone, link, "anything", version="1") == 302
    assert phone.get(f"{link}times/").headers["Location"] == f"{link}ask/"
    visit.refresh_from_db()
    assert visit.version == 1


def test_five_free_times_are_offered_a_day_ahead_and_never_before_the_due_date(
    phone: Client, due_link: str, choosing: Clinic
) -> None:
    codes = offered(phone, due_link)
    assert len(codes) == 5
    due = TODAY + 14 * DAY
    assert min(code.split(".")[2] for code in codes) >= f"{due:%Y%m%d}"


def test_a_chosen_time_is_booked_and_said_to_suit(phone: Client, due_link: str, choosing: Clinic) -> None:
    code = offered(phone, due_link)[0]
    assert take(phone, due_link, code) == 302
    session = TreatmentSession.objects.get(status=Status.BOOKED)
    assert session.answer == Answer.CONFIRMED
    assert list(session.events.filter(by=None).values_list("kind", flat=True)) == ["booked", "answered"]
    assert "We will see you" in words(phone.get(f"{due_link}done/").content)


def test_a_visit_moves_to_a_chosen_time_and_the_old_one_is_free(
    phone: Client, link: str, visit: TreatmentSession, choosing: Clinic
) -> None:
    code = offered(phone, link)[0]
    assert take(phone, link, code, version="1") == 302
    visit.refresh_from_db()
    assert (visit.version, visit.answer, f"{visit.starts_at:%Y%m%dT%H%M}") == (2, Answer.CONFIRMED, code.split(".")[2])


@pytest.mark.parametrize(("which", "more"), [("due_link", {}), ("link", {"version": "1"})], ids=["booked", "moved"])
def test_a_chosen_time_that_is_sent_twice_is_not_said_to_be_refused(
    phone: Client, choosing: Clinic, request: pytest.FixtureRequest, which: str, more: dict[str, str]
) -> None:
    address = request.getfixturevalue(which)
    code, other = offered(phone, address)[:2]
    form = {"slot": code, "uid": "8b7d6c1e-0000-4000-8000-000000000001"} | more
    pages = [words(phone.post(f"{address}times/", form, follow=True).content) for _ in range(2)]
    assert all("We will see you" in page for page in pages)
    assert take(phone, address, other, **more) == 409


def test_a_time_that_leave_of_this_moment_took_is_not_said_to_be_taken_by_somebody(
    phone: Client, due_link: str, choosing: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(**asked: object) -> None:
        raise booking.Taken(why="Dr Osei is away: Sick")

    code = offered(phone, due_link)[0]
    monkeypatch.setattr(self_booking, "take", shut)
    response = phone.post(f"{due_link}times/", {"slot": code, "uid": "8b7d6c1e-0000-4000-8000-000000000001"})
    assert "That time cannot be booked here. These are still free:" in words(response.content)
    assert "Someone just took" not in words(response.content)


def test_a_time_that_somebody_else_just_took_is_said_with_what_is_still_free(
    phone: Client, due_link: str, choosing: Clinic, osei: Injector
) -> None:
    code = offered(phone, due_link)[0]
    starts_at = dt.datetime.strptime(code.split(".")[2], "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
    injector = Injector.objects.get(uid=code.split(".")[0])
    make_session(make_course(make_patient(choosing, "Tom", "Reid")), injector, starts_at)
    response = phone.post(f"{due_link}times/", {"slot": code, "uid": "8b7d6c1e-0000-4000-8000-000000000001"})
    assert response.status_code == 409
    assert "Someone just took" in words(response.content)
    assert code not in response.content.decode()
    assert response.content.decode().count('name="slot"') == 5


def test_two_patients_who_choose_one_time_together_get_one_visit(
    phone: Client, due_link: str, choosing: Clinic
) -> None:
    other = make_course(make_patient(choosing, "Eli", "Stone"))
    code = offered(phone, due_link)[0]
    self_booking.take(course=other, session=None, version=0, code=code, uid=other.uid, now=NOW)
    assert take(phone, due_link, code) == 409
    assert TreatmentSession.objects.filter(status=Status.BOOKED).count() == 1


@pytest.mark.parametrize("what", ["early", "too soon", "longer", "no time", "not covered", "used up"])
def test_a_time_that_was_not_offered_cannot_be_forged(
    phone: Client, due_link: str, choosing: Clinic, what: str
) -> None:
    injector, room, start, minutes = offered(phone, due_link)[0].split(".")
    course = Course.objects.get(patient__given_name="Jo")
    forged = {
        "early": f"{injector}.{room}.{TODAY + 7 * DAY:%Y%m%d}T1000.{minutes}",
        "too soon": f"{injector}.{room}.{TODAY:%Y%m%d}T1600.{minutes}",
        "longer": f"{injector}.{room}.{start}.60",
        "no time": "nonsense",
    }.get(what, f"{injector}.{room}.{start}.{minutes}")
    if what in {"not covered", "used up"}:
        Authorization.objects.create(
            clinic=choosing,
            patient=course.patient,
            payer="Aster",
            number="PA-1",
            valid_from=TODAY - 90 * DAY,
            valid_to=TODAY + (400 if what == "used up" else 0) * DAY,
            visits=1,
            status=Authorization.Status.APPROVED,
        )
        assert offered(phone, due_link) == []
    response = phone.post(f"{due_link}times/", {"slot": forged, "uid": course.uid})
    assert response.status_code == 409
    assert "That time cannot be booked here." in words(response.content)
    assert not TreatmentSession.objects.filter(status=Status.BOOKED).exists()


def test_a_payers_agreement_that_begins_later_is_waited_for(phone: Client, due_link: str, choosing: Clinic) -> None:
    begins = TODAY + 40 * DAY
    Authorization.objects.create(
        clinic=choosing,
        patient=Course.objects.get(patient__given_name="Jo").patient,
        payer="Aster",
        number="PA-2",
        valid_from=begins,
        valid_to=begins + 90 * DAY,
        status=Authorization.Status.APPROVED,
    )
    codes = offered(phone, due_link)
    assert codes
    assert min(code.split(".")[2] for code in codes) >= f"{begins:%Y%m%d}"


@pytest.mark.parametrize("status", [Status.NO_SHOW, Status.CANCELLED])
def test_who_missed_a_visit_or_lost_it_may_ask_for_a_new_one(
    phone: Client, link: str, visit: TreatmentSession, status: Status
) -> None:
    TreatmentSession.objects.update(status=status)
    assert f'href="{link}times/"' in phone.get(link).content.decode()
    phone.post(f"{link}ask/", {"suits": "mon_am"})
    assert ContactAttempt.objects.get().course == visit.course


def test_the_same_wish_sent_again_is_noted_once(phone: Client, due_link: str) -> None:
    for _press in range(2):
        sent = phone.post(f"{due_link}ask/", {"suits": ["mon_am"], "words": "after 9"}, follow=True)
        assert "We will call you to find a time. You can come: Monday morning" in words(sent.content)
    assert ContactAttempt.objects.count() == 1
    phone.post(f"{due_link}ask/", {"suits": ["tue_am"], "words": "after 9"})
    assert ContactAttempt.objects.count() == 2


def test_the_page_that_says_a_wish_is_noted_sends_nothing_when_it_is_loaded_again(
    phone: Client, due_link: str, front_desk: User
) -> None:
    page, _status = phone.post(f"{due_link}ask/", {"suits": ["mon_am"]}, follow=True).redirect_chain[-1]
    phone.cookies["language"] = "cy"
    assert "Bore Llun" in words(phone.get(page).content)
    contact.log_attempt(course=Course.objects.get(patient__given_name="Jo"), outcome="no_answer", by=front_desk, at=NOW)
    assert phone.get(page).headers["Location"] == due_link
    assert ContactAttempt.objects.filter(outcome=ContactAttempt.Outcome.ASKED).count() == 1


def test_nobody_is_told_that_a_wish_is_noted_who_sent_none(phone: Client, due_link: str) -> None:
    assert phone.get(f"{due_link}asked/?suits=mon_am").headers["Location"] == due_link


@pytest.mark.parametrize("since", ["called", "snoozed", "booked and cancelled"])
def test_the_same_wish_is_a_new_one_once_somebody_acted_on_the_last(
    phone: Client, due_link: str, osei: Injector, front_desk: User, frozen_clock: Any, since: str
) -> None:
    course = Course.objects.get(patient__given_name="Jo")
    phone.post(f"{due_link}ask/", {"suits": ["mon_am"]})
    frozen_clock.shift(dt.timedelta(hours=1))
    later = NOW + dt.timedelta(hours=1)
    if since == "called":
        contact.log_attempt(course=course, outcome="no_answer", by=front_desk, at=later)
    elif since == "snoozed":
        contact.snooze(course=course, until=TODAY + 3 * DAY, by=front_desk, at=later)
    else:
        make_session(course, osei, NOW + 20 * DAY, status=Status.CANCELLED, placed_at=later)
    frozen_clock.shift(dt.timedelta(hours=1))
    phone.post(f"{due_link}ask/", {"suits": ["mon_am"]})
    assert ContactAttempt.objects.filter(outcome=ContactAttempt.Outcome.ASKED).count() == 2
    course.refresh_from_db()
    assert course.snoozed_until is None


def test_a_course_that_has_ended_takes_no_wishes(phone: Client, due_link: str, choosing: Clinic) -> None:
    Course.objects.update(closed_on=TODAY, close_reason="moved away")
    assert "Choose a time" not in words(phone.get(due_link).content)
    assert phone.get(f"{due_link}times/").status_code == 409
    assert phone.post(f"{due_link}ask/", {"suits": "mon_am"}).status_code == 409
    assert not ContactAttempt.objects.exists()


def test_a_time_in_urdu_stands_after_an_urdu_comma(phone: Client, link: str, choosing: Clinic) -> None:
    phone.cookies["language"] = "ur"
    assert re.search(r"\d{4}، \d{1,2}:\d\d", words(phone.get(f"{link}times/").content))


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Your answer was not taken. Try again in a moment."), ("es", "No se tomó su respuesta.")],
)
def test_a_wish_that_waited_too_long_for_others_is_refused_in_words_and_what_was_ticked_stays(
    phone: Client, due_link: str, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    def held(**asked: object) -> None:
        raise booking.Taken

    monkeypatch.setattr("treatments.wishes.ask_for_a_visit", held)
    Patient.objects.update(language=language)
    response = phone.post(f"{due_link}ask/", {"suits": ["tue_pm"], "words": "after work"})
    page = response.content.decode()
    assert response.status_code == 409
    assert said in words(response.content)
    assert re.search(r'value="tue_pm"[^>]* checked', page)
    assert 'value="after work"' in page
