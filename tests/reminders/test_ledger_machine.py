"""Desk, people, gateways and the clock act in any order: nobody hears a thing twice, too late or against their will, and
nothing gets lost.

What a fault suite shows with real processes, one fault at a time, is tried here with all of them mixed.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clinic import message_hours
from clinic.models import Clinic, Injector, Role, User
from patients.actions import set_contact, stop_number
from patients.models import Channel, Patient
from reminders import defaults, timing
from reminders.channels import CannotAnswer, Message, SendError
from reminders.dispatch import send_due
from reminders.models import Kind, Reminder, State
from reminders.planning import reconcile
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_user, room_of
from treatments import booking
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

PHONE = "+447700900077"  # both of a family have it
PEOPLE = 2
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
QUARTER = 15 * MINUTE
DAYS_AHEAD = (1, 2, 3, 4, 7, 9, 16, 17)  # working days, from a Monday on
LAST = NOW + 30 * DAY
REFUSED = (booking.Conflict, booking.NotPossible, booking.Stale, booking.TooEarly)
people, sides = st.integers(0, PEOPLE - 1), st.integers(0, 1)
days = st.sampled_from(DAYS_AHEAD)
channels = st.sampled_from([Channel.SMS, Channel.EMAIL])
LATER = SendError("Not now", permanent=False)
NEVER = SendError("Not this one", permanent=True)
NO_ANSWER = SendError("The line broke", permanent=False, in_doubt=True)


class Killed(BaseException):
    """The worker died in the middle of handing over."""


@dataclass(frozen=True)
class Fault:
    """What becomes of one message instead of arriving and a yes."""

    error: BaseException
    arrives: bool = False


FAULTS = {
    "later": Fault(LATER),
    "never": Fault(NEVER),
    "lost before": Fault(NO_ANSWER),
    "lost after": Fault(NO_ANSWER, arrives=True),
    "killed before": Fault(Killed()),
    "killed after": Fault(Killed(), arrives=True),
}
# What happens to a visit between planning and sending, when something is about to leave.
CHANGES = ("another injector", "asked to move", "cancelled", "moved", "stopped")
faults = st.lists(st.sampled_from(sorted(FAULTS)), max_size=3)


@dataclass(frozen=True)
class Arrival:
    """A message that somebody has: what it was about as it came."""

    message: Message
    reminder: Reminder
    at: dt.datetime
    acknowledged: bool


@dataclass(eq=False)
class Outside:
    """A gateway, and what people have got through it. Texts can be asked after, letters cannot."""

    machine: "Anything"
    channel: Channel
    faults: list[Fault] = field(default_factory=list)
    silent: bool = False
    arrived: list[Arrival] = field(default_factory=list)

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Let it arrive, or fail."""
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault.arrives:
            reminder = Reminder.objects.select_related("rule", "session", "patient__clinic").get(uid=message.key)
            self.arrived.append(Arrival(message, reminder, self.machine.now, acknowledged=fault is None))
            self.machine.arrives(self.arrived[-1])
        if fault:
            raise fault.error
        return self._name(len(self.arrived) - 1)

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Return the names of what has arrived in these words or with this link."""
        if self.channel == Channel.EMAIL:
            raise CannotAnswer
        if self.silent:
            raise LATER
        return [
            self._name(number)
            for number, one in enumerate(self.arrived)
            if one.message.to == message.to
            and (one.message.body == message.body or (message.link and message.link in one.message.body))
        ]

    def close(self) -> None:
        """Nothing is open."""

    def _name(self, number: int) -> str:
        return f"{self.channel}-{number}"


class Anything(RuleBasedStateMachine):
    """Two people who share a phone, each with a visit or none, and gateways that fail in every way."""

    clinic: Clinic
    injectors: list[Injector]
    prescriber: User
    patients: list[Patient]
    courses: list[Course]

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.patch = pytest.MonkeyPatch()
        self.now = NOW
        self.stopped = False
        self.meanwhile: tuple[str, int] | None = None  # what changes, and how often something leaves before
        self.wrong: list[str] = []
        self.gateways = {channel: Outside(self, channel) for channel in (Channel.SMS, Channel.EMAIL)}
        self.patch.setattr("reminders.channels.carrier_for", lambda channel, demo, keep_open: self.gateways[channel])
        self.patch.setattr("reminders.dispatch.loop.logger.exception", lambda words, *_: self.wrong.append(words))

    def teardown(self) -> None:
        """Mend the gateways, let time pass, look at what became of all; then forget the example."""
        try:
            self.let_the_dust_settle()
            self.nothing_went_wrong()
            self.nothing_is_lost()
        finally:
            self.patch.undo()
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    @initialize(day=days)
    def open_the_clinic(self, day: int) -> None:
        """Two people who are due, one with a visit, one prescriber, two injectors."""
        self.clinic = make_clinic("Anything")
        defaults.install(self.clinic)
        self.injectors = [make_injector(self.clinic, name) for name in ("Dr First", "Dr Second")]
        self.prescriber = make_user("p@anything.example", "Dr Prescriber", (self.clinic, Role.PRESCRIBER))
        self.patients = [make_patient(self.clinic, name, phone=PHONE) for name in ("Ann", "Bea")]
        last = NOW.date() - 100 * DAY
        self.courses = [make_course(one, last_given_on=last, injector=self.injectors[0]) for one in self.patients]
        self.book(0, day, 0)

    # What people do.

    @rule(who=people, day=days, by=sides)
    def book(self, who: int, day: int, by: int) -> None:
        """Give somebody a visit."""
        course = Course.objects.select_related("clinic", "patient").get(pk=self.courses[who].pk)
        with suppress(*REFUSED):
            booking.book(course=course, slot=self.slot(who, day, by), uid=uuid.uuid4(), by=self.prescriber, at=self.now)

    @rule(who=people, day=days, by=sides)
    def move(self, who: int, day: int, by: int) -> None:
        """Move a visit, perhaps to another injector at the same time."""
        if visit := self.booked(who):
            slot = self.slot(who, day, by)
            with suppress(*REFUSED):
                booking.move(session=visit, version=visit.version, slot=slot, by=self.prescriber, at=self.now)

    @rule(who=people, by=sides)
    def see_somebody_else(self, who: int, by: int) -> None:
        """Move a visit to an injector, at the time it has."""
        if visit := self.booked(who):
            injector = self.injectors[by]
            slot = Slot(injector, room_of(injector), visit.starts_at, visit.ends_at)
            with suppress(*REFUSED):
                booking.move(session=visit, version=visit.version, slot=slot, by=self.prescriber, at=self.now)

    @rule(who=people, to=st.sampled_from([Status.BOOKED, Status.CANCELLED, Status.NO_SHOW]))
    def step(self, who: int, to: Status) -> None:
        """Cancel the newest visit, miss it, or bring it back."""
        if visit := self.visits(who).last():
            with suppress(*REFUSED):
                booking.change_status(session=visit, to=to, by=self.prescriber, at=self.now, reason="Because")

    @rule(who=people, says=st.sampled_from(["confirmed", "asked_to_move"]))
    def answer(self, who: int, says: str) -> None:
        """Somebody says whether they come."""
        if visit := self.booked(who):
            with suppress(*REFUSED):
                answer = TreatmentSession.Answer(says)
                booking.answer(session=visit, version=visit.version, answer=answer, at=self.now)

    @rule(who=people, channel=channels)
    def prefer(self, who: int, channel: Channel) -> None:
        """Somebody wants to be written to in another way."""
        Patient.objects.filter(pk=self.patients[who].pk).update(preferred_channel=channel)

    @rule(word=st.sampled_from(["STOP", "START", "START"]))
    def write(self, word: str) -> None:
        """Who has the phone wants no more texts, or both want them again."""
        self.stopped = word == "STOP"
        if self.stopped:
            stop_number(number=PHONE, source="by text", by=None, at=self.now)
        else:
            for one in self.patients:
                self.agree(one)

    def agree(self, patient: Patient) -> None:
        """Somebody says that they want texts."""
        set_contact(
            patient=patient,
            channel=Channel.SMS,
            address=PHONE,
            by=self.prescriber,
            at=self.now,
            consent_source="by text",
        )

    # What breaks, and the clock.

    @rule(passes=st.sampled_from([QUARTER, HOUR, 7 * HOUR, DAY, 3 * DAY]))
    def nobody_is_at_work(self, passes: dt.timedelta) -> None:
        """Time passes while no worker runs."""
        self.now += passes

    @rule(
        passes=st.sampled_from([4 * MINUTE, 6 * HOUR, DAY, 3 * DAY]),
        texts=faults,
        letters=faults,
        silent=st.booleans(),
        meanwhile=st.none() | st.tuples(st.sampled_from(CHANGES), st.integers(0, 2)),
    )
    def a_worker_is_at_work(
        self,
        passes: dt.timedelta,
        texts: list[str],
        letters: list[str],
        silent: bool,
        meanwhile: tuple[str, int] | None,
    ) -> None:
        """Time passes with a round whenever something is to be done; messages meet faults, and a visit changes meanwhile."""
        self.gateways[Channel.SMS].faults = [FAULTS[name] for name in texts]
        self.gateways[Channel.EMAIL].faults = [FAULTS[name] for name in letters]
        self.gateways[Channel.SMS].silent = silent
        self.meanwhile = meanwhile
        self.work_until(self.now + passes)

    # What must hold.

    def arrives(self, one: Arrival) -> None:
        """Look at a message in the moment in which somebody gets it. What is wrong is kept: the sending catches errors."""
        told, visit = one.reminder, one.reminder.session
        wrong = {
            "too late": one.at > told.useful_until,
            "a text after STOP": told.channel == Channel.SMS and self.stopped,
            "a text in the quiet hours": told.channel == Channel.SMS
            and message_hours.is_quiet(one.at, self.clinic.zone),
        }
        if visit and told.rule.kind in (Kind.VISIT, Kind.BOOKED, Kind.MOVED):
            wrong |= {
                "a visit that is off": visit.status != Status.BOOKED,
                "another time than the visit has": visit.starts_at != told.visit_at,
                "they asked to move": visit.answer == TreatmentSession.Answer.ASKED_TO_MOVE,
                "after the visit": one.at >= visit.starts_at,
            }
        self.wrong += [f"{told.rule.kind} by {told.channel}: {what}" for what, so in wrong.items() if so]

    @invariant()
    def no_text_comes_twice(self) -> None:
        """A text is asked after before it is sent again."""
        times = Counter(one.message.key for one in self.gateways[Channel.SMS].arrived)
        assert not [key for key, number in times.items() if number > 1]

    @invariant()
    def nothing_is_told_by_both_ways(self) -> None:
        """What arrived as a text does not come as a letter too. A letter in doubt may, by default, come as a text."""
        ways = {(self.subject(one), one.reminder.channel) for one in self.known()}
        assert len(ways) == len({subject for subject, _ in ways})

    @invariant()
    def no_reminder_is_repeated_for_another_injector(self) -> None:
        """A rule tells one time of a visit again only to those who heard something else of that visit meanwhile."""
        heard: dict[int, tuple[int, dt.datetime | None]] = {}
        for told in (one.reminder for one in sorted(self.known(), key=lambda one: one.at)):
            if told.session_id is not None:
                news = told.rule_id, told.visit_at
                assert told.rule.kind != Kind.VISIT or heard.get(told.session_id) != news
                heard[told.session_id] = news

    @invariant()
    def nobody_gets_too_many_texts(self) -> None:
        """One a day, three in seven days."""
        for patient in self.patients:
            texts = [one for one in self.gateways[Channel.SMS].arrived if one.reminder.patient_id == patient.pk]
            on = [one.at.astimezone(self.clinic.zone).date() for one in texts]
            assert all(earlier < later for earlier, later in pairwise(on))
            assert all(sum(day - 7 * DAY < other <= day for other in on) <= timing.SMS_A_WEEK for day in on)

    @invariant()
    def nothing_went_wrong(self) -> None:
        """No message came that should not have come, and none met a fault of this software."""
        assert not self.wrong

    def nothing_is_lost(self) -> None:
        """All is sent, before a person, or about nothing any more; what counts as sent has arrived; each visit was told."""
        arrived = {one.message.key for gateway in self.gateways.values() for one in gateway.arrived}
        rows = list(Reminder.objects.filter(clinic=self.clinic).select_related("rule"))
        assert not [row for row in rows if row.state in (State.WAITING, State.SENDING) and row.due_at <= self.now]
        assert not [row.rule.kind for row in rows if row.state == State.SENT and str(row.uid) not in arrived]
        for visit in TreatmentSession.objects.filter(clinic=self.clinic, status=Status.BOOKED, starts_at__lte=self.now):
            self.was_told(visit)

    def was_told(self, visit: TreatmentSession) -> None:
        """A visit that stood for three days and more in which a worker ran ends up told, or before a person."""
        since = max(visit.placed_at, self.mended_at)
        if visit.answer == TreatmentSession.Answer.ASKED_TO_MOVE or visit.starts_at - since < 3 * DAY:
            return
        ends = Q(state=State.SENT) | Q(state=State.FAILED) | Q(state=State.MISSED)
        assert Reminder.objects.filter(ends, session=visit, visit_at=visit.starts_at).exists(), "nobody was told"

    # How it is done.

    def let_the_dust_settle(self) -> None:
        """All works again, and a round runs whenever there is something to do, until the last visit is over."""
        if not hasattr(self, "clinic"):
            return
        for gateway in self.gateways.values():
            gateway.faults, gateway.silent = [], False
        self.meanwhile, self.mended_at = None, self.now
        self.work_until(max(self.now, LAST))

    def work_until(self, end: dt.datetime) -> None:
        """Run a round now and whenever the ledger has something due, until a moment."""
        self.round()
        while (due := self.next_due()) and due <= end:
            self.now = max(due, self.now + MINUTE)
            self.round()
        self.now = max(self.now, end)
        self.round()

    def next_due(self) -> dt.datetime | None:
        """Return when something is to be done next: a message is due or a dead worker's claim ends."""
        rows = Reminder.objects.filter(clinic=self.clinic)
        waiting = rows.filter(state=State.WAITING).order_by("due_at").values_list("due_at", flat=True).first()
        left = rows.filter(state=State.SENDING).order_by("lease_until").values_list("lease_until", flat=True).first()
        return min((moment for moment in (waiting, left) if moment), default=None)

    def round(self) -> None:
        """Plan and send, as a worker does; one that is killed leaves the rest to the next."""
        with suppress(Killed):
            reconcile(now=self.now)
            if self.meanwhile and Reminder.objects.due(self.now).exists():
                what, before = self.meanwhile
                self.meanwhile = (what, before - 1) if before else None
                if not before:
                    self.change(what)
            send_due(clock=lambda: self.now)

    def change(self, what: str) -> None:
        """Let the first person's visit change, or the family's texts stop."""
        changes: dict[str, Callable[[], object]] = {
            "another injector": lambda: self.see_somebody_else(0, 1),
            "asked to move": lambda: self.answer(0, "asked_to_move"),
            "cancelled": lambda: self.step(0, Status.CANCELLED),
            "moved": lambda: self.move(0, DAYS_AHEAD[-1], 1),
            "stopped": lambda: self.write("STOP"),
        }
        changes[what]()

    def slot(self, who: int, day: int, by: int) -> Slot:
        """Return a time in the morning of a day, each person's own."""
        start = NOW.replace(hour=10, minute=15 * who) + day * DAY
        return Slot(self.injectors[by], room_of(self.injectors[by]), start, start + QUARTER)

    def visits(self, who: int) -> Any:
        """Return somebody's visits here, as they are now."""
        rows = TreatmentSession.objects.filter(course=self.courses[who]).exclude(status=Status.GIVEN_BEFORE)
        return rows.select_related("clinic", "course__clinic", "injector", "room").order_by("pk")

    def booked(self, who: int) -> TreatmentSession | None:
        """Return somebody's booked visit."""
        visit: TreatmentSession | None = self.visits(who).filter(status=Status.BOOKED).first()
        return visit

    def known(self) -> list[Arrival]:
        """Return what arrived and was acknowledged, or can be asked after."""
        texts, letters = self.gateways[Channel.SMS].arrived, self.gateways[Channel.EMAIL].arrived
        return texts + [one for one in letters if one.acknowledged]

    @staticmethod
    def subject(one: Arrival) -> tuple[Any, ...]:
        """Return what a message is about, whatever way it went."""
        told = one.reminder
        return (told.rule_id, told.patient_id, told.session_id, told.session_version, told.due_date, told.occasion)


# The same tries in every run: a suite that guards others must not fail by chance. More of them: a higher number here.
TRIES = 12


def test_whatever_happens_in_any_order_nothing_is_lost_repeated_or_unwanted(db: None) -> None:
    run_state_machine_as_test(
        Anything,
        settings=settings(
            derandomize=True,
            max_examples=TRIES,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
