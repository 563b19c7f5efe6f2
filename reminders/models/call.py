"""A call instead of a message."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from clinic.models import Clinic, User
from reminders.models.reminder import Reminder, State
from reminders.models.rule import Kind
from treatments.models import TreatmentSession


class VisitCallQuerySet(models.QuerySet["VisitCall"]):
    """Which calls still stand."""

    def that_stand(self) -> "VisitCallQuerySet":
        """Those about the time that the visit has, whoever sees them then, and that no news of another time overtook.

        At most one for each visit.
        """
        newer = VisitCall.objects.filter(session=OuterRef("session"), pk__gt=OuterRef("pk"))
        anew = Reminder.objects.filter(
            session=OuterRef("session"), session_version=OuterRef("session__version"), rule__kind=Kind.MOVED
        ).exclude(state=State.CANCELLED)
        same_time = Q(visit_at=F("session__starts_at")) & ~Exists(anew)
        return self.filter(Q(session_version=F("session__version")) | same_time, ~Exists(newer))


class VisitCall(models.Model):
    """Somebody spoke to the patient about one visit at its present time, because no message had reached them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="+")
    session_version = models.PositiveIntegerField()
    visit_at = models.DateTimeField(null=True, help_text="the time of the visit that they were told")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = VisitCallQuerySet.as_manager()

    class Meta:
        ordering = ["session_id", "session_version"]
        constraints = [models.UniqueConstraint(fields=["session", "session_version"], name="one_call_per_visit")]

    def __str__(self) -> str:
        return f"Call about session {self.session_id}"
