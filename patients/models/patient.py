"""The person."""

import datetime as dt
import uuid
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from simple_history.models import HistoricalRecords

from clinic.fields import EncryptedTextField
from clinic.models import Clinic
from clinic.models.clinic import validate_timezone
from clinic.wording import age_on, born_words
from patients.models.contact import Channel
from patients.search import LONGEST, terms


class PatientQuerySet(models.QuerySet["Patient"]):
    """Ways to find people."""

    def matching(self, text: str, *, month_first: bool = False) -> "PatientQuerySet":
        """People whose name, record number, phone or date of birth holds every part of ``text``."""
        found = self
        for choices in terms(text, month_first=month_first):
            found = found.filter(reduce(or_, (Q(search_text__contains=choice) for choice in choices)))
        return found

    def numbered(self, number: str) -> "Patient | None":
        """Return who has this record number at one clinic; in other capitals only where it can be nobody else's.

        Two numbers may differ in their capitals alone, so these are looked for as they are written first (1 or 2 queries).
        """
        found = self.filter(record_number=number).first()
        if found:
            return found
        alike = self.filter(record_number__iexact=number)[:2]
        return alike[0] if len(alike) == 1 else None

    def erased(self) -> "PatientQuerySet":
        """Records behind which nobody is left, as `Patient.erased` says of one."""
        number = Concat(Value("erased-"), Cast("pk", models.CharField()))
        return self.filter(Q(closed=Patient.Closed.ERASED) | Q(record_number=number))

    def after(self, patient: "Patient") -> "PatientQuerySet":
        """People who come after this one in the order of names."""
        same_family = Q(family_name=patient.family_name)
        same_name = same_family & Q(given_name=patient.given_name)
        return self.filter(
            Q(family_name__gt=patient.family_name)
            | same_family & Q(given_name__gt=patient.given_name)
            | same_name & Q(pk__gt=patient.pk)
        ).order_by("family_name", "given_name", "pk")


class Patient(models.Model):
    """A person in the care of one clinic."""

    class Language(models.TextChoices):
        """Languages that messages can be sent in."""

        ENGLISH = "en", "English"
        WELSH = "cy", "Cymraeg"
        SPANISH = "es", "Español"
        POLISH = "pl", "Polski"
        URDU = "ur", "اردو"

    class Closed(models.TextChoices):
        """Why nothing is booked and nobody is written to any more."""

        DIED = "died", "Died"
        MERGED = "merged", "Joined with another record"
        ERASED = "erased", "Erased"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record_number = models.CharField(max_length=20)
    given_name = models.CharField("first name", max_length=60)
    family_name = models.CharField("last name", max_length=60)
    birth_date = models.DateField("date of birth")
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    preferred_channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS)
    # Where the person lives, when that is another zone than the clinic's: quiet hours are theirs, and the days of their diary.
    timezone = models.CharField("own time zone", max_length=40, blank=True, validators=[validate_timezone])
    referred_on = models.DateField(null=True, blank=True)
    payer = models.CharField(max_length=80, blank=True)
    preventives_failed = models.PositiveSmallIntegerField(null=True, blank=True)
    # What whoever injects has to see on every page about the person.
    safety_note = EncryptedTextField("allergy or safety note", blank=True, default="")
    closed = models.CharField(max_length=6, choices=Closed, blank=True)
    closed_on = models.DateField(null=True, blank=True, help_text="the day of death, or of joining the records")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    # Folded name, record number, phone digits and date of birth; kept by the actions (see patients.search).
    search_text = models.CharField(max_length=LONGEST, editable=False)
    created_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["search_text"])

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        indexes = [models.Index(fields=["clinic", "family_name", "given_name"], name="patient_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "record_number"],
                name="one_patient_per_record_number",
                violation_error_message="Another person at this clinic has this record number.",
            ),
            models.CheckConstraint(
                condition=Q(closed="", closed_on__isnull=True) | (~Q(closed="") & Q(closed_on__isnull=False)),
                name="closed_record_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(closed="merged", merged_into__isnull=False)
                | (~Q(closed="merged") & Q(merged_into__isnull=True)),
                name="merged_record_says_into_which",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def erased(self) -> bool:
        """True when nobody is left behind the record; one that was joined with another before says so by its number."""
        return self.closed == self.Closed.ERASED or self.record_number == f"erased-{self.pk}"

    @property
    def born(self) -> str:
        """The date of birth in words; of somebody erased the year alone: the day that stands in its place is nobody's."""
        return f"in {self.birth_date:%Y}" if self.erased else born_words(self.birth_date)

    @property
    def zone(self) -> ZoneInfo:
        """The zone on whose clock the person lives."""
        return ZoneInfo(self.timezone) if self.timezone else self.clinic.zone

    def age(self, on: dt.date) -> int:
        """Return the age in whole years on a day."""
        return age_on(self.birth_date, on)

    def kept_as(self) -> "Patient":
        """Return the record under which the person is kept: this one, or that which it was joined with in the end."""
        kept = self
        while kept.merged_into is not None:
            kept = kept.merged_into
        return kept

    def joined(self) -> list[int]:
        """Return the keys of this record and of those that were joined with it: one person's (1 query, mostly)."""
        found = new = [self.pk]
        while new := list(Patient.objects.filter(merged_into__in=new).values_list("pk", flat=True)):
            found = [*found, *new]
        return found
