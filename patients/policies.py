"""Which policies a clinic can assess by: those that everybody has, and the newest version of each of its own."""

import uuid

from clinic.models import Clinic
from patients.eligibility.policy import SHIPPED, Policy, Stage
from patients.models import Policy as PolicyRow


def all_own(clinic: Clinic) -> list[PolicyRow]:
    """Return the newest version of each of the clinic's own policies, used or not, by name (1 query)."""
    newest: dict[uuid.UUID, PolicyRow] = {}
    for row in PolicyRow.objects.filter(clinic=clinic).order_by("version"):
        newest[row.family] = row
    return sorted(newest.values(), key=lambda row: row.name.casefold())


def own(clinic: Clinic) -> list[PolicyRow]:
    """Return the newest version of each of the clinic's own policies that is in use, by name (1 query)."""
    return [row for row in all_own(clinic) if row.in_use]


def offered(clinic: Clinic) -> list[Policy]:
    """Return all policies that the clinic can assess by (1 query)."""
    return [*SHIPPED.values(), *(row.policy() for row in own(clinic))]


def newest(clinic: Clinic, key: str) -> tuple[Policy, bool] | None:
    """Return a policy as it stands now and whether it is still in use; None for one nobody knows."""
    if key in SHIPPED:
        return SHIPPED[key], True
    try:
        family = uuid.UUID(key)
    except ValueError:
        return None
    row = PolicyRow.objects.filter(clinic=clinic, family=family).order_by("-version").first()
    return (row.policy(), row.in_use) if row else None


def profile(policy: Policy, stage: Stage) -> str:
    """Return a policy and what it is asked as a form carries it."""
    return f"{policy.key}:{stage.value}"


def profiles(clinic: Clinic) -> dict[str, tuple[Policy, Stage]]:
    """Return all that can be asked here, by the form's value (1 query)."""
    return {profile(policy, stage): (policy, stage) for policy in offered(clinic) for stage in policy.stages}
