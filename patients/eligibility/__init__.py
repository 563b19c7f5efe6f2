"""Who may start and who may go on: pure rules that take a policy and what is known of a person.

They support a clinical decision and do not replace it. Missing input is Not known, never a guess.
"""

from patients.eligibility.answers import Answer, Criterion, Outcome, Verdict
from patients.eligibility.counts import LONG_HEADACHE_MINUTES, MIN_DAYS_RECORDED, WINDOW_DAYS, Count, Scale
from patients.eligibility.findings import Findings
from patients.eligibility.policy import LABEL, Policy, Stage
from patients.eligibility.renewal import assess_renewal
from patients.eligibility.start import assess

__all__ = [
    "LABEL",
    "LONG_HEADACHE_MINUTES",
    "MIN_DAYS_RECORDED",
    "WINDOW_DAYS",
    "Answer",
    "Count",
    "Criterion",
    "Findings",
    "Outcome",
    "Policy",
    "Scale",
    "Stage",
    "Verdict",
    "apply",
    "assess",
    "assess_renewal",
]


def apply(findings: Findings, policy: Policy, stage: Stage) -> Verdict:
    """Return the verdict of a policy on what it is asked."""
    return assess(findings, policy) if stage is Stage.START else assess_renewal(findings, policy)
