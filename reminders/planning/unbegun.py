"""A word to whoever was given a link to their diary and has not begun it."""

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q

from patients.models import DiaryDay
from reminders import timing
from reminders.models import DiaryLink, Kind, Reminder
from reminders.models.stop import unwanted
from reminders.planning.apart import in_turn
from reminders.planning.channel import reachable
from reminders.planning.people import DIARY_DAYS
from reminders.planning.rows import reminder_for, store
from reminders.planning.rules import ActiveRules, Rules, is_since
from treatments.models import Course


def create_unbegun(active: ActiveRules, *, now: dt.datetime) -> int:
    """Ask once whoever was to keep a diary so many days ago and wrote nothing; return how many rows were offered."""
    return sum(
        in_turn(
            (f"diaries not begun after {days} days", partial(_create, days, rules, now))
            for days, rules in active.by_distance(Kind.DIARY).items()
        )
    )


def _create(days: int, rules: Rules, now: dt.datetime) -> int:
    return store(_without_a_word(days, rules, now), lambda link: _nudge(link, rules, now))


def _without_a_word(days: int, rules: Rules, now: dt.datetime) -> Any:
    """The newest diary link that staff handed to a person who wrote nothing since and was not asked since."""
    mine = {"patient": OuterRef("patient")}
    since = OuterRef("created_at")
    newer = DiaryLink.objects.filter(**mine, made_by__isnull=False, created_at__gt=since)
    written = DiaryDay.objects.filter(**mine, source=DiaryDay.Source.PATIENT, entered_at__gte=since)
    asked = Reminder.objects.filter(**mine, rule__kind=Kind.DIARY, created_at__gte=since)
    courses = Course.objects.filter(**mine)
    first, last = (now - dt.timedelta(days=days + ago) for ago in (DIARY_DAYS + 1, -1))
    return (
        DiaryLink.objects.filter(
            ~Exists(newer),
            ~Exists(written),
            ~Exists(asked),
            ~unwanted("patient"),
            Q(Exists(courses.filter(closed_on__isnull=True))) | ~Q(Exists(courses)),
            clinic__in=list(rules),
            made_by__isnull=False,
            revoked_at__isnull=True,
            expires_at__gt=now,
            created_at__range=(first, last),
            patient__closed="",
        )
        .annotate(**reachable("patient"))
        .order_by("pk")
    )


def _nudge(link: Any, rules: Rules, now: dt.datetime) -> Reminder | None:
    rule = rules[link.clinic_id]
    zone = rule.clinic.zone
    day = link.created_at.astimezone(zone).date()
    window = timing.days_after_window(day, rule.days_after, DIARY_DAYS, zone, rule.send_at)
    if not is_since(rule, window.due_at) or window.useful_until <= now:
        return None
    return reminder_for(link, rule, window, now, patient_id=link.patient_id, occasion=f"diary link {link.pk}")
