"""Builders: the smallest real thing of each kind, through the models, with every part open to change."""

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from typing import Any

from simple_history.utils import bulk_create_with_history

from clinic.models import Clinic, Injector, Membership, OpeningHours, Role, Room, User
from patients.models import Assessment, Channel, ContactPoint, Patient
from patients.search import search_text
from treatments.models import Course, Injection, SessionEvent, SessionRecord, Status, TreatmentSession, Vial
from treatments.protocol import SITES, shared_out

# A Monday morning in London; the clocks there went back four weeks before.
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
PASSWORD = "a long enough password"


def make_clinic(name: str = "Riverside", **fields: Any) -> Clinic:
    """Return a clinic, in London unless said otherwise."""
    defaults = {
        "name": f"{name} Clinic",
        "slug": name.lower(),
        "message_name": f"{name} Clinic",
        "timezone": "Europe/London",
        "phone": "020 7946 0000",
        "address": "12 River Road",
        "country": "GB",
        "subdivision": "ENG",
    }
    return Clinic.objects.create(**defaults | fields)


def make_user(email: str, name: str, *roles: tuple[Clinic, Role]) -> User:
    """Return a user with roles at clinics."""
    user = User.objects.create_user(email=email, password=PASSWORD, full_name=name)
    for clinic, role in roles:
        Membership.objects.create(user=user, clinic=clinic, role=role)
    return user


def make_injector(clinic: Clinic, name: str = "Dr Osei", *, room: Room | None = None, **fields: Any) -> Injector:
    """Return an injector who works Monday to Friday, 09:00 to 17:00, in a room (a new one unless given)."""
    email = f"{name.split()[-1].lower()}@{clinic.slug}.example"
    injector = Injector.objects.create(**{"clinic": clinic, "name": name, "email": email} | fields)
    room = room or Room.objects.create(clinic=clinic, name=f"Room of {name}")
    hours = {"clinic": clinic, "injector": injector, "room": room, "opens": dt.time(9), "closes": dt.time(17)}
    bulk_create_with_history([OpeningHours(weekday=weekday, **hours) for weekday in range(1, 6)], OpeningHours)
    return injector


def room_of(injector: Injector) -> Room:
    """Return the room that an injector uses on Mondays."""
    room = injector.opening_hours.filter(weekday=1).select_related("room").get().room
    assert room
    return room


def make_patient(clinic: Clinic, given: str = "Maria", family: str = "Santos", **fields: Any) -> Patient:
    """Return a patient with a phone that may be texted and an email address that may be written to."""
    number = fields.pop("record_number", f"RV{Patient.objects.count() + 1:06d}")
    phone = fields.pop("phone", f"+447700900{Patient.objects.count() % 1000:03d}")
    birth = fields.pop("birth_date", dt.date(1984, 4, 17))
    patient = Patient.objects.create(
        clinic=clinic,
        given_name=given,
        family_name=family,
        record_number=number,
        birth_date=birth,
        search_text=search_text(f"{given} {family}", number, birth, [phone]),
        **{"created_at": NOW} | fields,
    )
    for channel, address in ((Channel.SMS, phone), (Channel.EMAIL, f"{number.lower()}@patients.example")):
        ContactPoint.objects.create(
            clinic=clinic,
            patient=patient,
            channel=channel,
            address=address,
            consented_at=NOW - dt.timedelta(days=60),  # welcomed long ago
            consent_source="test",
        )
    return patient


def make_assessment(patient: Patient, *, signed_by: User | None = None, **fields: Any) -> Assessment:
    """Return an assessment that meets the label rule, signed when ``signed_by`` is given."""
    defaults: dict[str, Any] = {
        "headache_days": 20,
        "long_headache_days": 18,
        "migraine_days": 12,
        "months_at_this_level": 6,
        "source": Assessment.Source.REFERRAL,
        "assessed_on": TODAY,
        "drafted_at": NOW,
    }
    assessment = Assessment(clinic=patient.clinic, patient=patient, **defaults | fields)
    assessment.judge()
    if signed_by:
        assessment.signed_by, assessment.signed_at = signed_by, NOW
    assessment.save()
    return assessment


def make_course(patient: Patient, *, last_given_on: dt.date | None = None, injector: Injector | None = None) -> Course:
    """Return an open course; with ``last_given_on`` it has one session given then, before this system kept records."""
    course = Course.objects.create(
        clinic=patient.clinic, patient=patient, transfer_reason="In treatment elsewhere", opened_on=TODAY
    )
    if last_given_on:
        at = dt.datetime.combine(last_given_on, dt.time(12), patient.clinic.zone).astimezone(dt.UTC)
        TreatmentSession.objects.create(
            clinic=patient.clinic,
            course=course,
            injector=injector or make_injector(patient.clinic, "Dr Before"),
            status=Status.GIVEN_BEFORE,
            starts_at=at,
            ends_at=at + dt.timedelta(minutes=15),
            local_date=last_given_on,
            due_on=last_given_on,
            given_on=last_given_on,
            placed_at=at,
        )
    return course


def make_session(course: Course, injector: Injector, starts_at: dt.datetime, **fields: Any) -> TreatmentSession:
    """Return a booked session of 15 minutes in the room that the injector uses."""
    hours = OpeningHours.objects.filter(injector=injector).first()
    defaults: dict[str, Any] = {
        "room": hours.room if hours else None,
        "ends_at": starts_at + dt.timedelta(minutes=15),
        "local_date": starts_at.astimezone(course.clinic.zone).date(),
        "placed_at": NOW,
    }
    values = defaults | fields
    values.setdefault("due_on", values["local_date"])
    return TreatmentSession.objects.create(
        clinic=course.clinic, course=course, injector=injector, starts_at=starts_at, **values
    )


def make_cancelled(course: Course, injector: Injector, starts_at: dt.datetime, **fields: Any) -> TreatmentSession:
    """Return a visit that was cancelled now, or when ``at`` says, with its line of history."""
    at = fields.pop("at", NOW)
    session = make_session(course, injector, starts_at, status=Status.CANCELLED, **fields)
    SessionEvent.objects.create(
        clinic=course.clinic,
        session=session,
        at=at,
        kind=SessionEvent.Kind.STATUS,
        before={"status": Status.BOOKED.value},
        after={"status": Status.CANCELLED.value},
    )
    return session


def make_record(session: TreatmentSession, **fields: Any) -> SessionRecord:
    """Return the unsigned record of a standard session: 155 of 200 units at 31 sites."""
    defaults: dict[str, Any] = {
        "units_drawn": 200,
        "units_given": 155,
        "units_wasted": 45,
        "sites_given": 31,
        "identity_checked": True,
        "consent_confirmed": True,
        "screened_on": TODAY,
        "started_at": NOW,
    }
    return SessionRecord.objects.create(clinic=session.clinic, session=session, **defaults | fields)


def sign_record(
    record: SessionRecord, *, by: User, at: dt.datetime = NOW, lots: Sequence[str] = ("C4471",)
) -> SessionRecord:
    """Give a record the sites and the vials that it speaks of, sign it, and let its session point to it."""
    shared: dict[str, Any] = {"clinic": record.clinic, "record": record}
    each, more = divmod(record.units_given, record.sites_given)
    Injection.objects.bulk_create(
        Injection(**shared, site=code, units=each + (number < more))
        for number, code in enumerate(islice(SITES, record.sites_given))
    )
    day, strengths = record.session.local_date, [record.units_drawn // len(lots)] * len(lots)
    Vial.objects.bulk_create(
        Vial(
            **shared,
            lot=lot,
            strength=strength,
            units_given=given,
            units_wasted=strength - given,
            expires_on=day + dt.timedelta(days=300),
            used_on=day,
        )
        for lot, strength, given in zip(lots, strengths, shared_out(record.units_given, strengths), strict=True)
    )
    SessionRecord.objects.filter(pk=record.pk).update(signed_at=at, signed_by=by)
    TreatmentSession.objects.filter(pk=record.session_id).update(record=record)
    record.refresh_from_db()
    return record
