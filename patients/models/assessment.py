"""A dated, signed verdict on eligibility."""

import dataclasses
import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from clinic.constraints import Frozen
from clinic.fields import EncryptedTextField
from clinic.models import Clinic, Role, User
from patients import eligibility
from patients.eligibility.policy import Policy, from_plain
from patients.eligibility.storing import unpack
from patients.models.patient import Patient

_COUNTS = ("headache_days", "long_headache_days", "migraine_days", "months_at_this_level")


class Assessment(models.Model):
    """What was found, what the rule made of it, and who signed. Once signed it never changes; a new one follows it."""

    class Stage(models.TextChoices):
        """What the policy is asked."""

        START = "start", "To start"
        CONTINUE = "continue", "To continue"

    class Source(models.TextChoices):
        """Where the counts come from."""

        REFERRAL = "referral", "Referral letter"
        DIARY = "diary", "Diary"
        CLINIC = "clinic", "Asked at the clinic"

    class Outcome(models.TextChoices):
        """The rule's verdict, before any override."""

        ELIGIBLE = eligibility.Outcome.ELIGIBLE.value, "Eligible"
        NOT_ELIGIBLE = eligibility.Outcome.NOT_ELIGIBLE.value, "Not eligible"
        REVIEW = eligibility.Outcome.REVIEW.value, "Needs review"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    # The rules as they stood: a shipped policy's key, or the family of one of the clinic's own, and all its thresholds.
    policy = models.CharField(max_length=40, default=eligibility.LABEL.key)
    policy_name = models.CharField(max_length=80, blank=True)
    policy_version = models.PositiveSmallIntegerField(default=eligibility.LABEL.version)
    policy_rules = models.JSONField(default=dict, blank=True)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.START)
    source = models.CharField(max_length=10, choices=Source)
    assessed_on = models.DateField()
    headache_days = models.PositiveSmallIntegerField(null=True, blank=True)
    long_headache_days = models.PositiveSmallIntegerField(null=True, blank=True)
    migraine_days = models.PositiveSmallIntegerField(null=True, blank=True)
    months_at_this_level = models.PositiveSmallIntegerField(null=True, blank=True)
    days_recorded = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome)
    criteria = models.JSONField()
    # Everything else the rules took, with where it came from; JSON, because reasons in words are in it.
    inputs = EncryptedTextField(blank=True, default="")
    diagnosis_code = models.CharField(max_length=8, blank=True)
    override_reason = EncryptedTextField(blank=True, default="")
    override_role = models.CharField(max_length=14, choices=Role, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["patient_id", "-assessed_on", "-id"]
        indexes = [models.Index(fields=["clinic", "signed_at"], name="assessment_to_sign")]
        constraints = [
            Frozen(name="signed_assessment_is_frozen", once="signed_at"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="assessment_signed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(migraine_days__isnull=True)
                | Q(headache_days__isnull=True)
                | Q(migraine_days__lte=models.F("headache_days")),
                name="assessment_migraine_within_headache_days",
            ),
            # A second draft would leave open which one is to be signed.
            models.UniqueConstraint(
                fields=["patient"], condition=Q(signed_at__isnull=True), name="one_unsigned_assessment_per_patient"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.outcome}"

    @property
    def allows_treatment(self) -> bool:
        """True when a course may be opened on it: signed, and eligible to start or overridden with a reason.

        A renewal does not ask what a start asks, so it opens no course by itself.
        """
        eligible = self.outcome == self.Outcome.ELIGIBLE and self.stage == self.Stage.START
        return self.signed_at is not None and (eligible or bool(self.override_reason))

    @property
    def verdict(self) -> eligibility.Verdict:
        """The verdict as it was stored, whatever the rule says by now."""
        criteria = tuple(map(_criterion, self.criteria))
        return eligibility.Verdict(eligibility.Outcome(self.outcome), criteria, self.rule)

    @property
    def rules(self) -> Policy:
        """The policy as it stood when it was applied. A row without a snapshot was judged by the label."""
        return from_plain(self.policy_rules) if self.policy_rules else eligibility.LABEL

    @property
    def rule(self) -> str:
        """How a sentence names what was asked."""
        return self.rules.title(eligibility.Stage(self.stage))

    def findings(self) -> eligibility.Findings:
        """Return what was found as the rules take it, each fact with its source."""
        more = unpack(self.inputs)
        known = dict.fromkeys(_COUNTS, self.get_source_display()) | {"age": "Date of birth"}
        return eligibility.Findings(
            age=self.patient.age(self.assessed_on),
            headache_days=self.headache_days,
            long_headache_days=self.long_headache_days,
            migraine_days=self.migraine_days,
            months_at_this_level=self.months_at_this_level,
            days_recorded=self.days_recorded,
            **more | {"sources": known | more.get("sources", {})},
        )

    def judge(
        self, policy: Policy = eligibility.LABEL, stage: eligibility.Stage = eligibility.Stage.START
    ) -> eligibility.Verdict:
        """Apply a policy to the findings and store its verdict and the policy itself on this (unsaved) row."""
        self.policy, self.policy_name, self.policy_version = policy.key, policy.name, policy.version
        self.policy_rules, self.stage = policy.plain(), stage.value
        verdict = eligibility.apply(self.findings(), policy, stage)
        self.outcome = verdict.outcome.value
        self.criteria = [_plain(criterion) for criterion in verdict.criteria]
        return verdict


def _plain(criterion: eligibility.Criterion) -> dict[str, Any]:
    return dataclasses.asdict(criterion) | {"answer": criterion.answer.value}


def _criterion(stored: dict[str, Any]) -> eligibility.Criterion:
    return eligibility.Criterion(**stored | {"answer": eligibility.Answer(stored["answer"])})
