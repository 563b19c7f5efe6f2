"""What the patient said about coming."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from treatments.history import note_change
from treatments.models import SessionEvent, Status, TreatmentSession


@transaction.atomic
def answer(
    *,
    session: TreatmentSession,
    version: int,
    answer: TreatmentSession.Answer,
    at: dt.datetime,
    suits: Sequence[str] = (),
    words: str = "",
) -> TreatmentSession:
    """Note what the patient said about coming. "Asked to move" keeps the time booked until staff answer.

    ``suits`` and ``words`` say when they could come instead (`treatments.wishes`).
    Raises Stale when the visit is no longer booked at ``version`` or has begun.
    """
    changed = TreatmentSession.objects.filter(
        pk=session.pk, version=version, status=Status.BOOKED, starts_at__gt=at
    ).update(answer=answer, answered_at=at)
    after = {"answer": answer, "suits": list(suits)} if suits else {"answer": answer}
    return note_change(changed, session, SessionEvent.Kind.ANSWERED, None, at, words, {"answer": session.answer}, after)
