"""What may have changed between reading an assessment and signing it, and what the page says then."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.actions import PolicyChanged, draft_assessment, sign_assessment
from patients.actions.diary_days import DayFacts, write_days
from patients.actions.policies import keep_policy
from patients.eligibility import Count, Findings, Policy, Stage
from patients.eligibility.policy import NICE, SAMPLE_B
from patients.models import Assessment, DiaryDay, Patient, PreventiveTrial
from patients.models import Policy as PolicyRow
from tests.builders import NOW, TODAY, make_assessment, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.patients.test_assessing import sign
from tests.patients.test_detail import keep_diary
from treatments.models import Status

FOUND = Findings(age=None, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6)
LATER = NOW + dt.timedelta(minutes=40)


@pytest.fixture
def own(riverside: Clinic, admin: User) -> PolicyRow:
    rules = replace(NICE, name="Aster Health", preventives=None, overuse=False, attacks=None, no_better_diagnosis=False)
    return keep_policy(clinic=riverside, rules=rules, by=admin, at=NOW)


def draft(patient: Patient, by: User, policy: Policy, **changes: Any) -> Assessment:
    found = replace(FOUND, **changes)
    return draft_assessment(
        patient=patient, by=by, at=NOW, source="clinic", assessed_on=TODAY, found=found, policy=policy
    )


def edit(row: PolicyRow, by: User, **changes: Any) -> PolicyRow:
    rules = replace(row.policy(), **changes)
    return keep_policy(clinic=row.clinic, rules=rules, by=by, at=LATER, after=row)


def apply(user: User, patient: Patient, profile: str, **answers: str) -> tuple[int, str]:
    response = log_in(user).post(
        reverse("patients:assess", args=[patient.uid]), {"profile": profile} | answers, follow=True
    )
    return response.status_code, text(response)


def test_nobody_but_a_prescriber_of_the_clinic_signs(
    nurse: User, admin: User, stranger: User, maria: Patient, own: PolicyRow
) -> None:
    waiting = draft(maria, nurse, own.policy())
    for by in (nurse, admin, stranger):
        with pytest.raises(PermissionDenied):
            sign_assessment(assessment=waiting, by=by, at=NOW)


def test_a_newer_version_is_told_before_signing(prescriber: User, admin: User, maria: Patient, own: PolicyRow) -> None:
    waiting = draft(maria, prescriber, own.policy(), headache_days=14, long_headache_days=14)
    edit(own, admin, headache_days=14)
    status, page = sign(log_in(prescriber), waiting, override="on", override_reason="Responded before")
    assert status == 409
    assert "Aster Health has a version 2" in page
    assert "Least headache days" in page
    assert "Responded before" in page
    assert Assessment.objects.get().signed_at is None


def test_the_signer_may_keep_the_version_they_read(
    prescriber: User, admin: User, maria: Patient, own: PolicyRow
) -> None:
    waiting = draft(maria, prescriber, own.policy(), headache_days=14, long_headache_days=14)
    edit(own, admin, headache_days=14)
    values = {"knows_version": "2", "override": "on", "override_reason": "Responded before"}
    assert sign(log_in(prescriber), waiting, **values)[0] == 200
    kept = Assessment.objects.get()
    assert (kept.policy_version, kept.rules.headache_days, kept.outcome) == (1, 15, "not_eligible")
    assert (kept.override_reason, kept.override_role) == ("Responded before", "prescriber")


def test_the_signer_may_apply_the_new_version_without_typing(
    prescriber: User, admin: User, maria: Patient, own: PolicyRow
) -> None:
    waiting = draft(maria, prescriber, own.policy(), headache_days=14, long_headache_days=14)
    edit(own, admin, headache_days=14)
    client = log_in(prescriber)
    page = client.post(reverse("patients:apply_again", args=[waiting.uid]), follow=True).content.decode()
    kept = Assessment.objects.get()
    assert "Version 2: Meets Aster Health to start" in page
    assert (kept.policy_version, kept.headache_days, kept.outcome) == (2, 14, "eligible")
    assert sign(client, kept)[0] == 200


def test_knowing_of_one_version_is_not_knowing_of_the_next(
    prescriber: User, admin: User, maria: Patient, own: PolicyRow
) -> None:
    waiting = draft(maria, prescriber, own.policy())
    edit(edit(own, admin, headache_days=16), admin, headache_days=17)
    with pytest.raises(PolicyChanged):
        sign_assessment(assessment=waiting, by=prescriber, at=LATER, knows_version=2)


def test_a_policy_out_of_use_is_told_too(prescriber: User, admin: User, maria: Patient, own: PolicyRow) -> None:
    waiting = draft(maria, prescriber, own.policy())
    keep_policy(clinic=own.clinic, rules=own.policy(), by=admin, at=LATER, after=own, in_use=False)
    status, page = sign(log_in(prescriber), waiting)
    assert status == 409
    assert "Aster Health is not used any more" in page


def test_a_signed_assessment_keeps_its_thresholds_whatever_becomes_of_the_policy(
    prescriber: User, admin: User, maria: Patient, own: PolicyRow
) -> None:
    waiting = draft(maria, prescriber, own.policy())
    sign_assessment(assessment=waiting, by=prescriber, at=NOW)
    edit(own, admin, name="Aster Health Plus", headache_days=28)
    kept = Assessment.objects.get()
    assert (kept.policy_name, kept.rules.headache_days) == ("Aster Health", 15)
    assert kept.verdict.sentence.startswith("Meets Aster Health to start")


def by_diary(patient: Patient, user: User) -> Assessment:
    keep_diary(patient, 28)
    counts = {
        "source": "diary", "headache_days": "28", "long_headache_days": "28", "migraine_days": "28",
        "days_recorded": "28", "months_at_this_level": "6",
    }  # fmt: skip
    assert apply(user, patient, "label:start", **counts)[0] == 200
    return Assessment.objects.get()


def change_days(patient: Patient, count: int, at: dt.datetime) -> None:
    for day in DiaryDay.objects.filter(patient=patient).order_by("date")[:count]:
        day.headache_hours = Decimal(6)
        day._history_date = at  # type: ignore[attr-defined]
        day.save()


def test_a_diary_changed_while_one_reads_is_told_with_count_and_time(prescriber: User, maria: Patient) -> None:
    waiting = by_diary(maria, prescriber)
    change_days(maria, 2, LATER)
    status, page = sign(log_in(prescriber), waiting)
    assert status == 409
    assert "2 days changed at 10:40am" in page
    assert "Look again" in page
    assert Assessment.objects.get().signed_at is None


def test_a_day_that_was_sent_before_the_draft_and_written_after_it_is_told_too(
    prescriber: User, maria: Patient, frozen_clock: Any
) -> None:
    waiting = by_diary(maria, prescriber)
    frozen_clock.move_to(LATER)
    clear = DayFacts(TODAY - dt.timedelta(days=3), {"headache_hours": Decimal(0)})
    write_days(patient=maria, days=[clear], source=DiaryDay.Source.PATIENT, by=None, at=NOW - dt.timedelta(seconds=5))
    status, page = sign(log_in(prescriber), waiting)
    assert (status, Assessment.objects.get().signed_at) == (409, None)
    assert "1 day changed at 10:40am" in page


def test_the_diary_of_somebody_else_keeps_nobody_from_signing(prescriber: User, maria: Patient) -> None:
    waiting = by_diary(maria, prescriber)
    other = make_patient(maria.clinic, "Tom", "Reid")
    keep_diary(other, 28)
    change_days(other, 2, LATER)
    assert sign(log_in(prescriber), waiting)[0] == 200
    assert Assessment.objects.get().signed_by == prescriber


def test_applying_the_rule_again_clears_the_way_even_with_the_same_counts(
    prescriber: User, maria: Patient, frozen_clock: Any
) -> None:
    by_diary(maria, prescriber)
    change_days(maria, 1, LATER)
    frozen_clock.move_to(LATER + dt.timedelta(minutes=1))
    counts = {
        "source": "diary", "headache_days": "28", "long_headache_days": "28", "migraine_days": "28",
        "days_recorded": "28", "months_at_this_level": "6",
    }  # fmt: skip
    apply(prescriber, maria, "label:start", **counts)
    assert sign(log_in(prescriber), Assessment.objects.get())[0] == 200


def test_counts_from_a_letter_do_not_mind_the_diary(prescriber: User, maria: Patient, own: PolicyRow) -> None:
    waiting = draft(maria, prescriber, own.policy())
    keep_diary(maria, 28)
    change_days(maria, 2, LATER)
    assert sign(log_in(prescriber), waiting)[0] == 200


def test_a_count_that_differs_from_the_diary_needs_a_reason(nurse: User, maria: Patient) -> None:
    keep_diary(maria, 28)
    counts = {
        "source": "diary", "headache_days": "25", "long_headache_days": "25", "migraine_days": "25",
        "days_recorded": "28", "months_at_this_level": "6",
    }  # fmt: skip
    status, page = apply(nurse, maria, "label:start", **counts)
    assert status == 422
    assert "Say why a count differs from the diary" in page
    assert apply(nurse, maria, "label:start", **counts, change_reason="Three were flu")[0] == 200
    found = Assessment.objects.get().findings()
    assert "the diary had 28. Three were flu" in found.where("headache_days")


def test_each_profile_asks_for_what_it_needs(nurse: User, maria: Patient) -> None:
    client, url = log_in(nurse), reverse("patients:assess", args=[maria.uid])
    start = client.get(url, {"profile": "nice:start"}).context["form"].fields
    going_on = client.get(url, {"profile": "nice:continue", "cycles": "2"}).context["form"]
    assert {"attacks", "better_diagnosis", "overuse_plan"} <= set(start)
    assert {"cycles", "baseline_days", "second_last", "third_last"} <= set(going_on.fields)
    assert not {"migraine_days", "months_at_this_level"} & set(going_on.fields)
    assert going_on.initial["cycles"] == "2"


def test_a_profile_nobody_knows_is_not_found(nurse: User, maria: Patient) -> None:
    url = reverse("patients:assess", args=[maria.uid])
    assert log_in(nurse).get(url, {"profile": "moon:start"}).status_code == 404


def test_going_on_is_drafted_against_the_baseline(nurse: User, maria: Patient) -> None:
    answers = {"source": "clinic", "headache_days": "14", "baseline_days": "20", "cycles": "2"}
    answers |= {"second_last": "16", "third_last": "17"}
    status, page = apply(nurse, maria, "nice:continue", **answers)
    kept = Assessment.objects.get()
    assert (status, kept.stage, kept.outcome) == (200, Stage.CONTINUE, "eligible")
    assert "Meets NICE TA260 to continue: 2 of 2 met" in page


def test_a_draft_to_go_on_opens_with_all_that_it_was_given(nurse: User, maria: Patient) -> None:
    answers = {"source": "clinic", "headache_days": "14", "baseline_days": "20", "cycles": "2"}
    apply(nurse, maria, "nice:continue", second_last="16", third_last="17", **answers)
    url = reverse("patients:assess", args=[maria.uid])
    form = log_in(nurse).get(url, {"profile": "nice:continue"}).context["form"]
    assert (form["third_last"].value(), form["second_last"].value()) == (17, 16)


@pytest.mark.parametrize("profile", ["nice:continue", "label:start"])
def test_a_day_of_the_months_before_is_told_too(prescriber: User, maria: Patient, profile: str) -> None:
    keep_diary(maria, 84)
    DiaryDay.objects.update(source=DiaryDay.Source.PAPER)  # which has no place for medicines: they rest on nothing here
    counts = dict.fromkeys(("headache_days", "migraine_days", "long_headache_days", "days_recorded"), "28")
    answers = {
        "months_at_this_level": "6",
        "baseline_days": "28",
        "cycles": "3",
        "second_last": "28",
        "third_last": "28",
    }
    assert apply(prescriber, maria, profile, source="diary", **counts, **answers)[0] == 200
    change_days(maria, 1, LATER)  # the first of the three months
    status, page = sign(log_in(prescriber), Assessment.objects.get())
    assert (status, "1 day changed at 10:40am" in page) == (409, True)


@pytest.mark.parametrize(("headache", "answer"), [(14, "not_known"), (15, "met")])
def test_an_earlier_month_of_the_diary_is_held_against_the_months_that_were_told(
    nurse: User, maria: Patient, headache: int, answer: str
) -> None:
    keep_diary(maria, 84)
    clear = [TODAY - dt.timedelta(days=29 + place) for place in range(28 - headache)]
    DiaryDay.objects.filter(date__in=clear).update(headache_hours=0, migraine=False)
    counts = dict.fromkeys(("headache_days", "migraine_days", "long_headache_days", "days_recorded"), "28")
    _status, page = apply(nurse, maria, "label:start", source="diary", months_at_this_level="6", **counts)
    months = next(one for one in Assessment.objects.get().criteria if one["name"] == "Months at this level")
    assert months["answer"] == answer
    assert ("headache days in an earlier month of the diary: 14" in page) is (answer == "not_known")


def test_a_thin_diary_is_no_month_below_the_limit(nurse: User, maria: Patient) -> None:
    answers = {"source": "diary", "headache_days": "10", "days_recorded": "15", "baseline_days": "20", "cycles": "3"}
    _status, page = apply(nurse, maria, "nice:continue", second_last="10", third_last="10", **answers)
    assert "A stop is proposed" not in page
    assert "Cannot say yet: 2 not known" in page


@pytest.mark.parametrize(("days", "cycles"), [(28, "1"), (29, "2")])
def test_a_cycle_that_has_just_begun_is_not_counted_among_those_to_judge_by(
    nurse: User, maria: Patient, osei: Injector, days: int, cycles: str
) -> None:
    course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=days + 84), injector=osei)
    day = TODAY - dt.timedelta(days=days)
    make_session(course, osei, NOW - dt.timedelta(days=days), due_on=day, status=Status.DONE, given_on=day)
    page = (
        log_in(nurse).get(reverse("patients:assess", args=[maria.uid]), {"profile": "nice:continue"}).content.decode()
    )
    assert f'name="cycles" value="{cycles}"' in page
    assert f"Cycles on record that can be judged: {cycles}." in page


def test_the_preventives_at_that_time_stay_with_the_assessment(nurse: User, maria: Patient) -> None:
    line = PreventiveTrial.objects.create(
        clinic=maria.clinic, patient=maria, drug_class="beta_blocker", drug="Propranolol", result="no_effect"
    )
    apply(nurse, maria, "nice:start", source="clinic", headache_days="20", migraine_days="9", months_at_this_level="5")
    line.drug = "Metoprolol"
    line.save()
    assert [one.drug for one in Assessment.objects.get().findings().preventives] == ["Propranolol"]


def test_counts_that_were_only_asked_are_for_review_by_ichd_3(nurse: User, maria: Patient) -> None:
    answers = {"headache_days": "20", "migraine_days": "12", "months_at_this_level": "6", "attacks": "9"}
    apply(nurse, maria, "ichd3:start", source="clinic", **answers, better_diagnosis="no")
    assert Assessment.objects.get().verdict.sentence == "Cannot say yet: 1 not known"
    apply(nurse, maria, "ichd3:start", source="referral", **answers, better_diagnosis="no")
    assert Assessment.objects.get().verdict.sentence == "Meets ICHD-3 1.3: 6 of 6 met"


def test_the_sheet_answers_what_payers_ask_for(prescriber: User, reader: User, maria: Patient) -> None:
    PreventiveTrial.objects.create(
        clinic=maria.clinic,
        patient=maria,
        drug_class="anticonvulsant",
        drug="Topiramate",
        dose="100 mg",
        started_on=dt.date(2026, 1, 5),
        ended_on=dt.date(2026, 4, 5),
        result="not_tolerated",
        reason="Tingling",
    )
    answers = {"source": "clinic", "headache_days": "20", "migraine_days": "9", "months_at_this_level": "5"}
    apply(prescriber, maria, "nice:start", **answers, diagnosis_code="G43.709", overuse_plan="None needed")
    waiting = Assessment.objects.get()
    sign(log_in(prescriber), waiting, override="on", override_reason="Asked by the board")
    text = log_in(reader).get(reverse("patients:assessment_sheet", args=[waiting.uid])).content.decode()
    for words in (
        "G43.709", "Topiramate", "Anticonvulsant", "100 mg", "Monday 5 January 2026", "Sunday 5 April 2026",
        "Not tolerated", "Tingling", "In the 28 days before", prescriber.full_name, "Asked by the board",
        "This supports, it does not replace, a clinical decision",
    ):  # fmt: skip
        assert words in text
    assert AuditEntry.objects.filter(action="print", subject=waiting.uid, actor=reader).count() == 1


def test_the_sheet_dates_no_counts_of_a_letter(reader: User, maria: Patient) -> None:
    sheet = reverse("patients:assessment_sheet", args=[make_assessment(maria).uid])
    text = log_in(reader).get(sheet).content.decode()
    assert "In 28 days, as the referral letter says." in text
    assert "In the 28 days before" not in text


def test_the_sheet_has_a_button_that_prints_it(prescriber: User, maria: Patient) -> None:
    sheet = reverse("patients:assessment_sheet", args=[make_assessment(maria).uid])
    assert "data-print" in log_in(prescriber).get(sheet).content.decode()


def test_the_sheet_says_how_many_days_the_level_before_treatment_rests_on(prescriber: User, maria: Patient) -> None:
    waiting = draft_assessment(
        patient=maria, by=prescriber, at=NOW, source="clinic", assessed_on=TODAY,
        found=replace(FOUND, baseline=Count(18, 22)), policy=NICE, stage=Stage.CONTINUE,
    )  # fmt: skip
    text = log_in(prescriber).get(reverse("patients:assessment_sheet", args=[waiting.uid])).content.decode()
    assert "<dd>18 in 22 recorded days</dd>" in text


def test_the_sheet_of_a_renewal_calls_its_cycles_those_that_were_judged(prescriber: User, maria: Patient) -> None:
    waiting = draft_assessment(
        patient=maria, by=prescriber, at=NOW, source="clinic", assessed_on=TODAY,
        found=replace(FOUND, cycles=1), policy=NICE, stage=Stage.CONTINUE,
    )  # fmt: skip
    text = " ".join(
        log_in(prescriber).get(reverse("patients:assessment_sheet", args=[waiting.uid])).content.decode().split()
    )
    assert "<dt>Cycles that can be judged</dt> <dd>1</dd>" in text
    assert "<dt>Headache days before treatment</dt> <dd>Not known</dd>" in text


def test_a_code_the_payer_does_not_take_is_not_met(nurse: User, admin: User, maria: Patient) -> None:
    rules = replace(SAMPLE_B, codes=("G43.709",))
    row = keep_policy(clinic=maria.clinic, rules=rules, by=admin, at=NOW)
    apply(nurse, maria, f"{row.family}:start", source="clinic", headache_days="20", diagnosis_code="G43.E09")
    code = next(one for one in Assessment.objects.get().verdict.criteria if one.name == "Diagnosis code")
    assert (code.answer, code.detail) == ("not_met", "This payer does not take G43.E09. It takes G43.709.")
