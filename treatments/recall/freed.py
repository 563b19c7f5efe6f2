"""Times that became free and that nobody has taken yet."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from clinic.constraints.no_overlap import LONGEST
from clinic.models import Clinic, Injector, Room
from treatments.models import SessionEvent, SlotOffer, Status, TreatmentSession
from treatments.models.session import OCCUPYING
from treatments.recall.offers import leaves_in_time
from treatments.slots import Slot, still_worked

# Cancelled or moved within this time; what has been free for longer is found by the ordinary search.
LOOK_BACK = dt.timedelta(days=14)


@dataclass(frozen=True)
class Freed:
    """A free time, the offer that runs for it (or None), and whether an offer made now would still be of use."""

    slot: Slot
    offer: SlotOffer | None
    in_time: bool


def freed_times(*, clinic: Clinic, now: dt.datetime) -> list[Freed]:
    """Return times to come that a cancelled or moved visit left free, the next one first (eleven queries at most).

    None at which the clinic no longer works: the visits that were moved away from leave leave nothing to offer.
    """
    left = dict.fromkeys(slot for slot in _left_behind(clinic, now) if slot.starts_at > now)
    taken = _spans(clinic, now, max((slot.ends_at for slot in left), default=now))
    offers = {
        (offer.injector_id, offer.starts_at): offer
        for offer in SlotOffer.objects.filter(clinic=clinic, state=SlotOffer.State.OPEN, expires_at__gt=now)
    }
    # Of one that was left behind in two rooms or lengths, whichever is free: each is one time to offer.
    free = {_time(slot): slot for slot in still_worked(clinic, [slot for slot in left if not _hit(slot, taken)])}
    in_turn = sorted(free.values(), key=lambda slot: (slot.starts_at, slot.injector.name))
    return [Freed(slot, offers.get(_time(slot)), leaves_in_time(now, slot)) for slot in in_turn]


def _time(slot: Slot) -> tuple[int, dt.datetime]:
    """Return what the database tells offers apart by."""
    return slot.injector.pk, slot.starts_at


def _left_behind(clinic: Clinic, now: dt.datetime) -> Iterator[Slot]:
    recent = SessionEvent.objects.filter(clinic=clinic, at__gte=now - LOOK_BACK)
    # Asked from the visits to come, by their index, and not from all events of the two weeks.
    lately = recent.filter(session=OuterRef("pk"), kind=SessionEvent.Kind.STATUS, after__status=Status.CANCELLED.value)
    cancelled = TreatmentSession.objects.filter(
        Exists(lately), clinic=clinic, status=Status.CANCELLED, starts_at__gt=now, room__isnull=False
    )
    for session in cancelled.select_related("injector__clinic", "room"):
        if session.room:
            yield Slot(session.injector, session.room, session.starts_at, session.ends_at)
    injectors = {one.pk: one for one in Injector.objects.filter(clinic=clinic).select_related("clinic")}
    rooms = {one.pk: one for one in Room.objects.filter(clinic=clinic)}
    for before in recent.filter(kind=SessionEvent.Kind.MOVED).values_list("before", flat=True):
        if before.get("injector") in injectors and before.get("room") in rooms:
            starts, ends = (dt.datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at"))
            yield Slot(injectors[before["injector"]], rooms[before["room"]], starts, ends)


Span = tuple[int, int | None, int | None, dt.datetime, dt.datetime]


def _spans(clinic: Clinic, now: dt.datetime, until: dt.datetime) -> list[Span]:
    """Return who and which room is taken when, as far as there is a time to compare; other clinics count too."""
    both = Injector.objects.filter(clinic=clinic).with_elsewhere().values("user")
    sessions = TreatmentSession.objects.filter(
        Q(clinic=clinic) | Q(person__in=both),
        status__in=OCCUPYING,
        starts_at__gt=now - LONGEST,
        starts_at__lt=until,
        ends_at__gt=now,
    )
    return list(sessions.values_list("injector_id", "room_id", "person_id", "starts_at", "ends_at"))


def _hit(slot: Slot, taken: list[Span]) -> bool:
    keys = {("injector", slot.injector.pk), ("room", slot.room.pk), ("person", slot.injector.user_id or 0)}
    return any(
        keys & {("injector", injector), ("room", room), ("person", person)}
        and starts < slot.ends_at
        and ends > slot.starts_at
        for injector, room, person, starts, ends in taken
    )
