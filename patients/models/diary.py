"""One local date of headache facts, and what another source says of it."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from patients.diary import SYMPTOMS, Day
from patients.eligibility.medicines import AcuteClass
from patients.models.patient import Patient

# The columns of the doses of acute medicines, by the class that they count for.
DOSES = {
    AcuteClass.SIMPLE: "simple_analgesic_doses",
    AcuteClass.TRIPTAN: "triptan_doses",
    AcuteClass.ERGOT: "ergot_doses",
    AcuteClass.OPIOID: "opioid_doses",
    AcuteClass.COMBINATION: "combination_doses",
    AcuteClass.GEPANT: "gepant_doses",
}
# The columns of what a headache was like.
SIGNS = (
    "one_sided",
    "pulsating",
    "worse_with_activity",
    "nausea",
    "vomiting",
    "light",
    "sound",
    "smell",
    "aura",
)


class DiaryDayQuerySet(models.QuerySet["DiaryDay"]):
    """How the rules read a diary."""

    def facts(self) -> list[Day]:
        """Return the days as the rules take them (1 query, and no rows of the model: two years are 730 of them)."""
        columns = ("date", "headache_hours", "migraine", "source", *SYMPTOMS, *DOSES.values())
        return [_fact(row) for row in self.values(*columns)]


def _fact(row: dict[str, Any]) -> Day:
    symptoms = frozenset(one for one in SYMPTOMS if row[one])
    medicine = any(row[one] for one in DOSES.values())
    no_word_of_symptoms = not symptoms and row["headache_hours"] != 0 and row["source"] in WITHOUT_SYMPTOMS
    no_word_of_medicines = not medicine and row["source"] in WITHOUT_MEDICINES
    return Day(
        row["date"],
        row["headache_hours"],
        row["migraine"],
        None if no_word_of_symptoms else symptoms,
        None if no_word_of_medicines else medicine,
    )


class DiaryDay(models.Model):
    """What a person recorded for one date of their own calendar. A day without a row is missing, not clear."""

    class Source(models.TextChoices):
        """Who entered it."""

        PATIENT = "patient", "Patient"
        CLINIC = "clinic", "Clinic"
        IMPORT = "import", "Imported"
        PAPER = "paper", "Paper diary"

    # Other indexes begin with these two.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_index=False, related_name="diary_days")
    date = models.DateField()
    headache_hours = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, help_text="0 on a clear day; empty: a headache, nobody said how long"
    )
    worst_pain = models.PositiveSmallIntegerField(null=True, help_text="0 none, 1 mild, 2 moderate, 3 severe")
    migraine = models.BooleanField(default=False, help_text="migraine features, or relieved by a triptan or ergot")
    one_sided = models.BooleanField(default=False)
    pulsating = models.BooleanField(default=False)
    worse_with_activity = models.BooleanField(default=False)
    nausea = models.BooleanField(default=False)
    vomiting = models.BooleanField(default=False)
    light = models.BooleanField("light hurts", default=False)
    sound = models.BooleanField("sound hurts", default=False)
    smell = models.BooleanField("smells hurt", default=False)
    aura = models.BooleanField(default=False)
    triptan_doses = models.PositiveSmallIntegerField(default=0)
    simple_analgesic_doses = models.PositiveSmallIntegerField(default=0)
    combination_doses = models.PositiveSmallIntegerField(default=0)
    opioid_doses = models.PositiveSmallIntegerField(default=0)
    ergot_doses = models.PositiveSmallIntegerField(default=0)
    gepant_doses = models.PositiveSmallIntegerField(default=0)
    relieved = models.BooleanField(null=True, help_text="whether the medicine helped")
    function_lost = models.PositiveSmallIntegerField(null=True, help_text="0 none to 3 in bed")
    note = EncryptedTextField(blank=True, default="")
    source = models.CharField(max_length=10, choices=Source)
    entered_at = models.DateTimeField()
    # What a day said before it was edited stays readable.
    history = HistoricalRecords()

    objects = DiaryDayQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id", "date"]
        # Whose diary stopped on a day, and is asked to go on.
        indexes = [models.Index(fields=["clinic", "date"], name="diary_by_date")]
        constraints = [
            models.UniqueConstraint(fields=["patient", "date"], name="one_diary_row_per_day"),
            models.CheckConstraint(
                condition=Q(headache_hours__isnull=True)
                | Q(headache_hours__gte=Decimal(0), headache_hours__lte=Decimal(24)),
                name="diary_0_to_24_hours",
            ),
            models.CheckConstraint(
                condition=Q(worst_pain__isnull=True) | Q(worst_pain__lte=3), name="diary_pain_0_to_3"
            ),
            models.CheckConstraint(
                condition=Q(function_lost__isnull=True) | Q(function_lost__lte=3), name="diary_function_0_to_3"
            ),
            models.CheckConstraint(
                condition=Q(migraine=False) | Q(headache_hours__isnull=True) | Q(headache_hours__gt=Decimal(0)),
                name="diary_migraine_implies_headache",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"

    @property
    def letter(self) -> str:
        """The day as a paper diary has it: 0 clear, H headache, M migraine."""
        return "M" if self.migraine else "0" if self.headache_hours == 0 else "H"

    @property
    def took_medicine(self) -> bool:
        """Whether any acute medicine was taken."""
        return any(getattr(self, column) for column in DOSES.values())


# A sheet of letters has no place for medicines, nor a list for symptoms: none of them there is not known, and not none.
WITHOUT_MEDICINES = frozenset({DiaryDay.Source.PAPER})
WITHOUT_SYMPTOMS = frozenset({DiaryDay.Source.PAPER, DiaryDay.Source.IMPORT})


class DiaryClaim(models.Model):
    """What another source says of a day that is filled already. Both are shown until a person settles which counts."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    source = models.CharField(max_length=10, choices=DiaryDay.Source)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_reason = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["patient_id", "date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "date"], condition=Q(settled_at__isnull=True), name="one_open_claim_per_diary_day"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(settled_reason="")),
                name="settled_claim_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"Claim {self.pk}"

    @property
    def letter(self) -> str:
        """The claimed day as a paper diary has it."""
        return "M" if self.facts.get("migraine") else "0" if self.facts.get("headache_hours") == "0" else "H"

    def differs(self, day: DiaryDay) -> list[str]:
        """Return in words what the two say otherwise, beside their letters: first the day, then the claim."""
        said = self.facts.keys() - {"migraine", "note"}
        fields = [one for one in DiaryDay._meta.concrete_fields if one.name in said]
        pairs = [(one, getattr(day, one.name), one.to_python(self.facts[one.name])) for one in fields]
        found = [f"{one.verbose_name} {_said(was)} or {_said(now)}" for one, was, now in pairs if was != now]
        return found + ["note"] * (self.facts.get("note", day.note) != day.note)


def _said(value: Decimal | bool | int | None) -> str:
    if isinstance(value, bool) or value is None:
        return {None: "not known", True: "yes", False: "no"}[value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
