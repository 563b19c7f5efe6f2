"""Finding that an injector is somebody who signs in, when they are let in after they were set up as one."""

import datetime as dt
from contextlib import suppress

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from clinic.models import Clinic, Injector, Membership, User
from treatments.booking import Conflict
from treatments.setup import changes, saving


def unrecognised(clinic: Clinic) -> QuerySet[Injector]:
    """Return the injectors with the address of somebody who signs in here, of whom it is not noted that it is they."""
    same = Membership.objects.filter(
        clinic=OuterRef("clinic"), active=True, user__is_active=True, user__email=Lower(OuterRef("email"))
    )
    return Injector.objects.filter(Exists(same), clinic=clinic, active=True, user=None)


def recognise(*, user: User, clinic: Clinic, at: dt.datetime) -> None:
    """Note who somebody is among the injectors of a clinic that has just let them in.

    Where it cannot be noted now, since they have visits at two clinics at one time or others hold the calendar, Settings
    lists them until an admin has saved their address anew.
    """
    row = unrecognised(clinic).filter(email__iexact=user.email).select_related("clinic").first()
    if row:
        with suppress(changes.Refused, Conflict):
            saving.save(change=changes.injector(row=row), by=user, at=at)
