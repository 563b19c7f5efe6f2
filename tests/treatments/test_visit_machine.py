"""Two people with old pages act on the same visits in any order: the calendar stays whole, and history tells it all."""

import datetime as dt
import uuid
from contextlib import suppress
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clinic.models import Clinic, Injector, Role, User
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_user, room_of
from treatments import booking, protocol, recording, undoing
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.models.session import OCCUPYING, OPEN
from treatments.recording import Findings, SinceLast, VialUsed
from treatments.safety import QUESTIONS
from treatments.slots import Slot

PEOPLE, TIMES = 2, 3
QUARTER = dt.timedelta(minutes=15)
actors, people, times = st.integers(0, 1), st.integers(0, PEOPLE - 1), st.integers(0, TIMES - 1)
steps = st.sampled_from([Status.BOOKED, Status.ARRIVED, Status.IN_ROOM, Status.NO_SHOW, Status.CANCELLED])
REFUSED = (booking.Conflict, booking.NotPossible, booking.TooEarly, recording.Refused)
# Version and placed_at tell a visit that was put back from one that never changed.
KEPT = (
    "status", "starts_at", "ends_at", "injector_id", "room_id", "local_date",
    "answer", "answered_at", "arrived_at", "early_reason", "early_by_id",
)  # fmt: skip


class TwoDesks(RuleBasedStateMachine):
    """Few times and two people in treatment, so that everybody gets in everybody's way."""

    clinic: Clinic
    osei: Injector
    staff: list[User]

    def __init__(self) -> None:
        super().__init__()
        # What an example writes is gone after it: the history tables let nothing be deleted.
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now = NOW
        self.pages: dict[int, TreatmentSession] = {}
        self.before: dict[int, dict[str, Any]] = {}
        self.versions: dict[int, int] = {}

    def teardown(self) -> None:
        """Forget the example."""
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize()
    def open_the_clinic(self) -> None:
        """Two people who are due, two prescribers at two desks."""
        self.clinic = make_clinic("Machine")
        self.osei = make_injector(self.clinic)
        roles = (self.clinic, Role.PRESCRIBER)
        self.staff = [make_user(f"m{n}@machine.example", f"Dr Machine {n}", roles) for n in range(2)]
        last = NOW.date() - dt.timedelta(days=90)
        self.courses = [
            make_course(make_patient(self.clinic), last_given_on=last, injector=self.osei).pk for _ in range(PEOPLE)
        ]

    def visits(self) -> Any:
        """All visits in the calendar, as they are now."""
        rows = TreatmentSession.objects.filter(clinic=self.clinic).exclude(status=Status.GIVEN_BEFORE)
        return rows.select_related("clinic", "course__clinic", "injector", "room").order_by("pk")

    def slot(self, number: int) -> Slot:
        """One of the few times of today."""
        start = NOW + number * QUARTER
        return Slot(self.osei, room_of(self.osei), start, start + QUARTER)

    def state(self, visit: TreatmentSession) -> dict[str, Any]:
        """A visit's columns that undo brings back."""
        fresh = TreatmentSession.objects.get(pk=visit.pk)
        return {name: getattr(fresh, name) for name in KEPT}

    def act(self, visit: TreatmentSession, change: Any) -> None:
        """Do something with a visit; remember how it was before the line of history that came of it."""
        self.now += dt.timedelta(seconds=1)
        was, newest = self.state(visit), self.newest(visit)
        with suppress(*REFUSED):
            change()
            after = self.newest(visit)
            if after and after != newest:
                self.before[after.pk] = was
            return
        assert self.state(visit) == was, "what was refused left a trace"

    def newest(self, visit: TreatmentSession) -> SessionEvent | None:
        """The last line of a visit's history."""
        return SessionEvent.objects.filter(session=visit).order_by("-pk").first()

    @rule(minutes=st.sampled_from([1, 5]))
    def time_passes(self, minutes: int) -> None:
        """Minutes go by: the time of undo ends."""
        self.now += dt.timedelta(minutes=minutes)

    @rule(who=actors, person=people, when=times)
    def book(self, who: int, person: int, when: int) -> None:
        """Book one of the times, and stay on the page of the visit."""
        self.now += dt.timedelta(seconds=1)
        course = Course.objects.select_related("clinic").get(pk=self.courses[person])
        with suppress(*REFUSED):
            self.pages[who] = booking.book(
                course=course, slot=self.slot(when), uid=uuid.uuid4(), by=self.staff[who], at=self.now
            )

    @rule(who=actors, number=st.integers(0, 20))
    def open_a_page(self, who: int, number: int) -> None:
        """Look at a visit; from here on the other desk may change it unseen."""
        visits = list(self.visits())
        if visits:
            self.pages[who] = visits[number % len(visits)]

    @rule(who=actors, to=steps)
    def step(self, who: int, to: Status) -> None:
        """Press a step on the page that is open, however old."""
        if visit := self.pages.get(who):
            self.act(visit, lambda: booking.change_status(
                session=visit, to=to, by=self.staff[who], at=self.now, reason="Because"
            ))  # fmt: skip

    @rule(who=actors, when=times)
    def move(self, who: int, when: int) -> None:
        """Choose another time on the page that is open."""
        if visit := self.pages.get(who):
            version, slot = visit.version, self.slot(when)
            self.act(visit, lambda: booking.move(
                session=visit, version=version, slot=slot, by=self.staff[who], at=self.now
            ))  # fmt: skip
            self.pages[who] = self.visits().get(pk=visit.pk)

    @rule(who=actors, says=st.sampled_from(["confirmed", "asked_to_move"]))
    def patient_answers(self, who: int, says: str) -> None:
        """The patient answers from a link that may be old."""
        if visit := self.pages.get(who):
            answer, at = TreatmentSession.Answer(says), NOW - QUARTER
            self.act(visit, lambda: booking.answer(session=visit, version=visit.version, answer=answer, at=at))

    @rule(who=actors)
    def undo(self, who: int) -> None:
        """Take back the last step; when it works, all is as it was before that step."""
        visit = self.pages.get(who)
        event = self.newest(visit) if visit else None
        if visit is None or event is None:
            return
        fresh = self.visits().get(pk=visit.pk)
        self.act(fresh, lambda: undoing.undo(session=fresh, event=event, by=self.staff[who], at=self.now))
        last = self.newest(visit)
        if last and last.kind == SessionEvent.Kind.UNDONE and last.pk > event.pk:
            assert self.state(visit) == self.before[event.pk]

    @rule(who=actors)
    def sign(self, who: int) -> None:
        """Sign the standard set on the page that is open."""
        if visit := self.pages.get(who):
            vial = VialUsed("C4471", NOW.date() + dt.timedelta(days=300), 200)
            answers = {question.key: False for question in QUESTIONS}
            day = self.now.astimezone(visit.clinic.zone).date()
            confirmed: dict[str, Any] = {
                "identity_checked": True,
                "consent_confirmed": True,
                "since_last": SinceLast(told=None),
            }
            found = Findings(protocol.standard_set(), [vial], answers, day, **confirmed)
            self.act(visit, lambda: recording.sign_session(
                session=visit, found=found, by=self.staff[who], at=self.now
            ))  # fmt: skip

    @invariant()
    def history_replays_to_the_present(self) -> None:
        """The lines of a visit, one after the other, give where it stands."""
        for visit in self.visits():
            told: dict[str, Any] = {"status": "booked"}
            for event in visit.events.order_by("pk"):
                told |= event.after
            assert (told["status"], told["injector"], told["room"]) == (
                visit.status, visit.injector_id, visit.room_id
            )  # fmt: skip
            assert [dt.datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at")] == [
                visit.starts_at,
                visit.ends_at,
            ]

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """No two visits of the injector touch the same minute, and a course has one open visit at most."""
        spans = sorted((visit.starts_at, visit.ends_at) for visit in self.visits() if visit.status in OCCUPYING)
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
        waiting = [visit.course_id for visit in self.visits() if visit.status in OPEN]
        assert len(waiting) == len(set(waiting))

    @invariant()
    def versions_only_rise(self) -> None:
        """A version once told to a patient never comes back."""
        for visit in self.visits():
            assert visit.version >= self.versions.get(visit.pk, 1)
            self.versions[visit.pk] = visit.version


def test_two_people_with_old_pages_never_break_the_calendar(db: None) -> None:
    run_state_machine_as_test(
        TwoDesks,
        settings=settings(max_examples=25, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )
