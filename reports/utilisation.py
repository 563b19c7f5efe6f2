"""How much of the working time is used."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.urls import reverse

from clinic.models import Injector
from reports.asked import Asked
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, share_row, too_few
from reports.rows import TOOK_TIME, filled
from treatments.capacity import fitting, fitting_together
from treatments.history import called_off
from treatments.models import TreatmentSession
from treatments.models.session import OPEN
from treatments.slots.agenda import read_agenda

AHEAD_DAYS = 14
_ABOUT = (
    "Minutes of visits, no-shows too, out of minutes offered: as many visits as fit into the working hours, less leave, "
    "closed times and public holidays, up to today. Hours are those that Settings hold now, for injectors who work here now."
)
_SHARED = (
    "Injectors who share a room take turns in it. Each line counts the hours of one as if the room were free, "
    "so that the lines add up to more than is offered."
)


@dataclass
class _Offered:
    """Minutes offered: by each injector as if nobody else were in the room, and by all, who take turns in one they share."""

    alone: Counter[int] = field(default_factory=Counter)
    together: int = 0

    @property
    def shared(self) -> int:
        """Minutes that are counted for one injector and are another's to fill as well."""
        return sum(self.alone.values()) - self.together


def utilisation(asked: Asked) -> Report:
    """Compare minutes booked with minutes offered (11 queries for one clinic, 8 for each more)."""
    ended = min(asked.last, asked.today)
    offered = _offered(asked, asked.first, ended + dt.timedelta(days=1))
    booked, injectors = _booked(asked, ended), _injectors(asked)
    total = Share(sum(booked.values()), offered.together)
    minutes = f"n = {many(total.whole, 'minute', ' offered')}"
    cancelled = _cancelled(asked)
    empty = _empty(asked)
    taken = asked.rows(took_time="true", last=ended)
    waiting = f"{reverse('treatments:recall')}?tab=waiting" if taken else ""
    figures = [
        Figure("Booked of offered", total.words, "Minutes of visits and no-shows out of minutes offered.", minutes, taken),
        Figure("Filled after cancellation", Share(cancelled["filled"], cancelled["all"]).words,
               "Cancelled visits in these days into whose time somebody else came with the same injector.",
               f"n = {many(cancelled['all'], 'cancelled visit')}", asked.rows(called_off="true", filled="true")),
        Figure(f"Empty in the next {AHEAD_DAYS} days", f"{empty:,} minutes",
               "Minutes offered from now on that nobody has booked, whichever days you asked for. The link leads to people who wait for an earlier time.",
               "counted now", waiting),
    ]  # fmt: skip
    rows = [
        _row(asked, ended, injectors[key], booked[key], offered.alone[key])
        for key in injectors
        if booked[key] or offered.alone[key]
    ]
    head = ("Injector", "Booked of offered", "Minutes empty")
    table = Table("By injector", head, rows, _SHARED if offered.shared else "")
    return Report("Utilisation", _ABOUT, figures, [table], too_few(total.whole, "minute", " offered"))


def _row(asked: Asked, ended: dt.date, injector: Injector, booked: int, offered: int) -> Row:
    free = f"{max(offered - booked, 0):,}"
    return share_row(
        injector.name,
        Share(booked, offered),
        free,
        href=asked.rows(took_time="true", last=ended, injector=injector.uid),
    )


def _injectors(asked: Asked) -> dict[int, Injector]:
    clinics = [clinic.pk for clinic in asked.clinics]
    found = Injector.objects.filter(clinic__in=clinics, active=True).order_by("name", "pk")
    return {one.pk: one for one in (found.filter(pk=asked.injector.pk) if asked.injector else found)}


def _offered(asked: Asked, first: dt.date, end: dt.date, now: int = 0) -> _Offered:
    found = _Offered()
    for clinic in asked.clinics:
        agenda = read_agenda(clinic, first, end, injector=asked.injector)
        for date in agenda.dates():
            shifts = list(agenda.shifts(date))
            for shift in shifts:
                found.alone[shift.hours.injector] += fitting(agenda, shift, now) * clinic.session_minutes
            found.together += fitting_together(agenda, shifts, now) * clinic.session_minutes
    return found


def _booked(asked: Asked, last: dt.date) -> Counter[int]:
    taken = TreatmentSession.objects.filter(TOOK_TIME, **asked.of(), local_date__range=(asked.first, last))
    return _minutes(taken)


def _minutes(taken: QuerySet[Any]) -> Counter[int]:
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    sums = taken.order_by().values_list("injector").annotate(length=Sum(length))
    return Counter({injector: int(length.total_seconds() // 60) for injector, length in sums})


def _empty(asked: Asked) -> int:
    """Return the minutes of the next days that nobody has: a full day fills no other injector's, unless they share the room."""
    end = asked.today + dt.timedelta(days=AHEAD_DAYS)
    offered = _offered(asked, asked.today, end, int(asked.now.timestamp()))
    ahead = TreatmentSession.objects.filter(
        **asked.of(),
        local_date__range=(asked.today, end - dt.timedelta(days=1)),
        status__in=OPEN,
        starts_at__gte=asked.now,
    )
    booked = _minutes(ahead)
    free = sum(max(number - booked[injector], 0) for injector, number in offered.alone.items())
    return max(free - offered.shared, 0)


def _cancelled(asked: Asked) -> dict[str, int]:
    gone = TreatmentSession.objects.filter(**asked.of(), local_date__range=asked.days).filter(called_off())
    sums: dict[str, int] = gone.order_by().aggregate(all=Count("pk"), filled=Count("pk", filter=Q(filled())))
    return sums
