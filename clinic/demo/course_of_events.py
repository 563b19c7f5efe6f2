"""What happened to made-up people: the same actions that staff take, at moments of the past.

Visits of one person lie exactly 84 days apart, at one hour with one injector. Two people whose visits fall on the same
day of that cycle get different hours or injectors, so no two visits of the past ever collide.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from clinic.demo.clinics import CLOSES, OPENS, Team
from clinic.demo.diaries import KEEPS_ONE, keep_before
from clinic.demo.medicines import payers_terms, tell_medicines
from clinic.demo.people import Person, people
from clinic.models import Injector, OpeningHours, Role, Room, User
from patients import eligibility
from patients.actions import Newcomer, draft_assessment, register_patient, sign_assessment
from patients.eligibility import LABEL, Policy
from patients.gathering import read_record
from patients.models import Assessment, Authorization, Patient
from treatments import booking, recording
from treatments.courses import open_course
from treatments.cycle import INTERVAL_DAYS, instant
from treatments.models import Course, Status, TreatmentSession
from treatments.protocol import standard_set
from treatments.recording import Findings, SinceLast, VialUsed
from treatments.safety import QUESTIONS
from treatments.slots import Slot, suggest
from treatments.stock.changes import Delivery, receive

CYCLE = dt.timedelta(days=INTERVAL_DAYS)
HALF_HOUR = dt.timedelta(minutes=30)
LAST_WEEKDAY = 5
# What some people have beside the standard set.
FOLLOWING_THE_PAIN: tuple[dict[str, int], ...] = (
    {},
    {},
    {"TEM-R5": 5, "TEM-L5": 5},
    {"TRA-R4": 5, "TRA-L4": 5},
    {"OCC-R4": 5, "OCC-R5": 5},
)
NO_TO_ALL = {question.key: False for question in QUESTIONS}


@dataclass(frozen=True)
class Place:
    """Where and when in the week somebody always comes."""

    injector: Injector
    room: Room
    time: dt.time


class Chronicle:
    """Tells what happened at one clinic up to ``now``; the same story for the same ``rng``."""

    def __init__(self, team: Team, now: dt.datetime, rng: Random) -> None:
        self.team, self.clinic, self.now, self.rng = team, team.clinic, now, rng
        self.today = self.clinic.date_at(now)
        self.desk = team.by_role(Role.FRONT_DESK)
        self.prescriber = team.by_role(Role.PRESCRIBER)
        self.answers: dict[int, TreatmentSession.Answer] = {}
        self.terms = payers_terms(self.clinic, team.by_role(Role.ADMIN), now - dt.timedelta(days=400))
        self._people = people(self.clinic, rng)
        self._treated = 0
        self._places: dict[int, list[Place]] = {}

    def day(self, offset: int) -> dt.date:
        """Return the working day so many days from today; a weekend moves on to Monday."""
        date = self.today + dt.timedelta(days=offset)
        while date.isoweekday() > LAST_WEEKDAY:
            date += dt.timedelta(days=1)
        return date

    def at(self, date: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """Return the instant of a wall-clock time at the clinic."""
        return instant(date, dt.time(hour, minute), self.clinic.zone)

    def register(self, referred_on: dt.date, **changes: object) -> tuple[Patient, Person]:
        """Let the next person arrive with a referral."""
        return self._arrive_with_referral(next(self._people), referred_on, **changes)

    def _arrive_with_referral(self, person: Person, referred_on: dt.date, **changes: object) -> tuple[Patient, Person]:
        newcomer = Newcomer(**person.details | {"referred_on": referred_on} | changes)
        patient = register_patient(clinic=self.clinic, person=newcomer, by=self.desk, at=self.at(referred_on, 11))
        return patient, person

    def draft(
        self, patient: Patient, person: Person, on: dt.date, *, policy: Policy = LABEL, **changes: Any
    ) -> Assessment:
        """Let somebody write down what the referral says."""
        found = eligibility.Findings(
            age=patient.age(on),
            headache_days=person.headache_days,
            long_headache_days=person.long_headache_days,
            migraine_days=person.migraine_days,
            months_at_this_level=person.months_at_this_level,
            on=on,
        )
        return draft_assessment(
            patient=patient,
            by=self.prescriber,
            at=self.at(on, 14),
            source=Assessment.Source.REFERRAL,
            assessed_on=on,
            found=replace(found, **changes),
            policy=policy,
        )

    def draft_by(self, policy: Policy, patient: Patient, person: Person, on: dt.date, number: int) -> Assessment:
        """Let somebody tell what they took, and be assessed by a policy that asks for it."""
        tell_medicines(patient, number, by=self.prescriber, at=self.at(on, 13))
        record = read_record(patient, on)
        more: dict[str, Any] = {
            "preventives": record.trials,
            "overuse": record.overuse,
            "attacks": 60,
            "sources": {"preventives": "List of preventives", "attacks": "Asked at the clinic"}
            | {"better_diagnosis": "Asked at the clinic", "specialist": "Asked at the clinic"},
            "better_diagnosis": False,
            "specialist": True,
            "diagnosis_code": "G43.709" if self.clinic.country == "US" else "",
        }
        return self.draft(patient, person, on, policy=policy, **more)

    def start(self, opened_on: dt.date, **changes: object) -> Course:
        """Let somebody be referred, assessed, signed for and given a course."""
        patient, person = self.register(opened_on - dt.timedelta(days=self.rng.randint(20, 60)), **changes)
        assessment = self.draft(patient, person, opened_on)
        assessment = sign_assessment(assessment=assessment, by=self.prescriber, at=self.at(opened_on, 15))
        self._authorize(patient, opened_on)
        return open_course(assessment=assessment, by=self.prescriber, at=self.at(opened_on, 15, 10))

    def treat(self, last_given_on: dt.date, cycles: int, **changes: object) -> Course:
        """Let somebody have been treated ``cycles`` times, the last time on a date."""
        first = last_given_on - CYCLE * (cycles - 1)
        course = self.start(first - dt.timedelta(days=14), **changes)
        if self._treated % KEEPS_ONE == 0:
            keep_before(course.patient, first)
        self._treated += 1
        place = self._place(last_given_on)
        booked_at = self.at(first - dt.timedelta(days=13), 10)
        for number in range(cycles):
            session = self.book_at(course, place, first + CYCLE * number, booked_at)
            booked_at = self.give(session)
        return course

    def place_of(self, course: Course) -> Place:
        """Return where and when somebody came the last time."""
        last = course.sessions.latest("starts_at")
        return Place(last.injector, self._room(last.injector), last.starts_at.astimezone(self.clinic.zone).time())

    def will_answer(self, session: TreatmentSession, answer: TreatmentSession.Answer | None) -> None:
        """Keep in mind what somebody presses once a message about the visit has arrived."""
        if answer:
            self.answers[session.pk] = answer

    def book_at(self, course: Course, place: Place, date: dt.date, at: dt.datetime) -> TreatmentSession:
        """Book a time that nobody else has by construction."""
        starts_at = instant(date, place.time, self.clinic.zone)
        ends_at = starts_at + dt.timedelta(minutes=self.clinic.session_minutes)
        slot = Slot(place.injector, place.room, starts_at, ends_at)
        return booking.book(course=course, slot=slot, uid=self._uid(), by=self.desk, at=at)

    def book_next(self, course: Course, not_before: dt.date, at: dt.datetime) -> TreatmentSession:
        """Book the first time that is offered from a date on."""
        slot = suggest(course=course, now=at, limit=1, not_before=not_before)[0]
        return booking.book(course=course, slot=slot, uid=self._uid(), by=self.desk, at=at)

    def arrive(self, session: TreatmentSession) -> None:
        """Let somebody come in a few minutes early, or just now if that is still ahead."""
        at = session.starts_at - dt.timedelta(minutes=self.rng.randint(3, 9))
        booking.change_status(session=session, to=Status.ARRIVED, by=self.desk, at=min(at, self.now))

    def enter(self, session: TreatmentSession) -> None:
        """Let somebody arrive and go into the room."""
        self.arrive(session)
        booking.change_status(session=session, to=Status.IN_ROOM, by=self._hand(session), at=session.starts_at)

    def give(self, session: TreatmentSession) -> dt.datetime:
        """Let a visit take place and be signed; return when the person was at the desk again."""
        self.enter(session)
        at = session.starts_at + dt.timedelta(minutes=self.rng.randint(10, 14))
        vial = self._vial(session)
        plan = standard_set() | self.rng.choice(FOLLOWING_THE_PAIN)
        found = Findings(
            plan,
            [vial],
            NO_TO_ALL,
            session.local_date,
            identity_checked=True,
            consent_confirmed=True,
            aftercare_given=True,
            since_last=SinceLast(told=None),
        )
        recording.sign_session(session=session, found=found, by=self._hand(session), at=at)
        return at + dt.timedelta(minutes=3)

    def _vial(self, session: TreatmentSession) -> VialUsed:
        """Let a vial arrive the day before and be the one that is used."""
        month = session.local_date.replace(day=1)
        lot, expires_on = f"C{month:%y%m}A{session.injector.pk}", month + dt.timedelta(days=500)
        day_before = session.local_date - dt.timedelta(days=1)
        delivery = Delivery(lot, 200, expires_on, number=1, received_on=day_before)
        receive(clinic=self.clinic, delivery=delivery, by=self._hand(session), at=self.at(day_before, 9))
        return VialUsed(lot, expires_on, 200)

    def _hand(self, session: TreatmentSession) -> User:
        return self.team.hand(session.injector)

    def _place(self, date: dt.date) -> Place:
        """Return a place of the cycle's day that nobody has yet, spread over injectors and hours."""
        free = self._places.setdefault(date.toordinal() % INTERVAL_DAYS, [])
        if not free:
            free.extend(self._all_places())
            self.rng.shuffle(free)
        return free.pop()

    def _all_places(self) -> list[Place]:
        found = []
        for injector in self.team.injectors:
            room = self._room(injector)
            clock = dt.datetime.combine(self.today, OPENS)
            while clock.time() < CLOSES:
                found.append(Place(injector, room, clock.time()))
                clock += HALF_HOUR
        return found

    def _room(self, injector: Injector) -> Room:
        return Room.objects.get(pk=OpeningHours.objects.filter(injector=injector).values("room")[:1])

    def _authorize(self, patient: Patient, on: dt.date) -> None:
        """A payer's agreement; half of them need none."""
        if self.rng.random() < 0.5:
            Authorization.objects.create(
                clinic=self.clinic,
                patient=patient,
                payer=patient.payer,
                number=f"PA-{self.rng.randint(100000, 999999)}",
                valid_from=on,
                valid_to=self.today + dt.timedelta(days=self.rng.randint(20, 300)),
                visits=4,
            )

    def _uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)
