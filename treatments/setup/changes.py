"""Changes of how a clinic is set up, as values: what each would write, and which visits it may strand.

Building a change writes nothing; `treatments.setup.saving` previews it and saves it.
"""

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from clinic import audit
from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room, User, WorkedHoliday
from clinic.wording import clock_words, day_words
from treatments.models import TreatmentSession
from treatments.models.session import GIVEN
from treatments.setup.opening import clash
from treatments.setup.spans import span_words

Row = TypeVar("Row", bound=Model)
Write = Callable[[User, dt.datetime], None]


class Refused(Exception):
    """The change contradicts something that is there already; the text says what, for the reader, ``field`` where it stands."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Change:
    """One change: its name, the visits it may touch, and what it writes."""

    clinic: Clinic
    words: str
    touches: Q
    write: Write


def hours(*, rows: Sequence[OpeningHours]) -> Change:
    """New or changed weekly hours of one injector. Saving raises Refused when they overlap with others of theirs."""
    injector = rows[0].injector

    def write(by: User, at: dt.datetime) -> None:
        there = list(OpeningHours.objects.filter(injector=injector))
        for row in rows:
            other = clash(there, row)
            if other:
                raise Refused(_overlap_words(injector, other))
            there = [one for one in there if one.pk != row.pk] + [_keep(row, by, at)]

    return Change(injector.clinic, f"Hours of {injector.name}", Q(injector=injector), write)


def end_hours(*, row: OpeningHours, last_day: dt.date) -> Change:
    """Hours that end after ``last_day``."""
    ended = copy.copy(row)
    ended.valid_until = last_day
    return hours(rows=[ended])


def leave(*, row: Absence) -> Change:
    """New or changed leave. Saving raises Refused when the injector is away then already."""
    injector = row.injector

    def write(by: User, at: dt.datetime) -> None:
        others = Absence.objects.filter(injector=injector, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
        other = others.exclude(pk=row.pk).first()
        if other:
            raise Refused(f"{injector.name} is away then already: {span_words(other)}.")
        _keep(row, by, at)

    words = f"{row.label} of {injector.name}: {span_words(row)}"
    return Change(row.clinic, words, Q(injector=injector) & _during(row), write)


def closure(*, row: Closure) -> Change:
    """A time in which the clinic or a room is closed. Saving raises Refused when it is closed all that time already."""
    which = Q(room=row.room) if row.room else Q()
    words = f"{row.room or 'The whole clinic'} closed: {span_words(row)}"

    def write(by: User, at: dt.datetime) -> None:
        there = Closure.objects.filter(clinic=row.clinic, room=row.room)
        other = there.filter(starts_at__lte=row.starts_at, ends_at__gte=row.ends_at).first()
        if other:
            raise Refused(f"{row.room or 'The whole clinic'} is closed then already: {span_words(other)}.")
        _keep(row, by, at)

    return Change(row.clinic, words, which & _during(row), write)


def holiday(*, clinic: Clinic, date: dt.date, name: str, worked: bool) -> Change:
    """A public holiday on which the clinic works after all, or no longer does."""

    def write(by: User, at: dt.datetime) -> None:
        rows = WorkedHoliday.objects.filter(clinic=clinic, date=date)
        if worked and not rows.exists():
            _keep(WorkedHoliday(clinic=clinic, date=date), by, at)
        if not worked:
            remove(rows, by, at)

    words = f"{name}, {day_words(date)}: the clinic {'works' if worked else 'is closed'}"
    return Change(clinic, words, Q(local_date=date), write)


def room(*, row: Room, users: Sequence[Injector]) -> Change:
    """A new room, or another name, other people or another state for one. No users: everybody may use it."""

    def write(by: User, at: dt.datetime) -> None:
        taken = Refused(f"There is a room called {row.name} already.", "name")
        if Room.objects.filter(clinic=row.clinic, name__iexact=row.name).exclude(pk=row.pk).exists():
            raise taken
        kept = _keep_unless(taken, row, by, at)
        if set(kept.injectors.all()) != set(users):
            kept.injectors.set(users)

    stranded = Q(room=row) if row.pk else Q(pk__in=[])
    words = f"Room: {row.name}" if row.active else f"Room: {row.name}, out of use"
    return Change(row.clinic, words, stranded, write)


def injector(*, row: Injector) -> Change:
    """A new injector, or another name, address or state for one."""

    def write(by: User, at: dt.datetime) -> None:
        taken = Refused(f"There is an injector with the address {row.email} already.", "email")
        if Injector.objects.filter(clinic=row.clinic, email__iexact=row.email).exclude(pk=row.pk).exists():
            raise taken
        row.user = _who_is(row)
        kept = _keep_unless(taken, row, by, at)
        _tell_sessions(kept)

    words = row.name if row.active else f"{row.name} leaves the clinic"
    stranded = Q(injector=row) if row.pk else Q(pk__in=[])
    return Change(row.clinic, words, stranded, write)


def _who_is(row: Injector) -> User | None:
    """Return the member of staff here who logs in with the injector's address; one person may inject at two clinics."""
    members = User.objects.filter(memberships__clinic=row.clinic, memberships__active=True)
    return members.filter(email__iexact=row.email).first() or row.user


def _tell_sessions(row: Injector) -> None:
    """Note on the visits that may yet take place who the injector is; Refused when that person is at another clinic then.

    On those that are off, too: one that comes back would be nobody's, and nothing would keep it apart from others.
    """
    try:
        with transaction.atomic():
            not_given = TreatmentSession.objects.filter(injector=row).exclude(status__in=GIVEN)
            not_given.exclude(person=row.user).update(person=row.user)
    except IntegrityError as error:
        raise Refused(
            f"{row.name} has visits here and at another clinic at the same time. Move those first."
        ) from error


def remove(rows: Iterable[Model], by: User, at: dt.datetime) -> None:
    """Delete rows, leaving who did it and when in their history."""
    for row in rows:
        audit.delete_as(row, by=by, at=at)


def _keep(row: Row, by: User, at: dt.datetime) -> Row:
    """Write a copy: a preview that is rolled back must not leave the caller's row with a key that is gone."""
    kept = copy.copy(row)
    kept._state = copy.copy(row._state)
    audit.save_as(kept, by=by, at=at)
    return kept


def _keep_unless(taken: Refused, row: Row, by: User, at: dt.datetime) -> Row:
    """Write it, or raise ``taken`` where another admin was faster: the first of a clinic wait for nobody's calendar."""
    try:
        with transaction.atomic():
            return _keep(row, by, at)
    except IntegrityError as error:
        raise taken from error


def _during(row: Absence | Closure) -> Q:
    return Q(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)


def _overlap_words(who: Injector, other: OpeningHours) -> str:
    times = f"{clock_words(other.opens)} to {clock_words(other.closes)}"
    return f"{who.name} works on {other.get_weekday_display()} from {times} already. Change those hours, or end them first."
