"""What is noted for a visit: added or changed after the booking, while the visit is still to come or going on."""

import datetime as dt

from django.db import transaction

from clinic.models import User
from treatments.conflicts import NotPossible
from treatments.history import note_change
from treatments.models import SessionEvent, TreatmentSession
from treatments.models.session import OPEN


def why_not(session: TreatmentSession) -> str:
    """Return in words why nothing is noted for a visit any more; empty while it is open."""
    if session.status in OPEN:
        return ""
    return f"This visit is over ({session.get_status_display().lower()}): its note stays as it is."


@transaction.atomic
def change_note(*, session: TreatmentSession, note: str, by: User, at: dt.datetime) -> TreatmentSession:
    """Write down another note; what it said before goes into the history. The same words again change nothing.

    Raises NotPossible for a visit that is over, or Stale for one that was ended since it was read.
    """
    if why := why_not(session):
        raise NotPossible(why)
    if note == session.note:
        return session
    # Encrypted here as in its column.
    before = {"note": TreatmentSession._meta.get_field("note").get_prep_value(session.note)}
    changed = TreatmentSession.objects.filter(pk=session.pk, status__in=OPEN).update(note=note)
    return note_change(changed, session, SessionEvent.Kind.NOTED, by, at, "", before, {})
