"""Whose authorization ends soon, or has ended, with none to follow.

What was used of it is known in the room above (`treatments.authorized`).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models import Clinic
from patients.authorizing import FORGOTTEN_DAYS, RENEW_DAYS, to_renew
from patients.models import Authorization

Status = Authorization.Status


@dataclass(frozen=True)
class Work:
    """One agreement to renew: how many days are left, and the request that is under way."""

    authorization: Authorization
    days_left: int
    request: Authorization | None

    @property
    def used_up(self) -> bool:
        """True when it is to be renewed long before its end: what was agreed to has been used."""
        return self.days_left > RENEW_DAYS


def ending(clinic: Clinic, today: dt.date) -> QuerySet[Authorization]:
    """Return the approved agreements to renew for their end, the first to end first."""
    bounds = (today - dt.timedelta(days=FORGOTTEN_DAYS), today + dt.timedelta(days=RENEW_DAYS))
    return unfollowed(clinic).filter(valid_to__range=bounds)


def unfollowed(clinic: Clinic) -> QuerySet[Authorization]:
    """Return the approved agreements that none follows which lasts longer, the first to end first."""
    later = Authorization.objects.filter(patient=OuterRef("patient"), valid_to__gt=OuterRef("valid_to"))
    settled = later.filter(Q(status=Status.APPROVED) | Q(status=Status.CLOSED))
    # Nobody asks a payer for who died, or under a second record of one person.
    here = Authorization.objects.filter(clinic=clinic, patient__closed="")
    found = here.filter(status=Status.APPROVED)
    return found.exclude(Exists(settled)).select_related("patient").order_by("valid_to", "pk")


def ending_of(authorizations: Sequence[Authorization], today: dt.date) -> list[Authorization]:
    """Return which of one person's agreements are to be renewed, as ``ending`` does, without asking the database."""
    settled = [one for one in authorizations if one.status in {Status.APPROVED, Status.CLOSED}]
    return [
        one
        for one in settled
        if one.status == Status.APPROVED
        and to_renew(one.valid_to, today)
        and not any(other.valid_to > one.valid_to for other in settled)
    ]


def worklist(clinic: Clinic, today: dt.date, used_up: Iterable[Authorization] = ()) -> list[Work]:
    """Return the work, and behind it what is used up, each with the newest request for the same person (2 queries)."""
    found = [*ending(clinic, today), *used_up]
    people = {one.patient_id for one in found}
    asked = Authorization.objects.filter(clinic=clinic, patient__in=people, status=Status.REQUESTED).order_by("pk")
    newest = {one.patient_id: one for one in asked}
    return [Work(one, (one.valid_to - today).days, newest.get(one.patient_id)) for one in found]
