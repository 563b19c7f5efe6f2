"""What was injected: the signed record of a session."""

import uuid
from collections.abc import Iterator
from functools import partial

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Trim, Upper

from clinic.constraints import AddsUp, Correction, Frozen, NotBarred, Sum
from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from treatments.models.session import TreatmentSession
from treatments.protocol import MUSCLES, SITES, VIAL_STRENGTHS


def _sums() -> Iterator[Sum]:
    """Yield what a signed record's sites and vials come to: its own totals, and no more than each muscle may have.

    The muscles' limits come to the protocol's own, so that needs no sum.
    """
    sites = partial(Sum, parts="treatments.Injection", through="record")
    yield sites(of="units", total="units_given")
    yield sites(total="sites_given")
    yield sites(where="site", among=tuple(SITES), total="sites_given")  # so there is none at another place
    for key, muscle in MUSCLES.items():
        within = partial(sites, where="site", among=tuple(site.code for site in SITES.values() if site.muscle == key))
        yield within(of="units", most=muscle.units_max)
        yield within(most=muscle.sites_max)
    yield Sum(parts="treatments.Vial", through="record", of="strength", total="units_drawn")


class SessionRecord(models.Model):
    """One version of a session's record. The database refuses any change once it is signed, to it and to its parts.

    A correction is a new version that names the old one. Each version is corrected at most once, and a session has
    one first version, so there is always exactly one newest: ``TreatmentSession.record`` points to it.
    """

    # Some fifty rows are written with each session: no column of theirs has an index where another begins with it, or
    # nobody searches by it.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="versions")
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    correction_reason = EncryptedTextField(blank=True, default="")
    units_drawn = models.PositiveSmallIntegerField()
    units_given = models.PositiveSmallIntegerField()
    units_wasted = models.PositiveSmallIntegerField()
    sites_given = models.PositiveSmallIntegerField()
    identity_checked = models.BooleanField()
    consent_confirmed = models.BooleanField()
    aftercare_given = models.BooleanField(default=False, help_text="the after-care sheet")
    screened_on = models.DateField(help_text="the day the safety questions were asked")
    # Null: not asked, as at a first session. The effects themselves are rows of their own (`SideEffect`).
    had_side_effects = models.BooleanField(
        null=True, help_text="what the person said of the time since the last session"
    )
    go_on_reason = EncryptedTextField(
        blank=True, default="", help_text="why a prescriber went on after a blocking answer"
    )
    used_before_recall = models.BooleanField(
        default=False, help_text="whoever signed says that a recalled vial was used before anybody here knew"
    )
    note = EncryptedTextField(blank=True, default="")
    stopped_reason = EncryptedTextField(blank=True, default="", help_text="why the session ended before its last site")
    skipped: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, help_text="fixed sites that were left out, with the key of the reason"
    )
    started_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        ordering = ["session_id"]
        constraints = [
            Frozen(name="signed_record_is_frozen", once="signed_at"),
            AddsUp(name="signed_record_adds_up", once="signed_at", sums=list(_sums())),
            models.UniqueConstraint(
                fields=["session"], condition=Q(corrects__isnull=True), name="one_first_record_per_session"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""), name="correction_says_why"
            ),
            models.CheckConstraint(
                condition=Q(units_drawn=F("units_given") + F("units_wasted")),
                name="given_and_wasted_are_what_was_drawn",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, identity_checked=True, consent_confirmed=True),
                name="signed_record_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"Record {self.pk}"

    @property
    def partly_done(self) -> bool:
        """True when the session was stopped before its last site."""
        return bool(self.stopped_reason)


class Injection(models.Model):
    """Units given at one site."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, db_index=False, related_name="injections")
    site = models.CharField(max_length=8, help_text="code in preempt-sites.json")
    units = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["record_id", "id"]
        constraints = [
            Frozen(name="signed_injection_is_frozen", once="signed_at", parent="record"),
            models.UniqueConstraint(fields=["record", "site"], name="one_injection_per_site"),
            models.CheckConstraint(condition=Q(units__gt=0), name="injection_has_units"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.units}"


class Vial(models.Model):
    """A vial opened for one session. Single-dose: it serves one patient and the rest is discarded."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="vials")
    lot = models.CharField(max_length=30)
    expires_on = models.DateField()
    used_on = models.DateField()
    strength = models.PositiveSmallIntegerField(help_text="units as supplied")
    reconstituted_at = models.DateTimeField(null=True, help_text="when the diluent went in")
    diluent_ml = models.DecimalField(max_digits=4, decimal_places=2, null=True, help_text="null: as the protocol says")
    # Null in records from before these were kept; the record's own totals always add up.
    units_given = models.PositiveSmallIntegerField(null=True)
    units_wasted = models.PositiveSmallIntegerField(null=True)
    # Sent by a pharmacy for this person: the clinic does not bill the drug.
    owned_by_patient = models.BooleanField(default=False)

    class Meta:
        ordering = ["record_id", "id"]
        indexes = [models.Index(fields=["clinic", "lot"], name="vial_lot")]  # lot to sessions to patients
        constraints = [
            Frozen(name="signed_vial_is_frozen", once="signed_at", parent="record"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("used_on")), name="vial_not_expired_when_used"),
            models.CheckConstraint(condition=Q(strength__in=VIAL_STRENGTHS), name="vial_strength_as_supplied"),
            models.CheckConstraint(condition=~Q(lot=""), name="vial_has_a_lot"),
            models.CheckConstraint(condition=Q(lot=Upper(Trim("lot"))), name="vial_lot_as_it_is_looked_up"),
            models.CheckConstraint(
                condition=Q(units_given__isnull=True, units_wasted__isnull=True)
                | Q(
                    units_given__isnull=False,
                    units_wasted__isnull=False,
                    strength=F("units_given") + F("units_wasted"),
                ),
                name="vial_given_and_wasted_are_its_units",
            ),
            NotBarred(
                name="no_vial_of_a_recalled_lot",
                barred_by="treatments.LotRecall",
                key="lot",
                on="used_on",
                since="recalled_on",
                # What was used before anybody knew of the recall is a fact: a correction may state it, and a signature
                # that comes late for somebody who was in the room by then.
                unless=Correction(
                    version="record",
                    of="session",
                    corrects="corrects",
                    signed="signed_at",
                    known="recorded_at",
                    began="started_at",
                    said="used_before_recall",
                ),
                violation_error_message="This lot was recalled.",
            ),
        ]

    def __str__(self) -> str:
        return f"Vial {self.pk}"


class SafetyAnswer(models.Model):
    """One answer of the day's safety screen."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, db_index=False, related_name="answers")
    question = models.CharField(max_length=20, help_text="key in treatments.safety")
    yes = models.BooleanField(null=True, help_text="null: not known, which is never a No")

    class Meta:
        ordering = ["record_id", "id"]
        constraints = [
            Frozen(name="signed_answer_is_frozen", once="signed_at", parent="record"),
            models.UniqueConstraint(fields=["record", "question"], name="one_answer_per_question"),
        ]

    def __str__(self) -> str:
        return self.question
