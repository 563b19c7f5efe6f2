"""Who answers for other programs: whoever let one in, or took it over, as long as they are an admin of the clinic.

A program serves the clinic, not the admin, so it goes on when that admin leaves. What it was let in with was shown to
them, though: the admins who stay are told, and take it over or end it.
"""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from clinic.access import CAPABILITIES, Capability
from clinic.models import Clinic, Membership
from interface.models import Hook, Integration

# No source: time to make another token and bring it to the program before the old one ends.
ENDS_SOON = dt.timedelta(days=14)
_ROLES = [role for role, can in CAPABILITIES.items() if Capability.SETUP in can]


def with_keepers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add ``kept``: whether the one who answers for it is still an admin of its clinic."""
    keeper = Membership.objects.filter(
        clinic=OuterRef("clinic"), user=OuterRef("keeper"), role__in=_ROLES, active=True, user__is_active=True
    )
    found: QuerySet[Any] = rows.annotate(keeper=Coalesce("kept_by", "made_by")).annotate(kept=Exists(keeper))
    return found


def left_alone(clinic: Clinic, now: dt.datetime) -> dict[str, int]:
    """Return how many programs that ask, and that are told, nobody answers for any more (one query each)."""
    asking = Integration.objects.filter(clinic=clinic, revoked_at=None, expires_at__gt=now)
    told = Hook.objects.filter(clinic=clinic, ended_at=None)
    return {
        "asking": with_keepers(asking).filter(kept=False).count(),
        "told": with_keepers(told).filter(kept=False).count(),
    }


def ending(clinic: Clinic, now: dt.datetime) -> list[Integration]:
    """Return the programs that asked lately and whose token ends soon, the first to end first (one query)."""
    asks = Integration.objects.filter(clinic=clinic, revoked_at=None, last_used_at__gt=now - ENDS_SOON)
    return list(asks.filter(expires_at__gt=now, expires_at__lte=now + ENDS_SOON).order_by("expires_at", "pk"))
