"""One message to one patient for one reason on one channel."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import Case, Expression, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from clinic.models import Clinic, User
from clinic.written_out import written_out
from patients.models import Channel, Patient
from reminders.models.rule import ReminderRule
from reminders.models.text import MessageTemplate, OneOff
from treatments.models import Course, OfferInvitation, TreatmentSession


class State(models.TextChoices):
    """Where a reminder stands. Waiting and sending ones are the dispatch's; failed and missed ones are a person's.

    One that failed because nothing reached its person when it was planned waits again once something does.
    A stopped one is about a visit that is no longer so; it comes back when the visit does. A replaced one handed over
    to the other channel and never comes back, nor does one that a person stopped.
    """

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not delivered"
    MISSED = "missed", "Not sent in time"
    CANCELLED = "cancelled", "Stopped"
    REPLACED = "replaced", "Sent another way"
    HANDLED = "handled", "Handled by a person"
    STOPPED = "stopped", "Stopped by a person"


# The moment that lists show of a message and go by: when a person settled it, else when it ended, else when it is due.
LISTED_AT = Coalesce("handled_at", "closed_at", "due_at")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """The dispatch's and the worklist's questions."""

    def of(self, clinic: Clinic | None) -> "ReminderQuerySet":
        """Those of a clinic, or all of them."""
        return self.filter(clinic=clinic) if clinic else self.all()

    def claimable(self, now: dt.datetime) -> "ReminderQuerySet":
        """Waiting and due, or in the hands of a worker whose lease ran out."""
        return self.filter(Q(state=State.WAITING, due_at__lte=now) | Q(state=State.SENDING, lease_until__lte=now))

    def due(self, now: dt.datetime) -> "ReminderQuerySet":
        """Waiting, and its time has come."""
        return self.filter(state=State.WAITING, due_at__lte=now)

    def left_behind(self, now: dt.datetime) -> "ReminderQuerySet":
        """In the hands of a worker whose lease ran out."""
        return self.filter(state=State.SENDING, lease_until__lte=now)

    def held_by(self, reminder: "Reminder") -> "ReminderQuerySet":
        """This reminder, as long as the claim it came from still stands: the fence against a late worker's answer."""
        return self.filter(pk=reminder.pk, state=State.SENDING, attempts=reminder.attempts)

    def needs_person(self) -> "ReminderQuerySet":
        """What no machine will finish: somebody should call."""
        return self.filter(state__in=written_out([State.FAILED, State.MISSED]))

    def stop(self, *, reason: str | Expression, at: dt.datetime) -> int:
        """Stop them; return how many. Of what was before a person it is kept what had become of it: reports count that."""
        late, failed = (When(state=state, then=Value(state == State.MISSED)) for state in (State.MISSED, State.FAILED))
        ended_late = Case(late, failed, default=None, output_field=models.BooleanField(null=True))
        return self.update(state=State.CANCELLED, reason=reason, closed_at=at, ended_late=ended_late)


# What is over, as the reminder centre lists it, and what is not, as planning looks through it. Written out and not as a
# list of states: so SQLite, too, sees that an index under the same condition answers it.
GONE_OUT = Q(state="sent") | Q(state="handled")
STOPPED = Q(state="cancelled") | Q(state="replaced") | Q(state="stopped")
UNSETTLED = Q(state="waiting") | Q(state="failed") | Q(state="missed")

# For a message about the visit of the query around it: `Reminder.tells_time_of` as a condition of the database.
TELLS_ITS_TIME = Q(visit_at=OuterRef("starts_at")) | Q(visit_at__isnull=True, session_version=OuterRef("version"))

_NO_VISIT = Q(session__isnull=True, session_version__isnull=True)
_A_VISIT = Q(session__isnull=False, session_version__isnull=False, course__isnull=False, due_date__isnull=True) & Q(
    asked_on__isnull=True, invitation__isnull=True, one_off__isnull=True
)
_A_DUE_DATE = _NO_VISIT & Q(
    due_date__isnull=False, course__isnull=False, invitation__isnull=True, one_off__isnull=True, occasion=""
)
_AN_OFFER = _NO_VISIT & Q(
    due_date__isnull=True, asked_on__isnull=True, invitation__isnull=False, one_off__isnull=True, occasion=""
)
_A_PERSON = _NO_VISIT & Q(due_date__isnull=True, asked_on__isnull=True, invitation__isnull=True) & ~Q(occasion="")


class Reminder(models.Model):
    """One message to one patient for one reason on one channel.

    Unique per (session version, rule, channel), per (course, due date, rule, channel), per (course, day, channel) when
    the desk asked for it, per (invitation, channel), or per (patient, occasion, channel): planning twice adds nothing,
    and the database says so. A session that moves gets a new version, so its old reminders can be told apart. An
    occasion is something that happened, named so that it is told once whichever rule tells it (`planning.happened`).
    """

    # Every index is written anew with each step of a message: a column has one of its own where it is searched by, and
    # none where nearly all rows are empty or another index begins with it.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, db_index=False, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_index=False, related_name="+")
    # Empty when the message is about no course: a welcome, a diary, a one-off message.
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")
    session_version = models.PositiveIntegerField(null=True)
    visit_at = models.DateTimeField(null=True, help_text="the time of the visit as this message tells it")
    occasion = models.CharField(max_length=60, blank=True, default="", help_text="what happened, told once")
    due_date = models.DateField(null=True, help_text="the course's due date, when nothing is booked")
    asked_on = models.DateField(null=True, help_text="the day on which the desk asked for it, from the recall list")
    batch = models.UUIDField(null=True, help_text="what one press of the button asked for together")
    invitation = models.ForeignKey(
        OfferInvitation, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    reply_to = models.ForeignKey(
        "reminders.InboundMessage", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    one_off = models.ForeignKey(OneOff, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    # The version it was sent with, from the first attempt on: a repeat is the same to the letter.
    template = models.ForeignKey(MessageTemplate, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=120, blank=True, help_text="why it stands where it stands, in plain words")
    texted_on = models.DateField(
        null=True, help_text="the day, where the person lives, that its text message took: one a day, whoever sends it"
    )
    due_at = models.DateTimeField(help_text="when to send; pushed on after a failure")
    useful_until = models.DateTimeField(help_text="after this it is missed, never sent")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(
        null=True, help_text="when it ended; empty while it waits, and of one for which a person called before it ended"
    )
    ended_late = models.BooleanField(
        null=True, help_text="stopped after it had ended: whether too late, or else failed; empty for one that had not"
    )
    delivered_at = models.DateTimeField(null=True, help_text="when the gateway said that it arrived")
    restarted_at = models.DateTimeField(null=True, help_text="when a person asked to send it again; retries count anew")
    repeat_from = models.DateTimeField(
        null=True, help_text="when a person wanted it sent although it had arrived: earlier attempts are no answer"
    )
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    handled_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            # In the order in which they are claimed: read from the front, and no further than asked for.
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="reminder_due"),
            models.Index(fields=["lease_until", "id"], condition=Q(state="sending"), name="reminder_leased"),
            # What planning looks through with every tick: each of them small beside the rows that are done.
            models.Index(fields=["useful_until"], condition=Q(state="cancelled"), name="reminder_stopped"),
            # In the order of the table: SQLite reads row after row.
            models.Index(fields=["id"], condition=UNSETTLED, name="reminder_unsettled"),
            # The second condition holds for every row. Without it a claim may take this index for its own, while the
            # database still believes that hardly anything waits, and read all of it.
            models.Index(
                fields=["useful_until"],
                condition=Q(state="waiting", useful_until__isnull=False),
                name="reminder_too_late",
            ),
            models.Index(fields=["state"], condition=Q(state__in=["failed", "missed"]), name="reminder_for_person"),
            models.Index(fields=["clinic", "state", "-due_at"], name="reminder_worklist"),
            # Two lists that grow for ever, in the order in which the centre turns their pages.
            models.Index("clinic", LISTED_AT.desc(), F("id").desc(), condition=GONE_OUT, name="reminder_pages_sent"),
            models.Index("clinic", LISTED_AT.desc(), F("id").desc(), condition=STOPPED, name="reminder_pages_stopped"),
            # What went out of late: asked with every look at how the sending stands.
            models.Index(fields=["clinic", "-closed_at"], condition=Q(state="sent"), name="reminder_sent_newest"),
            models.Index("patient", LISTED_AT.desc(), F("id").desc(), name="reminder_of_patient"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="reminder_batch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "session_version", "rule", "channel"],
                condition=Q(session__isnull=False, occasion=""),
                name="one_reminder_per_session_version",
            ),
            models.UniqueConstraint(
                fields=["course", "due_date", "rule", "channel"],
                condition=Q(session__isnull=True, asked_on__isnull=True, invitation__isnull=True, occasion=""),
                name="one_reminder_per_due_date",
            ),
            models.UniqueConstraint(
                # One that was taken back may be asked for again the same day.
                fields=["course", "asked_on", "channel"],
                condition=Q(asked_on__isnull=False) & ~Q(state="cancelled"),
                name="one_asked_reminder_per_day",
            ),
            models.UniqueConstraint(
                fields=["invitation", "channel"],
                condition=Q(invitation__isnull=False),
                name="one_reminder_per_invitation",
            ),
            models.UniqueConstraint(
                fields=["patient", "occasion", "channel"], condition=~Q(occasion=""), name="one_reminder_per_occasion"
            ),
            models.UniqueConstraint(
                fields=["patient", "texted_on"], condition=Q(texted_on__isnull=False), name="one_text_a_day"
            ),
            models.CheckConstraint(
                condition=_A_VISIT | _A_DUE_DATE | _AN_OFFER | _A_PERSON, name="reminder_is_about_a_visit_or_a_due_date"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False), name="sending_reminder_has_a_lease"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["handled", "stopped"], handled_by__isnull=False, handled_at__isnull=False)
                | (~Q(state__in=["handled", "stopped"]) & Q(handled_by__isnull=True, handled_at__isnull=True)),
                name="handled_reminder_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], closed_at__isnull=True)
                | ~Q(state__in=["waiting", "sending"]) & (Q(closed_at__isnull=False) | Q(handled_at__isnull=False)),
                name="reminder_says_when_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"Reminder {self.pk}"

    def tells_time_of(self, session: TreatmentSession) -> bool:
        """Return whether the time that it tells is the one that its visit has: another injector may see them at the same time."""
        if self.visit_at is None:  # told before the ledger kept the time
            return self.session_version == session.version
        return self.visit_at == session.starts_at
