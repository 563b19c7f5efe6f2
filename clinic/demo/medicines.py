"""What a few made-up people took before, and the payer's terms that they are assessed by."""

import datetime as dt
from dataclasses import replace

from clinic.models import Clinic, User
from patients.actions.lines import save_line
from patients.actions.policies import keep_policy
from patients.eligibility import Policy
from patients.eligibility.policy import NICE, SAMPLE_B
from patients.models import AcuteMedication, Patient, PreventiveTrial

# medicine, class, dose, days it was taken, outcome, reason
TRIED = (
    ("Propranolol", "beta_blocker", "80 mg twice a day", 120, "no_effect", ""),
    ("Topiramate", "anticonvulsant", "50 mg twice a day", 75, "not_tolerated", "Tingling, words hard to find"),
    ("Amitriptyline", "antidepressant", "50 mg at night", 90, "no_effect", ""),
    ("Candesartan", "angiotensin", "16 mg", 84, "no_effect", ""),
)
# medicine, class, days a month: the second person takes a triptan too often
TAKEN = ((("Ibuprofen", "simple", 6), ("Sumatriptan", "triptan", 3)), (("Sumatriptan", "triptan", 12),))


def payers_terms(clinic: Clinic, by: User, at: dt.datetime) -> Policy:
    """Let the admin copy a policy and set a payer's own numbers."""
    if clinic.country == "US":
        rules = replace(SAMPLE_B, name="Meridian Mutual", source="Meridian Mutual")
    else:
        rules = replace(NICE, name="Northgate Health", source="Northgate Health", preventives=4, interval_days=90)
    return keep_policy(clinic=clinic, rules=rules, by=by, at=at).policy()


def tell_medicines(patient: Patient, number: int, *, by: User, at: dt.datetime) -> None:
    """Write down what somebody tried, one after the other, and what they take for an attack."""
    today = patient.clinic.date_at(at)
    start = today - dt.timedelta(days=600)
    for drug, drug_class, dose, days, result, reason in TRIED:
        end = start + dt.timedelta(days=days - 1)
        line = PreventiveTrial(
            clinic=patient.clinic,
            patient=patient,
            drug=drug,
            drug_class=drug_class,
            dose=dose,
            started_on=start,
            ended_on=end,
            result=result,
            reason=reason,
        )
        save_line(line=line, by=by, at=at)
        start = end + dt.timedelta(days=30)
    for drug, drug_class, days in TAKEN[number % len(TAKEN)]:
        acute = AcuteMedication(
            clinic=patient.clinic,
            patient=patient,
            drug=drug,
            drug_class=drug_class,
            days_a_month=days,
            months=8,
            told_on=today,
        )
        save_line(line=acute, by=by, at=at)
