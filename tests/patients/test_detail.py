"""One person's page: all that is known, a trace of who looked, and the same few queries for anybody."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.actions import change_patient, set_contact, withdraw_consent
from patients.actions.diary_days import DayFacts, write_days
from patients.models import Authorization, Channel, DiaryClaim, DiaryDay, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_patient
from tests.conftest import log_in
from tests.pages import text


def page(user: User, patient: Patient, name: str = "detail") -> str:
    response = log_in(user).get(reverse(f"patients:{name}", args=[patient.uid]))
    assert response.status_code == 200
    return text(response)


def keep_diary(patient: Patient, days: int, hours: int = 5) -> None:
    DiaryDay.objects.bulk_create(
        DiaryDay(
            clinic=patient.clinic,
            patient=patient,
            date=TODAY - dt.timedelta(days=back),
            headache_hours=Decimal(hours),
            worst_pain=2,
            migraine=True,
            source="patient",
            entered_at=NOW,
        )
        for back in range(1, days + 1)
    )


def authorize(patient: Patient, number: str = "PA-1") -> None:
    Authorization.objects.create(
        clinic=patient.clinic,
        patient=patient,
        payer="Meridian Mutual",
        number=number,
        valid_from=dt.date(2026, 6, 1),
        valid_to=dt.date(2026, 12, 1),
        visits=2,
    )


def test_the_head_says_who_it_is_and_how_to_reach_them(reader: User, maria: Patient) -> None:
    text = page(reader, maria)
    for words in ("Maria Santos", "42 years · born 17 April 1984 · no. RV000001", "English", "07700 900000", "Text ok"):
        assert words in text


def test_who_may_not_be_texted_is_marked(reader: User, maria: Patient, front_desk: User) -> None:
    withdraw_consent(patient=maria, channel=Channel.SMS, source="called", by=front_desk, at=NOW)
    assert "Do not text" in page(reader, maria)


def test_a_dead_address_is_marked(reader: User, maria: Patient) -> None:
    maria.contact_points.filter(channel=Channel.EMAIL).update(failed_at=NOW)
    assert "Not reachable" in page(reader, maria)


def test_the_diary_is_counted(reader: User, maria: Patient) -> None:
    keep_diary(maria, 22)
    assert "22 headache days, 22 migraine days, 22 of 28 recorded." in page(reader, maria)


def test_headaches_of_unknown_length_are_not_counted_as_short(reader: User, maria: Patient) -> None:
    keep_diary(maria, 22)
    DiaryDay.objects.filter(date__gte=TODAY - dt.timedelta(days=2)).update(headache_hours=None)
    assert "<dd>20 or more: how long 2 headaches lasted is not known</dd>" in page(reader, maria)


def test_the_28_days_are_shown_one_by_one(reader: User, maria: Patient) -> None:
    keep_diary(maria, 2)
    text = page(reader, maria)
    assert text.count('class="diary-M"') == 2
    assert "26 Oct: not filled in" in text
    assert "22 Nov: M" in text
    assert "Print a blank sheet" in page(reader, make_patient(maria.clinic, "Tom", "Reid"))


def test_too_few_days_are_no_verdict(reader: User, maria: Patient) -> None:
    keep_diary(maria, 18)
    assert "Not enough days to judge (18 of 28)" in page(reader, maria)


def test_eligibility_shows_the_signed_and_the_one_to_be_signed(reader: User, prescriber: User, maria: Patient) -> None:
    make_assessment(maria, headache_days=9, long_headache_days=3, migraine_days=2)
    assert page(reader, maria).count("2 of 5 met") == 1  # not as a signed one as well
    make_assessment(maria, signed_by=prescriber)
    text = page(reader, maria)
    assert "Dr Osei" in text
    assert "Meets the label rule: 5 of 5 met." in text
    assert "Does not meet the label rule: 2 of 5 met." in text
    assert "18, needs 15 or more in 28 days" in text
    assert "This supports, it does not replace, a clinical decision." in text


def test_an_override_shows_its_reason(reader: User, prescriber: User, maria: Patient) -> None:
    make_assessment(maria, headache_days=9, long_headache_days=3, migraine_days=2, signed_by=prescriber,
                    override_reason="Seen elsewhere")  # fmt: skip
    assert "Seen elsewhere" in page(reader, maria)


def test_authorizations_show_dates_and_visits(reader: User, maria: Patient) -> None:
    authorize(maria)
    text = page(reader, maria)
    assert "PA-1" in text
    assert "Tuesday 1 December 2026" in text


def test_a_course_can_be_opened_once_only_and_by_a_prescriber_only(
    nurse: User, prescriber: User, maria: Patient
) -> None:
    assessment = make_assessment(maria, signed_by=prescriber)
    url = reverse("treatments:open_course", args=[assessment.uid])
    assert url in page(prescriber, maria)
    assert url not in page(nurse, maria)
    make_course(maria, last_given_on=dt.date(2026, 9, 7))
    assert url not in page(prescriber, maria)


def test_opening_a_record_leaves_one_trace(reader: User, maria: Patient) -> None:
    page(reader, maria)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.subject, entry.actor) == ("read", "patient", maria.uid, reader)


@pytest.mark.parametrize("name", ["detail", "history", "edit", "assess"])
def test_somebody_elses_patient_is_not_there(stranger: User, maria: Patient, name: str) -> None:
    assert log_in(stranger).get(reverse(f"patients:{name}", args=[maria.uid])).status_code == 404
    assert not AuditEntry.objects.exists()


def test_only_who_may_change_is_offered_to(reader: User, front_desk: User, maria: Patient) -> None:
    url = reverse("patients:edit", args=[maria.uid])
    assert url in page(front_desk, maria)
    assert url not in page(reader, maria)


def test_days_with_two_answers_are_named_however_long_ago(reader: User, prescriber: User, maria: Patient) -> None:
    for back in (1, 90):
        day = DayFacts(TODAY - dt.timedelta(days=back), {"headache_hours": Decimal(0)})
        write_days(patient=maria, days=[day], source=DiaryDay.Source.PATIENT, by=None, at=NOW)
        assert "two answers" not in page(reader, maria)
    for said, back in (("1 day has two answers", 90), ("2 days have two answers", 1)):
        day = DayFacts(TODAY - dt.timedelta(days=back), {"headache_hours": Decimal(5)})
        write_days(patient=maria, days=[day], source=DiaryDay.Source.CLINIC, by=prescriber, at=NOW)
        assert said in page(reader, maria)
    DiaryClaim.objects.update(settled_at=NOW, settled_by=prescriber, settled_reason="They came in")
    assert "two answers" not in page(reader, maria)


def queries(user: User, patient: Patient) -> int:
    client = log_in(user)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(reverse("patients:detail", args=[patient.uid])).status_code == 200
    return len(caught)


def test_the_number_of_queries_is_the_same_for_anybody(prescriber: User, riverside: Clinic, osei: Injector) -> None:
    new, old = make_patient(riverside), make_patient(riverside, "Tom", "Reid")
    for day, patient in enumerate((new, old), start=7):
        make_assessment(patient, signed_by=prescriber)
        make_course(patient, last_given_on=dt.date(2026, 9, day), injector=osei)
        authorize(patient)
    keep_diary(old, 28)
    for number in range(5):
        authorize(old, f"PA-{number + 2}")
        make_assessment(old, signed_by=prescriber)
    assert queries(prescriber, old) == queries(prescriber, new) <= 16


def test_history_says_who_changed_what(reader: User, front_desk: User, nurse: User, maria: Patient) -> None:
    later = NOW + dt.timedelta(hours=1)
    change_patient(patient=maria, values={"family_name": "Novak"}, by=front_desk, at=later)
    set_contact(patient=maria, channel=Channel.SMS, address="07700 900555", by=nurse, at=later)
    text = page(reader, maria, "history")
    assert 'last name: <del>Santos</del><span class="visually-hidden">, now</span> Novak' in text
    assert 'address: <del>+447700900000</del><span class="visually-hidden">, now</span> +447700900555' in text
    assert "Fran Adeyemi" in text
    assert "RN Bello" in text
    assert text.count(">Mon 23 Nov 2026 11:00<") == 2
    assert "date of birth: 17 April 1984" in text


def test_reading_the_history_leaves_a_trace(reader: User, maria: Patient) -> None:
    page(reader, maria, "history")
    assert AuditEntry.objects.get().kind == "patient history"
