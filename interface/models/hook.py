"""Where other programs want to be told what happened, and each thing that was told or is still to tell."""

import datetime as dt
import uuid

from cryptography.fernet import InvalidToken
from django.db import models
from django.db.models import Exists, OuterRef, Q

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from interface.hooks.events import NAMES
from treatments.models import SessionEvent

SECRETS = ("secret", "old_secret")


class HookManager(models.Manager["Hook"]):
    """Secrets are read where they are used and nowhere else: one that no key of ours reads stops no list of hooks."""

    def get_queryset(self) -> models.QuerySet["Hook"]:
        """Leave them in the database until somebody asks."""
        return super().get_queryset().defer(*SECRETS)


class Hook(models.Model):
    """One address of another program, what it is told, and the secret that signs it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.CharField(max_length=300)
    events: models.JSONField[list[str], list[str]] = models.JSONField()
    secret = EncryptedTextField()
    # While programs change over to a new secret, calls are signed with the old one, too; with blanks between several.
    old_secret = EncryptedTextField(blank=True, default="")
    old_until = models.DateTimeField(null=True)
    told_until = models.DateTimeField(help_text="what happened before was gathered")
    told_line = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="while there is more to gather: the last line of the last moment"
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(null=True, help_text="when an admin took over what another had made")
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = HookManager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "url"], condition=Q(ended_at__isnull=True), name="one_live_hook_per_address"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="ended_hook_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False),
                name="kept_hook_says_by_whom",
            ),
            models.CheckConstraint(condition=~Q(("secret", "")), name="hook_has_a_secret"),
        ]

    def __str__(self) -> str:
        return f"Hook {self.pk}"

    @property
    def is_mute(self) -> bool:
        """Whether no key of ours reads its secret: nothing can be signed, so nothing is told."""
        try:
            return not self.secret
        except InvalidToken:
            return True

    def old_secrets(self, now: dt.datetime) -> list[str]:
        """Return the secrets before this one that still sign."""
        return self.old_secret.split() if self.old_until and now < self.old_until else []

    @property
    def words(self) -> list[str]:
        """What it is told, in words."""
        return [label for name, label in NAMES.items() if name in self.events]


class HookCallQuerySet(models.QuerySet["HookCall"]):
    """Questions of the calling."""

    def claimable(self, now: dt.datetime) -> "HookCallQuerySet":
        """Those due, and those whose caller has let its lease run out, as long as their hook lives.

        That is asked of each that is due: of a list of hooks, SQLite reads all calls that were ever made for them.
        """
        due = Q(state="waiting", due_at__lte=now) | Q(state="calling", lease_until__lte=now)
        return self.filter(due, Exists(Hook.objects.filter(pk=OuterRef("hook_id"), ended_at=None)))

    def with_hooks(self) -> "HookCallQuerySet":
        """With their hooks, whose secrets stay in the database as they do in any list."""
        return self.select_related("hook").defer(*(f"hook__{name}" for name in SECRETS))

    def held_by(self, call: "HookCall") -> "HookCallQuerySet":
        """The row, if the claim is still the one that ``call`` was read with."""
        return self.filter(pk=call.pk, state="calling", attempts=call.attempts)


class HookCall(models.Model):
    """One thing that happened, to be told to one address: at least once, always with the same id."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "Waiting"
        CALLING = "calling", "Being told"
        TOLD = "told", "Told"
        FAILED = "failed", "Given up"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hook = models.ForeignKey(Hook, on_delete=models.PROTECT, related_name="calls")
    event = models.ForeignKey(SessionEvent, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="never falls: it fences off a late caller")
    tries = models.PositiveSmallIntegerField(default=0, help_text="since a person last asked to send it")
    answer = models.CharField(max_length=120, blank=True, help_text="what came back last, in plain words")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = HookCallQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="hook_call_due"),
            models.Index(fields=["lease_until"], condition=Q(state="calling"), name="hook_call_leased"),
            models.Index(fields=["clinic", "state", "-created_at"], name="hook_call_worklist"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["hook", "event"], name="one_call_per_hook_and_event"),
            models.CheckConstraint(
                condition=~Q(state="calling") | Q(lease_until__isnull=False), name="call_under_way_has_a_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"Call {self.pk}"

    @property
    def words(self) -> str:
        """What happened, in words."""
        return NAMES[self.name]
