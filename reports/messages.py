"""Whether messages arrive, and what they lead to."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from clinic.models import Clinic
from patients.models import Channel
from reminders.models import Delivery, Reminder, State
from reminders.models.rule import CHECK_UPS
from reports.asked import Asked
from reports.numbers import Share, many
from reports.page import Figure, Report, Row, Table, share_row, too_few
from reports.rows import soon, told
from treatments.models import Status, TreatmentSession

# What has come to an end: it left, or it was tried and did not. What was stopped in time was never tried.
_TRIED = (State.SENT, State.FAILED, State.MISSED, State.HANDLED, State.REPLACED)
# What nobody did anything about leaves the worklist, as stopped, once its visit begins, the record is closed or the person
# is erased. Its time had come before that, and it had been tried or was too late: a month that is over stays as it was.
# What was only put off, since a text a day is enough, and stopped before its next time was neither.
_ITS_TIME_CAME = Q(closed_at__gt=F("due_at"))
_WAS_TRIED = Q(Exists(Delivery.objects.filter(reminder=OuterRef("pk"))))
_ENDED_FIRST = Q(state=State.CANCELLED) & (_ITS_TIME_CAME | _WAS_TRIED)
# Of what still waited then, and of what was stopped before that was kept, the attempts say it.
_FAILED_FIRST = _ENDED_FIRST & (Q(ended_late=False) | Q(ended_late__isnull=True, attempts__gt=0))
_LATE_FIRST = _ENDED_FIRST & (Q(ended_late=True) | Q(ended_late__isnull=True, attempts=0))
# Which of them a number counts, by the word in the address of its rows.
BECAME: dict[str, tuple[str, Q]] = {
    "all": ("Messages sent or tried", Q()),
    "delivered": ("Delivered", Q(state=State.SENT, delivered_at__isnull=False)),
    "sent": ("Sent, no receipt", Q(state=State.SENT, delivered_at__isnull=True)),
    "failed": ("Failed", Q(state__in=(State.FAILED, State.HANDLED, State.REPLACED)) | _FAILED_FIRST),
    "missed": ("Not sent in time", Q(state=State.MISSED) | _LATE_FIRST),
}
_ABOUT = "Messages to patients that were due in these days and went out, or were tried. Those stopped in time are not counted."


def messages(asked: Asked) -> Report:
    """Count what became of messages, and what visits they were about did (3 queries)."""
    channels = list(_channels(asked))
    sums = {name: sum(row[name] for row in channels) for name in BECAME}
    counted = f"n = {many(sums['all'], 'message')}"
    rows = {name: _rows(asked, became=name) for name in BECAME}
    figures = [
        Figure("Delivered", Share(sums["delivered"], sums["all"]).words,
               "The gateway said that it arrived. Some gateways never say; those count under sent.", counted,
               rows["delivered"]),
        Figure("Sent, no receipt", f"{sums['sent']:,}", "Taken by the gateway, nothing heard since.", counted, rows["sent"]),
        Figure("Failed", Share(sums["failed"], sums["all"]).words,
               "Not delivered: refused, given up, called by a person instead, or sent another way.", counted,
               rows["failed"]),
        Figure("Not sent in time", f"{sums['missed']:,}", "Not sent, because it would have come too late to help.", counted,
               rows["missed"]),
        *_visits(asked),
    ]  # fmt: skip
    table = Table("Delivered by channel", ("Channel", "Delivered", "Sent, no receipt", "Failed", "Not sent in time"),
                  [_channel(row, asked) for row in channels])  # fmt: skip
    return Report("Messages", _ABOUT, figures, [table], too_few(sums["all"], "message"))


def tried(asked: Asked, became: str = "all", channel: str = "") -> QuerySet[Reminder]:
    """Return the messages that a number counts: what became of them is a key of `BECAME`, no channel is any."""
    days = [_due_in(asked, clinic) for clinic in asked.clinics]
    found = Reminder.objects.filter(
        reduce(or_, days),
        BECAME[became][1],
        Q(state__in=_TRIED) | _FAILED_FIRST | _LATE_FIRST,
        state__in=(*_TRIED, State.CANCELLED),  # so for every row: by these an index is read
    )
    if asked.injector:
        found = found.filter(session__injector=asked.injector)
    return found.filter(channel=channel) if channel else found


def _rows(asked: Asked, **more: str) -> str:
    return asked.link("reports:message_rows", **more)


def _channels(asked: Asked) -> Any:
    sums = {name: Count("pk", filter=condition) for name, (_, condition) in BECAME.items()}
    return tried(asked).order_by().values("channel").annotate(**sums)


def _due_in(asked: Asked, clinic: Clinic) -> Q:
    """Return the condition that a clinic's message was due in the days, which begin at each clinic at its own midnight."""
    ends = (asked.first, asked.last + dt.timedelta(days=1))
    since, until = (dt.datetime.combine(one, dt.time(), clinic.zone).astimezone(dt.UTC) for one in ends)
    return Q(clinic=clinic, due_at__gte=since, due_at__lt=until)


def _channel(row: dict[str, Any], asked: Asked) -> Row:
    more = (f"{row[name]:,}" for name in ("sent", "failed", "missed"))
    share, channel = Share(row["delivered"], row["all"]), Channel(row["channel"])
    return share_row(channel.label, share, *more, href=_rows(asked, channel=channel.value))


def _visits(asked: Asked) -> list[Figure]:
    here = TreatmentSession.objects.filter(**asked.of(), local_date__range=asked.days).order_by()
    standing = here.exclude(status__in=(Status.CANCELLED, Status.GIVEN_BEFORE))
    reminded = told(standing)
    sums = reminded.aggregate(told=Count("pk"), soon=Count("pk", filter=soon()))
    # Of the same visits: the texts of others stood above them too, and a month told more by each check-up after it.
    texts = Reminder.objects.filter(session__in=reminded.values("pk"), channel=Channel.SMS, state=State.SENT)
    texts = texts.exclude(rule__kind__in=CHECK_UPS)
    texts_sent, visits = texts.count(), sums["told"]
    return [
        Figure("Confirmed within 48 hours", Share(sums["soon"], visits).words,
               "Visits in these days about which a reminder went out, and the person said within 48 hours of the first one that they would come.",
               f"n = {many(visits, 'visit')}", asked.rows(soon="true")),
        Figure("Texts per visit", f"{texts_sent / visits:.1f}" if visits else "none to count",
               "Text messages about visits in these days that a reminder went out about, for each of them; check-ups after a session are left out. One text can be paid for as several.",
               f"n = {many(texts_sent, 'text')}, {many(visits, 'visit')}", asked.rows(told="true")),
    ]  # fmt: skip
