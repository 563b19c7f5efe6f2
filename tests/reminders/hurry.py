"""Several workers at the same instant, against a database of their own: ``python -m tests.reminders.hurry``.

Prints what happened as JSON.
"""

import datetime as dt
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from patients.models import Patient  # noqa: E402
from reminders import defaults  # noqa: E402
from reminders.dispatch import claim, send_claimed  # noqa: E402
from reminders.models import Delivery, InboundMessage, Reminder, ReminderRule, State  # noqa: E402
from tests.builders import NOW, make_clinic, make_course, make_injector, make_patient, make_session  # noqa: E402
from tests.reminders.calls import SECRET, call, text  # noqa: E402

PROCESSES = 6
PEOPLE = 12
DAYS = 4
DAY = dt.timedelta(days=1)
STRANGER = "+447700900999"


def seed() -> None:
    """Give each of some people one due text message for every worker, all about one visit."""
    clinic = make_clinic()
    defaults.install(clinic)
    rule = ReminderRule.objects.get(clinic=clinic, kind="visit", days_before=3)
    injector = make_injector(clinic)
    for number in range(PEOPLE):
        course = make_course(make_patient(clinic))
        starts_at = NOW + 20 * DAY + number * dt.timedelta(minutes=15)
        visit = make_session(course, injector, starts_at, placed_at=NOW - DAY)
        for distance in range(PROCESSES):
            own = rule if not distance else _rule(rule, distance)
            Reminder.objects.create(
                clinic=clinic,
                rule=own,
                patient=course.patient,
                course=course,
                session=visit,
                session_version=visit.version,
                channel="sms",
                due_at=NOW,
                useful_until=visit.starts_at - DAY,
                created_at=NOW,
            )


def _rule(like: ReminderRule, distance: int) -> ReminderRule:
    """Return another rule with the same words."""
    rule, made = ReminderRule.objects.get_or_create(clinic=like.clinic, kind="visit", days_before=20 + distance)
    if made:
        for text in like.templates.all():
            text.pk, text.rule = None, rule
            text.save()
    return rule


def work(index: int, barrier: Any, results: Any) -> None:
    """One worker: takes its share, waits for the others, sends; day after day."""
    connections.close_all()
    for day in range(DAYS):
        now = NOW + day * DAY
        barrier.wait()
        mine = claim(now=now, limit=PEOPLE)
        barrier.wait()
        for reminder in mine:
            send_claimed(reminder, now=now)
    results.put("done")


def together(task: Callable[[int, Any, Any], None], processes: int = PROCESSES) -> list[Any]:
    """Run a task in several processes; return what each of them put."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(processes, timeout=60), context.Queue()
    people = [context.Process(target=task, args=(index, barrier, results)) for index in range(processes)]
    for one in people:
        one.start()
    said = [results.get(timeout=90) for _ in people]
    for one in people:
        one.join()
    return said


def caps() -> dict[str, Any]:
    """Say how many texts people got in all, and on their worst day."""
    seed()
    together(work)
    sent = Reminder.objects.filter(state=State.SENT, channel="sms")
    a_day = Counter(sent.values_list("patient_id", "closed_at"))
    in_all = Counter(sent.values_list("patient_id", flat=True))
    return {"people": Patient.objects.count(), "in_all": sorted(set(in_all.values())), "a_day": max(a_day.values())}


def hand_over(index: int, barrier: Any, results: Any) -> None:
    """One call of the gateway: the same text as everybody's, and then one STOP of its own."""
    connections.close_all()
    barrier.wait()
    results.put(text("hello", sid="SM-same", sender=STRANGER).status_code)
    barrier.wait()
    text("STOP", sid=f"SM-{index}", sender=Patient.objects.earliest("pk").contact_points.get(channel="sms").address)


def calls() -> dict[str, Any]:
    """Say how often one text was stored, and how many of several STOPs were confirmed."""
    said = together(hand_over)
    stored = InboundMessage.objects
    confirmed = stored.filter(meaning="stop").exclude(answer="").count()
    return {"said": sorted(set(said)), "stored": stored.filter(gateway_id="SM-same").count(), "confirmed": confirmed}


def report(index: int, barrier: Any, results: Any) -> None:
    """One call of the gateway with bad news of the same text as everybody's."""
    connections.close_all()
    barrier.wait()
    values = {"MessageSid": "SM-lost", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    results.put(call("reminders:text_status", values).status_code)


def receipts() -> dict[str, Any]:
    """Say how many messages took the place of one text whose failure was reported several times at once."""
    lost = Reminder.objects.filter(state=State.SENT, channel="sms").earliest("pk")
    Delivery.objects.filter(reminder=lost, attempt=lost.attempts).update(provider_id="SM-lost")
    emails = Reminder.objects.filter(rule=lost.rule, patient=lost.patient, channel="email")
    before = emails.count()
    said = together(report)
    lost.refresh_from_db()
    return {"said": sorted(set(said)), "state": lost.state, "emails": emails.count() - before}


if __name__ == "__main__":
    settings.SMS_GATEWAY_TOKEN, settings.ALLOWED_HOSTS = SECRET, ["testserver"]
    json.dump({"caps": caps(), "receipts": receipts(), "calls": calls()}, sys.stdout)
