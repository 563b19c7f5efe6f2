"""The trace that another program's reading and changing leaves: the same log as for people, its own user as author."""

import datetime as dt
import uuid
from collections.abc import Iterable

from clinic import audit
from clinic.models import AuditEntry
from interface.models import Integration


def read(integration: Integration, kind: str, whose: uuid.UUID | None, at: dt.datetime) -> None:
    """Note that one record was read. Where nobody's record it is, as of a calendar, nothing is noted."""
    if whose:
        _note(integration, AuditEntry.Action.READ, kind, at, subject=whose)


def searched(
    integration: Integration, kind: str, whose: Iterable[uuid.UUID | None], total: int | None, at: dt.datetime
) -> None:
    """Note a search, and each person of whom it told something: that is who was looked at.

    Who asks for the number alone learns whether somebody is here: then it is the number that was told.
    """
    found = list(whose)
    people = dict.fromkeys(uid for uid in found if uid)
    if people or not found:
        _note(integration, AuditEntry.Action.SEARCH, kind, at, rows=len(found) or total or 0)
    for uid in people:
        _note(integration, AuditEntry.Action.READ, kind, at, subject=uid)


def changed(
    integration: Integration, kind: str, action: AuditEntry.Action, subject: uuid.UUID, at: dt.datetime
) -> None:
    """Note that something was booked or cancelled."""
    _note(integration, action, kind, at, subject=subject)


def _note(
    integration: Integration,
    action: AuditEntry.Action,
    kind: str,
    at: dt.datetime,
    subject: uuid.UUID | None = None,
    rows: int | None = None,
) -> None:
    audit.record(
        clinic=integration.clinic,
        by=integration.user,
        at=at,
        action=action,
        kind=f"FHIR {kind}",
        subject=subject,
        rows=rows,
    )
