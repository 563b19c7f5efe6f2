"""From counts to a signature: who may do it, what is kept, and that it stays."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, User
from clinic.wording import day_words
from patients.actions import AlreadySigned, DraftChanged, draft_assessment, sign_assessment
from patients.eligibility import Findings
from patients.models import Assessment, Patient
from tests.builders import NOW, TODAY, make_assessment
from tests.conftest import log_in
from tests.pages import is_told_with_a_field, text
from tests.patients.test_detail import keep_diary

COUNTS = {
    "source": "clinic",
    "headache_days": "20",
    "long_headache_days": "18",
    "migraine_days": "12",
    "months_at_this_level": "6",
    "days_recorded": "",
}
LATER = NOW + dt.timedelta(minutes=5)


def draft(patient: Patient, by: User, at: dt.datetime = NOW, **changes: Any) -> Assessment:
    found = Findings(age=None, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6)
    found = replace(found, **changes)
    return draft_assessment(patient=patient, by=by, at=at, source="clinic", assessed_on=TODAY, found=found)


def apply(user: User, patient: Patient, **changes: str) -> tuple[int, str]:
    client = log_in(user)
    response = client.post(reverse("patients:assess", args=[patient.uid]), COUNTS | changes, follow=True)
    return response.status_code, text(response)


def sign(client: Client, assessment: Assessment, **values: str) -> tuple[int, str]:
    data = {"read_at": assessment.drafted_at.isoformat()} | values
    response = client.post(reverse("patients:sign_assessment", args=[assessment.uid]), data, follow=True)
    return response.status_code, text(response)


def test_applying_the_rule_keeps_a_draft_with_its_reasons(nurse: User, maria: Patient) -> None:
    status, page = apply(nurse, maria)
    kept = Assessment.objects.get()
    assert status == 200
    assert "Meets the label rule: 5 of 5 met. Not signed yet." in page
    assert (kept.outcome, kept.drafted_by, kept.signed_at, kept.assessed_on) == ("eligible", nurse, None, TODAY)
    assert [one["answer"] for one in kept.criteria] == ["met"] * 5


def test_the_day_beside_the_source_of_the_counts_is_said_to_be_that_of_the_assessment(
    nurse: User, maria: Patient
) -> None:
    _, page = apply(nurse, maria, source="referral")
    assert f"Counts: referral letter. Assessed {day_words(TODAY)}." in page


def test_a_code_that_differs_from_what_is_recorded_is_refused_in_words(nurse: User, maria: Patient) -> None:
    status, page = apply(nurse, maria, diagnosis_code="G43.709", aura="yes", intractable="no")
    assert status == 422
    assert "G43.709 is without aura, not intractable; the record says with aura, not intractable." in page
    assert 'value="18"' in page
    assert not Assessment.objects.exists()
    apply(nurse, maria, diagnosis_code="G43.E09", aura="yes", intractable="no")
    found = Assessment.objects.get().findings()
    assert (found.aura, found.intractable, found.diagnosis_code) == (True, False, "G43.E09")


def test_an_empty_box_is_not_known_rather_than_zero(nurse: User, maria: Patient) -> None:
    apply(nurse, maria, migraine_days="")
    assert Assessment.objects.get().outcome == "review"


def test_a_new_draft_takes_the_place_of_the_old(nurse: User, prescriber: User, maria: Patient) -> None:
    first = draft(maria, nurse)
    second = draft(maria, prescriber, LATER, headache_days=14, long_headache_days=10)
    assert (second.pk, second.outcome, second.drafted_by, second.drafted_at) == (
        first.pk, "not_eligible", prescriber, LATER,
    )  # fmt: skip


def test_the_same_counts_again_change_nothing(nurse: User, prescriber: User, maria: Patient) -> None:
    draft(maria, nurse)
    again = draft(maria, prescriber, LATER)
    assert (again.drafted_by, again.drafted_at) == (nurse, NOW)
    assert AuditEntry.objects.filter(kind="assessment").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"headache_days": "29"}, "Headache days in 28 days: enter a whole number from 0 to 28"),
        ({"headache_days": "-1"}, "enter a whole number from 0 to 28"),
        ({"headache_days": "many"}, "enter a whole number from 0 to 28"),
        ({"migraine_days": "21"}, "Migraine days: 21 is more than the 20 headache days."),
        ({"long_headache_days": "21"}, "21 is more than the 20 headache days."),
        ({"source": "diary"}, "Enter how many days the diary holds."),
        ({"source": "diary", "days_recorded": "19"}, "20 is more than the 19 recorded days."),
        ({"days_recorded": "28"}, "Recorded days belong to a diary."),
    ],
)
def test_counts_that_cannot_be_are_refused_in_words(
    nurse: User, maria: Patient, changes: dict[str, str], words: str
) -> None:
    status, page = apply(nurse, maria, **changes)
    assert status == 422
    assert page.count(words) == 2
    assert not Assessment.objects.exists()


def test_the_form_starts_from_a_full_diary(nurse: User, maria: Patient) -> None:
    keep_diary(maria, 20)
    initial = log_in(nurse).get(reverse("patients:assess", args=[maria.uid])).context["form"].initial
    assert (initial["source"], initial["days_recorded"], initial["long_headache_days"]) == ("diary", 20, 20)


def test_the_form_does_not_start_from_a_thin_diary(nurse: User, maria: Patient) -> None:
    keep_diary(maria, 19)
    initial = log_in(nurse).get(reverse("patients:assess", args=[maria.uid])).context["form"].initial
    assert initial == {"source": "clinic"}


def test_the_form_starts_from_the_draft(nurse: User, maria: Patient) -> None:
    make_assessment(maria)
    keep_diary(maria, 28)
    initial = log_in(nurse).get(reverse("patients:assess", args=[maria.uid])).context["form"].initial
    assert (initial["source"], initial["headache_days"]) == ("referral", 20)


def test_a_prescriber_signs_and_is_offered_a_course(prescriber: User, maria: Patient) -> None:
    waiting = make_assessment(maria)
    status, page = sign(log_in(prescriber), waiting)
    waiting.refresh_from_db()
    assert status == 200
    assert (waiting.signed_by, waiting.signed_at, waiting.allows_treatment) == (prescriber, NOW, True)
    assert reverse("treatments:open_course", args=[waiting.uid]) in page
    assert AuditEntry.objects.filter(action="sign", subject=waiting.uid).count() == 1


def unfit(patient: Patient) -> Assessment:
    return make_assessment(patient, headache_days=10, long_headache_days=6, migraine_days=4)


def test_a_refusal_can_be_signed_as_it_is(prescriber: User, maria: Patient) -> None:
    waiting = unfit(maria)
    _, page = sign(log_in(prescriber), waiting)
    waiting.refresh_from_db()
    assert waiting.signed_at
    assert not waiting.allows_treatment
    assert reverse("treatments:open_course", args=[waiting.uid]) not in page


def test_a_refusal_can_be_overridden_with_a_reason(prescriber: User, maria: Patient) -> None:
    waiting = unfit(maria)
    sign(log_in(prescriber), waiting, override="on", override_reason="Responded before")
    waiting.refresh_from_db()
    assert waiting.allows_treatment
    assert waiting.override_reason == "Responded before"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"override": "on"}, "Enter the reason for treating all the same."),
        ({"override_reason": "Because"}, "Tick this box to treat all the same"),
    ],
)
def test_half_an_override_is_not_signed(prescriber: User, maria: Patient, values: dict[str, str], words: str) -> None:
    waiting = unfit(maria)
    status, page = sign(log_in(prescriber), waiting, **values)
    waiting.refresh_from_db()
    assert (status, waiting.signed_at) == (422, None)
    assert page.count(words) == 2


def test_what_a_signature_lacks_is_told_with_the_box_it_is_about(prescriber: User, maria: Patient) -> None:
    address = reverse("patients:sign_assessment", args=[unfit(maria).uid])
    response = log_in(prescriber).post(address, {"override": "on"})
    assert is_told_with_a_field(response, "Enter the reason for treating all the same.")


def test_after_half_an_override_the_counts_can_still_be_changed(prescriber: User, maria: Patient) -> None:
    page = sign(log_in(prescriber), unfit(maria), override="on")[1]
    counts = page[page.index("Change the counts") : page.index("Apply the rule")]
    forms = re.findall("<form[^>]*>", counts)
    assert len(forms) == 2
    assert all(f'action="{reverse("patients:assess", args=[maria.uid])}"' in form for form in forms)


def test_the_reason_is_not_readable_in_the_database(prescriber: User, maria: Patient) -> None:
    signed = sign_assessment(assessment=unfit(maria), by=prescriber, at=NOW, override_reason="Responded before")
    with connection.cursor() as cursor:
        cursor.execute("SELECT override_reason FROM patients_assessment WHERE id = %s", [signed.pk])
        assert "Responded" not in cursor.fetchone()[0]


def test_an_eligible_verdict_needs_no_reason_and_keeps_none(prescriber: User, maria: Patient) -> None:
    signed = sign_assessment(assessment=make_assessment(maria), by=prescriber, at=NOW, override_reason="why not")
    assert signed.override_reason == ""


def test_a_second_signer_learns_who_signed(prescriber: User, maria: Patient) -> None:
    waiting = make_assessment(maria)
    client = log_in(prescriber)
    sign(client, waiting)
    status, page = sign(client, waiting)
    assert status == 409
    assert "Dr Osei signed this already" in page
    with pytest.raises(AlreadySigned):
        sign_assessment(assessment=waiting, by=prescriber, at=LATER)


def test_nobody_signs_what_changed_while_they_read(prescriber: User, nurse: User, maria: Patient) -> None:
    read = draft(maria, nurse)
    draft(maria, nurse, LATER, migraine_days=5)
    status, page = sign(log_in(prescriber), read)
    assert status == 409
    assert "The counts changed while you were reading" in page
    with pytest.raises(DraftChanged):
        sign_assessment(assessment=read, by=prescriber, at=LATER, read_at=read.drafted_at)


def test_front_desk_and_reader_may_neither_assess_nor_sign(front_desk: User, reader: User, maria: Patient) -> None:
    waiting = make_assessment(maria)
    for user in (front_desk, reader):
        assert apply(user, maria)[0] == 403
        assert sign(log_in(user), waiting)[0] == 403


def test_a_nurse_and_an_admin_may_not_sign(nurse: User, admin: User, maria: Patient) -> None:
    waiting = make_assessment(maria)
    for user in (nurse, admin):
        assert sign(log_in(user), waiting)[0] == 403
    assert Assessment.objects.get().signed_at is None


def test_a_stranger_cannot_sign(stranger: User, maria: Patient) -> None:
    assert sign(log_in(stranger), make_assessment(maria))[0] == 404


def test_signing_is_never_a_link(prescriber: User, maria: Patient) -> None:
    url = reverse("patients:sign_assessment", args=[make_assessment(maria).uid])
    assert log_in(prescriber).get(url).status_code == 405


@pytest.fixture
def signed(prescriber: User, maria: Patient) -> Assessment:
    return make_assessment(maria, signed_by=prescriber)


def test_a_signed_assessment_refuses_save(signed: Assessment) -> None:
    signed.headache_days = 28
    with pytest.raises(IntegrityError), transaction.atomic():
        signed.save()


def test_a_signed_assessment_refuses_update_and_bulk_update(signed: Assessment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=signed.pk).update(outcome="review")
    signed.signed_at = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.bulk_update([signed], ["signed_at"])


def test_a_signed_assessment_refuses_delete(signed: Assessment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        signed.delete()
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        signed.patient.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patients_assessment SET headache_days = 28 WHERE id = %s",
        "UPDATE patients_assessment SET signed_at = NULL, signed_by_id = NULL WHERE id = %s",
        "DELETE FROM patients_assessment WHERE id = %s",
    ],
)
def test_a_signed_assessment_refuses_raw_sql(signed: Assessment, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [signed.pk])


def test_a_draft_can_still_change_and_go(maria: Patient) -> None:
    waiting = make_assessment(maria)
    Assessment.objects.filter(pk=waiting.pk).update(headache_days=21)
    assert waiting.delete()[0] == 1


def test_a_person_has_one_draft_at_most(maria: Patient) -> None:
    make_assessment(maria)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assessment(maria)


def test_a_signature_needs_a_signer(maria: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assessment(maria, signed_at=NOW)


def test_migraine_days_stay_within_headache_days(maria: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assessment(maria, headache_days=10, migraine_days=11)
