"""Whose stop rule holds for everybody: that of the policy they were last assessed by, read with the rows of a list."""

import json
from functools import lru_cache

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from patients.eligibility.policy import Policy, stop_rule
from patients.models import Assessment


def judged_by(patient: str) -> Subquery:
    """Return the thresholds of the newest signed assessment, for `rule_of`; ``patient`` is the way from the rows annotated."""
    signed = Assessment.objects.filter(patient=OuterRef(patient), signed_at__isnull=False).order_by("-signed_at", "-pk")
    return Subquery(signed.values(rules=Cast("policy_rules", TextField()))[:1])


@lru_cache(maxsize=256)
def rule_of(thresholds: str | None) -> Policy:
    """Return the stop rule from thresholds as the database has them: those of one clinic are few, and read often."""
    return stop_rule(Assessment(policy_rules=json.loads(thresholds)).rules if thresholds else None)
