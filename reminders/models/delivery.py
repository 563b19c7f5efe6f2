"""One attempt to hand a reminder to a gateway."""

from django.db import models
from django.db.models import Q

from clinic.models import Clinic
from reminders.models.reminder import Reminder

# It may have arrived, and it may not.
IN_DOUBT = ("started", "unanswered")
# The same, and what a gateway has said that it took.
MAYBE_ARRIVED = ("accepted", "found", *IN_DOUBT)
# What a gateway took has the name that it gave it, until the address is erased: what is heard later is of nobody.
ERASED = Q(outcome__in=("accepted", "found"), provider_id="")
LONGEST_NAME = 200  # Twilio's have 34 letters; other gateways make their own


def name_from(told: object) -> str:
    """Return a gateway's name for a message as it is kept.

    One that PostgreSQL does not take, too long or with a NUL, would leave unsaid that the message went, and send it again.
    """
    return str(told).replace("\x00", "")[:LONGEST_NAME]


class Receipt(models.IntegerChoices):
    """What a gateway said later, in the order in which an attempt moves; the higher one stands."""

    NONE = 0, "Nothing heard yet"
    QUEUED = 1, "Waiting at the gateway"
    ON_ITS_WAY = 2, "On its way"
    DELIVERED = 3, "Delivered"
    FAILED = 4, "Not delivered"


class Delivery(models.Model):
    """One attempt: written as started before anything leaves, closed with what came back."""

    class Outcome(models.TextChoices):
        """What came back. One left at "started" is in doubt: the worker died in between. So is one without an answer."""

        STARTED = "started", "Started"
        ACCEPTED = "accepted", "Accepted"
        FOUND = "found", "Found at the gateway"
        REFUSED = "refused", "Refused"
        UNREACHABLE = "unreachable", "Not reached"
        UNANSWERED = "unanswered", "No answer"
        HELD = "held", "Not sent again"

    # Other indexes begin with these two.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    attempt = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.STARTED)
    provider_id = models.CharField(max_length=LONGEST_NAME, blank=True)
    error = models.CharField(max_length=300, blank=True)
    texts = models.PositiveSmallIntegerField(default=0, help_text="how many texts the networks bill; 0 for an email")
    receipt = models.PositiveSmallIntegerField(choices=Receipt, default=Receipt.NONE)
    receipt_at = models.DateTimeField(null=True)
    receipt_words = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["reminder_id", "attempt"]
        verbose_name_plural = "deliveries"
        indexes = [
            # How the gateways are: the newest attempts of a clinic, and those that may or may not have arrived.
            models.Index(fields=["clinic", "-started_at"], name="delivery_newest"),
            models.Index(fields=["reminder"], condition=Q(outcome__in=IN_DOUBT), name="delivery_in_doubt"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_at_provider"),
        ]
        constraints = [models.UniqueConstraint(fields=["reminder", "attempt"], name="one_delivery_per_attempt")]

    def __str__(self) -> str:
        return f"Delivery {self.reminder_id}/{self.attempt}"
