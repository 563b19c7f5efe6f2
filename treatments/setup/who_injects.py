"""Keeping licence and training of injectors, and the clinic's policy on who may inject."""

import datetime as dt
from typing import Any

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, Clinic, Injector, User
from treatments import credentials
from treatments.models import InjectingPolicy, InjectorCredentials


def credentials_of(injector: Injector) -> InjectorCredentials:
    """Return what is on record of an injector; an empty, unsaved row when nothing is."""
    found = InjectorCredentials.objects.filter(injector=injector).first()
    return found or InjectorCredentials(injector=injector, clinic_id=injector.clinic_id)


def policy_of(clinic: Clinic) -> InjectingPolicy:
    """Return the clinic's policy; an empty, unsaved one, which lets everybody, when none was set."""
    return InjectingPolicy.objects.filter(clinic=clinic).first() or InjectingPolicy(clinic=clinic)


def faults(injector: Injector, clinic: Clinic, on: dt.date) -> list[str]:
    """Return why the injector may not inject here on a day (2 queries)."""
    return credentials.faults(credentials_of(injector).held(), policy_of(clinic).asked(), on)


def signer_faults(by: User, clinic: Clinic, on: dt.date, but: Injector) -> list[str]:
    """Return why whoever signs may not inject here, where they are an injector too and the visit is another's (1 query, mostly)."""
    own = Injector.objects.filter(clinic=clinic, user=by).exclude(pk=but.pk).first()
    return [f"{own.name}: {words}" for words in faults(own, clinic, on)] if own else []


@transaction.atomic
def save(*, row: InjectorCredentials | InjectingPolicy, fields: dict[str, Any], by: User, at: dt.datetime) -> None:
    """Write what was entered, with who and when."""
    for name, value in fields.items():
        setattr(row, name, value)
    audit.save_as(row, by=by, at=at)
    kind = "injector credentials" if isinstance(row, InjectorCredentials) else "injecting policy"
    audit.record(clinic=row.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind=kind)
