"""One visit for injections, and every move it makes."""

import datetime as dt
import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from clinic.constraints import Copied, Frozen, NoOverlap
from clinic.fields import EncryptedTextField, TextsInsideField, read
from clinic.models import Clinic, Injector, Room, User
from treatments.models.course import Course


class Status(models.TextChoices):
    """Where a session stands. `treatments.moves` says what may follow what."""

    BOOKED = "booked", "Booked"
    ARRIVED = "arrived", "Arrived"
    IN_ROOM = "in_room", "In room"
    DONE = "done", "Done"
    NO_SHOW = "no_show", "No-show"
    CANCELLED = "cancelled", "Cancelled"
    # Given before this system kept records: counts for the cycle, occupies no time here.
    GIVEN_BEFORE = "given_before", "Given before"


OPEN = (Status.BOOKED, Status.ARRIVED, Status.IN_ROOM)
OCCUPYING = (*OPEN, Status.DONE)
GIVEN = (Status.DONE, Status.GIVEN_BEFORE)
SELDOM = (Status.NO_SHOW, Status.CANCELLED, Status.GIVEN_BEFORE)
LONGEST_NOTE = 500  # letters of what is noted for a visit, or for who waits for one


class TreatmentSession(models.Model):
    """One visit for injections in a course. Moving it raises ``version``, so that messages about the old time die."""

    class Answer(models.TextChoices):
        """What the patient said about coming."""

        NONE = "", "No answer"
        CONFIRMED = "confirmed", "Confirmed"
        ASKED_TO_MOVE = "asked_to_move", "Asked to move"

    # Every index is written anew with each step of a visit: none of these has one of its own where another begins with it,
    # or nobody searches by it.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    # Made by the form that books, so that a form sent twice books once.
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, db_index=False, related_name="sessions")
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, db_index=False, related_name="+")
    # Who that is, whichever clinic's injector they are here: kept by the database (`one_session_per_person`).
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, db_index=False, related_name="+"
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.BOOKED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    local_date = models.DateField(help_text="the date at the clinic")
    # What the course's due date was when this got its present time, and why that may be earlier.
    due_on = models.DateField()
    early_reason = EncryptedTextField(blank=True, default="")
    early_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    note = EncryptedTextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    placed_at = models.DateTimeField(help_text="when it got its present time; messages wait for the undo time after it")
    answer = models.CharField(max_length=14, choices=Answer, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    given_on = models.DateField(null=True, blank=True)
    # The newest signed version of what was given.
    record = models.OneToOneField(
        "treatments.SessionRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Not a column: the line of history that this process has just written, so that its undo needs no search.
    last_step: "SessionEvent | None" = None

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["clinic", "local_date", "starts_at"], name="session_day"),
            models.Index(fields=["clinic", "-starts_at", "-id"], name="session_log"),
            # The log of what few visits come to: else a look for no-shows reads all that were kept.
            models.Index(
                fields=["clinic", "-starts_at", "-id"], condition=Q(status__in=SELDOM), name="session_log_seldom"
            ),
            # The search of the no-overlap triggers, and of the slot search.
            models.Index(fields=["injector", "starts_at"], name="session_injector_time"),
            models.Index(fields=["room", "starts_at"], name="session_room_time"),
            models.Index(fields=["person", "starts_at"], condition=Q(person__isnull=False), name="session_person_time"),
            models.Index(fields=["course", "given_on"], name="session_course_given"),
            # What was given in some days, which may be others than those of its visits: only a signature writes it.
            models.Index(fields=["clinic", "given_on"], condition=Q(given_on__isnull=False), name="session_given_day"),
            # Visits of days gone by that nobody closed; what is booked ahead is asked for in the same way.
            models.Index(fields=["clinic", "local_date"], condition=Q(status__in=OPEN), name="session_open_day"),
            # What reminders are planned from.
            models.Index(fields=["starts_at"], condition=Q(status="booked"), name="session_booked_ahead"),
        ]
        constraints = [
            NoOverlap(
                name="one_session_per_injector",
                resource="injector",
                occupying=OCCUPYING,
                violation_error_message="The injector has another session then.",
            ),
            NoOverlap(
                name="one_session_per_room",
                resource="room",
                occupying=OCCUPYING,
                violation_error_message="The room is taken then.",
            ),
            Copied(name="session_person_is_the_injectors", field="person", through="injector", source="user"),
            NoOverlap(
                name="one_session_per_person",
                resource="person",
                occupying=OCCUPYING,
                violation_error_message="The injector is at another clinic then.",
            ),
            models.UniqueConstraint(
                fields=["course"], condition=Q(status__in=OPEN), name="one_open_session_per_course"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(local_date__gte=F("due_on")) | (~Q(early_reason="") & Q(early_by__isnull=False)),
                name="early_session_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(given_on__isnull=True) | Q(given_on__gte=F("due_on")) | ~Q(early_reason=""),
                name="never_given_early_without_a_reason",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=GIVEN) & Q(given_on__isnull=False))
                | (~Q(status__in=GIVEN) & Q(given_on__isnull=True)),
                name="given_session_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(room__isnull=False) | Q(status=Status.GIVEN_BEFORE), name="session_has_a_room"
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    @property
    def minutes(self) -> int:
        """Its length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def took_place_on(self) -> dt.date:
        """The day it was given, which may be another than its visit's; of one that was not given, the visit's."""
        return self.given_on or self.local_date

    @property
    def days_since_last(self) -> int | None:
        """Days since the session before; for rows that carry ``last_given_on`` (`treatments.days.with_cycle`)."""
        last = getattr(self, "last_given_on", None)
        return (self.took_place_on - last).days if last else None

    @property
    def chip(self) -> str:
        """The key of the status chip: a booked session shows the patient's answer."""
        return self.answer if self._says_their_answer else self.status

    @property
    def how_it_stands(self) -> str:
        """What its chip says, within a sentence."""
        label: str = self.get_answer_display() if self._says_their_answer else self.get_status_display()
        return label.lower()

    @property
    def _says_their_answer(self) -> bool:
        return self.status == Status.BOOKED and bool(self.answer)


class EventQuerySet(models.QuerySet["SessionEvent"]):
    """What happened to visits."""

    def steps(self) -> "EventQuerySet":
        """Without changes of the note: they take a visit nowhere, nobody is told of them, and no undo minds them."""
        return self.exclude(kind=SessionEvent.Kind.NOTED)


class SessionEvent(models.Model):
    """One change of a session: who, when, why, and what it was before and after. Appended, never changed."""

    class Kind(models.TextChoices):
        """What happened."""

        BOOKED = "booked", "Booked"
        MOVED = "moved", "Moved"
        STATUS = "status", "Status changed"
        ANSWERED = "answered", "Patient answered"
        TAKEN_OVER = "taken_over", "Taken over"
        SIGNED = "signed", "Signed"
        CORRECTED = "corrected", "Record corrected"
        IMPORTED = "imported", "Imported"
        UNDONE = "undone", "Undone"
        NOTED = "noted", "Note changed"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+", help_text="empty: the patient"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    reason = EncryptedTextField(blank=True, default="")
    before: models.JSONField[Any, Any] = TextsInsideField(default=dict, encoder=DjangoJSONEncoder)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["session_id", "id"]
        # What happened of late: what people are told of.
        indexes = [models.Index(fields=["at"], name="session_event_at")]
        constraints = [
            Frozen(name="session_event_is_append_only"),
            models.UniqueConstraint(fields=["session"], condition=Q(kind="booked"), name="session_is_booked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.session_id}"

    @property
    def result(self) -> str:
        """What it led to, in words: the new status or the patient's answer."""
        if "status" in self.after:
            return Status(self.after["status"]).label
        if self.kind == self.Kind.ANSWERED:
            return TreatmentSession.Answer(self.after["answer"]).label
        return ""

    @property
    def note_before(self) -> str:
        """What the note said before it was changed; empty for one that was added, and of somebody who was erased."""
        token = self.before.get("note", "")
        return read(token) if token else ""

    @property
    def day_corrected(self) -> dt.date | None:
        """The day it was given, where a correction of the record named another than before."""
        named = self.after.get("given_on") if self.kind == self.Kind.CORRECTED else None
        return dt.date.fromisoformat(named) if named else None
