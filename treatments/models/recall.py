"""Getting people back: who was called, who waits for an earlier time, what was offered."""

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from clinic.constraints import Frozen
from clinic.fields import EncryptedTextField
from clinic.models import Clinic, Injector, Room, User
from treatments.models.course import Course
from treatments.models.session import Status, TreatmentSession


class ContactAttempt(models.Model):
    """One try to reach a person who is due, and what came of it. Appended, never changed."""

    class Outcome(models.TextChoices):
        """What came of it."""

        NO_ANSWER = "no_answer", "No answer"
        LEFT_MESSAGE = "left_message", "Left a message"
        WILL_CALL_BACK = "will_call_back", "Will call back"
        DOES_NOT_WANT = "does_not_want", "Does not want a visit now"
        TEXTED = "texted", "Texted"
        TAKEN_BACK = "taken_back", "Text taken back"
        ASKED = "asked", "Asked for a visit"
        UNDONE = "undone", "Undone"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="contact_attempts")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome)
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["course_id", "-at", "-id"]
        constraints = [Frozen(name="contact_attempt_is_append_only")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.course_id}"


class WaitingQuerySet(models.QuerySet["WaitingEntry"]):
    """Who still waits."""

    def standing(self) -> "WaitingQuerySet":
        """Not taken off, in a course that goes on, and not treated since they began to wait: they may have come after all."""
        begun = Q(starts_at__gte=OuterRef("since")) | Q(record__started_at__gte=OuterRef("since"))
        given = TreatmentSession.objects.filter(begun, course=OuterRef("course"), given_on__isnull=False)
        return self.filter(~Exists(given), ended_at__isnull=True, course__closed_on__isnull=True)


class WaitingEntry(models.Model):
    """A person who wants an earlier time than the one they have, or any time at all."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="waiting_entries")
    since = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mornings = models.BooleanField(default=True)
    afternoons = models.BooleanField(default=True)
    notice_hours = models.PositiveSmallIntegerField(default=24, help_text="how long before a visit they must know")
    note = EncryptedTextField(blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ["clinic_id", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["course"], condition=Q(ended_at__isnull=True), name="one_open_waiting_entry"
            ),
            models.CheckConstraint(condition=Q(mornings=True) | Q(afternoons=True), name="waits_for_some_part_of_day"),
        ]

    def __str__(self) -> str:
        return f"Waiting {self.course_id}"

    @property
    def only_with(self) -> Injector | None:
        """The injector whose times they wait for; nobody in particular once that one has left."""
        return self.injector if self.injector and self.injector.active else None


class SlotOffer(models.Model):
    """A freed time that is offered to several people; the first yes gets it, by the same constraint as any booking."""

    class State(models.TextChoices):
        """Where the offer stands."""

        OPEN = "open", "Open"
        TAKEN = "taken", "Taken"
        ENDED = "ended", "Ended"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["clinic_id", "-offered_at"]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_open")]
        constraints = [
            # A second desk that offers the same time is told so.
            models.UniqueConstraint(
                fields=["injector", "starts_at"], condition=Q(state="open"), name="one_open_offer_per_time"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offer_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="taken", session__isnull=False) | (~Q(state="taken") & Q(session__isnull=True)),
                name="taken_offer_names_its_session",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer {self.pk}"

    @property
    def given_up(self) -> bool:
        """Whether the one who took the time has it no longer: their yes was undone, or their visit cancelled or moved."""
        session = self.session
        return session is not None and (session.status == Status.CANCELLED or session.starts_at != self.starts_at)


class OfferInvitation(models.Model):
    """One person asked about one offer."""

    class Answer(models.TextChoices):
        """What they said."""

        NONE = "", "No answer"
        YES = "yes", "Yes"
        TOO_LATE = "too_late", "Yes, too late"
        NO = "no", "No"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.ForeignKey(SlotOffer, on_delete=models.PROTECT, related_name="invitations")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offer_id", "id"]
        constraints = [models.UniqueConstraint(fields=["offer", "course"], name="one_invitation_per_person_and_offer")]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"


class CalendarFeed(models.Model):
    """A private address under which an injector's calendar can be read; revoked, it answers no more."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["clinic_id", "-made_at"]

    def __str__(self) -> str:
        return f"Feed {self.pk}"
