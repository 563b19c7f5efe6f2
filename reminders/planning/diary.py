"""A word about a diary: to whoever stopped writing theirs, and to whoever was given a link to one and has not begun it."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from patients.models import DiaryDay
from reminders import timing
from reminders.models import DiaryLink, Kind, Reminder, ReminderRule
from reminders.models.stop import unwanted
from reminders.planning.channel import reachable
from reminders.planning.rows import reminder_for, store_at_each_distance
from reminders.planning.rules import ActiveRules, Rules, is_since
from treatments.models import Course

USEFUL_DAYS = 2


def create_diary_stopped(active: ActiveRules, *, now: dt.datetime) -> int:
    """Ask once whoever stopped writing a diary so many days ago; return how many rows were offered."""
    return store_at_each_distance(
        active,
        Kind.DIARY,
        lambda days, rules: _to_ask(_stopped_writing(days, now), rules),
        lambda day, rules: _nudge(day, day.date, f"diary {day.date}", rules[day.clinic_id], now),
    )


def _stopped_writing(days: int, now: dt.datetime) -> QuerySet[DiaryDay]:
    """The last day of each diary that its person wrote until then and nobody asked about since.

    Who does not answer is not asked again: the question came after the last entry, and there is no newer one.
    """
    later = DiaryDay.objects.filter(patient=OuterRef("patient"), date__gt=OuterRef("date"))
    asked = Reminder.objects.filter(rule__kind=Kind.DIARY, created_at__gte=OuterRef("entered_at"))
    first, last = (now.date() - dt.timedelta(days=days + ago) for ago in (USEFUL_DAYS + 1, -1))
    return DiaryDay.objects.filter(
        ~Exists(later),
        ~Exists(asked.filter(patient=OuterRef("patient"))),
        # The diary may have come with a record that was joined with theirs since.
        ~Exists(asked.filter(patient__merged_into=OuterRef("patient"))),
        date__range=(first, last),
        source=DiaryDay.Source.PATIENT,
    )


def create_diary_unbegun(active: ActiveRules, *, now: dt.datetime) -> int:
    """Ask once whoever was to keep a diary so many days ago and wrote nothing; return how many rows were offered."""
    return store_at_each_distance(
        active,
        Kind.DIARY,
        lambda days, rules: _to_ask(_without_a_word(days, now), rules),
        lambda link, rules: _nudge(link, _day_given(link, rules), f"diary link {link.pk}", rules[link.clinic_id], now),
    )


def _without_a_word(days: int, now: dt.datetime) -> QuerySet[DiaryLink]:
    """The newest diary link that staff handed to a person who wrote nothing since and was not asked since."""
    mine = {"patient": OuterRef("patient")}
    since = OuterRef("created_at")
    newer = DiaryLink.objects.filter(**mine, made_by__isnull=False, created_at__gt=since)
    written = DiaryDay.objects.filter(**mine, source=DiaryDay.Source.PATIENT, entered_at__gte=since)
    asked = Reminder.objects.filter(**mine, rule__kind=Kind.DIARY, created_at__gte=since)
    first, last = (now - dt.timedelta(days=days + ago) for ago in (USEFUL_DAYS + 1, -1))
    return DiaryLink.objects.filter(
        ~Exists(newer),
        ~Exists(written),
        ~Exists(asked),
        made_by__isnull=False,
        revoked_at__isnull=True,
        expires_at__gt=now,
        created_at__range=(first, last),
    )


def _day_given(link: DiaryLink, rules: Rules) -> dt.date:
    return rules[link.clinic_id].clinic.date_at(link.created_at)


def _to_ask(rows: QuerySet[Any], rules: Rules) -> QuerySet[Any]:
    """Narrow to people of these clinics who want to be asked, in a course or before one."""
    courses = Course.objects.filter(patient=OuterRef("patient"))
    found: QuerySet[Any] = rows.filter(
        ~unwanted("patient"),
        Q(Exists(courses.filter(closed_on__isnull=True))) | ~Q(Exists(courses)),
        clinic__in=list(rules),
        patient__closed="",
    ).annotate(**reachable("patient"))
    return found.order_by("pk")


def _nudge(row: Any, day: dt.date, occasion: str, rule: ReminderRule, now: dt.datetime) -> Reminder | None:
    """Return the question about a diary that stands still since a day."""
    window = timing.days_after_window(day, rule.days_after, USEFUL_DAYS, rule.clinic.zone, rule.send_at)
    if not is_since(rule, window.due_at) or window.useful_until <= now:
        return None
    return reminder_for(row, rule, window, now, patient_id=row.patient_id, occasion=occasion)
