"""What planning costs: making what is missing, and looking when nothing is."""

import resource
import time
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from bench.report import Row
from bench.timing import median_ms
from reminders.models import Reminder, ReminderRule
from reminders.planning import reconcile

KILOBYTES = 1024


def dense(engine: str, size: int) -> Iterator[Row]:
    """Plan a message for each visit, beside the same rows from one INSERT ... SELECT; nothing is sent."""
    floor = _raw(engine)
    before, began = _memory(), time.perf_counter()
    made = reconcile(now=timezone.now()).created
    took = time.perf_counter() - began
    assert made == Reminder.objects.count() == size, (made, size)
    grew = (_memory() - before) / KILOBYTES
    rate = made / took
    yield Row(
        "Planning",
        engine,
        size,
        took * 1000,
        "ms",
        floor,
        target="within 3 times one INSERT ... SELECT of the same rows; memory constant",
        met=took * 1000 <= 3 * floor,
        note=f"{rate:,.0f} messages a second, {grew:.0f} MB more memory",
    )


def spread(engine: str, size: int) -> Iterator[Row]:
    """Plan what the next days of a year ask for, then look again when nothing is missing."""
    made = reconcile(now=timezone.now()).created
    with connection.cursor() as cursor:
        # As autovacuum does within a minute: of a table thought to be empty PostgreSQL compares all rows with all.
        cursor.execute("ANALYZE")
    quiet = median_ms(lambda: reconcile(now=timezone.now()), times=5, warm=1)
    yield Row(
        "Planning with nothing to do",
        engine,
        size,
        quiet,
        target="under 100 ms at 1M visits ahead, spread over a year",
        met=quiet < 100 if size >= 1_000_000 else None,
        note=f"{made:,} messages of the next days waiting",
    )


def _raw(engine: str) -> float:
    """Return the milliseconds of one statement that writes the same rows, and take them back."""
    rule = ReminderRule.objects.get(active=True)
    fresh, later = ("gen_random_uuid()", "now() + interval '2 days'")
    if engine == "sqlite":
        fresh, later = "lower(hex(randomblob(16)))", "datetime('now', '+2 days')"
    names = (
        "clinic_id, uid, rule_id, patient_id, course_id, session_id, session_version, visit_at, occasion, channel, "
        "state, reason, due_at, useful_until, attempts, created_at"
    )
    statement = (
        f"INSERT INTO reminders_reminder ({names}) SELECT s.clinic_id, {fresh}, {rule.pk}, c.patient_id, c.id, s.id, "
        f"s.version, s.starts_at, '', p.preferred_channel, 'waiting', '', {later}, s.starts_at, 0, s.placed_at "
        "FROM treatments_treatmentsession s JOIN treatments_course c ON c.id = s.course_id "
        "JOIN patients_patient p ON p.id = c.patient_id WHERE s.status = 'booked' AND EXISTS (SELECT 1 FROM "
        "patients_contactpoint k WHERE k.patient_id = p.id AND k.channel = 'email' AND k.withdrawn_at IS NULL)"
    )
    with transaction.atomic():
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if engine == "postgresql":  # foreign keys are checked at the commit, which this one never reaches
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        took = (time.perf_counter() - began) * 1000
        transaction.set_rollback(True)
    return took


def _memory() -> int:
    """Return the most memory that this process ever had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
