"""Nobody falls out: after any history, every open course is on exactly one list."""

import datetime as dt
import uuid
from contextlib import suppress
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic.models import Clinic, Injector, Role, User
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_user, room_of
from treatments import booking
from treatments.models import Course, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.recall import contact
from treatments.slots import Slot

PEOPLE = 3
person = st.integers(0, PEOPLE - 1)
days = st.integers(0, 120)


class Clinicians(RuleBasedStateMachine):
    """A clinic with three people in treatment, and everything that the desk and time do to them."""

    clinic: Clinic
    osei: Injector
    by: User

    def __init__(self) -> None:
        super().__init__()
        # What an example writes is gone after it: the history tables let nothing be deleted.
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now = NOW

    def teardown(self) -> None:
        """Forget the example."""
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(ago=st.lists(st.integers(0, 200), min_size=PEOPLE, max_size=PEOPLE))
    def open_courses(self, ago: list[int]) -> None:
        """Three people who were last seen so many days ago (0: never)."""
        self.clinic = make_clinic("Machine")
        self.osei = make_injector(self.clinic)
        self.by = make_user("m@machine.example", "Dr Machine", (self.clinic, Role.PRESCRIBER))
        last = [NOW.date() - dt.timedelta(days=number) if number else None for number in ago]
        self.keys = [make_course(make_patient(self.clinic), last_given_on=on, injector=self.osei).pk for on in last]

    @property
    def today(self) -> dt.date:
        """The date at the clinic."""
        return self.now.astimezone(self.clinic.zone).date()

    def course(self, number: int) -> Course:
        """One person's course as it is now."""
        return Course.objects.select_related("clinic", "patient__clinic").get(pk=self.keys[number])

    def visit(self, number: int) -> TreatmentSession | None:
        """Their open visit."""
        sessions = TreatmentSession.objects.select_related("clinic", "course__clinic", "injector", "room")
        return sessions.filter(course=self.keys[number], status__in=OPEN).first()

    def slot(self, number: int, date: dt.date) -> Slot:
        """A quarter of an hour of that date: each person has one of their own."""
        start = dt.datetime.combine(date, dt.time(9, 15 * number), self.clinic.zone).astimezone(dt.UTC)
        return Slot(self.osei, room_of(self.osei), start, start + dt.timedelta(minutes=15))

    def tick(self) -> None:
        """Two steps are never at the same instant."""
        self.now += dt.timedelta(seconds=1)

    @rule(number=days, hours=st.integers(0, 23))
    def time_passes(self, number: int, hours: int) -> None:
        """Days go by, over clock changes too."""
        self.now += dt.timedelta(days=number, hours=hours)

    @rule(who=person, after=days)
    def book(self, who: int, after: int) -> None:
        """Book on or after the due date; who has a visit or no course is refused."""
        self.tick()
        course = self.course(who)
        date = max(course.next_due(), self.today) + dt.timedelta(days=after)
        if course.closed_on is None:
            with suppress(booking.Conflict):
                booking.book(course=course, slot=self.slot(who, date), uid=uuid.uuid4(), by=self.by, at=self.now)

    @rule(who=person)
    def book_early(self, who: int) -> None:
        """A prescriber books before the due date, with a reason."""
        self.tick()
        course = self.course(who)
        if course.closed_on is None:
            slot = self.slot(who, self.today + dt.timedelta(days=1))
            with suppress(booking.Conflict):
                booking.book(
                    course=course, slot=slot, uid=uuid.uuid4(), by=self.by, at=self.now, early_reason="Travels"
                )

    @rule(who=person, after=days)
    def move(self, who: int, after: int) -> None:
        """Give a visit another day."""
        self.tick()
        visit = self.visit(who)
        if visit and visit.status == Status.BOOKED:
            date = max(visit.due_on, self.today) + dt.timedelta(days=after)
            with suppress(booking.Conflict):
                booking.move(session=visit, version=visit.version, slot=self.slot(who, date), by=self.by, at=self.now)

    @rule(who=person, to=st.sampled_from([Status.CANCELLED, Status.NO_SHOW, Status.ARRIVED]))
    def change(self, who: int, to: Status) -> None:
        """Cancel, miss, arrive."""
        self.tick()
        visit = self.visit(who)
        if visit:
            if to != Status.CANCELLED:
                self.now = max(self.now, visit.starts_at)
            with suppress(booking.NotPossible, booking.Conflict):
                booking.change_status(session=visit, to=to, by=self.by, at=self.now, reason="They called")

    @rule(who=person)
    def booked_after_all(self, who: int) -> None:
        """Put the newest visit that fell through back."""
        self.tick()
        lost = TreatmentSession.objects.select_related("clinic", "course__clinic", "injector", "room")
        visit = lost.filter(course=self.keys[who], status__in=[Status.CANCELLED, Status.NO_SHOW]).last()
        if visit and self.course(who).closed_on is None:
            with suppress(booking.NotPossible, booking.Conflict):
                booking.change_status(session=visit, to=Status.BOOKED, by=self.by, at=self.now)

    @rule(who=person)
    def give(self, who: int) -> None:
        """The visit takes place on its day. The record itself has tests of its own."""
        visit = self.visit(who)
        if visit:
            self.now = max(self.now, visit.starts_at)
            visit.status, visit.given_on = Status.DONE, visit.local_date
            visit.save()

    @rule(who=person, outcome=st.sampled_from(["no_answer", "will_call_back", "texted"]))
    def try_to_reach(self, who: int, outcome: str) -> None:
        """Call or text."""
        self.tick()
        with suppress(contact.NotNow):
            contact.log_attempt(course=self.course(who), outcome=outcome, by=self.by, at=self.now)

    @rule(who=person, number=days)
    def snooze(self, who: int, number: int) -> None:
        """Leave them alone until a day."""
        self.tick()
        with suppress(contact.NotNow):
            until = self.today + dt.timedelta(days=number)
            contact.snooze(course=self.course(who), until=until, by=self.by, at=self.now)

    @rule(who=person)
    def wake(self, who: int) -> None:
        """Back on the list."""
        self.tick()
        with suppress(contact.NotNow):
            contact.wake(course=self.course(who), by=self.by, at=self.now)

    @precondition(lambda self: Course.objects.open().filter(pk__in=self.keys).count() > 1)
    @rule(who=person, died=st.booleans())
    def let_go(self, who: int, died: bool) -> None:
        """End a course; a death takes the visit with it."""
        self.tick()
        with suppress(contact.NotAllowed):
            contact.let_go(course=self.course(who), reason="Left", died=died, by=self.by, at=self.now)

    @invariant()
    def everybody_is_on_exactly_one_list(self) -> None:
        """The lists of open courses have nobody twice, and nobody is missing."""
        mine: Any = Course.objects.filter(clinic=self.clinic)
        lists = {
            "booked": mine.open().with_booked().filter(booked=True),
            "later": mine.due_later(self.today),
            "recall": mine.to_recall(self.today),
            "snoozed": mine.snoozed(self.today),
        }
        found = sorted(pk for rows in lists.values() for pk in rows.values_list("pk", flat=True))
        assert found == sorted(mine.open().values_list("pk", flat=True))
        assert all(course.snoozed_until > self.today for course in lists["snoozed"])

    @invariant()
    def a_visit_that_fell_through_is_followed_by_a_call(self) -> None:
        """Whoever lost a visit that was placed after they were snoozed is not asleep."""
        mine: Any = Course.objects.filter(clinic=self.clinic)
        for course in mine.snoozed(self.today):
            assert not course.sessions.filter(placed_at__gt=course.snoozed_at).exists()


def test_after_any_history_everybody_is_on_exactly_one_list(db: None) -> None:
    run_state_machine_as_test(
        Clinicians,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
