"""Preventives and acute medicines on a person's record: kept with history, never lost, read by the rules."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse

from clinic.models import AuditEntry, User
from patients.eligibility import Answer
from patients.gathering import read_record
from patients.models import AcuteMedication, DiaryDay, Patient, PreventiveTrial
from tests.builders import NOW, TODAY
from tests.conftest import log_in
from tests.pages import text

LINE = {
    "drug": "Topiramate", "drug_class": "anticonvulsant", "dose": "100 mg", "started_on": "2026-01-05",
    "ended_on": "2026-04-05", "result": "not_tolerated", "reason": "Tingling", "seen": "",
}  # fmt: skip
TOLD = {
    "drug": "Sumatriptan", "drug_class": "triptan", "days_a_month": "12", "months": "6",
    "told_on": "2026-11-20", "seen": "",
}  # fmt: skip


def post(user: User, name: str, uid: Any, data: dict[str, str]) -> tuple[int, str]:
    response = log_in(user).post(reverse(f"patients:{name}", args=[uid]), data, follow=True)
    return response.status_code, text(response)


def test_a_preventive_is_kept_with_who_and_when(nurse: User, maria: Patient) -> None:
    status, page = post(nurse, "new_preventive", maria.uid, LINE)
    kept = PreventiveTrial.objects.get()
    assert (status, kept.patient, kept.history.get().history_user) == (200, maria, nurse)
    assert "Tingling" in page
    assert AuditEntry.objects.filter(kind="preventive trial", subject=kept.uid, action="create").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ended_on": "2026-01-04"}, "The last day lies before the first."),
        ({"started_on": "2026-11-24", "ended_on": ""}, "This day has not come yet."),
        ({"reason": ""}, "Say why; payers ask for it."),
        ({"drug": ""}, "Enter the medicine."),
        ({"drug_class": ""}, "Choose the class."),
        ({"started_on": "spring"}, "Enter a date such as 2026-06-01."),
    ],
)
def test_a_preventive_that_cannot_be_is_refused_in_words(
    nurse: User, maria: Patient, changes: dict[str, str], words: str
) -> None:
    status, page = post(nurse, "new_preventive", maria.uid, LINE | changes)
    assert status == 422
    assert words in page
    assert not PreventiveTrial.objects.exists()


def test_the_database_refuses_an_end_before_the_start(maria: Patient) -> None:
    with pytest.raises(IntegrityError):
        PreventiveTrial.objects.create(
            clinic=maria.clinic, patient=maria, drug_class="other", drug="Any", result="no_effect",
            started_on=TODAY, ended_on=TODAY - dt.timedelta(days=1),
        )  # fmt: skip


def test_two_people_who_edit_one_line_see_each_other(nurse: User, prescriber: User, maria: Patient) -> None:
    post(nurse, "new_preventive", maria.uid, LINE)
    kept = PreventiveTrial.objects.get()
    seen = str(kept.history.latest().history_id)
    assert post(prescriber, "edit_preventive", kept.uid, LINE | {"dose": "50 mg", "seen": seen})[0] == 200
    status, page = post(nurse, "edit_preventive", kept.uid, LINE | {"dose": "75 mg", "seen": seen})
    assert status == 409
    assert "Somebody changed this line while you were typing" in page
    assert "Error: " in page
    assert "50 mg" in page
    assert "75 mg" in page
    other = {"drug_class": "other", "dose": "50 mg", "seen": seen}
    assert "<dd>Anticonvulsant</dd>" in post(nurse, "edit_preventive", kept.uid, LINE | other)[1]
    kept.refresh_from_db()
    assert kept.dose == "50 mg"


@pytest.mark.parametrize(("name", "data"), [("new_preventive", LINE), ("new_acute", TOLD)])
def test_a_line_that_is_sent_twice_is_kept_once(nurse: User, maria: Patient, name: str, data: dict[str, str]) -> None:
    for _ in range(2):
        assert post(nurse, name, maria.uid, data)[0] == 200
    assert PreventiveTrial.objects.count() + AcuteMedication.objects.count() == 1
    post(nurse, name, maria.uid, data | {"drug": "Another"})
    assert PreventiveTrial.objects.count() + AcuteMedication.objects.count() == 2


def test_a_line_taken_off_can_be_put_back_and_keeps_its_history(nurse: User, maria: Patient) -> None:
    post(nurse, "new_preventive", maria.uid, LINE)
    kept = PreventiveTrial.objects.get()
    _status, page = post(nurse, "remove_preventive", kept.uid, {})
    assert reverse("patients:restore_preventive", args=[kept.uid]) in page
    assert not read_record(maria, TODAY).trials
    for name in ("detail", "medicines"):
        assert LINE["drug"] not in text(log_in(nurse).get(reverse(f"patients:{name}", args=[maria.uid])))
    post(nurse, "restore_preventive", kept.uid, {})
    assert len(read_record(maria, TODAY).trials) == 1
    assert kept.history.count() == 3


def test_a_second_press_takes_off_and_puts_back_no_more_than_the_first(nurse: User, maria: Patient) -> None:
    post(nurse, "new_preventive", maria.uid, LINE)
    kept = PreventiveTrial.objects.get()
    for name in ("remove_preventive", "remove_preventive", "restore_preventive", "restore_preventive"):
        post(nurse, name, kept.uid, {})
    assert kept.history.count() == 3
    assert AuditEntry.objects.filter(subject=kept.uid, action="change").count() == 2


def test_a_line_written_down_anew_is_not_put_back_beside_itself(nurse: User, maria: Patient) -> None:
    post(nurse, "new_acute", maria.uid, TOLD)
    post(nurse, "remove_acute", AcuteMedication.objects.get().uid, {})
    post(nurse, "new_acute", maria.uid, TOLD)
    post(nurse, "restore_acute", AcuteMedication.objects.earliest("pk").uid, {})
    assert AcuteMedication.objects.filter(removed_at__isnull=True).count() == 1


@pytest.mark.parametrize("name", ["new_preventive", "new_acute"])
def test_the_way_back_from_a_medicine_is_called_by_the_list_it_leads_to(nurse: User, maria: Patient, name: str) -> None:
    page = text(log_in(nurse).get(reverse(f"patients:{name}", args=[maria.uid])))
    home = reverse("patients:medicines", args=[maria.uid])
    assert f'<a class="back-link" href="{home}" data-key="Escape">Medicines</a>' in page


def test_the_history_says_what_was_and_what_is_now_to_a_screen_reader(nurse: User, maria: Patient) -> None:
    post(nurse, "new_preventive", maria.uid, LINE)
    kept = PreventiveTrial.objects.get()
    seen = str(kept.history.latest().history_id)
    post(nurse, "edit_preventive", kept.uid, LINE | {"dose": "75 mg", "seen": seen})
    page = text(log_in(nurse).get(reverse("patients:history", args=[maria.uid])))
    assert '</del><span class="visually-hidden">, now</span> 75 mg' in page


def test_the_history_of_a_person_tells_of_their_medicines(nurse: User, reader: User, maria: Patient) -> None:
    post(nurse, "new_preventive", maria.uid, LINE)
    post(nurse, "new_acute", maria.uid, TOLD)
    page = log_in(reader).get(reverse("patients:history", args=[maria.uid])).content.decode()
    assert "Topiramate" in page
    assert "Sumatriptan" in page


def test_what_was_told_shows_overuse_as_something_to_plan_for(nurse: User, maria: Patient) -> None:
    _status, page = post(nurse, "new_acute", maria.uid, TOLD)
    assert AcuteMedication.objects.get().days_a_month == 12
    assert "Overuse: needs a plan" in page
    assert "Overuse is no reason to refuse treatment" in page


@pytest.mark.parametrize("days", ["32", "-1", "many", ""])
def test_days_a_month_are_a_number_up_to_31(nurse: User, maria: Patient, days: str) -> None:
    status, page = post(nurse, "new_acute", maria.uid, TOLD | {"days_a_month": days})
    assert status == 422
    assert "Days a month: enter a whole number from 0 to 31." in page


def diary(patient: Patient, days: int, every: int, source: str = "patient") -> None:
    DiaryDay.objects.bulk_create(
        DiaryDay(
            clinic=patient.clinic,
            patient=patient,
            date=TODAY - dt.timedelta(days=back),
            headache_hours=Decimal(5),
            worst_pain=2,
            triptan_doses=1 if back % every == 0 else 0,
            source=source,
            entered_at=NOW,
        )
        for back in range(1, days + 1)
    )


def test_a_diary_of_three_months_outweighs_what_was_told(maria: Patient) -> None:
    AcuteMedication.objects.create(
        clinic=maria.clinic, patient=maria, drug_class="triptan", drug="Any", days_a_month=2, months=9, told_on=TODAY
    )
    diary(maria, 84, every=2)
    found = read_record(maria, TODAY).overuse
    assert found
    assert (found.answer, found.came_from) == (Answer.MET, "Diary, 31 Aug to 22 Nov 2026")
    assert found.detail == "triptan on 14, 14 and 14 days in 28"


def test_a_shorter_diary_leaves_it_to_what_was_told(maria: Patient) -> None:
    diary(maria, 70, every=2)
    assert read_record(maria, TODAY).overuse is None


def told(patient: Patient, drug_class: str, days_a_month: int) -> None:
    AcuteMedication.objects.create(
        clinic=patient.clinic, patient=patient, drug_class=drug_class, drug="Any", days_a_month=days_a_month, months=9,
        told_on=TODAY,
    )  # fmt: skip


def test_a_sheet_of_letters_says_nothing_of_medicines(maria: Patient) -> None:
    diary(maria, 84, every=100, source="paper")
    assert read_record(maria, TODAY).overuse is None
    told(maria, "triptan", 12)
    found = read_record(maria, TODAY).overuse
    assert found
    assert (found.answer, found.came_from) == (Answer.MET, "Told at the clinic")


def test_doses_that_were_written_to_a_sheet_count(maria: Patient) -> None:
    diary(maria, 84, every=1, source="paper")
    found = read_record(maria, TODAY).overuse
    assert found
    assert found.detail == "triptan on 28, 28 and 28 days in 28"


@pytest.mark.parametrize(
    ("drug_class", "every", "days", "words"),
    [
        ("opioid", 100, 12, "Any on 12 days a month"),  # a list has no column for it
        ("opioid", 100, 9, "no class reaches its limit"),
        ("opioid", 2, 12, "triptan on 14, 14 and 14 days in 28"),
    ],
)
def test_a_list_leaves_the_classes_it_has_no_column_for_to_what_was_told(
    maria: Patient, drug_class: str, every: int, days: int, words: str
) -> None:
    diary(maria, 84, every=every, source="import")
    told(maria, drug_class, days)
    found = read_record(maria, TODAY).overuse
    assert found
    assert found.detail == words


def test_reading_the_record_takes_three_queries(maria: Patient, django_assert_max_num_queries: Any) -> None:
    diary(maria, 84, every=2)
    with django_assert_max_num_queries(3):
        read_record(maria, TODAY)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("ergot_doses", "ergot"),
        ("opioid_doses", "opioid"),
        ("combination_doses", "combination analgesic"),
        ("triptan_doses", "triptan"),
    ],
)
def test_the_diary_counts_each_class_of_doses(maria: Patient, field: str, words: str) -> None:
    diary(maria, 84, every=100)
    days = DiaryDay.objects.filter(patient=maria, date__day__lte=12)
    days.update(**{field: 1})
    found = read_record(maria, TODAY).overuse
    assert found
    assert found.detail.startswith(words)


@pytest.mark.parametrize(("days", "hours"), [(28, 140), (27, None)])
def test_headache_hours_need_every_day(maria: Patient, days: int, hours: int | None) -> None:
    diary(maria, days, every=2)
    assert read_record(maria, TODAY).facts.get("headache_hours") == hours
