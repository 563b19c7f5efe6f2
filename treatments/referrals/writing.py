"""Writing the changes of a batch: few statements whatever its size, each row with its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import reset_queries
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from clinic.models import User
from patients.actions.baseline import move_baseline
from patients.importing import Collision
from patients.models import Assessment, Authorization, Baseline, ContactPoint, Patient
from treatments.models import Course, ReferralLine, SessionEvent, TreatmentSession
from treatments.referrals.changes import REFERRAL_LIST, Change, FirstDay

# Parents before children: a row that is created points at one that has its key by then.
ORDER: tuple[Any, ...] = (
    Patient,
    ContactPoint,
    Assessment,
    Authorization,
    Course,
    TreatmentSession,
    SessionEvent,
    ReferralLine,
)
ANOTHER_DAY = "The referral list names another day for the first injection."
NO_FACTS = frozenset({"search_text"})  # follows from other fields, so it has no history of its own


def write(changes: Sequence[Change], *, by: User | None, at: dt.datetime) -> None:
    """Write all changes. Only fields that differ are written, so that nothing else that changes meanwhile is lost.

    Raises Collision where somebody changed one of the people since they were compared with the list.
    """
    _hold_as_read(changes)
    for model in ORDER:
        created = [row for change in changes for row in change.created if isinstance(row, model)]
        if created:
            _create(model, created, by=by, at=at)
        updated = defaultdict[frozenset[str], list[Any]](list)
        for change in changes:
            for row, names in change.updated:
                if isinstance(row, model):
                    updated[names].append(row)
        for names, rows in updated.items():
            _update(model, rows, names, by=by, at=at)
    _move_levels([change.first_day for change in changes if change.first_day], by=by, at=at)
    # With DEBUG on, Django keeps every statement; a long list would fill the memory.
    reset_queries()


def _hold_as_read(changes: Sequence[Change]) -> None:
    """Let nobody else change these people until the list is written: who is erased meanwhile would come back with it.

    Ways to reach them first, as in `patients.actions.holding`.
    """
    read = {change.patient.pk: change for change in changes if not change.patient._state.adding}
    list(ContactPoint.objects.select_for_update().filter(patient__in=read).order_by("pk").values_list("pk"))
    for stored in Patient.objects.select_for_update(no_key=True).filter(pk__in=read).order_by("pk"):
        if not read[stored.pk].was_read_from(stored):
            raise Collision


def _create(model: Any, rows: list[Any], *, by: User | None, at: dt.datetime) -> None:
    if hasattr(model, "history"):
        bulk_create_with_history(rows, model, default_user=by, default_date=at, default_change_reason=REFERRAL_LIST)
    else:
        model.objects.bulk_create(rows)


def _update(model: Any, rows: list[Any], names: frozenset[str], *, by: User | None, at: dt.datetime) -> None:
    if hasattr(model, "history") and not names <= NO_FACTS:
        bulk_update_with_history(
            rows, model, sorted(names), default_user=by, default_date=at, default_change_reason=REFERRAL_LIST
        )
    else:
        model.objects.bulk_update(rows, sorted(names))


def _move_levels(moved: Sequence[FirstDay], *, by: User | None, at: dt.datetime) -> None:
    """Take the levels along that are kept under a day that has changed; few have one, so one question finds them."""
    if not moved:
        return
    levels = Baseline.objects.newest().filter(patient__in=[one.patient for one in moved])
    kept = set(levels.values_list("patient", "given_on"))
    for one in moved:
        if (one.patient.pk, one.before) in kept:
            move_baseline(patient=one.patient, before=one.before, given_on=one.after, reason=ANOTHER_DAY, by=by, at=at)
