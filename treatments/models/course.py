"""A run of treatment, and when its next session is due."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, models
from django.db.models import Case, Exists, F, Func, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from simple_history.models import HistoricalRecords

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from clinic.written_out import written_out
from patients.models import Assessment, Patient
from treatments.cycle import INTERVAL_DAYS, RECALL_DAYS, due_on


class AddDays(Func):
    """A date plus a number of days, in the database."""

    output_field = models.DateField()
    arity = 2
    template = "(%(expressions)s)"
    arg_joiner = " + "

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        """SQLite keeps dates as text and adds days through a modifier."""
        return self.as_sql(
            compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", ", **context
        )


class CourseQuerySet(models.QuerySet["Course"]):
    """Where courses stand in their cycle. All of it is computed: a list kept by hand is how people fall out."""

    def open(self) -> "CourseQuerySet":
        """Courses that have not ended."""
        return self.filter(closed_on__isnull=True)

    def with_due(self) -> "CourseQuerySet":
        """Annotate ``last_given_on`` (None before the first session) and ``next_due_on``.

        A course without a session is due from the day it was opened, or later where an earlier course asks for it. The
        last session is looked up for each course that is asked about: a maximum over a join reads every session that
        anybody ever had.
        """
        from treatments.models.session import TreatmentSession

        given = TreatmentSession.objects.filter(course=OuterRef("pk"), given_on__isnull=False)
        return self.annotate(
            last_given_on=Subquery(given.order_by("-given_on").values("given_on")[:1]),
            next_due_on=Coalesce(AddDays(F("last_given_on"), F("interval_days")), F("first_due_on"), F("opened_on")),
        )

    def with_booked(self) -> "CourseQuerySet":
        """Annotate ``booked``: does an open session exist?"""
        return self.annotate(booked=_has_open_session())

    def with_nothing_booked(self) -> "CourseQuerySet":
        """Open courses to filter by ``to_book_on``: when they are due, or None where something is booked.

        One expression, so that it is reckoned in this order: who has a visit, which is nearly everybody and one look
        through an index, and only of the others when they are due. A database that may choose looks up that for all.
        """
        return self.open().with_due().alias(to_book_on=Case(When(~_has_open_session(), then=F("next_due_on"))))

    def due_soon(self, on: dt.date) -> "CourseQuerySet":
        """Open courses due by ``on`` plus the recall days, with nothing booked, snoozed or not."""
        due: Any = self.with_nothing_booked()
        soon: CourseQuerySet = due.filter(to_book_on__lte=_horizon(on))
        return soon

    def to_recall(self, on: dt.date) -> "CourseQuerySet":
        """Those of them who are not snoozed; the longest overdue first."""
        due: Any = self.due_soon(on).filter(awake(on))
        recall: CourseQuerySet = due.order_by("next_due_on", "pk")
        return recall

    def overdue(self, on: dt.date) -> "CourseQuerySet":
        """Those of them whose due date is past. Asked by itself: each bound of that date looks through all booked visits."""
        due: Any = self.with_nothing_booked().filter(awake(on))
        past: CourseQuerySet = due.filter(to_book_on__lt=on).order_by("next_due_on", "pk")
        return past

    def snoozed(self, on: dt.date) -> "CourseQuerySet":
        """Those who would be on the recall list, but are left alone until a day; the next one back first."""
        asleep: CourseQuerySet = self.due_soon(on).exclude(awake(on)).order_by("snoozed_until", "pk")
        return asleep

    def due_later(self, on: dt.date) -> "CourseQuerySet":
        """Open courses with nothing booked whose due date is further away than the recall days."""
        due: Any = self.with_nothing_booked()
        later: CourseQuerySet = due.filter(to_book_on__gt=_horizon(on))
        return later


def _has_open_session() -> Exists:
    from treatments.models.session import OPEN, TreatmentSession

    return Exists(TreatmentSession.objects.filter(course=OuterRef("pk"), status__in=written_out(OPEN)))


def _horizon(on: dt.date) -> dt.date:
    return on + dt.timedelta(days=RECALL_DAYS)


def awake(on: dt.date) -> Q:
    """For a course: not snoozed, back from it, or given a visit since: a visit that then falls through must not find them asleep."""
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=on) | Q(_placed_since_snoozed())


def awake_from() -> Case:
    """For a course, as a column: the day on which they are `awake`; empty where they never slept, or have a visit since."""
    return Case(When(~_placed_since_snoozed(), then=F("snoozed_until")))


def _placed_since_snoozed() -> Exists:
    from treatments.models.session import TreatmentSession

    return Exists(TreatmentSession.objects.filter(course=OuterRef("pk"), placed_at__gt=OuterRef("snoozed_at")))


class Course(models.Model):
    """A run of treatment from the first session to a stop."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why there is a course without an assessment of ours: the person came to us in the middle of treatment.
    transfer_reason = models.CharField(max_length=120, blank=True)
    cycles_before = models.PositiveSmallIntegerField(default=0, help_text="sessions given before this system kept them")
    interval_days = models.PositiveSmallIntegerField(default=INTERVAL_DAYS)
    opened_on = models.DateField()
    # The twelve weeks are the person's, not the course's: one that ends and one that begins do not shorten them.
    first_due_on = models.DateField(
        null=True, blank=True, help_text="the first day for a first session, where an earlier course's last one is near"
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    close_reason = EncryptedTextField(blank=True, default="")
    # Off the recall list until this day; then back by itself unless booked.
    snoozed_until = models.DateField(null=True, blank=True)
    snoozed_at = models.DateTimeField(null=True, blank=True, help_text="when; a visit placed after it ends the snooze")
    history = HistoricalRecords()
    # Not columns, but what the query that read the course may have asked beside it: whether a payer agreed to anything for
    # this person, and when the next session was due.
    payer_agreed: bool | None = None
    due_as_read: dt.date | None = None

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id", "-opened_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(closed_on__isnull=True),
                name="one_open_course_per_patient",
                violation_error_message="This person already has an open course.",
            ),
            models.CheckConstraint(
                condition=Q(assessment__isnull=False) | ~Q(transfer_reason=""), name="course_rests_on_something"
            ),
            models.CheckConstraint(
                condition=Q(interval_days__gte=INTERVAL_DAYS), name="course_interval_84_days_or_more"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(close_reason=""), name="closed_course_says_why"
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True) | Q(snoozed_at__isnull=False), name="snooze_says_since_when"
            ),
        ]

    def __str__(self) -> str:
        return f"Course {self.pk}"

    def next_due(self) -> dt.date:
        """Return the local date from which the next session may be given (one query)."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(given_on) FROM treatments_treatmentsession WHERE course_id = %s", [self.pk])
            (last,) = cursor.fetchone()
        return self.due_after_stored(last)

    def due_after_stored(self, last: dt.date | str | None) -> dt.date:
        """Return the same when the last one was on a date as the database hands it over: SQLite keeps it as text."""
        return self.due_after(dt.date.fromisoformat(last) if isinstance(last, str) else last)

    def due_after(self, last: dt.date | None) -> dt.date:
        """Return the local date from which the next session may be given, when the last one was on ``last``."""
        return due_on(last, self.interval_days) if last else self.first_due_on or self.opened_on

    def first_given(self) -> dt.date | None:
        """Return the day of the first session given in it, as far as it is on record (one query)."""
        first: dt.date | None = self.sessions.aggregate(first=Min("given_on"))["first"]
        return first
