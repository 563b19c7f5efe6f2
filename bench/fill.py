"""A clinic of 20 injectors with any number of sessions, so many a week whatever their number.

Visits of 30 minutes, nine to five on weekdays, three quarters of the times taken; the last injector has none free at
all. More sessions means more years behind, and up to 52 weeks ahead. Every twelfth week is alike, so that everyone in
treatment comes 84 days after their last visit. Two more groups stand beside: people to recall, and people without a
visit for the measures to book.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from itertools import count, islice

from django.db import connection, transaction
from django.db.models import F

from bench.bulk import load
from bench.shape import CLOSES, CYCLE_WEEKS, INJECTORS, MINUTES, OPENS, PER_WEEK, Place, places, spread
from clinic.models import Clinic, Injector, Membership, OpeningHours, Role, Room, User
from patients.models import ContactPoint, Patient
from patients.search import search_text
from treatments.models import Course, SessionEvent, SessionRecord, Status, TreatmentSession, Vial

TO_RECALL = 400
CANDIDATES = 9000
# Candidates are due so late that they are not on the recall list.
CANDIDATES_DUE_DAYS = 35
PASSWORD = "a long enough password"  # noqa: S105 (of made-up people in a made-up clinic)


def fill(sessions: int, today: dt.date) -> Clinic:
    """Fill an empty, migrated database; return the clinic."""
    clinic = Clinic.objects.create(
        name="Bench Clinic",
        slug="bench",
        message_name="Bench Clinic",
        timezone="Europe/London",
        phone="020 7946 0000",
        address="1 Long Road",
        country="GB",
        subdivision="ENG",
        session_minutes=MINUTES,
    )
    _staff(clinic)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Only foreign keys and triggers rest; what keeps sessions apart and forms whole stays on.
                cursor.execute("SET LOCAL session_replication_role = replica")
        _sessions(clinic, sessions, today)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return clinic


def _staff(clinic: Clinic) -> None:
    for role in (Role.FRONT_DESK, Role.ADMIN, Role.NURSE_INJECTOR):
        user = User.objects.create_user(
            email=f"{role}@bench.example", password=PASSWORD, full_name=role.label.capitalize()
        )
        Membership.objects.create(user=user, clinic=clinic, role=role)
    for index in range(INJECTORS):
        injector = Injector.objects.create(clinic=clinic, name=f"Dr {index + 1:02d}", email=f"i{index}@bench.example")
        room = Room.objects.create(clinic=clinic, name=f"Room {index + 1:02d}")
        for weekday in range(1, 6):
            OpeningHours.objects.create(
                clinic=clinic,
                injector=injector,
                room=room,
                weekday=weekday,
                opens=dt.time(OPENS),
                closes=dt.time(CLOSES),
                slot_minutes=MINUTES,
            )


def _sessions(clinic: Clinic, sessions: int, today: dt.date) -> None:
    weeks = spread(sessions, today)
    surplus = (weeks.back + weeks.ahead) * PER_WEEK - sessions
    taken = list(islice(places(weeks, clinic.zone), surplus, None))
    courses = _course_of_each(taken)
    in_treatment = max(courses)
    now = dt.datetime.combine(today, dt.time(8), clinic.zone).astimezone(dt.UTC)
    _people(clinic, in_treatment + TO_RECALL + CANDIDATES, in_treatment + TO_RECALL, today, now)
    load(
        TreatmentSession,
        SESSION_COLUMNS,
        _session_rows(taken, courses, today, now, _pairs()),
        clinic=clinic,
    )
    _recalled(clinic, len(taken), in_treatment, today, now)
    load(
        SessionEvent,
        ("session_id",),
        ((number,) for number in range(1, len(taken) + 1)),
        clinic=clinic,
        at=now,
        kind=SessionEvent.Kind.BOOKED,
        by=User.objects.get(email="front_desk@bench.example"),
    )
    _records(clinic, [place for place in taken if place.date < today], now)


SESSION_COLUMNS = (
    *("id", "uid", "course_id", "injector_id", "room_id", "status"),
    *("starts_at", "ends_at", "local_date", "due_on", "placed_at", "given_on"),
)


def _session_rows(
    taken: list[Place], courses: list[int], today: dt.date, now: dt.datetime, pairs: list[tuple[int, int]]
) -> Iterator[tuple[object, ...]]:
    """Yield the sessions: done before today, booked from today on. No query may be sent while rows are copied."""
    for number, (place, course) in enumerate(zip(taken, courses, strict=True), 1):
        done = place.date < today
        yield (
            *(number, uuid.uuid4(), course, *pairs[place.injector]),
            Status.DONE.value if done else Status.BOOKED.value,
            *(place.starts_at, place.starts_at + dt.timedelta(minutes=MINUTES), place.date, place.date, now),
            place.date if done else None,
        )


def _pairs() -> list[tuple[int, int]]:
    """Return each injector's key with that of their room."""
    injectors, rooms = (model.objects.order_by("pk").values_list("pk", flat=True) for model in (Injector, Room))
    return list(zip(injectors, rooms, strict=True))


def _course_of_each(taken: list[Place]) -> list[int]:
    """Return the course of each place: the same one every twelve weeks, a new one for first visits further ahead."""
    new = count(CYCLE_WEEKS * PER_WEEK + 1)
    position: dict[int, Iterator[int]] = {}
    found = []
    for place in taken:
        if place.week >= CYCLE_WEEKS:
            found.append(next(new))
            continue
        phase = place.week % CYCLE_WEEKS
        found.append(next(position.setdefault(place.week, count(phase * PER_WEEK + 1))))
    return found


def _people(clinic: Clinic, number: int, due_late_from: int, today: dt.date, now: dt.datetime) -> None:
    birth = dt.date(1984, 4, 17)

    def phone(index: int) -> str:
        return f"+447700900{index % 1000:03d}"

    def named(index: int) -> tuple[str, str, str]:
        return f"Given{index % 997}", f"Family{index:07d}", f"BN{index:07d}"

    load(
        Patient,
        ("id", "uid", "given_name", "family_name", "record_number", "search_text"),
        (
            (
                *(index, uuid.uuid4(), *named(index)),
                search_text(" ".join(named(index)[:2]), named(index)[2], birth, [phone(index)]),
            )
            for index in range(1, number + 1)
        ),
        clinic=clinic,
        birth_date=birth,
        created_at=now,
    )
    load(
        ContactPoint,
        ("patient_id", "address"),
        ((index, phone(index)) for index in range(1, number + 1)),
        clinic=clinic,
        channel="sms",
        consented_at=now,
        consent_source="bench",
    )
    years_ago, later = today - dt.timedelta(days=7000), today + dt.timedelta(days=CANDIDATES_DUE_DAYS)
    load(
        Course,
        ("id", "uid", "patient_id", "opened_on"),
        ((index, uuid.uuid4(), index, later if index > due_late_from else years_ago) for index in range(1, number + 1)),
        clinic=clinic,
        transfer_reason="In treatment elsewhere",
    )


def _recalled(clinic: Clinic, sessions: int, in_treatment: int, today: dt.date, now: dt.datetime) -> None:
    """Give the people to recall their last session, 80 to 140 days ago and outside of this calendar."""
    days = [today - dt.timedelta(days=80 + index % 60) for index in range(TO_RECALL)]
    noons = [dt.datetime.combine(day, dt.time(12), dt.UTC) for day in days]
    load(
        TreatmentSession,
        ("id", "uid", "course_id", "starts_at", "ends_at", "local_date", "due_on", "given_on"),
        (
            (
                *(sessions + index + 1, uuid.uuid4(), in_treatment + index + 1),
                *(noon, noon + dt.timedelta(minutes=MINUTES), day, day, day),
            )
            for index, (day, noon) in enumerate(zip(days, noons, strict=True))
        ),
        clinic=clinic,
        injector=Injector.objects.order_by("pk")[0],
        status=Status.GIVEN_BEFORE,
        placed_at=now,
    )


def _records(clinic: Clinic, done: list[Place], now: dt.datetime) -> None:
    """Sign a record with one vial for each session that was given; vials first, since a signed record takes no more.

    They speak of no site, and have none: thirty-one million would be as many as in no clinic, and no page lists them.
    """
    load(
        Vial,
        ("record_id", "lot", "expires_on", "used_on"),
        (
            (number, f"C{number % 40:04d}", place.date + dt.timedelta(days=200), place.date)
            for number, place in enumerate(done, 1)
        ),
        clinic=clinic,
        strength=200,
    )
    load(
        SessionRecord,
        ("id", "uid", "session_id", "screened_on"),
        ((number, uuid.uuid4(), number, place.date) for number, place in enumerate(done, 1)),
        clinic=clinic,
        units_drawn=200,
        units_given=0,
        units_wasted=200,
        sites_given=0,
        identity_checked=True,
        consent_confirmed=True,
        started_at=now,
        signed_at=now,
        signed_by=User.objects.get(email="nurse_injector@bench.example"),
    )
    TreatmentSession.objects.filter(pk__lte=len(done)).update(record_id=F("pk"))
