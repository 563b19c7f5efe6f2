"""Vials and the sessions they serve."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from django.db.models import Count, QuerySet

from clinic.models import User
from clinic.wording import day_words
from treatments.models import StockVial, TreatmentSession
from treatments.stock.lot_numbers import clean_lot, recalls_of, spellings
from treatments.stock.supply import prepared_fault

# A recalled lot cannot be signed; where it was used before anybody knew, a correction takes its vial after all.
OR_TICK = ", or tick that it was used before."
USE_ANOTHER = "Use another vial."
CHECK_DATE, CHECK_SIZE = "Check the date on the vial.", "Check the size on the vial."
_UNUSED = (StockVial.State.IN_STOCK, StockVial.State.RECALLED)


class Used(Protocol):
    """A vial as the session form names it."""

    @property
    def lot(self) -> str:
        """The lot number on it."""

    @property
    def expires_on(self) -> dt.date:
        """The last day it may be used."""

    @property
    def strength(self) -> int:
        """Units as supplied."""

    @property
    def reconstituted_at(self) -> dt.datetime | None:
        """When the diluent went in, where that was written down."""


def faults(
    *,
    session: TreatmentSession,
    vials: Sequence[Used],
    at: dt.datetime,
    began: dt.datetime,
    latest: dt.datetime,
    before_recall: bool = False,
) -> list[str]:
    """Return why these vials may not be used, or may not have been, a sentence each (clinical rules 14 and 15).

    ``at`` is when the session was given, ``began`` when it began, ``latest`` when it was over: a recall that was known
    later makes no record of before wrong, and a correction may name what was in fact used; so may whoever says that a
    vial was used ``before_recall``, of a recall that was known after the session began. A lot that was never received is
    no fault: a count that is off must not keep a person from being treated. Nor is what came into stock after the
    session, or was entered since: a correction is not held against it.
    """
    wrong = [prepared_fault(vial.reconstituted_at, at, latest) for vial in vials if vial.reconstituted_at]
    lots = sorted({clean_lot(vial.lot) for vial in vials})
    wrong += recall_faults(session.clinic_id, lots, began, known_by=began if before_recall else at)
    given_on = session.clinic.date_at(at)
    stored = StockVial.objects.filter(clinic=session.clinic_id, lot__in=lots, received_on__lte=given_on)
    owners, named = _owners(session), _not_judged_before(session, vials)
    for lot in lots:
        wrong += _lot_faults(lot, [one for one in stored if one.lot == lot], owners, named)
    return list(dict.fromkeys(filter(None, wrong)))


def _not_judged_before(session: TreatmentSession, vials: Sequence[Used]) -> list[Used]:
    """Return the vials that the session's signed record does not name yet: the others were held against the stock then."""
    signed = session.record.vials.all() if session.record else []
    kinds = {(clean_lot(one.lot), one.expires_on, one.strength) for one in signed}
    return [vial for vial in vials if (clean_lot(vial.lot), vial.expires_on, vial.strength) not in kinds]


def recall_faults(
    clinic: int, lots: Iterable[str], began: dt.datetime, known_by: dt.datetime | None = None
) -> list[str]:
    """Return which of these lots was recalled, a sentence each: as it was known by a moment, or is known by now.

    ``began``: when the session began. A vial may have been used before the recall that came after that.
    """
    return [
        f"Lot {recall.lot} was recalled on {day_words(recall.recalled_on)}. Set it aside and use another vial"
        + (OR_TICK if recall.recorded_at > began else ".")
        for recall in recalls_of(clinic, lots)
        if known_by is None or recall.recorded_at <= known_by
    ]


def recalled_since(clinic: int, lots: Iterable[str], began: dt.datetime) -> bool:
    """Return whether one of these lots was recalled after a session began that may have used it."""
    return any(recall.recorded_at > began for recall in recalls_of(clinic, [clean_lot(lot) for lot in lots]))


def _owners(session: TreatmentSession) -> Collection[int | None]:
    """Return for whom a vial of the session may be kept: nobody, or the person, also under a record joined with theirs."""
    return [None, *session.course.patient.joined()]


def _lot_faults(lot: str, stored: list[StockVial], owners: Collection[int | None], vials: Sequence[Used]) -> list[str]:
    """Compare the vials of one lot with what was received of it by then."""
    named = [vial for vial in vials if clean_lot(vial.lot) == lot]
    if not stored or not named:
        return []
    if all(one.owner_id not in owners for one in stored):
        return [f"The vials of lot {lot} are kept for other people. {USE_ANOTHER}"]
    expiries, strengths = {one.expires_on for one in stored}, {one.strength for one in stored}
    return [
        f"Lot {lot} was received with the expiry {day_words(min(expiries))}. {CHECK_DATE}"
        for vial in named
        if vial.expires_on not in expiries
    ] + [
        f"Lot {lot} was received as vials of {min(strengths)} units. {CHECK_SIZE}"
        for vial in named
        if vial.strength not in strengths
    ]


def settle(*, session: TreatmentSession, vials: Sequence[Used], by: User, at: dt.datetime) -> list[StockVial]:
    """Take the session's vials out of stock, of the delivery with their expiry; inside the caller's transaction.

    Called again for a corrected record it puts back what the correction no longer names. Returns the vials taken.
    """
    wanted = Counter((clean_lot(vial.lot), vial.strength) for vial in vials)
    expiry = {clean_lot(vial.lot): vial.expires_on for vial in vials}
    kept: list[StockVial] = []
    spare: list[StockVial] = []
    for vial in StockVial.objects.filter(session=session):
        key = (vial.lot, vial.strength)
        if wanted[key]:
            wanted[key] -= 1
            kept.append(vial)
        else:
            _put_back(vial, by, at)
            spare.append(vial)
    for (lot, strength), number in sorted(wanted.items()):  # in one order: two who sign wait, and do not deadlock
        kept += _take(session, lot, strength, expiry[lot], number, by, at)
    for vial in spare:
        catch_up(vial=vial, by=by, at=at, but=session)
    return kept


def catch_up(*, vial: StockVial, by: User, at: dt.datetime, but: TreatmentSession | None = None) -> None:
    """Take vials like this one out of stock for sessions that used them while none was in it, the first session first.

    What was used since the vial arrived and is entered, or put back, only now is no vial in the refrigerator. ``but`` is
    a session that is being settled.
    """
    for session, number in _short_of(vial, but):
        if not _take(session, vial.lot, vial.strength, vial.expires_on, number, by, at):
            return


def _short_of(vial: StockVial, but: TreatmentSession | None) -> Iterator[tuple[TreatmentSession, int]]:
    """Yield the sessions since its arrival that used more such vials than were taken out of stock, and how many more."""
    used = TreatmentSession.objects.filter(
        clinic=vial.clinic_id,
        given_on__gte=vial.received_on,
        record__vials__clinic=vial.clinic_id,
        record__vials__lot__in=spellings(vial.lot),
        record__vials__strength=vial.strength,
    )
    if vial.owner:
        used = used.filter(course__patient__in=vial.owner.kept_as().joined())
    alike = StockVial.objects.filter(clinic=vial.clinic_id, lot=vial.lot, strength=vial.strength)
    taken = Counter(alike.filter(session__isnull=False).values_list("session", flat=True))
    sessions = used.exclude(pk=but.pk) if but else used
    for session in sessions.annotate(number=Count("record__vials")).order_by("given_on", "pk"):
        if session.number > taken[session.pk]:
            yield session, session.number - taken[session.pk]


def held(vials: QuerySet[StockVial]) -> list[StockVial]:
    """Return vials that nobody else takes before the transaction ends, the first to expire first.

    In this order by everybody: an update by itself locks them as they lie, and one who signs would deadlock with it.
    """
    return list(vials.select_for_update())


def _put_back(vial: StockVial, by: User, at: dt.datetime) -> None:
    """Put a vial that was not used after all into stock, or aside when its lot was recalled meanwhile."""
    row = StockVial.objects.filter(pk=vial.pk)
    if recalls_of(vial.clinic_id, [vial.lot]):
        row.update(state=StockVial.State.RECALLED, session=None, settled_at=at, settled_by=by)
    else:
        row.update(state=StockVial.State.IN_STOCK, session=None, settled_at=None, settled_by=None)


def _take(
    session: TreatmentSession, lot: str, strength: int, expires_on: dt.date, number: int, by: User, at: dt.datetime
) -> list[StockVial]:
    """Choose among what is there: what came in under the same expiry, and of that the person's own first.

    A vial set aside by a recall is only left for a correction.
    """
    owners = _owners(session)
    found = StockVial.objects.filter(clinic=session.clinic_id, lot=lot, strength=strength, state__in=_UNUSED)
    # Locked before one is chosen: who signs at the same moment would choose the same vial, and take none.
    allowed = [vial for vial in held(found) if vial.owner_id in owners]
    best_first = sorted(
        allowed,
        key=lambda one: (one.state == StockVial.State.RECALLED, one.expires_on != expires_on, one.owner_id is None),
    )
    taken = best_first[:number]
    StockVial.objects.filter(pk__in=[vial.pk for vial in taken]).update(
        state=StockVial.State.USED, session=session, settled_at=at, settled_by=by
    )
    return taken
