"""A step that the database broke off, because two waited for each other or one for too long, is tried again or refused."""

import datetime as dt
import uuid

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from psycopg import errors

from clinic.models import Absence, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_record, make_session, sign_record
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.recording.conftest import findings
from treatments import booking, courses, leaving, queueing, self_booking, slots, walkins, wishes
from treatments.booking import inserting, moving, placing
from treatments.conflicts import Taken
from treatments.models import Course, Status, TreatmentSession
from treatments.recall import contact
from treatments.recording import Refused, correct_record, correcting
from treatments.setup import changes, saving

pytestmark = pytest.mark.django_db


class OutsideTheTest:
    """The connection, as if the transaction of the test itself were none."""

    vendor = connection.vendor
    cursor = staticmethod(connection.cursor)

    def __init__(self) -> None:
        self.depth = len(connection.savepoint_ids)

    @property
    def in_atomic_block(self) -> bool:
        """Whether an action of ours has begun a transaction."""
        return len(connection.savepoint_ids) > self.depth


@pytest.fixture(autouse=True)
def alone(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here is asked outside any transaction, and without a pause before the next try."""
    monkeypatch.setattr(queueing, "connection", OutsideTheTest())
    monkeypatch.setattr("treatments.queueing.time.sleep", lambda seconds: None)


def broken_off() -> OperationalError:
    """Return what Django makes of a deadlock that PostgreSQL ends at our cost."""
    error = OperationalError("deadlock detected")
    error.__cause__ = errors.DeadlockDetected()
    return error


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whoever wants a calendar is broken off; give how often somebody wanted one."""
    wanted: list[int] = []

    def refuse(*words: object) -> None:
        wanted.append(len(words))
        raise broken_off()

    monkeypatch.setattr(inserting, "share", refuse)
    monkeypatch.setattr(placing, "queue_for", refuse)
    return wanted


@pytest.fixture
def session(course: Course, front_desk: User) -> TreatmentSession:
    """Maria's visit."""
    slot = slots.suggest(course=course, now=NOW)[0]
    return booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)


def test_a_move_that_was_broken_off_once_tells_where_the_visit_really_was(
    session: TreatmentSession, course: Course, front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, left, look = session.starts_at, [broken_off()], placing.mind_the_closing

    def break_off_once(moved: TreatmentSession) -> None:
        if left:
            raise left.pop()
        look(moved)

    monkeypatch.setattr(moving, "mind_the_closing", break_off_once)
    later = slots.suggest(course=course, now=NOW)[1]
    booking.move(session=session, version=session.version, slot=later, by=front_desk, at=NOW)
    event = session.events.order_by("-pk")[0]
    told = [dt.datetime.fromisoformat(place["starts_at"]) for place in (event.before, event.after)]
    assert told == [old, later.starts_at]
    assert session.starts_at == later.starts_at


def test_a_patient_whose_time_stays_held_hears_that_it_is_taken(course: Course, always: list[int]) -> None:
    free = self_booking.free_times(course=course, session=None, now=NOW)[0]
    with pytest.raises(Taken):
        self_booking.take(course=course, session=None, version=0, code=free.code, uid=uuid.uuid4(), now=NOW)
    assert len(always) == queueing.TRIES


def test_a_patient_who_moves_to_a_time_that_stays_held_hears_that_it_is_taken(
    session: TreatmentSession, course: Course, always: list[int]
) -> None:
    free = self_booking.free_times(course=course, session=session, now=NOW)[0]
    with pytest.raises(Taken):
        self_booking.take(
            course=course, session=session, version=session.version, code=free.code, uid=uuid.uuid4(), now=NOW
        )
    assert len(always) == queueing.TRIES


def test_a_wish_for_a_visit_whose_person_stays_held_is_refused_and_not_noted(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(held: Course) -> None:
        raise broken_off()

    monkeypatch.setattr(wishes, "hold_course", refuse)
    with pytest.raises(Taken):
        wishes.ask_for_a_visit(course=course, wish=wishes.Wish(("mon_am",)), at=NOW)
    assert not course.contact_attempts.exists()


def test_a_walk_in_whose_time_stays_held_is_refused_in_words(
    course: Course, front_desk: User, always: list[int]
) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    with pytest.raises(Taken):
        walkins.put_in(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW, early_reason="")
    assert len(always) == queueing.TRIES


def test_what_is_broken_off_inside_a_larger_transaction_is_left_to_whoever_began_it(
    session: TreatmentSession, course: Course, front_desk: User, always: list[int]
) -> None:
    later = slots.suggest(course=course, now=NOW)[1]
    with pytest.raises(OperationalError), transaction.atomic():
        booking.move(session=session, version=session.version, slot=later, by=front_desk, at=NOW)
    assert len(always) == 1


def test_a_correction_of_a_person_who_stays_held_is_refused_in_words(
    course: Course, osei: Injector, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(person: Patient) -> None:
        raise broken_off()

    monkeypatch.setattr(correcting, "hold_to_write", refuse)
    given = make_session(course, osei, NOW, status=Status.DONE, given_on=TODAY, due_on=TODAY)
    record = sign_record(make_record(given), by=prescriber)
    with pytest.raises(Refused) as refusal:
        correct_record(record=record, found=findings(), reason="A slip", by=prescriber, at=NOW)
    assert refusal.value.faults == ("A visit of this person is being changed at this moment. Try again.",)


@pytest.mark.parametrize("died", [True, False], ids=["died", "left"])
def test_a_record_whose_visits_stay_held_is_not_closed_and_says_so(
    course: Course, prescriber: User, died: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(held: Course) -> None:
        raise broken_off()

    for place in (courses, leaving):
        monkeypatch.setattr(place, "hold_course", refuse)
    with pytest.raises(courses.NotAllowed, match="being changed at this moment"):
        contact.let_go(course=course, reason="Left", died=died, by=prescriber, at=NOW)
    course.refresh_from_db()
    assert course.closed_on is None


@pytest.mark.parametrize(
    ("page", "typed"), [("tried", {"outcome": "no_answer"}), ("untried", {}), ("snooze", {"weeks": "1"})]
)
def test_what_is_noted_of_a_person_whose_visits_stay_held_is_refused_in_words(
    course: Course, front_desk: User, monkeypatch: pytest.MonkeyPatch, page: str, typed: dict[str, str]
) -> None:
    def refuse(held: Course) -> None:
        raise broken_off()

    monkeypatch.setattr(contact, "hold_course", refuse)
    url = reverse(f"treatments:{page}", args=[course.uid])
    assert "being changed at this moment. Try again." in text(log_in(front_desk).post(url, typed, follow=True))
    course.refresh_from_db()
    assert (course.snoozed_until, course.contact_attempts.count()) == (None, 0)


def test_a_list_of_stranded_visits_that_was_broken_off_once_is_made_anew(
    session: TreatmentSession, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, left, suggest = session.starts_at, [broken_off()], slots.suggest

    def break_off_once(**asked: object) -> object:
        if left:
            raise left.pop()
        return suggest(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(slots, "suggest", break_off_once)
    row = Absence(clinic=session.clinic, injector=session.injector, starts_at=day, ends_at=day + dt.timedelta(hours=1))
    (found,) = saving.propose(change=changes.leave(row=row), by=admin, at=NOW)
    assert found.session == session
