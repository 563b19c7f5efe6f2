"""Somebody who died, or whose record is a second one: nothing is booked, nothing is sent, everything stays readable."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.actions import change_patient, reopen_record
from patients.eligibility import Answer
from patients.gathering import read_record
from patients.models import (
    AcuteMedication,
    Authorization,
    ContactPoint,
    DiaryClaim,
    DiaryDay,
    Patient,
    PreventiveTrial,
)
from tests.builders import NOW, TODAY, make_assessment, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.servers.database import own_database, run_python
from treatments import booking, courses, leaving, slots, undoing
from treatments.booking import NotPossible, Taken
from treatments.courses import NotAllowed
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.models import Course, OutcomeScore, Status, TreatmentSession, WaitingEntry
from treatments.scores.entering import record_scores

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def desk(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit tomorrow."""
    return make_session(course, osei, NOW + dt.timedelta(days=1))


@pytest.fixture
def double(riverside: Clinic) -> Patient:
    """A second record of Maria's."""
    return make_patient(riverside, "Maria", "Santos-Cruz")


def close(client: Client, patient: Patient, **data: str) -> Any:
    """Send the form that closes a record."""
    return client.post(reverse("treatments:close_record", args=[patient.uid]), data)


def page(client: Client, patient: Patient) -> str:
    """Return the person's page."""
    return client.get(reverse("patients:detail", args=[patient.uid])).content.decode()


def test_a_death_cancels_the_visit_ends_the_course_and_stops_every_message(
    desk: Client, visit: TreatmentSession, front_desk: User
) -> None:
    course, maria = visit.course, visit.course.patient
    WaitingEntry.objects.create(clinic=maria.clinic, course=course, since=NOW, added_by=front_desk)
    assert close(desk, maria, closed="died", died_on="2026-11-21").status_code == 302
    visit.refresh_from_db()
    course.refresh_from_db()
    maria.refresh_from_db()
    assert (visit.status, course.closed_on, maria.closed, maria.closed_on) == (
        Status.CANCELLED,
        TODAY,
        "died",
        dt.date(2026, 11, 21),
    )
    assert not ContactPoint.objects.usable().filter(patient=maria).exists()
    assert not WaitingEntry.objects.standing().exists()


def test_the_record_that_stays_leads_to_the_one_that_was_joined_with_it(
    desk: Client, maria: Patient, double: Patient, front_desk: User
) -> None:
    assert "joined with this one" not in page(desk, maria)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    link = f'<a href="{reverse("patients:detail", args=[double.uid])}">{double.record_number}</a>'
    assert f"With record {link}, joined with this one" in page(desk, maria)


def test_an_allergy_noted_on_the_second_record_stands_on_the_one_that_stays(
    maria: Patient, double: Patient, front_desk: User
) -> None:
    for patient, note in ((double, "Allergic to albumin"), (maria, "Faints")):
        change_patient(patient=patient, values={"safety_note": note}, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    maria.refresh_from_db()
    assert maria.safety_note == "Faints; Allergic to albumin"


def test_what_goes_with_a_record_and_back_has_its_author(maria: Patient, double: Patient, front_desk: User) -> None:
    day = DiaryDay.objects.create(
        clinic=maria.clinic,
        patient=double,
        date=TODAY - dt.timedelta(days=1),
        headache_hours=5,
        source="patient",
        entered_at=NOW,
    )
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW + MINUTE)
    reopen_record(patient=double, by=front_desk, at=NOW + 2 * MINUTE)
    lines = day.history.order_by("history_id").values_list("patient", "history_user", "history_date")
    assert list(lines)[1:] == [
        (maria.pk, front_desk.pk, NOW + MINUTE),
        (double.pk, front_desk.pk, NOW + 2 * MINUTE),
    ]
    entries = AuditEntry.objects.filter(kind="patient", subject=double.uid, action="change")
    assert list(entries.values_list("actor", "at").order_by("pk")) == [
        (front_desk.pk, NOW + MINUTE),
        (front_desk.pk, NOW + 2 * MINUTE),
    ]


@pytest.mark.parametrize("own", ["Faints", ""])
def test_an_allergy_goes_back_with_the_record_that_was_joined_by_mistake(
    maria: Patient, double: Patient, front_desk: User, own: str
) -> None:
    for patient, note in ((double, "Allergic to albumin"), (maria, own)):
        change_patient(patient=patient, values={"safety_note": note}, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW + MINUTE)
    reopen_record(patient=double, by=front_desk, at=NOW + 2 * MINUTE)
    assert [Patient.objects.get(pk=one.pk).safety_note for one in (maria, double)] == [own, "Allergic to albumin"]


@pytest.mark.parametrize("note", ["Faints; Allergic to albumin, told by her", "Faints"])
def test_a_safety_note_that_was_written_anew_or_stood_on_both_records_stays_when_they_are_parted(
    maria: Patient, double: Patient, front_desk: User, note: str
) -> None:
    change_patient(patient=double, values={"safety_note": "Faints"}, by=front_desk, at=NOW)
    if note == "Faints":
        change_patient(patient=maria, values={"safety_note": note}, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW + MINUTE)
    change_patient(patient=maria, values={"safety_note": note}, by=front_desk, at=NOW + 2 * MINUTE)
    reopen_record(patient=double, by=front_desk, at=NOW + 3 * MINUTE)
    assert Patient.objects.get(pk=maria.pk).safety_note == note


@pytest.fixture
def lines(double: Patient) -> list[Any]:
    """What was written on the second record: a diary, a preventive, an acute medicine and a payer's agreement."""
    own = {"clinic": double.clinic, "patient": double}
    days = {"headache_hours": 4, "source": DiaryDay.Source.CLINIC, "entered_at": NOW}
    return [
        *(DiaryDay.objects.create(**own, **days, date=TODAY - dt.timedelta(days=back)) for back in (1, 2)),
        PreventiveTrial.objects.create(
            **own, drug="Topiramate", drug_class="anticonvulsant", started_on=TODAY, result="no_effect"
        ),
        AcuteMedication.objects.create(**own, drug="Sumatriptan", drug_class="triptan", days_a_month=9, told_on=TODAY),
        Authorization.objects.create(
            **own, payer="Aster", number="A-1", valid_from=TODAY, valid_to=TODAY + dt.timedelta(days=365)
        ),
    ]


def owners(lines: list[Any]) -> set[Patient]:
    """Return on which records the lines stand now."""
    for line in lines:
        line.refresh_from_db()
    return {line.patient for line in lines}


def test_diary_medicines_and_authorizations_of_a_joined_record_count_for_the_one_that_stays(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    close(desk, double, closed="merged", into=maria.record_number)
    assert owners(lines) == {maria}
    assert read_record(maria, TODAY).windows[-1].headache_days == 2
    shown = page(desk, maria)
    assert all(words in shown for words in ("Topiramate", "A-1"))


@pytest.mark.parametrize(
    "page_of",
    [
        *("patients:assess", "patients:diary", "patients:medicines", "patients:new_acute", "patients:edit"),
        *("treatments:report_effect", "treatments:score", "treatments:outside_dose", "treatments:summary"),
    ],
)
def test_every_page_on_which_something_is_written_and_the_letter_say_that_the_record_is_closed(
    maria: Patient, double: Patient, prescriber: User, page_of: str
) -> None:
    leaving.merge(patient=double, into=maria, by=prescriber, at=NOW)
    page = text(log_in(prescriber).get(reverse(page_of, args=[double.uid])))
    assert f"record {maria.record_number}, Maria Santos</a></strong> on Monday 23 November 2026." in page


@pytest.mark.parametrize(
    ("page_of", "data", "kept"),
    [
        ("patients:diary", {"first": "2026-11-21", "letters": "HM"}, DiaryDay),
        (
            "patients:new_acute",
            {"drug": "Sumatriptan", "drug_class": "triptan", "days_a_month": "9", "told_on": "2026-11-23"},
            AcuteMedication,
        ),
        ("treatments:score", {"taken_on": "2026-11-23", "hit6": "60"}, OutcomeScore),
    ],
)
def test_what_is_written_on_a_page_of_a_record_that_was_joined_meanwhile_is_kept_with_the_one_that_stays(
    maria: Patient, double: Patient, nurse: User, page_of: str, data: dict[str, str], kept: Any
) -> None:
    leaving.merge(patient=double, into=maria, by=nurse, at=NOW)
    answer = log_in(nurse).post(reverse(page_of, args=[double.uid]), data, follow=True)
    assert {line.patient for line in kept.objects.all()} == {maria}
    told = f"{double.record_number} was joined with record {maria.record_number}: what is written goes there."
    assert told in answer.content.decode()
    assert str(maria.uid) in answer.redirect_chain[-1][0]


def test_they_go_back_when_the_records_were_joined_by_mistake(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    kept = PreventiveTrial.objects.create(
        clinic=maria.clinic, patient=maria, drug="Amitriptyline", drug_class="antidepressant", result="no_effect"
    )
    close(desk, double, closed="merged", into=maria.record_number)
    desk.post(reverse("treatments:open_record", args=[double.uid]))
    assert owners(lines) == {double}
    assert owners([kept]) == {maria}
    for line in lines:
        assert [row.patient_id for row in line.history.order_by("history_id")][-2:] == [maria.pk, double.pk]


def test_what_went_back_stays_there_when_the_other_record_is_opened_again(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    close(desk, double, closed="merged", into=maria.record_number)
    desk.post(reverse("treatments:open_record", args=[double.uid]))
    close(desk, maria, closed="died", died_on="2026-11-21")
    desk.post(reverse("treatments:open_record", args=[maria.uid]))
    assert owners(lines) == {double}


def test_what_was_always_the_other_records_stays_there_though_both_were_joined_the_wrong_way_round_before(
    maria: Patient, double: Patient, lines: list[Any], front_desk: User
) -> None:
    own = PreventiveTrial.objects.create(
        clinic=maria.clinic, patient=maria, drug="Amitriptyline", drug_class="antidepressant", result="no_effect"
    )
    for minute, (closed, stays) in enumerate(((maria, double), (double, maria))):
        at = NOW + dt.timedelta(minutes=2 * minute)
        leaving.merge(patient=closed, into=stays, by=front_desk, at=at)
        assert owners([own, *lines]) == {stays}
        reopen_record(patient=closed, by=front_desk, at=at + dt.timedelta(minutes=1))
    assert (owners([own]), owners(lines)) == ({maria}, {double})


@pytest.fixture
def third(double: Patient, lines: list[Any]) -> Patient:
    """A third record of Maria's, which says the same as the second."""
    third = make_patient(double.clinic, "Maria", "Santos")
    for line in (lines[0], *lines[3:]):
        copy = type(line).objects.get(pk=line.pk)
        copy.pk, copy.patient = None, third
        copy.uid = uuid.uuid4()
        copy.save()
    return third


def said_of(patient: Patient) -> tuple[int, int, int]:
    """Return how many diary days, acute medicines and authorizations count for a record."""
    days, medicines, agreements = (
        model.objects.filter(patient=patient) for model in (DiaryDay, AcuteMedication, Authorization)
    )
    return days.count(), medicines.count(), agreements.count()


def test_what_a_third_record_says_too_counts_when_the_second_is_opened_again(
    maria: Patient, double: Patient, third: Patient, lines: list[Any], front_desk: User
) -> None:
    for minute, one in enumerate((double, third)):
        leaving.merge(patient=one, into=maria, by=front_desk, at=NOW + minute * MINUTE)
    assert said_of(maria) == (2, 1, 1)
    reopen_record(patient=double, by=front_desk, at=NOW + 2 * MINUTE)
    assert owners(lines) == {double}
    assert said_of(maria) == (1, 1, 1)
    reopen_record(patient=third, by=front_desk, at=NOW + 3 * MINUTE)
    assert (said_of(maria), said_of(third)) == ((0, 0, 0), (1, 1, 1))
    assert owners(lines) == {double}


def test_what_a_record_brought_through_another_goes_back_and_what_the_other_says_too_counts(
    maria: Patient, double: Patient, third: Patient, lines: list[Any], front_desk: User
) -> None:
    leaving.merge(patient=double, into=third, by=front_desk, at=NOW)
    leaving.merge(patient=third, into=maria, by=front_desk, at=NOW + MINUTE)
    assert said_of(maria) == (2, 1, 1)
    reopen_record(patient=double, by=front_desk, at=NOW + 2 * MINUTE)
    assert owners(lines) == {double}
    assert said_of(maria) == (1, 1, 1)


@pytest.mark.parametrize("through", [False, True], ids=["both into one", "one after the other"])
@pytest.mark.parametrize(
    ("notes", "left"),
    [
        (("Allergic to albumin", "Faints"), "Asthma; Faints"),
        (("Faints", "Faints; Allergic to albumin"), "Asthma; Faints; Allergic to albumin"),
        (("Allergic to albumin", "Allergic to albumin"), "Asthma; Allergic to albumin"),
    ],
)
def test_an_allergy_goes_back_with_one_of_three_records_unless_another_says_it_too(
    maria: Patient, double: Patient, third: Patient, front_desk: User, through: bool, notes: tuple[str, str], left: str
) -> None:
    for patient, note in zip((maria, double, third), ("Asthma", *notes), strict=True):
        change_patient(patient=patient, values={"safety_note": note}, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=third if through else maria, by=front_desk, at=NOW + MINUTE)
    leaving.merge(patient=third, into=maria, by=front_desk, at=NOW + 2 * MINUTE)
    reopen_record(patient=double, by=front_desk, at=NOW + 3 * MINUTE)
    maria.refresh_from_db()
    assert set(maria.safety_note.split("; ")) == set(left.split("; "))


def test_an_allergy_that_two_joined_records_said_goes_with_the_second_of_them(
    maria: Patient, double: Patient, third: Patient, front_desk: User
) -> None:
    for minute, one in enumerate((double, third)):
        change_patient(patient=one, values={"safety_note": "Allergic to albumin"}, by=front_desk, at=NOW)
        leaving.merge(patient=one, into=maria, by=front_desk, at=NOW + (minute + 1) * MINUTE)
    left = []
    for minute, one in enumerate((double, third)):
        reopen_record(patient=one, by=front_desk, at=NOW + (minute + 3) * MINUTE)
        left.append(Patient.objects.get(pk=maria.pk).safety_note)
    assert left == ["Allergic to albumin", ""]


def test_of_a_day_on_both_records_the_one_that_stays_counts(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    DiaryDay.objects.create(
        clinic=maria.clinic, patient=maria, date=lines[0].date, headache_hours=0, source="clinic", entered_at=NOW
    )
    close(desk, double, closed="merged", into=maria.record_number)
    assert owners(lines[:1]) == {double}
    assert owners(lines[1:]) == {maria}


def test_of_an_authorization_on_both_records_the_one_that_stays_counts_however_its_number_is_written(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    Authorization.objects.create(
        clinic=maria.clinic, patient=maria, payer="Aster", number="a-1", valid_from=TODAY, valid_to=TODAY
    )
    close(desk, double, closed="merged", into=maria.record_number)
    assert owners(lines[-1:]) == {double}


def test_a_medicine_told_on_two_or_three_records_of_a_person_counts_its_days_once(
    maria: Patient, double: Patient, riverside: Clinic, lines: list[Any], front_desk: User
) -> None:
    third = make_patient(riverside, "Maria", "Santos")
    for patient, drug in ((maria, "sumatriptan "), (third, "Sumatriptan")):
        AcuteMedication.objects.create(
            clinic=riverside, patient=patient, drug=drug, drug_class="triptan", days_a_month=9, told_on=TODAY
        )
    leaving.merge(patient=third, into=double, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW + MINUTE)
    found = read_record(maria, TODAY).overuse
    assert found
    assert found.answer is Answer.NOT_MET
    assert AcuteMedication.objects.filter(patient=maria).count() == 1


@pytest.mark.parametrize("change", [{"days_a_month": 8}, {"months": 6}, {"drug": "Rizatriptan"}, {"removed_at": NOW}])
def test_a_medicine_of_which_the_two_records_say_something_else_goes_to_the_one_that_stays(
    maria: Patient, double: Patient, lines: list[Any], front_desk: User, change: dict[str, Any]
) -> None:
    theirs = {"drug": "Sumatriptan", "drug_class": "triptan", "days_a_month": 9, "told_on": TODAY}
    AcuteMedication.objects.create(clinic=maria.clinic, patient=maria, **theirs | change)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    assert owners(lines[3:4]) == {maria}


def test_an_answer_about_a_day_that_nobody_settled_goes_with_the_day(
    desk: Client, maria: Patient, double: Patient, lines: list[Any]
) -> None:
    claim = DiaryClaim.objects.create(
        clinic=double.clinic, patient=double, date=lines[0].date, source="paper", facts={}, entered_at=NOW
    )
    close(desk, double, closed="merged", into=maria.record_number)
    assert owners([claim]) == {maria}
    desk.post(reverse("treatments:open_record", args=[double.uid]))
    assert owners([claim]) == {double}


@pytest.mark.parametrize(
    ("agreed", "may_write"),
    [(40, False), (3, False), (2, True)],
    ids=["refused last", "both at one moment", "agreed last"],
)
def test_what_was_refused_on_the_second_record_is_refused_on_the_one_that_stays(
    desk: Client, maria: Patient, double: Patient, front_desk: User, agreed: int, may_write: bool
) -> None:
    point = maria.contact_points.get(channel="sms")
    double.contact_points.filter(channel="sms").update(
        address=point.address,
        withdrawn_at=NOW - dt.timedelta(days=3),
        withdrawn_source="told staff",
        withdrawn_by=front_desk,
    )
    maria.contact_points.update(consented_at=NOW - dt.timedelta(days=agreed))
    close(desk, double, closed="merged", into=maria.record_number)
    assert ContactPoint.objects.usable().filter(patient=maria, channel="sms").exists() is may_write


def test_what_was_refused_for_another_number_is_not_refused_for_the_one_that_stays(
    desk: Client, maria: Patient, double: Patient, front_desk: User
) -> None:
    double.contact_points.filter(channel="sms").update(
        address="+447700900555", withdrawn_at=NOW, withdrawn_source="told staff", withdrawn_by=front_desk
    )
    close(desk, double, closed="merged", into=maria.record_number)
    assert ContactPoint.objects.usable().filter(patient=maria, channel="sms").exists()


def test_the_page_of_a_dead_person_says_so_and_the_search_too(desk: Client, maria: Patient, double: Patient) -> None:
    close(desk, maria, closed="died", died_on="2026-11-21")
    assert "Died on Saturday 21 November 2026." in page(desk, maria)
    assert "A course opens on a signed assessment" not in page(desk, maria)
    assert "Died" in desk.get(reverse("patients:search"), {"q": "santos"}).content.decode()


def test_beside_the_banner_of_a_dead_person_nothing_says_that_they_may_be_written_to(
    desk: Client, maria: Patient
) -> None:
    before = page(desk, maria)
    close(desk, maria, closed="died", died_on="2026-11-21")
    after = page(desk, maria)
    assert [("Text ok" in shown, "Email ok" in shown) for shown in (before, after)] == [(True, True), (False, False)]


def test_a_page_of_times_that_was_open_books_nobody_who_died(
    desk: Client, course: Course, maria: Patient, front_desk: User
) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    stale = Course.objects.select_related("clinic", "patient").get(pk=course.pk)
    leaving.died(patient=maria, on=TODAY, by=front_desk, at=NOW)
    with pytest.raises(Taken) as refusal:
        booking.book(course=stale, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    assert refusal.value.why == "the course has ended"
    answer = desk.post(reverse("treatments:book", args=[course.uid]), {"slot": slot.code, "uid": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "has ended" in answer.content.decode()


@pytest.mark.parametrize(("seen", "to"), [(Status.CANCELLED, Status.BOOKED), (Status.NO_SHOW, Status.ARRIVED)])
def test_no_visit_comes_back_into_a_course_that_has_ended(
    visit: TreatmentSession, front_desk: User, seen: Status, to: Status
) -> None:
    booking.change_status(session=visit, to=seen, by=front_desk, at=visit.starts_at, reason="Ill")
    leaving.died(patient=visit.course.patient, on=TODAY, by=front_desk, at=NOW)
    visit.refresh_from_db()
    with pytest.raises(NotPossible, match="The course has ended"):
        booking.change_status(session=visit, to=to, by=front_desk, at=visit.starts_at)
    event = visit.events.order_by("-pk").first()
    assert event
    with pytest.raises(NotPossible, match="The course has ended"):
        undoing.undo(session=visit, event=event, by=front_desk, at=NOW)


def test_a_no_show_is_not_undone_into_a_course_that_somebody_ends_at_that_moment(
    visit: TreatmentSession, front_desk: User, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking.change_status(session=visit, to=Status.NO_SHOW, by=front_desk, at=visit.starts_at)
    missed = visit.events.latest("pk")

    def wait_for_who_ends_it(*words: object) -> None:
        courses.close_course(course=visit.course, reason="Moved away", by=prescriber, at=visit.starts_at)

    monkeypatch.setattr(undoing, "share", wait_for_who_ends_it)
    with pytest.raises(NotPossible, match="has ended"):
        undoing.undo(session=visit, event=missed, by=front_desk, at=visit.starts_at)


def test_no_course_opens_for_somebody_who_died(maria: Patient, prescriber: User, front_desk: User) -> None:
    signed = make_assessment(maria, signed_by=prescriber)
    leaving.died(patient=maria, on=TODAY, by=front_desk, at=NOW)
    signed.refresh_from_db()
    with pytest.raises(NotAllowed, match="closed"):
        courses.open_course(assessment=signed, by=prescriber, at=NOW)


def test_a_second_record_is_joined_and_leads_to_the_one_that_stays(
    desk: Client, double: Patient, maria: Patient, osei: Injector
) -> None:
    make_course(maria)
    visit = make_session(make_course(double), osei, NOW + dt.timedelta(days=1))
    assert close(desk, double, closed="merged", into=maria.record_number.lower()).status_code == 302
    visit.refresh_from_db()
    double.refresh_from_db()
    assert (visit.status, double.closed, double.merged_into) == (Status.CANCELLED, "merged", maria)
    assert f"record {maria.record_number}, Maria Santos" in page(desk, double)
    assert not ContactPoint.objects.usable().filter(patient=double).exists()
    assert ContactPoint.objects.usable().filter(patient=maria).exists()


def test_the_record_with_the_only_open_course_is_the_one_to_keep(
    desk: Client, double: Patient, maria: Patient, osei: Injector
) -> None:
    visit = make_session(make_course(double), osei, NOW + dt.timedelta(days=1))
    answer = close(desk, double, closed="merged", into=maria.record_number)
    assert answer.status_code == 422
    assert f"record {maria.record_number} has no open course" in answer.content.decode()
    visit.refresh_from_db()
    assert (visit.status, visit.course.closed_on) == (Status.BOOKED, None)
    assert close(desk, maria, closed="merged", into=double.record_number).status_code == 302


def test_a_record_with_injections_is_the_one_to_keep(desk: Client, course: Course, double: Patient) -> None:
    answer = close(desk, course.patient, closed="merged", into=double.record_number)
    assert answer.status_code == 422
    assert "the twelve weeks count from them" in answer.content.decode()
    course.refresh_from_db()
    assert course.closed_on is None


def test_two_records_with_injections_do_not_send_the_desk_from_one_to_the_other(
    desk: Client, course: Course, double: Patient
) -> None:
    make_course(double, last_given_on=TODAY)
    for one, other in ((course.patient, double), (double, course.patient)):
        answer = close(desk, one, closed="merged", into=other.record_number)
        assert answer.status_code == 422
        assert "Injections are on both records" in answer.content.decode()
        assert "close the other one" not in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose why the record is closed."),
        ({"closed": "died", "died_on": ""}, "Enter the day of death, or the day you heard of it."),
        ({"closed": "died", "died_on": "2026-11-24"}, "to Monday 23 November 2026."),
        ({"closed": "died", "died_on": "2027-02-29"}, "February 2027 has 28 days."),
        ({"closed": "merged"}, "Enter the number of the record that stays."),
        ({"closed": "merged", "into": "RV999999"}, "No record here has the number RV999999."),
        ({"closed": "merged", "into": "RV000001"}, "That is this record."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    desk: Client, maria: Patient, data: dict[str, str], words: str
) -> None:
    answer = close(desk, maria, **data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    maria.refresh_from_db()
    assert maria.closed == ""


def test_a_record_of_another_clinic_is_not_found(desk: Client, maria: Patient, lakeside: Clinic) -> None:
    theirs = make_patient(lakeside, record_number="LA000001")
    assert "No record here" in close(desk, maria, closed="merged", into=theirs.record_number).content.decode()


@pytest.mark.parametrize("page", ["patients:detail", "treatments:summary"])
def test_what_was_told_under_the_record_that_was_joined_stands_on_the_one_that_stays(
    maria: Patient, double: Patient, nurse: User, page: str
) -> None:
    told = Told(effects=["neck_pain"], severity=Severity.MILD, began_on=TODAY)
    report(patient=double, told=told, by=nurse, at=NOW)
    record_scores(patient=double, taken_on=TODAY, numbers={"hit6": 61}, by=nurse, at=NOW)
    leaving.merge(patient=double, into=maria, by=nurse, at=NOW)
    shown = text(log_in(nurse).get(reverse(page, args=[maria.uid])))
    assert "Neck pain" in shown
    assert "HIT-6 61" in shown


def test_records_are_not_joined_in_a_circle(maria: Patient, double: Patient, front_desk: User) -> None:
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    with pytest.raises(NotAllowed, match="is closed itself"):
        leaving.merge(patient=maria, into=double, by=front_desk, at=NOW)


def test_two_desks_that_join_two_records_into_each_other_keep_one(
    maria: Patient, double: Patient, front_desk: User
) -> None:
    read_before = Patient.objects.select_related("clinic").get(pk=double.pk)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    with pytest.raises(NotAllowed, match="is closed itself"):
        leaving.merge(patient=maria, into=read_before, by=front_desk, at=NOW)
    assert Patient.objects.get(closed="") == maria


@pytest.mark.parametrize("joined", [False, True], ids=["died", "joined"])
def test_a_record_is_closed_in_the_order_in_which_everybody_locks_it(
    maria: Patient, double: Patient, front_desk: User, joined: bool
) -> None:
    with CaptureQueriesContext(connection) as queries:
        if joined:
            leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
        else:
            leaving.died(patient=maria, on=TODAY, by=front_desk, at=NOW)
    asked = [re.search(r'FROM "(patients_contactpoint|patients_patient)"', query["sql"]) for query in queries]
    assert next(found[1] for found in asked if found) == "patients_contactpoint"


def test_the_numbers_of_two_records_are_held_before_either_record(
    maria: Patient, double: Patient, front_desk: User
) -> None:
    # A STOP from a number on both holds them in their own order, which need not be that of the records.
    with CaptureQueriesContext(connection) as queries:
        leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    asked = [re.search(r'FROM "patients_(contactpoint|patient)"', query["sql"]) for query in queries]
    assert [found[1] for found in asked if found][:3] == ["contactpoint", "patient", "patient"]


def test_a_course_does_not_open_for_somebody_whose_death_was_noted_meanwhile(
    maria: Patient, prescriber: User, front_desk: User
) -> None:
    signed = make_assessment(maria, signed_by=prescriber)
    assert signed.patient.closed == ""
    leaving.died(patient=Patient.objects.get(pk=maria.pk), on=TODAY, by=front_desk, at=NOW)
    with pytest.raises(NotAllowed, match="closed"):
        courses.open_course(assessment=signed, by=prescriber, at=NOW)


@pytest.fixture(scope="module")
def at_once(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of records that were closed while somebody took their visit a step on."""
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("closing")) as environment:
        return json.loads(run_python("-m", "tests.treatments.closing", environment=environment))


@pytest.mark.xdist_group("closing race")
@pytest.mark.parametrize(
    ("step", "ends_as"),
    [("arrived", "cancelled"), ("no_show", "no_show"), ("cancelled", "cancelled"), ("done", "done")],
)
def test_a_step_taken_at_the_very_moment_is_kept_and_the_record_is_closed(
    at_once: Any, step: str, ends_as: str
) -> None:
    assert at_once[f"{step} died"] == f"closed, {ends_as}, ended"


@pytest.mark.xdist_group("closing race")
def test_a_record_with_injections_signed_at_the_very_moment_is_kept(at_once: Any) -> None:
    assert at_once["arrived joined"] == "closed, cancelled, ended"
    refused, *stands = at_once["done joined"].rsplit(", ", 2)
    assert "Injections are on this record" in refused
    assert stands == ["done", "goes on"]


def test_a_record_closed_by_mistake_opens_again_with_the_consent_it_had(
    desk: Client, visit: TreatmentSession, maria: Patient
) -> None:
    close(desk, maria, closed="died", died_on="2026-11-21")
    desk.post(reverse("treatments:open_record", args=[maria.uid]))
    maria.refresh_from_db()
    visit.course.refresh_from_db()
    assert (maria.closed, maria.closed_on) == ("", None)
    assert ContactPoint.objects.usable().filter(patient=maria).count() == 2
    assert visit.course.closed_on == TODAY


def test_closing_and_opening_stand_in_the_history_of_changes(desk: Client, maria: Patient) -> None:
    close(desk, maria, closed="died", died_on="2026-11-21")
    words = desk.get(reverse("patients:history", args=[maria.uid])).content.decode()
    assert "record closed" in words
    assert "Fran Adeyemi" in words


@pytest.mark.parametrize("values", [{"closed": "died"}, {"closed_on": TODAY}, {"closed": "merged", "closed_on": TODAY}])
def test_the_database_refuses_half_a_closing(maria: Patient, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.filter(pk=maria.pk).update(**values)


def test_nobody_died_before_they_were_treated(desk: Client, course: Course) -> None:
    given_on = course.sessions.get(given_on__isnull=False).given_on
    assert given_on
    before = (given_on - dt.timedelta(days=1)).isoformat()
    refused = close(desk, course.patient, closed="died", died_on=before)
    assert "A session was given on Monday 31 August 2026, after that day." in refused.content.decode()
    assert close(desk, course.patient, closed="died", died_on=given_on.isoformat()).status_code == 302
