"""F29: a patient asks to move what staff move at the same time. The page shows the new time, and one message tells it."""

import datetime as dt

from django.test import Client

from clinic.models import Clinic, User
from reminders.models import Kind, Reminder
from reminders.planning import reconcile
from tests.builders import NOW
from tests.conftest import log_in
from tests.reminders.conftest import link, outbox_folder, phone, reminder, rules, visit
from tests.reminders.reading import words
from treatments import booking, slots
from treatments.models import TreatmentSession

__all__ = ["link", "outbox_folder", "phone", "reminder", "rules", "visit"]

SOON = NOW + dt.timedelta(minutes=10)
Answer = TreatmentSession.Answer


def move(visit: TreatmentSession, by: User) -> TreatmentSession:
    """Give the visit another time, as staff do."""
    visit.refresh_from_db()
    [slot, *_] = slots.free_times(clinic=visit.clinic, first=visit.local_date + dt.timedelta(days=1), days=4, now=NOW)
    return booking.move(session=visit, version=visit.version, slot=slot, by=by, at=NOW, early_reason="")


def told(visit: TreatmentSession) -> list[str]:
    """Return what is on its way to the patient about the visit as it is now."""
    reconcile(now=SOON)
    waiting = Reminder.objects.filter(session=visit, state="waiting").exclude(rule__kind=Kind.VISIT)
    return [str(kind) for kind in waiting.values_list("rule__kind", flat=True)]


def test_f29_a_wish_that_staff_answer_by_moving_is_closed_and_told_once(
    phone: Client, link: str, visit: TreatmentSession, rules: Clinic, front_desk: User
) -> None:
    phone.post(f"{link}ask/", {"version": "1", "suits": ["fri_am"], "words": "after 9"})
    desk = log_in(front_desk)
    assert "Maria Santos" in words(desk.get("/recall/?tab=asked").content)
    moved = move(visit, front_desk)
    assert moved.answer == Answer.NONE
    assert "Maria Santos" not in words(desk.get("/recall/?tab=asked").content)
    history = words(desk.get(f"/sessions/{visit.uid}/").content)
    assert "asked to move, patient – after 9" in history  # the wish stays readable beside the move
    assert "Moved, Fran Adeyemi" in history
    assert "Friday 27 November 2026" in words(phone.get(link).content)
    assert told(visit) == [Kind.MOVED]


def test_f29_a_wish_sent_from_a_page_that_is_older_than_the_move_is_not_taken_and_told_once(
    phone: Client, link: str, visit: TreatmentSession, rules: Clinic, front_desk: User
) -> None:
    phone.get(f"{link}ask/")
    move(visit, front_desk)
    answer = phone.post(f"{link}ask/", {"version": "1", "suits": ["fri_am"]})
    page = words(answer.content)
    assert answer.status_code == 409
    assert "your answer was not taken" in page
    assert "Friday 27 November 2026" in page
    visit.refresh_from_db()
    assert visit.answer == Answer.NONE
    assert told(visit) == [Kind.MOVED]
